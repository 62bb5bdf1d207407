"""Laws of HTTP itself: undeclared methods, and conditional questions where entity tags are offered."""

from __future__ import annotations

from collections.abc import Iterator

from contracts import on
from contracts.api import Api, path_values
from contracts.exchange import Exchange
from contracts.fixtures import Made, made_by, make, nowhere
from contracts.law import Blocked, Broken, Conversation, NotObservable, Observed, Steps, law
from contracts.laws.input import created
from contracts.values import Change, changes
from specs.contract import Contract, Operation, Resource

METHODS = ("PUT", "POST", "PATCH")
"""Methods to try where the document declares them not: none that deletes, should it be there after all."""


def _first_of_paths(contract: Contract) -> Iterator[Operation]:
    """One operation of each path that leaves one of the methods undeclared."""
    seen: set[str] = set()
    for operation in contract.operations:
        if operation.path not in seen and _undeclared(contract, operation):
            seen.add(operation.path)
            yield operation


def _undeclared(contract: Contract, operation: Operation) -> str:
    there = {each.method for each in contract.operations if each.path == operation.path}
    return next((method for method in METHODS if method not in there), "")


def _in_turn(api: Api, depth: str) -> list[None]:
    """Where little is asked, every sixth path in turn."""
    turn = list(_first_of_paths(api.contract)).index(api.operation) + api.seed
    return [] if depth == "quick" and turn % 6 else [None]


@law(family="protocol", on=_first_of_paths, kinds=("status",), each=_in_turn, nowhere=True, writes=True)
def an_undeclared_method_is_refused(api: Api, _: None) -> Conversation:
    """A method the document does not declare for a path is refused with 404 or 405, a 405 naming those there are.

    Asked with PUT, POST or PATCH and without a body, never with DELETE. Proof: a success or a server error; another
    refusal than 404 and 405 is not held against the deployment. What Allow says is judged by its own check.
    """
    method = _undeclared(api.contract, api.operation)
    answer: Exchange = yield api.ask(path=nowhere(api), method=method)
    if answer.ok or (answer.status >= 500 and answer.status != 501):
        raise Broken(f"404 or 405 for {method}", answer.says())


def _gets(contract: Contract) -> Iterator[Operation]:
    return (each for each in on.every(contract) if each.method == "GET")


def _if_not(tag: str) -> tuple[tuple[str, str], ...]:
    return (("If-None-Match", tag),)


@law(family="caching", on=_gets, kinds=("cache",))
def a_tag_is_true(api: Api) -> Conversation:
    """Where an answer carries an ETag, a conditional question is answered by it: 304 only for the tag it has.

    Asked with a tag that was never given, with the one that was, and with it among others. Proof: 304 for a tag that
    was never given; a 304 with a body or with another tag. A deployment that offers no ETag, or answers the right tag
    with the whole thing, promises nothing here.
    """
    plain: Exchange = yield api.ask()
    tag = plain.response.header("ETag") if plain.ok and plain.response else None
    if tag is None:
        raise NotObservable("no ETag is offered")
    other: Exchange = yield api.ask(headers=_if_not('"no-such-tag"'))
    if other.status == 304:
        raise Broken("the whole answer for a tag that was never given", "304", [other])
    same: Exchange = yield api.ask(headers=_if_not(tag))
    if same.ok:
        raise Observed(f"an ETag is offered, and asking with it is answered {same.status} all the same")
    if same.status != 304:
        raise Broken("304, or the whole answer", same.says(), [same])
    told = same.response.header("ETag") if same.response else None
    if told is not None and told.removeprefix("W/") != tag.removeprefix("W/"):
        raise Broken(f"304 with the tag {tag}", told, [plain, same])


def _tagged(api: Api, resource: Resource) -> Steps:
    """Whether a thing of this kind is read with an ETag, so that it is worth making one to be changed.

    Looked up at a thing that other laws have made for themselves already, if they have.
    """
    assert resource.create is not None
    assert resource.read is not None
    maker = api.on(resource.create)
    answer: Exchange = yield from created(maker)
    if not answer.ok:
        return True
    made = made_by(resource, answer, path_values(resource.create, answer.request.target))
    seen: Exchange = yield api.ask(resource.read, path=made.values)
    return not seen.ok or (seen.response is not None and seen.response.header("ETag") is not None)


@law(family="caching", on=on.updates, kinds=("cache",), nowhere=True, writes=True)
def a_tag_changes_with_the_thing(api: Api) -> Conversation:
    """Where a resource is read with an ETag, a change gives it another, and the old one gets no 304 any more.

    Proof: after a change that the deployment says it made, the old tag is still answered with 304, or the new answer
    differs and has the old tag.
    """
    resource = api.resource
    if resource.read is None or resource.create is None:
        raise NotObservable("it cannot be read")
    if not (yield from _tagged(api, resource)):
        raise NotObservable("no ETag is offered")
    made: Made = yield from make(api, resource)
    before: Exchange = yield api.ask(resource.read, path=made.values)
    tag = before.response.header("ETag") if before.ok and before.response else None
    if tag is None:
        raise NotObservable("no ETag is offered")
    news: list[Change] = yield from changes(api, api.operation, made.values, before.data)
    if not news:
        raise NotObservable("no member is known that the change could set to another value")
    changed: Exchange = yield api.ask(path=made.values, body={news[0].name: news[0].value})
    if not changed.ok:
        raise Blocked(f"the change was refused: {changed.says()}")
    after: Exchange = yield api.ask(resource.read, path=made.values, headers=_if_not(tag))
    if after.status == 304:
        raise Broken("another answer for the tag from before the change", "304", [before, changed, after])
    told = after.response.header("ETag") if after.response else None
    if after.ok and told == tag and not tag.startswith("W/") and after.json != before.json:
        raise Broken("another tag after the change", told, [before, changed, after])
