"""Ways in which an operation mistakes what belongs together: parents, children, owners, states and equal things."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from tests.foreign import rules
from tests.foreign.kinds.state import kept, things
from tests.foreign.operations import attributes
from tests.foreign.planting import Entering, Path, remembered
from tests.foreign.service import Ask, Does, Operation, RefusedError, Service
from tests.foreign.store import Row, stamp
from tests.foreign.wire import Answer, Call

Works = Callable[[Does, Service, Ask], Awaitable[Any]]
Spoils = Callable[[Service, Ask, Answer], None]


async def cached_beyond_deletion(works: Does, service: Service, ask: Ask) -> Any:
    """What was read once is read after its deletion, too."""
    memory, place = remembered(service), ask.call.path
    try:
        data = await works(service, ask)
    except RefusedError as refusal:
        if refusal.status == 404 and place in memory:
            return memory[place]
        raise
    memory[place] = dict(data)
    return data


def made_now(name: str) -> Works:
    """Every update sets a time that is not its own."""

    async def does(works: Does, service: Service, ask: Ask) -> Any:
        data = await works(service, ask)
        now = stamp(service.store.now())
        kept(ask, data)[name] = now
        return {**data, name: now}

    return does


async def pair_again(works: Does, service: Service, ask: Ask) -> Any:
    """A second forced refresh gives the pair of the first."""
    memory, place = remembered(service), ask.call.path
    if place not in memory:
        memory[place] = await works(service, ask)
    return memory[place]


async def gone_users_500(works: Does, service: Service, ask: Ask) -> Any:
    """The refresh token of a user who is not there any more is answered 500."""
    memory = remembered(service)
    memory.update({text: row["user"] for text, row in service.store.refresh.items()})
    if memory.get(ask.body["refreshToken"], 0) not in {0, *ask.tenant.users}:
        raise RefusedError(500, "Not foreseen.")
    data = await works(service, ask)
    memory[data["refreshToken"]] = memory[ask.body["refreshToken"]]
    return data


def same_for(name: str) -> Works:
    """A creation that is like an earlier one gives the thing of before."""

    async def does(works: Does, service: Service, ask: Ask) -> Any:
        for row in things(ask).values():
            if row[name] == ask.body[name]:
                return dict(row)
        return await works(service, ask)

    return does


def refused_and_done(enters: Entering, service: Service, call: Call, found: Operation, path: Path) -> Ask:
    """A deletion that is refused for its credential is carried out."""
    try:
        return enters(call, found, path)
    except RefusedError:
        for tenant in service.store.tenants:
            tenant.webhooks.pop(rules.whole(path["webhookId"]), None)
        raise


def values_alike(*names: str) -> Works:
    """That some of its values are taken goes unseen."""

    async def does(works: Does, service: Service, ask: Ask) -> Any:
        wanted = {name: ask.body[name] for name in names if name in ask.body}
        ask.body = ask.body | {name: service.store.text() for name in wanted}
        data = await works(service, ask)
        kept(ask, data).update(wanted)
        return data | wanted

    return does


def unless(test: Callable[[Row], bool], status: int, parent: str = "") -> Works:
    """What is in a certain state, or hangs on something that is, is refused."""

    async def does(works: Does, service: Service, ask: Ask) -> Any:
        shelf = getattr(ask.tenant, parent) if parent else things(ask)
        if any(test(row) for row in shelf.values() if str(row["id"]) in ask.path.values()):
            raise RefusedError(status, "Not so.")
        return await works(service, ask)

    return does


async def held_500(works: Does, service: Service, ask: Ask) -> Any:
    """An option that somebody has cannot be deleted: 500."""
    if any(each["attributeOptionId"] == ask.path["optionId"] for each in ask.tenant.assignments.values()):
        raise RefusedError(500, "Not foreseen.")
    return await works(service, ask)


def unchanged_is_304(service: Service, ask: Ask, answer: Answer) -> None:
    """An update that says what was there already is answered 304."""
    memory, sent = remembered(service), {str(key): value for key, value in ask.body.items()}
    place = ask.call.path
    if memory.get(place) == sent and answer.status == 200:
        answer.status, answer.raw = 304, b""
    memory[place] = sent


async def of_all_tenants(works: Does, service: Service, ask: Ask) -> Any:
    """A slug is looked for among what everybody has."""
    if ask.path["attributeSlug"] not in {row["slug"] for row in ask.tenant.attributes.values()}:
        ask.tenant = next(each for each in service.store.tenants if each is not ask.tenant)
    return await works(service, ask)


async def one_at_a_time(works: Does, service: Service, ask: Ask) -> Any:
    """A second option of a MULTI_SELECT attribute takes the place of the first."""
    data = await works(service, ask)
    holder = attributes.member(ask)
    for mine, option in attributes.held(ask.tenant, holder):
        if mine["id"] != data["id"] and option["attributeId"] == ask.body["attributeId"]:
            del ask.tenant.assignments[mine["id"]]
    return data


async def missing_is_empty(works: Does, service: Service, ask: Ask) -> Any:
    """What hangs on nobody is an empty list."""
    try:
        return await works(service, ask)
    except RefusedError as refusal:
        if refusal.status != 404:
            raise
        return []


async def taken_from_another(works: Does, service: Service, ask: Ask) -> Any:
    """The option is taken from another who has it, if there is one."""
    before = dict(ask.tenant.assignments)
    data = await works(service, ask)
    others = [key for key, row in before.items() if row["attributeOptionId"] == data["attributeOptionId"]]
    others = [key for key in others if key != data["id"]]
    if others:
        ask.tenant.assignments[data["id"]] = before[data["id"]]
        del ask.tenant.assignments[others[0]]
    return data


async def gone_for_good(works: Does, service: Service, ask: Ask) -> Any:
    """Who was a member before cannot be one again."""
    memory = remembered(service)
    there = {row["userId"] for row in ask.tenant.memberships.values()}
    if memory.get(ask.body["userId"]) and ask.body["userId"] not in there:
        raise RefusedError(409, "A member already.")
    data = await works(service, ask)
    memory[ask.body["userId"]] = True
    return data


async def somebody_else(works: Does, service: Service, ask: Ask) -> Any:
    """The user that is shown in a membership is another."""
    data = await works(service, ask)
    other = next(row for row in ask.tenant.users.values() if row["id"] != data["userId"])
    return data | {"user": {name: other[name] for name in data["user"]}}


async def done_with_404(works: Does, service: Service, ask: Ask) -> Any:
    """A deletion is carried out and answered 404."""
    await works(service, ask)
    raise RefusedError(404, "No such thing.")


def all_of(name: str, test: Callable[[Row, Any], bool]) -> Works:
    """Of several values of a filter all have to be met."""

    async def does(works: Does, service: Service, ask: Ask) -> Any:
        wanted = ask.query.get(name, [])
        if len(wanted) < 2:
            return await works(service, ask)
        rows = ask.tenant.bookings
        ask.tenant.bookings = {key: row for key, row in rows.items() if all(test(row, each) for each in wanted)}
        try:
            return await works(service, ask)
        finally:
            ask.tenant.bookings = rows

    return does


async def total_of_the_page(works: Does, service: Service, ask: Ask) -> Any:
    """totalItems is what is on the page."""
    data = await works(service, ask)
    ask.answered["pagination"]["totalItems"] = len(data)
    return data


def zone_dropped(name: str) -> Callable[..., Ask]:
    """The offset of a time is not reckoned with."""

    def does(enters: Entering, _: Service, call: Call, found: Operation, path: Path) -> Ask:
        ask = enters(call, found, path)
        call.query = [
            (each, f"{text[:19]}Z" if each == name and len(text) > 20 and text[-6] in "+-" else text)
            for each, text in call.query
        ]
        return ask

    return does


def sized(name: str, size: int) -> Callable[..., Ask]:
    """A page that is not sized has another size than the document says."""

    def does(enters: Entering, _: Service, call: Call, found: Operation, path: Path) -> Ask:
        ask = enters(call, found, path)
        if name not in dict(call.query):
            call.query = [*call.query, (name, str(size))]
        return ask

    return does


def knowing(service: Service, call: Call, found: Operation) -> bool:
    """Whether a query has a parameter that nobody declared."""
    return any(name not in found.query for name, _ in call.query)


def unknown_parameter_500(enters: Entering, service: Service, call: Call, found: Operation, path: Path) -> Ask:
    """A parameter that nobody declared is answered 500."""
    ask = enters(call, found, path)
    if knowing(service, call, found):
        raise RefusedError(500, "Not foreseen.")
    return ask


def any_tag_is_304(_: Service, ask: Ask, answer: Answer) -> None:
    """Whoever names a tag is told that nothing changed."""
    if ask.call.header("if-none-match") and answer.status == 200:
        answer.status, answer.raw = 304, b""


def seconds_left(service: Service, _: Ask, answer: Answer) -> None:
    """The reset is told as seconds from now."""
    for name, value in list(answer.headers):
        if name == "X-RateLimit-Reset":
            answer.header(name, str(max(0, int(value) - int(service.store.now().timestamp()))))


def end_is_start(_: Service, __: Ask, answer: Answer) -> None:
    """A booking ends when it starts, whatever its duration is."""
    for row in answer.body["data"] if answer.status == 200 else []:
        row["end"] = row["start"]
