"""Bookings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.foreign import rules
from tests.foreign.operations.reading import ORG, SKIP, TIMES, WAY, between, ordered, paged, several, those, whole
from tests.foreign.service import Ask, Service, operation
from tests.foreign.store import Row

BOOKINGS = (
    SKIP
    | TIMES
    | {
        "status": several(those(lambda text: text in rules.STATUSES)),
        "attendeeEmail": those(rules.email),
        "attendeeName": str,
        "bookingUid": str,
        "eventTypeIds": several(whole(1)),
        "eventTypeId": whole(1),
        "teamsIds": several(whole(1)),
        "teamId": whole(1),
        "userIds": several(whole(1)),
        "sortStart": WAY,
        "sortEnd": WAY,
        "sortCreated": WAY,
        "sortUpdatedAt": WAY,
    }
)
KEEPS: dict[str, Callable[[Row, Any], bool]] = {
    "status": lambda row, wanted: row["status"] in wanted,
    "attendeeEmail": lambda row, wanted: any(each["email"] == wanted for each in row["attendees"]),
    "attendeeName": lambda row, wanted: any(wanted in (each["name"] or "") for each in row["attendees"]),
    "bookingUid": lambda row, wanted: row["uid"] == wanted,
    "eventTypeIds": lambda row, wanted: row["eventTypeId"] in wanted,
    "eventTypeId": lambda row, wanted: row["eventTypeId"] == wanted,
    "teamsIds": lambda row, wanted: row["_team"] in wanted,
    "teamId": lambda row, wanted: row["_team"] == wanted,
    "userIds": lambda row, wanted: any(each["id"] in wanted for each in row["hosts"]),
}


@operation("GET", f"{ORG}/bookings", "key token client", 60, query=BOOKINGS)
async def list_bookings(service: Service, ask: Ask) -> Any:
    rows = list(ask.tenant.bookings.values())
    if ask.caller.role == "MEMBER" and "members-see-less" in service.choices:
        rows = [row for row in rows if row["status"] != "cancelled"]
    for name, keeps in KEEPS.items():
        if name in ask.query:
            rows = [row for row in rows if keeps(row, ask.query[name])]
    rows = between(
        ask,
        rows,
        {"afterStart": "start", "beforeEnd": "end"}
        | {
            f"{side}{member[0].upper()}{member[1:]}": member
            for side in ("after", "before")
            for member in ("createdAt", "updatedAt")
        },
    )
    sorts = {"sortStart": "start", "sortEnd": "end", "sortCreated": "createdAt", "sortUpdatedAt": "updatedAt"}
    rows = paged(service, ask, ordered(ask, rows, sorts))
    return [{name: value for name, value in row.items() if name != "_team"} for row in rows]
