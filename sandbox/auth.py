"""Who asks, and whether they may: credentials first, then tenants and roles."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

from sandbox import credential_faults as faulty
from sandbox.document import Operation, Scheme
from sandbox.faults import fault
from sandbox.refusals import RefusalError, failure
from sandbox.state import Principal, Tenant, World
from sandbox.variations import variation

NO_CREDENTIAL = fault(
    "no-credential-needed",
    family="credentials",
    scope=("OrganizationsAttributesOptionsController_getOrganizationAttributeOptions",),
    text="The operation answers without any credential.",
)
ANY_BEARER = fault(
    "any-bearer-accepted",
    family="credentials",
    scope=("OrganizationsAttributesController_getOrganizationAttributes",),
    text="Any bearer token, known or not, is taken for an administrator's.",
)
SECRET_PREFIX = fault(
    "secret-checked-by-prefix",
    family="credentials",
    scope="operations of a client",
    text="Only the first twelve characters of the client secret are compared.",
)
CLIENT_ID_UNCHECKED = fault(
    "secret-without-client-id-accepted",
    family="credentials",
    scope=("OrganizationsMembershipsController_getAllMemberships",),
    text="The secret suffices although the path does not name the client.",
)
FOREIGN_READ = fault(
    "foreign-tenant-may-read",
    family="credentials",
    scope=("OrganizationsMembershipsController_getOrgMembership",),
    text="Any tenant's credential may read it.",
)
FOREIGN_WRITE = fault(
    "foreign-write-applied",
    family="credentials",
    scope=("OrganizationsAttributesController_updateOrganizationAttribute",),
    text="Another tenant's change is answered 403 and carried out all the same.",
)
MEMBER_WRITES = fault(
    "member-may-write",
    family="credentials",
    scope=("OrganizationsAttributesController_createOrganizationAttribute",),
    text="The key of a member who may only read creates, as if it were an administrator's.",
)
FOREIGN_404 = variation(
    "foreign-404",
    family="credentials",
    scope="operations of an organization",
    text="Another organization's credential gets 404 instead of 403 where 404 is declared.",
)
FOREIGN_404_UNDECLARED = variation(
    "foreign-404-undeclared",
    family="credentials",
    scope="operations of an organization",
    text="Another organization's credential gets 404 instead of 403, also where 404 is not declared.",
)
KIND_403 = variation(
    "wrong-kind-403",
    family="credentials",
    scope="every operation",
    text="A valid credential of a kind the operation does not declare gets 403 instead of 401.",
)
HEADER_401 = variation(
    "wrong-client-header-401",
    family="credentials",
    scope="operations of a client",
    text="An x-cal-client-id that differs from the path gets 401 instead of 403.",
)
HEADER_400 = variation(
    "wrong-client-header-400",
    family="credentials",
    scope="operations of a client",
    text="An x-cal-client-id that differs from the path gets 400 instead of 403.",
)
UNKNOWN_400 = variation(
    "unknown-400-where-404-undeclared",
    family="credentials",
    scope="every operation",
    text="An unknown client or organization gets 400 instead of 403 where 404 is not declared.",
)
REFUSED_TO_ALL = fault(
    "refused-to-everybody",
    family="credentials",
    scope=("OAuthClientUsersController_forceRefresh",),
    text="Whatever the credential, the operation answers 401.",
)
_CHALLENGE = (("www-authenticate", 'Bearer realm="sandbox"'),)
_PREFIX = 12


def authenticate(world: World, operation: Operation, headers: Mapping[str, str], path: Mapping[str, str]) -> Principal:
    """The principal of the first security alternative the request satisfies, or RefusalError 401."""
    if REFUSED_TO_ALL in world.faults and operation.operation_id in REFUSED_TO_ALL.scope:
        raise RefusalError(401, "A valid credential is needed.", _CHALLENGE)
    if (
        NO_CREDENTIAL in world.faults
        and operation.operation_id in NO_CREDENTIAL.scope
        and (owner := owner_of(world, path))
    ):
        return Principal("anonymous", "api_key", owner, "admin", "")
    bearer = _bearer(headers)
    if (
        ANY_BEARER in world.faults
        and operation.operation_id in ANY_BEARER.scope
        and bearer
        and (owner := owner_of(world, path))
    ):
        return Principal("stranger", "api_key", owner, "admin", bearer)
    for alternative in operation.alternatives:
        principal = _satisfied(world, operation, alternative, headers, bearer, path)
        if principal and not faulty.refused(world, operation, principal):
            return principal
    if let_in := faulty.admitted(world, operation, headers, _holder(world, bearer), owner_of(world, path)):
        return let_in
    if KIND_403 in world.variations and _known(world, headers, bearer):
        raise RefusalError(403, "This kind of credential is not accepted here.")
    status = faulty.status_of_unknown(world, operation, headers)
    raise RefusalError(status, "A valid credential is needed.", _CHALLENGE if status == 401 else ())


def owner_of(world: World, path: Mapping[str, object]) -> Tenant | None:
    """The tenant whose client or organization the path names."""
    if "clientId" in path:
        return world.by_client.get(str(path["clientId"]))
    try:
        return world.by_org.get(float(str(path.get("orgId"))))
    except ValueError:
        return None


def authorize(world: World, operation: Operation, principal: Principal, path: Mapping[str, object]) -> Tenant:
    """The tenant the path names, if the principal may do this there; RefusalError 400, 403 or 404 else."""
    tenant = owner_of(world, path)
    if tenant is None:
        raise RefusalError(_unknown(world, operation, principal), "There is no such client or organization.")
    readable = FOREIGN_READ in world.faults and operation.operation_id in FOREIGN_READ.scope
    if principal.tenant is not tenant and not readable:
        if shown := faulty.stranger(world, operation, principal, tenant):
            return shown
        apart = FOREIGN_404 if "orgId" in path else faulty.FOREIGN_CLIENT_404
        hidden = apart in world.variations and 404 in operation.statuses
        hidden |= FOREIGN_404_UNDECLARED in world.variations and "orgId" in path
        raise RefusalError(404 if hidden else 403, "This credential has no access here.")
    if operation.method != "GET" and principal.role == "member" and not _excused(operation, principal, world):
        raise RefusalError(403, "This credential may read but not change anything.")
    return tenant


def _unknown(world: World, operation: Operation, principal: Principal) -> int:
    # A client that names itself in a header and another client in the path is refused for that, whether the other
    # one exists or not.
    if 404 in operation.statuses and not principal.named:
        return 404
    return 400 if UNKNOWN_400 in world.variations else 403


def _excused(operation: Operation, principal: Principal, world: World) -> bool:
    excused = any(faulty.on(switch, world, operation) for switch in (MEMBER_WRITES, faulty.MEMBER_DELETES))
    return excused and principal.kind == "api_key"


def _bearer(headers: Mapping[str, str]) -> str:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _satisfied(
    world: World,
    operation: Operation,
    alternative: tuple[Scheme, ...],
    headers: Mapping[str, str],
    bearer: str,
    path: Mapping[str, str],
) -> Principal | None:
    """The principal whose credentials satisfy every scheme of one alternative."""
    if not alternative[0].bearer:
        return _client(world, operation, alternative, headers, path)
    principal = _holder(world, bearer)
    return principal if principal and principal.kind == alternative[0].principal else None


def _holder(world: World, bearer: str) -> Principal | None:
    """Whose API key or access token it is."""
    if principal := world.by_key.get(bearer):
        return principal
    token = world.tokens.access(bearer, world.clock())
    if token is None:
        return None
    if token.user_id in world.tokens.forcing:
        raise failure()
    return Principal(f"user {token.user_id}", "managed_user", world.by_client[token.client_id], "member", token.text)


def _client(
    world: World,
    operation: Operation,
    alternative: tuple[Scheme, ...],
    headers: Mapping[str, str],
    path: Mapping[str, str],
) -> Principal | None:
    """The OAuth client of a secret, if the id that came with it, or else the path, is its own."""
    sent = {scheme.member: headers.get(scheme.header) for scheme in alternative}
    principal = _by_secret(world, sent.get("secret") or "", "clientId" in path)
    if principal is None:
        return None
    own, named = principal.tenant.client_id, sent.get("client_id")
    if named == own:
        return evolve(principal, named="clientId" in path)
    if named is None and faulty.on(faulty.HEADER_NEEDED, world, operation):
        return None
    if named is None:
        unchecked = CLIENT_ID_UNCHECKED in world.faults and operation.operation_id in CLIENT_ID_UNCHECKED.scope
        return principal if "clientId" in path or unchecked else None
    if faulty.on(faulty.HEADER_IGNORED, world, operation):
        return principal
    if faulty.on(faulty.ANY_CLIENT_ID, world, operation) and named in world.by_client:
        return principal
    if path.get("clientId") == own:
        status = 401 if HEADER_401 in world.variations else 400 if HEADER_400 in world.variations else 403
        raise RefusalError(status, "The client id of the header is not the one of the path.")
    return None


def _by_secret(world: World, secret: str, of_client: bool) -> Principal | None:
    if of_client and SECRET_PREFIX in world.faults:
        near = (each for known, each in world.by_secret.items() if known[:_PREFIX] == secret[:_PREFIX])
        return next(near, None)
    return world.by_secret.get(secret)


def _known(world: World, headers: Mapping[str, str], bearer: str) -> bool:
    return bool(_holder(world, bearer)) or any(value in world.by_secret for value in headers.values())
