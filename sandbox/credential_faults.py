"""Faults of credentials: what is taken for a good one, and where the question whose it is gets lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from urllib.parse import parse_qsl

from attrs import evolve

from sandbox.document import Operation
from sandbox.faults import fault
from sandbox.refusals import RefusalError, failure
from sandbox.state import Principal, Tenant, World
from sandbox.switches import SCOPES, Switch
from sandbox.variations import variation

FORMS = "OrganizationsRoutingFormsController_getOrganizationRoutingForms"
BOOKINGS = "OrganizationsBookingsController_getAllOrgTeamBookings"
ATTRIBUTE = "OrganizationsAttributesController_getOrganizationAttribute"
MEMBERSHIPS = "OrganizationsMembershipsController_getAllMemberships"
CLIENT, ORGANIZATION = "operations of a client", "operations of an organization"


def _fault(name: str, scope: str | tuple[str, ...], text: str, needs: str = "") -> Switch:
    return fault(name, family="credentials", scope=scope, text=text, needs=needs)


SECRET_CASE = _fault("secret-case-ignored", CLIENT, "The client secret is compared without regard to letter case.")
KEY_TAIL = _fault("key-with-a-tail-accepted", ORGANIZATION, "Whatever follows an API key is ignored.", needs="depth")
KEY_END = _fault("key-checked-by-its-end", ORGANIZATION, "Only the last twelve characters of an API key are compared.")
KEY_IN_QUERY = _fault(
    "key-accepted-in-query", ORGANIZATION, "A bearer token is accepted as the query's access_token.", needs="depth"
)
SECRET_IN_QUERY = _fault(
    "secret-accepted-in-query",
    CLIENT,
    "The client secret is accepted as a query parameter of the header's name.",
)
ANY_SCHEME = _fault(
    "any-scheme-accepted", ORGANIZATION, "A token is accepted behind any scheme, Basic for one.", needs="depth"
)
NO_SCHEME = _fault("key-without-scheme-accepted", ORGANIZATION, "A token is accepted without the word Bearer.")
REFRESH_OPEN = _fault(
    "refresh-needs-no-secret", ("OAuthFlowController_refreshTokens",), "Tokens are refreshed without a client secret."
)
DELETE_OPEN = _fault(
    "deletion-needs-no-credential",
    ("OrganizationsAttributesOptionsController_deleteOrganizationAttributeOption",),
    "The operation deletes without any credential.",
)
MISSING_403 = _fault("missing-credential-403", (BOOKINGS,), "A request without a credential gets 403.")
UNKNOWN_403 = _fault("unknown-key-403", (FORMS,), "An unknown bearer token gets 403.")
MALFORMED_500 = _fault(
    "malformed-authorization-500", ORGANIZATION, "An Authorization header of one word is answered 500."
)
LOOKUP_FIRST = _fault(
    "lookup-before-authentication",
    ("OAuthClientUsersController_getUserById",),
    "A user is looked up before the credential: a missing one gets 404 without any.",
)
MANAGED_REFUSED = _fault("managed-token-refused", (FORMS,), "The access token of a managed user gets 401.")
CLIENT_REFUSED = _fault("client-refused", (BOOKINGS,), "The secret and id of an OAuth client get 401.")
HEADER_NEEDED = _fault("client-header-needed", CLIENT, "The client's secret is refused without the client's id beside.")
HEADER_IGNORED = _fault(
    "wrong-client-header-ignored",
    ("OAuthClientWebhooksController_getOAuthClientWebhook", "OAuthClientWebhooksController_createOAuthClientWebhook"),
    "An x-cal-client-id that differs from the path's is ignored.",
)
ANY_CLIENT_ID = _fault(
    "secret-with-any-client-id-accepted", ORGANIZATION, "The id beside a client's secret may be any other client's."
)
TWO_TENANTS_500 = _fault(
    "credentials-of-two-tenants-500",
    ORGANIZATION,
    "A bearer token beside the secret of another tenant's client is answered 500.",
    needs="depth",
)
SMALL_SCHEME_500 = _fault(
    "scheme-in-small-letters-500",
    ORGANIZATION,
    "A token behind bearer, in small letters, is answered 500.",
    needs="depth",
)
MIXED_PAIR = _fault("id-of-another-accepted", (MEMBERSHIPS,), "A client's secret is accepted with another client's id.")
KEY_FOR_CLIENT = _fault(
    "api-key-accepted-for-client",
    ("OAuthClientUsersController_getManagedUsers", "OAuthClientUsersController_updateUser"),
    "An API key of the same tenant is accepted in place of the client's secret.",
)
TOKEN_FOR_MEMBERS = _fault(
    "managed-token-accepted-undeclared",
    (MEMBERSHIPS,),
    "The access token of a managed user is accepted though the operation does not declare it.",
)
FOREIGN_TOKEN_READS = _fault(
    "foreign-token-may-read",
    ("OrganizationsAttributesController_getOrganizationAttributes",),
    "The organization is compared for API keys only: any managed user's access token may read.",
)
FOREIGN_401 = _fault("foreign-tenant-401", ORGANIZATION, "Another organization's valid credential gets 401.")
FOREIGN_500 = _fault("foreign-tenant-500", (FORMS,), "Another organization's valid credential gets 500.")
FOREIGN_EMPTY = _fault("foreign-tenant-empty-list", (MEMBERSHIPS,), "Another organization's credential gets no items.")
PATH_CLIENT_IGNORED = _fault(
    "client-of-path-ignored",
    ("OAuthClientUsersController_getUserById",),
    "The client's own user is shown under whatever client the path names.",
)
MEMBER_DELETES = _fault(
    "member-may-delete",
    ("OrganizationsAttributesController_deleteOrganizationAttribute",),
    "The key of a member who may only read deletes.",
)
MEMBER_APPLIED = _fault(
    "member-write-applied",
    ("OrganizationsMembershipsController_updateMembership",),
    "A member's change is answered 403 and carried out all the same.",
)
FOREIGN_DELETE = _fault(
    "foreign-deletion-applied",
    ("OAuthClientWebhooksController_deleteOAuthClientWebhook",),
    "Another client's deletion is answered 403 and carried out all the same.",
)
FOREIGN_CREATE = _fault(
    "foreign-creation-applied",
    ("OrganizationsMembershipsController_createMembership",),
    "Another tenant's creation is answered 403 and carried out all the same.",
)
NESTED = tuple(
    _fault(name, (operation_id,), text)
    for name, operation_id, text in (
        ("attribute-of-any-organization", ATTRIBUTE, "An attribute is looked up by its id alone."),
        (
            "option-of-any-organization",
            "OrganizationsAttributesOptionsController_updateOrganizationAttributeOption",
            "An option is looked up and changed by the ids below the organization alone.",
        ),
        (
            "membership-of-any-organization",
            "OrganizationsMembershipsController_deleteMembership",
            "A membership is looked up and deleted by its id alone.",
        ),
        (
            "webhook-of-any-client",
            "OAuthClientWebhooksController_getOAuthClientWebhook",
            "A webhook is looked up by its id alone.",
        ),
        (
            "force-refresh-of-any-clients-user",
            "OAuthClientUsersController_forceRefresh",
            "A user is looked up by its id alone, and new tokens are given for whoever it is.",
        ),
    )
)
FOREIGN_CLIENT_404 = variation(
    "foreign-client-404",
    family="credentials",
    scope=CLIENT,
    text="Another client's credential gets 404 instead of 403 where 404 is declared.",
)
FOREIGN_THING_403 = variation(
    "foreign-thing-403",
    family="credentials",
    scope="every operation",
    text="Asked for below one's own address, what another tenant has gets 403, what nobody has 404.",
)
APPLIED = (FOREIGN_DELETE, FOREIGN_CREATE, MEMBER_APPLIED)
_END = 12


def on(switch: Switch, world: World, operation: Operation) -> bool:
    """Whether a fault is on and reaches an operation."""
    if switch not in world.faults:
        return False
    if isinstance(switch.scope, str):
        return SCOPES[switch.scope](operation)
    return operation.operation_id in switch.scope


def understood(world: World, operation: Operation, headers: Mapping[str, str], query: bytes) -> dict[str, str]:
    """The headers as a careless reader takes them."""
    read = dict(headers)
    asked = dict(parse_qsl(query.decode("latin-1")))
    if on(KEY_IN_QUERY, world, operation) and "access_token" in asked:
        read["authorization"] = f"Bearer {asked['access_token']}"
    if on(SECRET_IN_QUERY, world, operation) and "x-cal-secret-key" in asked:
        read["x-cal-secret-key"] = asked["x-cal-secret-key"]
    if on(SECRET_CASE, world, operation) and (sent := read.get("x-cal-secret-key")):
        read["x-cal-secret-key"] = next((each for each in world.by_secret if each.lower() == sent.lower()), sent)
    if "authorization" in read:
        read["authorization"] = _bearer(world, operation, read["authorization"])
        if on(TWO_TENANTS_500, world, operation) and _disagree(world, read):
            raise failure()
    return read


def _disagree(world: World, read: Mapping[str, str]) -> bool:
    """Whether a key and a secret that are both right belong to two tenants."""
    key = world.by_key.get(read["authorization"].partition(" ")[2])
    secret = world.by_secret.get(read.get("x-cal-secret-key", ""))
    return key is not None and secret is not None and key.tenant is not secret.tenant


def _bearer(world: World, operation: Operation, sent: str) -> str:
    scheme, _, token = sent.partition(" ")
    if on(SMALL_SCHEME_500, world, operation) and scheme == "bearer":
        raise failure()
    if on(MALFORMED_500, world, operation) and not token:
        raise failure()
    if on(ANY_SCHEME, world, operation) and token:
        scheme = "Bearer"
    if on(NO_SCHEME, world, operation) and not token:
        scheme, token = "Bearer", scheme
    if on(KEY_TAIL, world, operation):
        token = next((each for each in world.by_key if token.startswith(each)), token)
    if on(KEY_END, world, operation) and len(token) > _END:
        token = next((each for each in world.by_key if each[-_END:] == token[-_END:]), token)
    return f"{scheme} {token}".strip() if token else sent


def admitted(
    world: World, operation: Operation, headers: Mapping[str, str], holder: Principal | None, owner: Tenant | None
) -> Principal | None:
    """Somebody a fault lets in although no alternative is satisfied."""
    if owner is None:
        return None
    if on(DELETE_OPEN, world, operation) or on(REFRESH_OPEN, world, operation):
        return Principal("anonymous", "api_key", owner, "admin", "")
    if on(KEY_FOR_CLIENT, world, operation) and holder and holder.kind == "api_key" and holder.role == "admin":
        return evolve(holder, tenant=owner) if holder.tenant is owner else None
    if on(TOKEN_FOR_MEMBERS, world, operation) and holder and holder.kind == "managed_user":
        return holder
    if on(MIXED_PAIR, world, operation):
        return world.by_secret.get(headers.get("x-cal-secret-key", ""))
    return None


def refused(world: World, operation: Operation, principal: Principal) -> bool:
    """Whether a fault keeps out somebody whom the document lets in."""
    if on(MANAGED_REFUSED, world, operation) and principal.kind == "managed_user":
        return True
    return on(CLIENT_REFUSED, world, operation) and principal.kind == "oauth_client"


def status_of_unknown(world: World, operation: Operation, headers: Mapping[str, str]) -> int:
    """The status for a missing or unknown credential."""
    if on(UNKNOWN_403, world, operation) and "authorization" in headers:
        return 403
    carriers = {"authorization", "x-cal-secret-key", "x-cal-client-id"}
    return 403 if on(MISSING_403, world, operation) and not carriers & headers.keys() else 401


def looked_up_first(world: World, operation: Operation, path: Mapping[str, str]) -> None:
    """With the fault: RefusalError 404 for a user that is not there."""
    if on(LOOKUP_FIRST, world, operation):
        tenant = world.by_client.get(path["clientId"])
        if tenant is None or path["userId"] not in {str(each) for each in tenant.managed}:
            raise RefusalError(404, "There is no such user.")


def stranger(world: World, operation: Operation, principal: Principal, tenant: Tenant) -> Tenant | None:
    """What somebody of another tenant gets to see with a fault; None where they are refused as they should be."""
    if on(FOREIGN_TOKEN_READS, world, operation) and principal.kind == "managed_user":
        return tenant
    if on(FOREIGN_EMPTY, world, operation):
        return evolve(tenant, memberships={})
    if on(PATH_CLIENT_IGNORED, world, operation):
        return principal.tenant
    if on(FOREIGN_401, world, operation):
        raise RefusalError(401, "A valid credential is needed.")
    if on(FOREIGN_500, world, operation):
        raise failure()
    return None


def reached(world: World, operation: Operation, tenant: Tenant, path: Mapping[str, str]) -> Tenant:
    """Whose things the last id of the path is looked up among."""
    if FOREIGN_THING_403 in world.variations and _of_others(world, operation, tenant, path):
        raise RefusalError(403, "This credential has no access here.")
    if not any(on(switch, world, operation) for switch in NESTED):
        return tenant
    last = path[_names(operation)[-1]]
    return next((each for each in (tenant, *world.others(tenant)) if _holds(each, operation, last)), tenant)


def _of_others(world: World, operation: Operation, tenant: Tenant, path: Mapping[str, str]) -> bool:
    """Whether the last id of the path is another tenant's, and the document lets a refusal say so."""
    last = _names(operation)[-1]
    told = last in _SHELVES and {403, 404} <= {*operation.statuses}
    return told and any(_holds(each, operation, path[last]) for each in world.others(tenant))


_SHELVES: dict[str, Callable[[Tenant], Iterable[object]]] = {
    "webhookId": lambda tenant: tenant.webhooks,
    "membershipId": lambda tenant: tenant.memberships,
    "attributeId": lambda tenant: tenant.attributes,
    "optionId": lambda tenant: tenant.options,
    "userId": lambda tenant: tenant.managed,
}


def _holds(tenant: Tenant, operation: Operation, last: str) -> bool:
    return last in {str(each) for each in _SHELVES[_names(operation)[-1]](tenant)}


def _names(operation: Operation) -> list[str]:
    return [segment.strip("{}") for segment in operation.segments if segment.startswith("{")]
