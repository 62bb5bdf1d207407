"""Delegation credentials of an organization. Their keys are taken and never shown."""

from __future__ import annotations

from typing import Any

from sandbox.calls import Call, handles
from sandbox.faults import fault
from sandbox.refusals import RefusalError
from sandbox.state import Row

CREATE = "OrganizationsDelegationCredentialController_createDelegationCredential"
UPDATE = "OrganizationsDelegationCredentialController_updateDelegationCredential"

TIME_WITHOUT_ZONE = fault(
    "time-without-zone",
    family="exchange",
    scope=(UPDATE,),
    text="updatedAt has no time zone, which date-time demands.",
)
_PLATFORMS = {"google_calendar": "Google Calendar", "office365_calendar": "Office 365 Calendar"}


@handles(CREATE)
def create_credential(call: Call) -> Row:
    """A new credential, enabled."""
    slug, now = call.body["workspacePlatformSlug"], call.world.now()
    credential: dict[str, Any] = {
        "id": call.world.uuid(),
        "enabled": True,
        "domain": call.body["domain"],
        "organizationId": call.tenant.org_id,
        "workspacePlatform": {"name": _PLATFORMS.get(slug, slug), "slug": slug},
        "createdAt": now,
        "updatedAt": now,
    }
    call.tenant.credentials[credential["id"]] = credential
    return credential


@handles(UPDATE)
def update_credential(call: Call) -> Row:
    """Enable, disable or give a new key."""
    credential = call.tenant.credentials.get(call.path["credentialId"])
    if credential is None:
        raise RefusalError(404, "There is no such credential.")
    if "enabled" in call.body:
        credential["enabled"] = call.body["enabled"]
    credential["updatedAt"] = call.world.now()
    if TIME_WITHOUT_ZONE in call.faults:
        return {**credential, "updatedAt": credential["updatedAt"].rstrip("Z").replace("T", " ")}
    return credential
