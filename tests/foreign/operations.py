"""What each operation does."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

from tests.foreign import rules
from tests.foreign.service import Ask, RefusedError, Service, moment, operation
from tests.foreign.store import Row, Tenant, stamp

CLIENT, ORG = "/v2/oauth-clients/{clientId}", "/v2/organizations/{orgId}"


# -- reading a query ------------------------------------------------------------------------------------------------


def whole(low: int, high: float = float("inf")) -> Callable[[str], int]:
    """Reads a whole number in a range."""

    def read(text: str) -> int:
        value = rules.whole(text)
        if value is None or not low <= value <= high:
            raise ValueError(text)
        return value

    return read


def several(one: Callable[[str], Any]) -> Callable[[str], list[Any]]:
    """Reads values with commas between them."""
    return lambda text: [one(part) for part in text.split(",")]


def those(allowed: Callable[[str], bool]) -> Callable[[str], str]:
    """Reads a text that passes a test."""

    def read(text: str) -> str:
        if not allowed(text):
            raise ValueError(text)
        return text

    return read


def when(*, late: bool) -> Callable[[str], str]:
    """Reads a time; told in the form in which times are kept."""

    def read(text: str) -> str:
        if (moment := rules.moment(text, late=late)) is None:
            raise ValueError(text)
        return stamp(moment)

    return read


WAY = those(lambda text: text in ("asc", "desc"))
SKIP = {"take": whole(1, 1000), "skip": whole(0)}
OFFSET = {"limit": whole(1, 1000), "offset": whole(0)}
TIMES = {
    f"{side}{member}": when(late=side == "before")
    for side, member in (
        *(("after", each) for each in ("Start", "CreatedAt", "UpdatedAt")),
        *(("before", each) for each in ("End", "CreatedAt", "UpdatedAt")),
    )
}


# -- lists ----------------------------------------------------------------------------------------------------------


def paged(service: Service, ask: Ask, rows: list[Row], *, told: bool = True) -> list[Row]:
    """One page of the rows; what is told of it goes into the envelope."""
    size, start = ask.query.get("take", ask.query.get("limit", 100)), ask.query.get("skip", ask.query.get("offset", 0))
    if "newest-first" in service.choices and not any(name.startswith("sort") for name in ask.query):
        rows = rows[::-1]
    page, total = rows[start : start + size], len(rows)
    if told and not (service.faulty("pagination-missing-when-empty") and not page):
        ask.answered["pagination"] = {
            "totalItems": total,
            "remainingItems": max(0, total - start - len(page)),
            "itemsPerPage": len(page) if "size-of-the-page" in service.choices and len(page) < size else size,
            "currentPage": 0 if total == 0 and "page-zero" in service.choices else start // size + 1,
            "totalPages": -(-total // size),
            "hasNextPage": total - start - len(page) > 0,
            "hasPreviousPage": start > 0,
        }
    return page


def ordered(ask: Ask, rows: list[Row], members: dict[str, str]) -> list[Row]:
    """The rows in the order asked for; the first sort counts most."""
    for name, way in reversed(ask.query.items()):
        if name in members:
            rows = sorted(rows, key=lambda row: row[members[name]], reverse=way == "desc")
    return rows


def between(ask: Ask, rows: list[Row], members: dict[str, str]) -> list[Row]:
    """The rows within the times asked for, the borders included."""
    for name, limit in ask.query.items():
        if (member := members.get(name)) is not None:
            after = name.startswith("after")
            rows = [row for row in rows if (row[member] >= limit if after else row[member] <= limit)]
    return rows


def optional(service: Service) -> bool:
    """Whether pagination is told where it need not be."""
    return "no-optional-pagination" not in service.choices


def one(rows: dict[Any, Row], identity: Any, what: str) -> Row:
    """A row by its id. Raises RefusedError."""
    if (row := rows.get(identity)) is None:
        raise RefusedError(404, f"No such {what}.")
    return row


def stored(service: Service, body: Row) -> Row:
    """Values as they are kept."""
    if "normalised" not in service.choices:
        return dict(body)
    return {name: _normal(name, value) for name, value in body.items()}


def _normal(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return sorted(set(value)) if name == "triggers" and isinstance(value, list) else value
    if name == "email":
        return value.lower()
    if name in ("name", "bio", "value"):
        return unicodedata.normalize("NFC", value.strip())
    if name == "slug":
        return "-".join(value.lower().split())
    if name == "subscriberUrl":
        return value if value.count("/") > 2 else value + "/"
    return value


# -- managed users --------------------------------------------------------------------------------------------------


def profile(service: Service, user: Row) -> Row:
    """A user as answered."""
    bare = {name for name in ("avatarUrl", "locale", "metadata") if "optional-members-missing" in service.choices}
    return {name: value for name, value in user.items() if name not in bare and not name.startswith("_")}


def managed(ask: Ask) -> Row:
    """The managed user the path names."""
    identity = rules.whole(ask.path["userId"])
    if identity not in ask.tenant.managed:
        raise RefusedError(404, "No such user.")
    return ask.tenant.users[identity]


def free_email(service: Service, email: str, but: Any = None) -> None:
    """Refuse an address that somebody has."""
    for tenant in service.store.tenants:
        for user in tenant.users.values():
            if user["email"].lower() == email.lower() and user["id"] != but:
                raise RefusedError(400 if "duplicates-400" in service.choices else 409, "The email is taken.")


@operation("GET", f"{CLIENT}/users", "client", 60, query=OFFSET | {"emails": several(those(rules.email))})
async def list_users(service: Service, ask: Ask) -> Any:
    rows = [user for identity, user in ask.tenant.users.items() if identity in ask.tenant.managed]
    if "emails" in ask.query:
        wanted = (
            {email.lower() for email in ask.query["emails"]} if "normalised" in service.choices else ask.query["emails"]
        )
        rows = [user for user in rows if user["email"] in wanted]
    return [profile(service, user) for user in paged(service, ask, rows)]


@operation(
    "POST",
    f"{CLIENT}/users",
    "client",
    30,
    body=rules.USER,
    needed=("email", "name"),
    status=201,
    knows_404=False,
)
async def create_user(service: Service, ask: Ask) -> Any:
    free_email(service, ask.body["email"])
    late = "late-side-effects" in service.choices
    identity = service.store.number()
    user = {
        "id": identity,
        "username": None if late else f"user-{identity}",
        "bio": None,
        "timeZone": "Europe/London",
        "weekStart": "Sunday",
        "createdDate": stamp(service.store.now()),
        "timeFormat": 12,
        "defaultScheduleId": None if late or "timeZone" not in ask.body else service.store.number(),
        "locale": "en",
        "avatarUrl": None,
        "metadata": {},
    } | stored(service, {name: value for name, value in ask.body.items() if name in rules.USER})
    ask.tenant.users[identity] = user
    ask.tenant.managed.add(identity)
    if late:
        service.later(lambda: user.update(username=f"user-{identity}", defaultScheduleId=service.store.number()))
    await moment()
    return {"user": profile(service, user), **service.store.pair(ask.tenant, identity)}


@operation("GET", f"{CLIENT}/users/{{userId}}", "client", 60)
async def show_user(service: Service, ask: Ask) -> Any:
    return profile(service, managed(ask))


@operation("PATCH", f"{CLIENT}/users/{{userId}}", "client", 30, body=rules.USER_CHANGE)
async def change_user(service: Service, ask: Ask) -> Any:
    user = managed(ask)
    if "email" in ask.body:
        free_email(service, ask.body["email"], user["id"])
    user |= stored(service, {name: value for name, value in ask.body.items() if name in rules.USER_CHANGE})
    return profile(service, user)


@operation("DELETE", f"{CLIENT}/users/{{userId}}", "client", 30)
async def delete_user(service: Service, ask: Ask) -> Any:
    user = managed(ask)
    del ask.tenant.users[user["id"]]
    ask.tenant.managed.discard(user["id"])
    for membership in [each for each in ask.tenant.memberships.values() if each["userId"] == user["id"]]:
        leave(ask.tenant, membership)
    service.store.forget(user["id"])
    return profile(service, user)


@operation("POST", f"{CLIENT}/users/{{userId}}/force-refresh", "client", 5)
async def force_refresh(service: Service, ask: Ask) -> Any:
    user = managed(ask)
    service.store.forget(user["id"])
    return service.store.pair(ask.tenant, user["id"])


@operation(
    "POST", "/v2/oauth/{clientId}/refresh", "client", 10, body={"refreshToken": rules.text}, needed=("refreshToken",)
)
async def refresh(service: Service, ask: Ask) -> Any:
    text = ask.body["refreshToken"]
    row = service.store.alive(service.store.refresh, text)
    if row is None or row["tenant"] is not ask.tenant:
        raise RefusedError(401 if "bad-token-401" in service.choices else 400, "The refresh token is not valid.")
    if row["spent"]:
        if "reuse-revokes" in service.choices:
            service.store.forget(row["user"])
        raise RefusedError(401 if "bad-token-401" in service.choices else 400, "The refresh token was used.")
    if text in service.locked:
        raise RefusedError(
            next((code for code in (404, 409, 401) if f"losers-{code}" in service.choices), 400), "Busy."
        )
    service.locked.add(text)
    await moment()
    service.locked.discard(text)
    row["spent"] = True
    if "old-access-dies" in service.choices:
        service.store.access.pop(row["access"], None)
    return service.store.pair(ask.tenant, row["user"])


# -- webhooks -------------------------------------------------------------------------------------------------------


def hook(service: Service, row: Row) -> Row:
    """A webhook as answered."""
    return {
        name: value
        for name, value in row.items()
        if name != "secret" or "optional-members-missing" not in service.choices
    }


def webhook(ask: Ask) -> Row:
    """The webhook the path names."""
    text = ask.path["webhookId"]
    return one(ask.tenant.webhooks, text if text in ask.tenant.webhooks else rules.whole(text), "webhook")


def listed(body: Row) -> Row:
    """The body with its triggers in a list."""
    if isinstance(body.get("triggers"), str):
        return body | {"triggers": [body["triggers"]]}
    return body


@operation(
    "POST",
    f"{CLIENT}/webhooks",
    "client",
    10,
    body=rules.WEBHOOK,
    needed=("active", "subscriberUrl", "triggers"),
    status=201,
    knows_404=False,
)
async def create_webhook(service: Service, ask: Ask) -> Any:
    identity: Any = service.store.number()
    identity = f"wh_{identity}" if "text-webhook-ids" in service.choices else identity
    known = {name: value for name, value in ask.body.items() if name in rules.WEBHOOK}
    ask.tenant.webhooks[identity] = row = {
        "id": identity,
        "oAuthClientId": ask.tenant.client,
        "secret": None,
        "payloadTemplate": None,
    } | stored(service, listed(known))
    return hook(service, row)


@operation("GET", f"{CLIENT}/webhooks", "client", 60, query=SKIP)
async def list_webhooks(service: Service, ask: Ask) -> Any:
    rows = list(ask.tenant.webhooks.values())
    return [hook(service, row) for row in paged(service, ask, rows, told=optional(service))]


@operation("DELETE", f"{CLIENT}/webhooks", "client", 5)
async def delete_webhooks(service: Service, ask: Ask) -> Any:
    count = len(ask.tenant.webhooks)
    ask.tenant.webhooks.clear()
    return f"{count} webhooks are gone."


@operation("PATCH", f"{CLIENT}/webhooks/{{webhookId}}", "client", 10, body=rules.WEBHOOK)
async def change_webhook(service: Service, ask: Ask) -> Any:
    row = webhook(ask)
    row |= stored(service, listed({name: value for name, value in ask.body.items() if name in rules.WEBHOOK}))
    return hook(service, row)


@operation("GET", f"{CLIENT}/webhooks/{{webhookId}}", "client", 60)
async def show_webhook(service: Service, ask: Ask) -> Any:
    return hook(service, webhook(ask))


@operation("DELETE", f"{CLIENT}/webhooks/{{webhookId}}", "client", 5)
async def delete_webhook(service: Service, ask: Ask) -> Any:
    row = webhook(ask)
    del ask.tenant.webhooks[row["id"]]
    return hook(service, row)


# -- attributes and options -----------------------------------------------------------------------------------------


def attribute(ask: Ask) -> Row:
    """The attribute the path names."""
    return one(ask.tenant.attributes, ask.path["attributeId"], "attribute")


def free_slug(service: Service, rows: list[Row], row: Row, but: Any = None) -> None:
    """Refuse a slug (and an option's value) that another row has."""
    for other in rows:
        if other["id"] != but and any(
            name in row and row[name] == other[name] for name in ("slug", "value") if name in other
        ):
            raise RefusedError(400 if "duplicates-400" in service.choices else 409, "That is taken.")


def options_of(tenant: Tenant, identity: str) -> list[Row]:
    """The options of an attribute."""
    return [row for row in tenant.options.values() if row["attributeId"] == identity]


def drop_option(tenant: Tenant, identity: str) -> None:
    """Delete an option and its assignments."""
    del tenant.options[identity]
    for each in [each for each in tenant.assignments.values() if each["attributeOptionId"] == identity]:
        del tenant.assignments[each["id"]]


@operation("GET", f"{ORG}/attributes", "key token", 60, query=SKIP)
async def list_attributes(service: Service, ask: Ask) -> Any:
    rows = list(ask.tenant.attributes.values())
    if ask.caller.role == "MEMBER" and "members-see-less" in service.choices:
        rows = [row for row in rows if row["enabled"]]
    return paged(service, ask, rows)


@operation(
    "POST",
    f"{ORG}/attributes",
    "key token",
    10,
    body=rules.ATTRIBUTE,
    needed=("name", "slug", "type", "options"),
    status=201,
)
async def create_attribute(service: Service, ask: Ask) -> Any:
    kept = stored(service, {name: ask.body[name] for name in ("name", "slug", "type", "enabled") if name in ask.body})
    free_slug(service, list(ask.tenant.attributes.values()), kept)
    if "options-on-texts-refused" in service.choices and ask.body["options"] and kept["type"] in ("TEXT", "NUMBER"):
        raise RefusedError(400, "Only a select attribute has options.")
    identity = service.store.text()
    row = {"id": identity, "teamId": ask.tenant.org, "enabled": True, "usersCanEditRelation": False} | kept
    ask.tenant.attributes[identity] = row
    for option in ask.body["options"]:
        add_option(service, ask.tenant, identity, option)
    return row


def add_option(service: Service, tenant: Tenant, identity: str, body: Row) -> Row:
    """Give an attribute one more option."""
    kept = stored(service, {name: body.get(name) for name in ("value", "slug")})
    free_slug(service, options_of(tenant, identity), kept)
    row = {"id": service.store.text(), "attributeId": identity} | kept
    tenant.options[row["id"]] = row
    return row


@operation("GET", f"{ORG}/attributes/{{attributeId}}", "key token", 60)
async def show_attribute(service: Service, ask: Ask) -> Any:
    row = attribute(ask)
    if ask.caller.role == "MEMBER" and "members-see-less" in service.choices and not row["enabled"]:
        raise RefusedError(404, "No such attribute.")
    return row


@operation("PATCH", f"{ORG}/attributes/{{attributeId}}", "key token", 10, body=rules.ATTRIBUTE_CHANGE)
async def change_attribute(service: Service, ask: Ask) -> Any:
    row = attribute(ask)
    change = stored(service, {name: value for name, value in ask.body.items() if name in rules.ATTRIBUTE_CHANGE})
    free_slug(service, list(ask.tenant.attributes.values()), change, row["id"])
    row |= change
    return row


@operation("DELETE", f"{ORG}/attributes/{{attributeId}}", "key token", 5)
async def delete_attribute(service: Service, ask: Ask) -> Any:
    row = attribute(ask)
    for option in options_of(ask.tenant, row["id"]):
        drop_option(ask.tenant, option["id"])
    del ask.tenant.attributes[row["id"]]
    return row


@operation(
    "POST",
    f"{ORG}/attributes/{{attributeId}}/options",
    "key token",
    10,
    body=rules.OPTION,
    needed=("value", "slug"),
    status=201,
)
async def create_option(service: Service, ask: Ask) -> Any:
    row = attribute(ask)
    if "options-on-texts-refused" in service.choices and row["type"] in ("TEXT", "NUMBER"):
        raise RefusedError(400, "Only a select attribute has options.")
    return add_option(service, ask.tenant, row["id"], ask.body)


@operation("GET", f"{ORG}/attributes/{{attributeId}}/options", "key token", 60)
async def list_options(service: Service, ask: Ask) -> Any:
    rows = options_of(ask.tenant, attribute(ask)["id"])
    return rows[::-1] if "newest-first" in service.choices else rows


def option(ask: Ask) -> Row:
    """The option the path names, below its attribute."""
    row = one(ask.tenant.options, ask.path["optionId"], "option")
    if row["attributeId"] != attribute(ask)["id"]:
        raise RefusedError(404, "No such option.")
    return row


@operation("DELETE", f"{ORG}/attributes/{{attributeId}}/options/{{optionId}}", "key token", 5)
async def delete_option(service: Service, ask: Ask) -> Any:
    row = option(ask)
    drop_option(ask.tenant, row["id"])
    return row


@operation("PATCH", f"{ORG}/attributes/{{attributeId}}/options/{{optionId}}", "key token", 10, body=rules.OPTION)
async def change_option(service: Service, ask: Ask) -> Any:
    row = option(ask)
    change = stored(service, {name: value for name, value in ask.body.items() if name in rules.OPTION})
    free_slug(service, options_of(ask.tenant, row["attributeId"]), change, row["id"])
    row |= change
    return row


ASSIGNED = SKIP | {"assignedOptionIds": several(those(bool)), "teamIds": several(whole(1))}


@operation("GET", f"{ORG}/attributes/{{attributeId}}/options/assigned", "key token", 60, query=ASSIGNED)
async def list_assigned(service: Service, ask: Ask) -> Any:
    return assigned(service, ask, attribute(ask))


@operation("GET", f"{ORG}/attributes/slugs/{{attributeSlug}}/options/assigned", "key token", 60, query=ASSIGNED)
async def list_assigned_by_slug(service: Service, ask: Ask) -> Any:
    for row in ask.tenant.attributes.values():
        if row["slug"] == ask.path["attributeSlug"]:
            return assigned(service, ask, row)
    raise RefusedError(404, "No such attribute.")


def assigned(service: Service, ask: Ask, row: Row) -> list[Row]:
    """The options of an attribute that somebody has."""
    rows = []
    for each in options_of(ask.tenant, row["id"]):
        holders = [one["memberId"] for one in ask.tenant.assignments.values() if one["attributeOptionId"] == each["id"]]
        users = [ask.tenant.memberships[holder]["userId"] for holder in holders]
        rows.append(each | {"assignedUserIds": users})
    rows = [each for each in rows if each["assignedUserIds"]]
    if "assignedOptionIds" in ask.query:
        rows = [each for each in rows if each["id"] in ask.query["assignedOptionIds"]]
    if "teamIds" in ask.query and ask.tenant.org not in ask.query["teamIds"]:
        rows = []
    return paged(service, ask, rows)


def member(ask: Ask) -> Row:
    """The membership of the user the path names."""
    identity = rules.whole(ask.path["userId"])
    for row in ask.tenant.memberships.values():
        if row["userId"] == identity:
            return row
    raise RefusedError(404, "No such member.")


def held(tenant: Tenant, holder: Row) -> list[tuple[Row, Row]]:
    """A member's assignments with their options."""
    mine = [each for each in tenant.assignments.values() if each["memberId"] == holder["id"]]
    return [(each, tenant.options[each["attributeOptionId"]]) for each in mine]


@operation(
    "POST",
    f"{ORG}/attributes/options/{{userId}}",
    "key token",
    10,
    body=rules.ASSIGNMENT,
    needed=("attributeId",),
    status=201,
)
async def assign(service: Service, ask: Ask) -> Any:
    if "attributeOptionId" not in ask.body and "value" not in ask.body:
        raise RefusedError(400, "attributeOptionId or value is needed")
    holder = member(ask)
    row = one(ask.tenant.attributes, ask.body["attributeId"], "attribute")
    name = "id" if "attributeOptionId" in ask.body else "value"
    wanted = ask.body["attributeOptionId" if name == "id" else "value"]
    found = [each for each in options_of(ask.tenant, row["id"]) if each[name] == wanted]
    if not found:
        raise RefusedError(404, "No such option.")
    for mine, option in held(ask.tenant, holder):
        if option["id"] == found[0]["id"]:
            raise RefusedError(400 if "duplicates-400" in service.choices else 409, "The user has it.")
        if option["attributeId"] == row["id"] and row["type"] != "MULTI_SELECT":
            del ask.tenant.assignments[mine["id"]]
    identity = service.store.text()
    made = {"id": identity, "memberId": holder["id"], "attributeOptionId": found[0]["id"]}
    ask.tenant.assignments[identity] = made
    return made


@operation("GET", f"{ORG}/attributes/options/{{userId}}", "key token", 60)
async def list_held(service: Service, ask: Ask) -> Any:
    return [option | {"id": mine["id"]} for mine, option in held(ask.tenant, member(ask))]


@operation("DELETE", f"{ORG}/attributes/options/{{userId}}/{{attributeOptionId}}", "key token", 5)
async def unassign(service: Service, ask: Ask) -> Any:
    for mine, option in held(ask.tenant, member(ask)):
        if option["id"] == ask.path["attributeOptionId"]:
            return ask.tenant.assignments.pop(mine["id"])
    raise RefusedError(404, "The user does not have it.")


# -- bookings -------------------------------------------------------------------------------------------------------

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


# -- delegation credentials -----------------------------------------------------------------------------------------


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


# -- memberships ----------------------------------------------------------------------------------------------------


def membership_view(service: Service, tenant: Tenant, row: Row) -> Row:
    """A membership as answered, with its user."""
    user = tenant.users[row["userId"]]
    shown = ["username", "name", "email", "bio"]
    shown += [] if "optional-members-missing" in service.choices else ["avatarUrl", "metadata"]
    return row | {"user": {name: user[name] for name in shown}}


def membership(ask: Ask) -> Row:
    """The membership the path names."""
    return one(ask.tenant.memberships, rules.whole(ask.path["membershipId"]), "membership")


def leave(tenant: Tenant, row: Row) -> None:
    """End a membership and what hangs on it."""
    for mine, _ in held(tenant, row):
        del tenant.assignments[mine["id"]]
    del tenant.memberships[row["id"]]


@operation("GET", f"{ORG}/memberships", "key client", 60, query=SKIP)
async def list_memberships(service: Service, ask: Ask) -> Any:
    rows = list(ask.tenant.memberships.values())
    if ask.caller.role == "MEMBER" and "members-see-less" in service.choices:
        rows = rows[:1]
    rows = paged(service, ask, rows, told=optional(service))
    return [membership_view(service, ask.tenant, row) for row in rows]


@operation(
    "POST",
    f"{ORG}/memberships",
    "key client",
    10,
    body=rules.MEMBERSHIP,
    needed=("userId", "role"),
    status=201,
)
async def create_membership(service: Service, ask: Ask) -> Any:
    user = one(ask.tenant.users, ask.body["userId"], "user")
    if any(each["userId"] == user["id"] for each in ask.tenant.memberships.values()):
        raise RefusedError(400 if "duplicates-400" in service.choices else 409, "A member already.")
    identity = service.store.number()
    row = {
        "id": identity,
        "teamId": ask.tenant.org,
        "accepted": False,
        "disableImpersonation": False,
        "attributes": [],
    } | {name: value for name, value in ask.body.items() if name in rules.MEMBERSHIP}
    row["userId"] = user["id"]
    ask.tenant.memberships[identity] = row
    if "late-side-effects" in service.choices:
        service.later(lambda: row.update(attributes=[{"id": "a", "type": "text", "value": "x"}]))
    return membership_view(service, ask.tenant, row)


@operation("GET", f"{ORG}/memberships/{{membershipId}}", "key client", 60)
async def show_membership(service: Service, ask: Ask) -> Any:
    row = membership(ask)
    if (
        ask.caller.role == "MEMBER"
        and "members-see-less" in service.choices
        and row is not next(iter(ask.tenant.memberships.values()))
    ):
        raise RefusedError(403, "Not yours.")
    return membership_view(service, ask.tenant, row)


@operation("DELETE", f"{ORG}/memberships/{{membershipId}}", "key client", 5)
async def delete_membership(service: Service, ask: Ask) -> Any:
    row = membership(ask)
    view = membership_view(service, ask.tenant, row)
    leave(ask.tenant, row)
    return view


@operation("PATCH", f"{ORG}/memberships/{{membershipId}}", "key client", 10, body=rules.MEMBERSHIP_CHANGE)
async def change_membership(service: Service, ask: Ask) -> Any:
    row = membership(ask)
    row |= {name: value for name, value in ask.body.items() if name in rules.MEMBERSHIP_CHANGE}
    return membership_view(service, ask.tenant, row)


# -- routing forms --------------------------------------------------------------------------------------------------

FORMS = (
    SKIP
    | {name: read for name, read in TIMES.items() if name not in ("afterStart", "beforeEnd")}
    | {
        "sortCreatedAt": WAY,
        "sortUpdatedAt": WAY,
        "routedToBookingUid": str,
        "teamIds": several(whole(1)),
    }
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
