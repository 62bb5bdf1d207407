"""Memberships of an organization."""

from __future__ import annotations

from functools import partial

from sandbox.calls import GAP, Call, Later, Page, handles
from sandbox.faults import fault
from sandbox.pages import page
from sandbox.refusals import RefusalError, failure
from sandbox.state import Row
from sandbox.variations import variation

CREATE = "OrganizationsMembershipsController_createMembership"
UPDATE = "OrganizationsMembershipsController_updateMembership"
DELETE = "OrganizationsMembershipsController_deleteMembership"

DELETE_UNKNOWN = fault(
    "delete-unknown-succeeds",
    family="state",
    scope=(DELETE,),
    text="Deleting a membership that is gone already is answered 200.",
)
ROLE_LOST = fault(
    "created-with-other-value",
    family="state",
    scope=(CREATE,),
    text="A new membership is always a MEMBER, whatever role was sent.",
)
ID_FROM_BODY = fault(
    "id-changed-by-body",
    family="state",
    scope=(UPDATE,),
    text="An update may set the id of a membership.",
)
ACCEPTED_RESET = fault(
    "patch-resets-one-member",
    family="state",
    scope=(UPDATE,),
    text="An update that does not send accepted sets it to false.",
)
DELETED_AT_ONCE_500 = fault(
    "concurrent-deletions-500",
    family="state",
    scope=(DELETE,),
    text="Of deletions of one membership at the same moment all but the first are answered 500.",
    needs="depth",
)
IMPERSONATION_INVERTED = fault(
    "created-with-default",
    family="state",
    scope=(CREATE,),
    text="A new membership allows impersonation, whatever was sent.",
)
DERIVED = variation(
    "member-derived-from-another",
    family="state",
    scope=(
        CREATE,
        UPDATE,
        DELETE,
        "OrganizationsMembershipsController_getAllMemberships",
        "OrganizationsMembershipsController_getOrgMembership",
    ),
    text="A membership has a customRoleId besides, which is computed from its role.",
)
_MEMBERS = ("accepted", "role", "disableImpersonation")
_SHOWN = ("avatarUrl", "username", "name", "email", "bio", "metadata")


def shown(call: Call, membership: Row) -> Row:
    """A membership with the profile of its user as it is now."""
    user = call.tenant.users[membership["userId"]]
    derived = {"customRoleId": f"{membership['role'].lower()}_role"} if DERIVED in call.variations else {}
    return {**membership, **derived, "user": {name: user[name] for name in _SHOWN}, "attributes": []}


def new_membership(call: Call, user_id: int, role: str) -> Row:
    """Make a user of the tenant a member, with what the body says besides."""
    membership = {
        "id": call.world.number(),
        "userId": user_id,
        "teamId": None,
        "accepted": call.body.get("accepted", False),
        "role": role,
        "disableImpersonation": call.body.get("disableImpersonation", False),
    }
    call.tenant.memberships[membership["id"]] = membership
    return membership


@handles("OrganizationsMembershipsController_getAllMemberships")
def list_memberships(call: Call) -> Page:
    """The organization's memberships, oldest first."""
    rows = page(call, list(call.tenant.memberships.values()))
    return Page([shown(call, row) for row in rows.items], rows.pagination)


@handles(CREATE)
def create_membership(call: Call) -> Row:
    """Make a user of the tenant a member."""
    user = call.tenant.users.get(call.body["userId"])
    if user is None:
        raise RefusalError(404, "There is no such user.")
    if call.tenant.membership_of(user["id"]):
        raise RefusalError(409, "The user is a member already.")
    membership = new_membership(call, user["id"], "MEMBER" if ROLE_LOST in call.faults else call.body["role"])
    if IMPERSONATION_INVERTED in call.faults:
        membership["disableImpersonation"] = False
    return shown(call, membership)


@handles("OrganizationsMembershipsController_getOrgMembership")
def get_membership(call: Call) -> Row:
    """One membership."""
    return shown(call, _find(call))


@handles(UPDATE)
def update_membership(call: Call) -> Row:
    """Change what was sent."""
    membership = _find(call)
    if ACCEPTED_RESET in call.faults:
        membership["accepted"] = False
    if ID_FROM_BODY in call.faults and "id" in call.body:
        del call.tenant.memberships[membership["id"]]
        membership["id"] = call.body["id"]
        call.tenant.memberships[membership["id"]] = membership
    membership.update({name: call.body[name] for name in _MEMBERS if name in call.body})
    return shown(call, membership)


@handles(DELETE)
def delete_membership(call: Call) -> Row | Later:
    """Forget a membership and the options that came with it. Keys outlive their owner's membership."""
    if DELETE_UNKNOWN in call.faults and call.path["membershipId"] not in call.tenant.memberships:
        return shown(call, next(iter(call.tenant.memberships.values())))
    membership = _find(call)
    if DELETED_AT_ONCE_500 in call.faults:
        return Later(GAP, partial(_dropped, call, membership))
    return _dropped(call, membership)


def _dropped(call: Call, membership: Row) -> Row:
    if membership["id"] not in call.tenant.memberships:  # only with a fault: somebody was faster
        raise failure()
    row = shown(call, membership)
    call.tenant.drop_membership(membership["id"])
    return row


def _find(call: Call) -> Row:
    membership = call.tenant.memberships.get(call.path["membershipId"])
    if membership is None:
        raise RefusalError(404, "There is no such membership.")
    return membership
