"""Routing forms."""

from __future__ import annotations

from typing import Any

from tests.foreign.operations.reading import ORG, SKIP, TIMES, WAY, between, optional, ordered, paged, several, whole
from tests.foreign.service import Ask, Service, operation

FORMS = (
    SKIP
    | {name: read for name, read in TIMES.items() if name not in ("afterStart", "beforeEnd")}
    | {"sortCreatedAt": WAY, "sortUpdatedAt": WAY, "routedToBookingUid": str, "teamIds": several(whole(1))}
)


@operation("GET", f"{ORG}/routing-forms", "key token", 60, query=FORMS)
async def list_forms(service: Service, ask: Ask) -> Any:
    rows = list(ask.tenant.forms.values())
    if "teamIds" in ask.query:
        rows = [row for row in rows if row["teamId"] in ask.query["teamIds"]]
    if "routedToBookingUid" in ask.query:
        rows = [row for row in rows if row["_led"] == ask.query["routedToBookingUid"]]
    members = {"CreatedAt": "createdAt", "UpdatedAt": "updatedAt"}
    rows = between(ask, rows, {side + name: member for side in ("after", "before") for name, member in members.items()})
    rows = ordered(ask, rows, {f"sort{name}": member for name, member in members.items()})
    rows = paged(service, ask, rows, told=optional(service))
    return [{name: value for name, value in row.items() if name != "_led"} for row in rows]
