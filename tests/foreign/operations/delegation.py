"""Delegation credentials."""

from __future__ import annotations

from typing import Any

from tests.foreign import rules
from tests.foreign.operations.reading import ORG, one
from tests.foreign.service import Ask, Service, operation
from tests.foreign.store import stamp


@operation(
    "POST",
    f"{ORG}/delegation-credentials",
    "key client",
    5,
    body=rules.CREDENTIAL,
    needed=("workspacePlatformSlug", "domain", "serviceAccountKey"),
    status=201,
    knows_404=False,
)
async def create_credential(service: Service, ask: Ask) -> Any:
    identity, now = service.store.text(), stamp(service.store.now())
    slug = ask.body["workspacePlatformSlug"]
    ask.tenant.credentials[identity] = row = {
        "id": identity,
        "enabled": False,
        "domain": ask.body["domain"],
        "organizationId": ask.tenant.org,
        "workspacePlatform": {"name": "Google" if slug.startswith("google") else None, "slug": slug},
        "createdAt": now,
        "updatedAt": now,
    }
    return row


@operation("PATCH", f"{ORG}/delegation-credentials/{{credentialId}}", "key client", 5, body=rules.CREDENTIAL_CHANGE)
async def change_credential(service: Service, ask: Ask) -> Any:
    row = one(ask.tenant.credentials, ask.path["credentialId"], "credential")
    row |= {"enabled": ask.body.get("enabled", row["enabled"]), "updatedAt": stamp(service.store.now())}
    return row
