"""Ways in which this deployment can break its promises, each at one operation; none is one of the sandbox's."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from tests.foreign import faults_of_access, faults_of_lists, faults_of_state, operations, rules
from tests.foreign.planting import CLIENT, FAULTS, ORG, after, around, elsewhere, lax, remembered
from tests.foreign.service import Ask, Does, RefusedError, Service
from tests.foreign.store import Row
from tests.foreign.wire import Answer

__all__ = ["FAULTS", "faults_of_access", "faults_of_lists", "faults_of_state"]


# -- pages ----------------------------------------------------------------------------------------------------------


def _info(answer: Answer) -> Row:
    info: Row = answer.body.get("pagination", {})
    return info


@after(f"GET {CLIENT}/users")
def no_next_page_for_one_item(service: Service, ask: Ask, answer: Answer) -> None:
    """hasNextPage is false where just one item is left."""
    if _info(answer)["remainingItems"] == 1:
        _info(answer)["hasNextPage"] = False


@after(f"GET {ORG}/bookings")
def one_page_more_on_multiples(service: Service, ask: Ask, answer: Answer) -> None:
    """totalPages is one too many where the page size divides the number of items."""
    _info(answer)["totalPages"] = _info(answer)["totalItems"] // _info(answer)["itemsPerPage"] + 1


@after(f"GET {ORG}/attributes")
def remaining_ignores_the_offset(service: Service, ask: Ask, answer: Answer) -> None:
    """remainingItems is everything but this page."""
    _info(answer)["remainingItems"] = _info(answer)["totalItems"] - len(answer.body["data"])


@around(f"GET {CLIENT}/users")
async def total_counted_once_in_a_while(does: Does, service: Service, ask: Ask) -> Any:
    """totalItems is counted every four seconds only."""
    data = await does(service, ask)
    info, now, memory = ask.answered["pagination"], service.store.now().timestamp(), remembered(service)
    place = ("total", ask.tenant.name, str(ask.query.get("emails")))
    if place not in memory or now > memory[place][0] + 4:
        memory[place] = (now, info["totalItems"])
    info["totalItems"] = memory[place][1]
    return data


@around(f"GET {ORG}/bookings")
async def deep_pages_slip_by_one(does: Does, service: Service, ask: Ask) -> Any:
    """From the tenth item on, pages begin one item late."""
    if ask.query.get("skip", 0) >= 10:
        ask.query["skip"] += 1
    return await does(service, ask)


@around(f"GET {CLIENT}/webhooks")
async def other_order_on_long_pages(does: Does, service: Service, ask: Ask) -> Any:
    """Pages of more than ten items are ordered by id, shorter ones by age."""
    rows = ask.tenant.webhooks
    if ask.query.get("take", 100) > 10:
        ask.tenant.webhooks = dict(sorted(rows.items(), key=lambda item: str(item[0])))
    data = await does(service, ask)
    ask.tenant.webhooks = rows
    return data


@around(f"GET {CLIENT}/users")
async def offset_forgotten_with_a_filter(does: Does, service: Service, ask: Ask) -> Any:
    """A filtered list always begins with its first item."""
    if "emails" in ask.query:
        ask.query.pop("offset", None)
    return await does(service, ask)


@after(f"GET {ORG}/bookings")
def large_ids_as_text(service: Service, ask: Ask, answer: Answer) -> None:
    """Ids above 2^29 are texts."""
    for row in answer.body["data"]:
        row["id"] = str(row["id"]) if row["id"] > 2**29 else row["id"]


@after(f"GET {ORG}/attributes")
def null_on_the_second_page(service: Service, ask: Ask, answer: Answer) -> None:
    """Beyond the first page the slug is null."""
    if ask.query.get("skip"):
        for row in answer.body["data"]:
            row["slug"] = None


@after(f"GET {ORG}/memberships")
def listed_under_the_users_id(service: Service, ask: Ask, answer: Answer) -> None:
    """In the list a membership has the id of its user."""
    for row in answer.body["data"]:
        row["id"] = row["userId"]


@after(f"GET {ORG}/attributes/{{attributeId}}/options")
def another_form_in_the_list(service: Service, ask: Ask, answer: Answer) -> None:
    """The list has an option's slug in upper case."""
    for row in answer.body["data"]:
        row["slug"] = row["slug"].upper()


elsewhere("pagination-missing-when-empty", "every list", "An empty page has no pagination object.")


# -- filters and sorting --------------------------------------------------------------------------------------------


@around(f"GET {ORG}/bookings")
async def attendee_name_by_prefix(does: Does, service: Service, ask: Ask) -> Any:
    """attendeeName finds names that begin with the text only."""
    return await _narrowed(
        does,
        service,
        ask,
        "attendeeName",
        lambda row, text: any((each["name"] or "").startswith(text) for each in row["attendees"]),
    )


@around(f"GET {ORG}/bookings")
async def uid_by_prefix(does: Does, service: Service, ask: Ask) -> Any:
    """bookingUid finds all bookings whose uid begins with the text."""
    return await _narrowed(does, service, ask, "bookingUid", lambda row, text: row["uid"].startswith(text))


@around(f"GET {ORG}/bookings")
async def attendee_email_by_domain(does: Does, service: Service, ask: Ask) -> Any:
    """attendeeEmail looks at what stands behind the @ only."""
    return await _narrowed(
        does,
        service,
        ask,
        "attendeeEmail",
        lambda row, text: any(each["email"].partition("@")[2] == text.partition("@")[2] for each in row["attendees"]),
    )


@around(f"GET {ORG}/bookings")
async def last_status_dropped(does: Does, service: Service, ask: Ask) -> Any:
    """Of several statuses the last has no effect."""
    if len(ask.query.get("status", [])) > 1:
        ask.query["status"] = ask.query["status"][:-1]
    return await does(service, ask)


async def _narrowed(does: Does, service: Service, ask: Ask, name: str, keeps: Callable[[Row, Any], bool]) -> Any:
    if name not in ask.query:
        return await does(service, ask)
    wanted, rows = ask.query.pop(name), ask.tenant.bookings
    ask.tenant.bookings = {key: row for key, row in rows.items() if keeps(row, wanted)}
    data = await does(service, ask)
    ask.tenant.bookings = rows
    return data


@around(f"GET {ORG}/bookings")
async def bare_date_is_its_start(does: Does, service: Service, ask: Ask) -> Any:
    """beforeCreatedAt with a bare date means the start of that day."""
    sent = dict(ask.call.query).get("beforeCreatedAt", "")
    if len(sent) == 10:
        ask.query["beforeCreatedAt"] = f"{sent}T00:00:00.000Z"
    return await does(service, ask)


@around(f"GET {ORG}/routing-forms")
async def zone_of_a_filter_ignored(does: Does, service: Service, ask: Ask) -> Any:
    """The offset of a time in afterUpdatedAt is left out of account."""
    sent = dict(ask.call.query).get("afterUpdatedAt", "")
    if len(sent) > 10:
        ask.query["afterUpdatedAt"] = f"{sent[:19]}.000Z"
    return await does(service, ask)


@around(f"GET {ORG}/bookings")
async def after_start_means_the_end(does: Does, service: Service, ask: Ask) -> Any:
    """afterStart looks at the end of a booking."""
    if "afterStart" in ask.query:
        limit = ask.query.pop("afterStart")
        rows = ask.tenant.bookings
        ask.tenant.bookings = {key: row for key, row in rows.items() if row["end"] >= limit}
        data = await does(service, ask)
        ask.tenant.bookings = rows
        return data
    return await does(service, ask)


@around(f"GET {ORG}/routing-forms")
async def sorted_by_time_of_day(does: Does, service: Service, ask: Ask) -> Any:
    """sortUpdatedAt looks at the time of day alone."""
    if "sortUpdatedAt" not in ask.query:
        return await does(service, ask)
    way, rows = ask.query.pop("sortUpdatedAt"), ask.tenant.forms
    ordered = sorted(rows.items(), key=lambda item: item[1]["updatedAt"][11:], reverse=way == "desc")
    ask.tenant.forms = dict(ordered)
    data = await does(service, ask)
    ask.tenant.forms = rows
    return data


@around(f"GET {ORG}/bookings")
async def sorted_within_the_page(does: Does, service: Service, ask: Ask) -> Any:
    """sortEnd orders the items of each page, not the list."""
    way = ask.query.pop("sortEnd", None)
    data = await does(service, ask)
    return sorted(data, key=lambda row: row["end"], reverse=way == "desc") if way else data


@around(f"GET {ORG}/attributes/{{attributeId}}/options/assigned")
async def unassigned_stay_listed(does: Does, service: Service, ask: Ask) -> Any:
    """The list of assigned options has those that nobody has as well."""
    data = await does(service, ask)
    there = {row["id"] for row in data}
    rows = operations.options_of(ask.tenant, ask.path["attributeId"])
    more = [
        row | {"assignedUserIds": []} for row in rows if row["id"] not in there and "assignedOptionIds" not in ask.query
    ]
    info = ask.answered["pagination"]
    info["totalItems"] += len(more)
    return data + more


# -- credentials ----------------------------------------------------------------------------------------------------

elsewhere(
    "member-may-unassign",
    f"DELETE {ORG}/attributes/options/{{userId}}/{{attributeOptionId}}",
    "The key of a member who may only look takes options from users.",
)
elsewhere("undefined-is-a-key", "operations of an organization", "The key `undefined` is an administrator's.")
elsewhere("own-rows-under-any-organization", f"GET {ORG}/bookings", "The organization in the path is not looked at.")


@around(f"GET {ORG}/attributes")
async def good_key_refused_at_times(does: Does, service: Service, ask: Ask) -> Any:
    """Every fortieth request gets 401."""
    if service.asked % 40 == 0:
        raise RefusedError(401, "Who are you?")
    return await does(service, ask)


@around(f"POST {ORG}/attributes/options/{{userId}}")
async def anybodys_option_assigned(does: Does, service: Service, ask: Ask) -> Any:
    """The attribute in the body may be another tenant's."""
    for tenant in service.store.tenants:
        if ask.body["attributeId"] in tenant.attributes and tenant is not ask.tenant:
            return {"id": service.store.text(), "memberId": operations.member(ask)["id"]} | {
                "attributeOptionId": ask.body.get("attributeOptionId", "one")
            }
    return await does(service, ask)


@around(f"PATCH {ORG}/attributes/{{attributeId}}/options/{{optionId}}")
async def option_under_any_attribute(does: Does, service: Service, ask: Ask) -> Any:
    """An option is found under each attribute of the organization."""
    if (row := ask.tenant.options.get(ask.path["optionId"])) and ask.path["attributeId"] in ask.tenant.attributes:
        ask.path["attributeId"] = row["attributeId"]
    return await does(service, ask)


@around(f"DELETE {ORG}/attributes/options/{{userId}}/{{attributeOptionId}}")
async def taken_from_whoever_has_it(does: Does, service: Service, ask: Ask) -> Any:
    """The user in the path is not looked at: the option is taken from the first who has it."""
    for mine in list(ask.tenant.assignments.values()):
        if mine["attributeOptionId"] == ask.path["attributeOptionId"]:
            return ask.tenant.assignments.pop(mine["id"])
    return await does(service, ask)


@around(f"GET {ORG}/attributes/{{attributeId}}/options")
async def parent_not_looked_at(does: Does, service: Service, ask: Ask) -> Any:
    """The list has the options of all attributes of the organization."""
    operations.attribute(ask)
    return list(ask.tenant.options.values())


@around(f"GET {ORG}/attributes/options/{{userId}}")
async def options_of_everybody(does: Does, service: Service, ask: Ask) -> Any:
    """A user's options are those of all users."""
    operations.member(ask)
    return [
        ask.tenant.options[mine["attributeOptionId"]] | {"id": mine["id"]} for mine in ask.tenant.assignments.values()
    ]


# -- tokens ---------------------------------------------------------------------------------------------------------


@around("POST /v2/oauth/{clientId}/refresh")
async def rotation_works_once(does: Does, service: Service, ask: Ask) -> Any:
    """The refresh token that a refresh gives is not known to the next."""
    data = await does(service, ask)
    service.store.refresh.pop(data["refreshToken"])
    return data


@around("POST /v2/oauth/{clientId}/refresh")
async def refresh_ends_others_sessions(does: Does, service: Service, ask: Ask) -> Any:
    """A refresh ends the access tokens of all other users of the client."""
    data = await does(service, ask)
    mine = service.store.access[data["accessToken"]]["user"]
    for text in [text for text, row in service.store.access.items() if row["user"] != mine]:
        del service.store.access[text]
    return data


@around("POST /v2/oauth/{clientId}/refresh")
async def losers_succeed_with_an_error(does: Does, service: Service, ask: Ask) -> Any:
    """A refresh that meets another under way is answered 200 with an error inside."""
    if ask.body["refreshToken"] in service.locked:
        ask.answered |= {"status": "error", "message": "Busy."}
        return None
    return await does(service, ask)


@around(f"POST {CLIENT}/users")
async def tokens_of_the_user_before(does: Does, service: Service, ask: Ask) -> Any:
    """A new user gets tokens of the one that was created before."""
    data, memory = await does(service, ask), remembered(service)
    before = memory.get("user before", data["user"]["id"])
    memory["user before"] = data["user"]["id"]
    return {"user": data["user"], **service.store.pair(ask.tenant, before)}


@after("POST /v2/oauth/{clientId}/refresh")
def expiry_in_local_time(service: Service, ask: Ask, answer: Answer) -> None:
    """The expiry of the refreshed access token is told two hours too late, as a clock in summer time has it."""
    answer.body["data"]["accessTokenExpiresAt"] += 7200


@around(f"POST {CLIENT}/users/{{userId}}/force-refresh")
async def forced_tokens_of_another_client(does: Does, service: Service, ask: Ask) -> Any:
    """The token's clientId is a fixed one, that of the first client."""
    operations.managed(ask)
    first, data = service.store.tenants[0], await does(service, ask)
    payload = {"jti": service.store.text(), "clientId": first.client[::-1], "ownerId": rules.whole(ask.path["userId"])}
    payload |= {"iat": int(service.store.now().timestamp()), "expiresAt": data["accessTokenExpiresAt"]}
    text = service.store.signed(payload)
    service.store.access[text] = service.store.access[data["accessToken"]]
    return data | {"accessToken": text}


# -- answers --------------------------------------------------------------------------------------------------------


@around(f"GET {CLIENT}/webhooks/{{webhookId}}")
async def missing_is_a_success(does: Does, service: Service, ask: Ask) -> Any:
    """A webhook that is not there is answered 200 with null."""
    try:
        return await does(service, ask)
    except RefusedError:
        return None


@after(f"GET {ORG}/attributes/options/{{userId}}")
def something_behind_the_json(service: Service, ask: Ask, answer: Answer) -> None:
    """Behind the JSON stands a comment of the server."""
    answer.raw = json.dumps(answer.body).encode() + b"\n<!-- served by web-3 -->"


@after(f"PATCH {ORG}/memberships/{{membershipId}}")
def no_content_type(service: Service, ask: Ask, answer: Answer) -> None:
    """The Content-Type is empty."""
    answer.kind = ""


@after(f"GET {ORG}/routing-forms")
def cache_control_misspelt(service: Service, ask: Ask, answer: Answer) -> None:
    """Cache-Control says nocache."""
    answer.header("Cache-Control", "nocache")


@after(f"GET {CLIENT}/users")
def one_time_without_a_zone(service: Service, ask: Ask, answer: Answer) -> None:
    """Every fifth user of a page has a createdDate without a zone."""
    for row in answer.body["data"][4::5]:
        row["createdDate"] = row["createdDate"].rstrip("Z")


@after(f"GET {ORG}/bookings")
def names_in_latin_1(service: Service, ask: Ask, answer: Answer) -> None:
    """The body is not UTF-8."""
    answer.raw = json.dumps(answer.body, ensure_ascii=False).encode("latin-1", "replace")


@after(f"GET {ORG}/memberships/{{membershipId}}")
def nested_null(service: Service, ask: Ask, answer: Answer) -> None:
    """The email of a membership's user is null."""
    answer.body["data"]["user"]["email"] = None


@after(f"POST {ORG}/delegation-credentials")
def number_as_float_text(service: Service, ask: Ask, answer: Answer) -> None:
    """The organization's id is a text with a decimal point."""
    answer.body["data"]["organizationId"] = f"{answer.body['data']['organizationId']}.0"


@after(f"GET {CLIENT}/users/{{userId}}")
def list_in_place_of_item(service: Service, ask: Ask, answer: Answer) -> None:
    """A single user is answered as a list of one."""
    answer.body["data"] = [answer.body["data"]]


# -- state ----------------------------------------------------------------------------------------------------------


@around(f"PATCH {CLIENT}/webhooks/{{webhookId}}")
async def false_is_not_stored(does: Does, service: Service, ask: Ask) -> Any:
    """An update to false is taken as not sent."""
    ask.body = {name: value for name, value in ask.body.items() if value is not False}
    return await does(service, ask)


@around(f"PATCH {CLIENT}/users/{{userId}}")
async def empty_text_is_not_stored(does: Does, service: Service, ask: Ask) -> Any:
    """An update to an empty text is taken as not sent."""
    ask.body = {name: value for name, value in ask.body.items() if value != ""}
    return await does(service, ask)


@around(f"PATCH {CLIENT}/users/{{userId}}")
async def metadata_flattened(does: Does, service: Service, ask: Ask) -> Any:
    """The values of metadata become texts."""
    if "metadata" in ask.body:
        ask.body["metadata"] = {name: str(value) for name, value in ask.body["metadata"].items()}
    return await does(service, ask)


@around(f"POST {CLIENT}/users")
async def letters_garbled(does: Does, service: Service, ask: Ask) -> Any:
    """A name is read as Latin-1, so that ü becomes two letters."""
    ask.body["name"] = ask.body["name"].encode("utf-8", "replace").decode("latin-1")
    return await does(service, ask)


@around(f"PATCH {ORG}/attributes/{{attributeId}}/options/{{optionId}}")
async def html_escaped(does: Does, service: Service, ask: Ask) -> Any:
    """An option's value is kept with its signs escaped for HTML."""
    if "value" in ask.body:
        ask.body["value"] = ask.body["value"].replace("&", "&amp;").replace("<", "&lt;").replace("'", "&#39;")
    return await does(service, ask)


@around(f"POST {CLIENT}/webhooks")
async def long_text_cut_off(does: Does, service: Service, ask: Ask) -> Any:
    """A payloadTemplate is cut off after 20 letters."""
    if "payloadTemplate" in ask.body:
        ask.body["payloadTemplate"] = ask.body["payloadTemplate"][:20]
    return await does(service, ask)


@around(f"PATCH {ORG}/memberships/{{membershipId}}")
async def answers_what_was_before(does: Does, service: Service, ask: Ask) -> Any:
    """An update answers with the membership as it was before."""
    before = operations.membership_view(service, ask.tenant, dict(operations.membership(ask)))
    await does(service, ask)
    return before


@around(f"POST {CLIENT}/webhooks")
async def created_twice(does: Does, service: Service, ask: Ask) -> Any:
    """A creation makes two webhooks, one of which nobody is told of."""
    await does(service, ask)
    return await does(service, ask)


@around(f"PATCH {ORG}/attributes/{{attributeId}}/options/{{optionId}}")
async def siblings_change_as_well(does: Does, service: Service, ask: Ask) -> Any:
    """An update of an option's value changes all options of the attribute."""
    data = await does(service, ask)
    for row in operations.options_of(ask.tenant, ask.path["attributeId"]):
        row["value"] = ask.body.get("value", row["value"])
    return data


@around(f"PATCH {CLIENT}/users/{{userId}}")
async def all_users_change(does: Does, service: Service, ask: Ask) -> Any:
    """An update of a time zone changes that of all users of the client."""
    if "timeZone" in ask.body:
        for identity in ask.tenant.managed:
            ask.tenant.users[identity]["timeZone"] = ask.body["timeZone"]
    return await does(service, ask)


@around(f"DELETE {ORG}/memberships/{{membershipId}}")
async def newest_goes_as_well(does: Does, service: Service, ask: Ask) -> Any:
    """A deletion takes the membership that was made last with it."""
    data = await does(service, ask)
    if ask.tenant.memberships:
        operations.leave(ask.tenant, list(ask.tenant.memberships.values())[-1])
    return data


@around(f"POST {ORG}/attributes")
async def options_of_a_new_attribute_lost(does: Does, service: Service, ask: Ask) -> Any:
    """The options sent with a new attribute are not stored."""
    ask.body["options"] = []
    return await does(service, ask)


@around(f"POST {ORG}/attributes/options/{{userId}}")
async def single_select_adds(does: Does, service: Service, ask: Ask) -> Any:
    """A second option of a SINGLE_SELECT attribute is added to the first."""
    row = ask.tenant.attributes.get(ask.body["attributeId"], {})
    kind, row["type"] = row.get("type"), "MULTI_SELECT"
    try:
        return await does(service, ask)
    finally:
        row["type"] = kind


@around(f"POST {ORG}/attributes")
async def slug_taken_for_ever(does: Does, service: Service, ask: Ask) -> Any:
    """The slug of an attribute stays taken when it is deleted."""
    taken = remembered(service).setdefault((ask.tenant.name, "slugs"), set())
    if ask.body["slug"] in taken:
        raise RefusedError(409, "That is taken.")
    data = await does(service, ask)
    taken.add(ask.body["slug"])
    return data


@around(f"PATCH {ORG}/attributes/{{attributeId}}/options/{{optionId}}")
async def conflict_unseen_on_update(does: Does, service: Service, ask: Ask) -> Any:
    """An option may be given the slug of another."""
    row = operations.option(ask)
    row |= {name: value for name, value in ask.body.items() if name in ("value", "slug")}
    return row


@around(f"GET {CLIENT}/users/{{userId}}")
async def replica_lags(does: Does, service: Service, ask: Ask) -> Any:
    """A user is read as it was up to two seconds ago."""
    data = await does(service, ask)
    past = remembered(service).setdefault(("past", data["id"]), [])
    now = service.store.now().timestamp()
    past.append((now, data))
    return next(data for when, data in past if when > now - 2)


@around(f"DELETE {ORG}/attributes/{{attributeId}}/options/{{optionId}}")
async def deleted_a_while_later(does: Does, service: Service, ask: Ask) -> Any:
    """A deleted option is gone some four seconds later."""
    row = operations.option(ask)

    def drop() -> None:
        if row["id"] in ask.tenant.options:
            operations.drop_option(ask.tenant, row["id"])

    asyncio.get_running_loop().call_later(4, drop)
    return row


@around(f"GET {ORG}/attributes/{{attributeId}}")
async def reading_changes_it(does: Does, service: Service, ask: Ask) -> Any:
    """Every read changes the attribute's name."""
    row = operations.attribute(ask)
    row["name"] = f"{(row['name'] or '').split(' #')[0]} #{service.asked}"
    return row


# -- input ----------------------------------------------------------------------------------------------------------


lax("any-weekday", f"POST {CLIENT}/users", "Any text is a day of the week.", "weekStart", rules.text)
lax("any-time-format", f"PATCH {CLIENT}/users/{{userId}}", "Any number is a time format.", "timeFormat", rules.number)
lax(
    "email-needs-only-an-at",
    f"POST {CLIENT}/users",
    "Any text with an @ is an email address.",
    "email",
    lambda value: rules.text(value) and "@" in value,
)
lax(
    "any-scheme",
    f"POST {CLIENT}/webhooks",
    "The address of a webhook may have any scheme.",
    "subscriberUrl",
    rules.uri,
)
lax(
    "number-as-flag",
    f"PATCH {ORG}/memberships/{{membershipId}}",
    "0 and 1 are taken for false and true.",
    "accepted",
    lambda value: rules.flag(value) or value in (0, 1),
)
lax(
    "service-keys-unchecked",
    f"POST {ORG}/delegation-credentials",
    "The keys of a service account may be any objects.",
    "serviceAccountKey",
    lambda value: isinstance(value, list) and all(map(rules.thing, value)),
)
lax(
    "one-object-for-a-list",
    f"POST {ORG}/attributes",
    "One object is taken for a list of options.",
    "options",
    lambda value: rules.options(value) or (rules.thing(value) and not value),
)


elsewhere("zero-as-event-type", f"GET {ORG}/bookings", "eventTypeIds may be 0, whose minimum is 1.")


@around(f"GET {ORG}/memberships/{{membershipId}}")
async def large_id_500(does: Does, service: Service, ask: Ask) -> Any:
    """An id beyond 32 bits is answered 500."""
    if (rules.whole(ask.path["membershipId"]) or 0) >= 2**31:
        raise RefusedError(500, "integer out of range")
    return await does(service, ask)


@around(f"GET {ORG}/bookings")
async def large_skip_500(does: Does, service: Service, ask: Ask) -> Any:
    """A skip beyond 32 bits is answered 500."""
    if ask.query.get("skip", 0) >= 2**31:
        raise RefusedError(500, "integer out of range")
    return await does(service, ask)


@around(f"GET {ORG}/routing-forms")
async def early_year_500(does: Does, service: Service, ask: Ask) -> Any:
    """A time before 1970 is answered 500."""
    if any(str(value) < "1970" for name, value in ask.query.items() if name.startswith(("after", "before"))):
        raise RefusedError(500, "negative timestamp")
    return await does(service, ask)


@around(f"PATCH {ORG}/attributes/{{attributeId}}/options/{{optionId}}")
async def nothing_to_update_500(does: Does, service: Service, ask: Ask) -> Any:
    """An update without members is answered 500."""
    if not ask.body:
        raise RefusedError(500, "syntax error at or near WHERE")
    return await does(service, ask)


elsewhere("scalar-body-500", f"POST {ORG}/memberships", "A body that is a text or a number is answered 500.")
elsewhere("bytes-500", f"POST {CLIENT}/webhooks", "A body that is no UTF-8 is answered 500.")
elsewhere("stray-percent-500", "every operation", "A % in the path that encodes something is answered 500.")


# -- limits and caches ----------------------------------------------------------------------------------------------

elsewhere("limit-per-address", f"GET {CLIENT}/users/{{userId}}", "Every address is counted by itself.", timed=True)
elsewhere("limit-per-query", f"GET {ORG}/bookings", "Every query is counted by itself.", timed=True)
elsewhere("refusals-extend-window", f"GET {ORG}/memberships", "A refused request begins the window anew.", timed=True)
elsewhere("refusal-in-words", "every operation", "A 429 is a sentence, not JSON.", timed=True)
elsewhere("retry-after-in-milliseconds", "every operation", "Retry-After is 60000.", timed=True)
elsewhere("remaining-counts-up", "every operation", "X-RateLimit-Remaining tells the used ones.", timed=True)


@after(f"GET {ORG}/attributes/{{attributeId}}")
def cache_without_credentials(service: Service, ask: Ask, answer: Answer) -> None:
    """An answer is kept for two seconds and given to whoever asks."""
    service.kept[ask.call.path] = (service.store.now().timestamp(), answer)


@around(f"GET {ORG}/memberships")
async def cache_of_the_path(does: Does, service: Service, ask: Ask) -> Any:
    """An answer is kept for half a second by its path, whatever the query is."""
    memory, now = remembered(service), service.store.now().timestamp()
    if ask.call.path in memory and now < memory[ask.call.path][0] + 0.5:
        ask.answered |= memory[ask.call.path][2]
        return memory[ask.call.path][1]
    data = await does(service, ask)
    memory[ask.call.path] = (now, data, dict(ask.answered))
    return data


@around(f"GET {ORG}/memberships")
async def rows_of_the_neighbour_at_times(does: Does, service: Service, ask: Ask) -> Any:
    """Every seventh answer is the one another tenant asked for."""
    if service.asked % 7 == 0:
        other = next(tenant for tenant in service.store.tenants if tenant is not ask.tenant)
        ask.tenant = other
    return await does(service, ask)


@around(f"GET {ORG}/attributes/options/{{userId}}")
async def failing_at_times(does: Does, service: Service, ask: Ask) -> Any:
    """Every ninth request is answered 500."""
    if service.asked % 9 == 0:
        raise RefusedError(500, "deadlock detected")
    return await does(service, ask)


@after(f"GET {CLIENT}/webhooks")
def tag_of_the_number(service: Service, ask: Ask, answer: Answer) -> None:
    """The ETag is the number of webhooks, so that a change does not change it, and is answered 304."""
    tag = f'W/"{len(ask.tenant.webhooks)}"'
    answer.headers.append(("ETag", tag))
    if ask.call.header("if-none-match") == tag:
        answer.status, answer.raw = 304, b""
