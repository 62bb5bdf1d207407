"""Rules about what a document says in one place and not, or otherwise, in another."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from specs.contract.limits import caching, limits, per
from specs.contract.model import Limit, Operation
from specs.contract.operations import Site, media_schema
from specs.contract.schema_queries import member_at, types
from specs.contract.vocabulary import fold
from specs.lint.examples import schemas
from specs.lint.structure import lost_in_the_cut
from specs.lint.tolerant_view import Found, View, count, listing, mapping, rule
from specs.source.pointers import SpecError, join

_MOST = 0.5  # what more than half of the operations declare is expected of the others


def _odd_ones(view: View, has: Callable[[Site], bool]) -> tuple[list[Site], int]:
    """Give the operations that lack what most have, and how many have it."""
    lacking = [site for site in view.sites if not has(site)]
    having = len(view.sites) - len(lacking)
    return (lacking if having > _MOST * len(view.sites) else []), having


@rule("no-success-answer", "defect", "Operations that declare no success")
def no_success_answer(view: View) -> Iterator[Found]:
    for site in view.sites:
        statuses = [status for status, _, _ in view.responses(site)]
        if statuses and not any(status[:1] in "123" or status == "default" for status in statuses):
            yield join(site.pointer, "responses"), f"{site.key} declares only errors"


@rule("no-error-answers", "remark", "Operations that declare no error, unlike their siblings")
def no_error_answers(view: View) -> Iterator[Found]:
    def has(site: Site) -> bool:
        return any(status[:1] in "45" or status == "default" for status, _, _ in view.responses(site))

    odd, having = _odd_ones(view, has)
    for site in odd:
        yield join(site.pointer, "responses"), f"{site.key} declares no error; {count(having, 'operation')} do"


@rule("no-security", "remark", "Operations that say nothing of credentials, unlike their siblings")
def no_security(view: View) -> Iterator[Found]:
    if "security" in view.raw:
        return
    odd, having = _odd_ones(view, lambda site: "security" in site.node)
    for site in odd:
        yield site.pointer, f"{site.key} names no security scheme; {count(having, 'operation')} do"


@rule("no-limits", "remark", "Operations that declare no rate limit, unlike their siblings")
def no_limits(view: View) -> Iterator[Found]:
    odd, having = _odd_ones(view, lambda site: bool(_limits(view, site)))
    for site in odd:
        yield site.pointer, f"{site.key} declares no limit; {count(having, 'operation')} do"


def _limits(view: View, site: Site) -> tuple[Limit, ...]:
    try:
        return limits(view.raw, site.node, site.pointer)
    except SpecError:
        return ()


@rule("implied-limit", "remark", "Longer limits that can never bind while a shorter one holds")
def implied_limit(view: View) -> Iterator[Found]:
    for site in view.sites:
        for limit in _limits(view, site):
            if limit.implied:
                yield limit.pointer, f"{limit.requests} {per(limit.period)} is implied by the shorter limit"


@rule("undeclared-429", "defect", "Operations with a rate limit that do not declare the answer 429")
def undeclared_429(view: View) -> Iterator[Found]:
    for site in view.sites:
        if _limits(view, site) and not _declares(view, site, "429"):
            yield join(site.pointer, "responses"), f"{site.key} declares a limit but no 429"


@rule("undeclared-401", "remark", "Operations that need a credential and do not declare the answer 401")
def undeclared_401(view: View) -> Iterator[Found]:
    for site in view.sites:
        needed = listing(site.node.get("security", view.raw.get("security")))
        if needed and all(needed) and not _declares(view, site, "401"):
            yield join(site.pointer, "responses"), f"{site.key} needs a credential but declares no 401"


def _declares(view: View, site: Site, status: str) -> bool:
    return any(declared.upper() in (status, "4XX", "DEFAULT") for declared, _, _ in view.responses(site))


@rule("uneven-limit-headers", "remark", "Rate limit headers that only some success answers declare")
def uneven_limit_headers(view: View) -> Iterator[Found]:
    limited = [site for site in view.sites if _limits(view, site)]
    with_headers = [site for site in limited if any("ratelimit" in fold(name) for name in _headers(view, site))]
    if with_headers and len(with_headers) < len(limited):
        names = sorted({name for site in with_headers for name in _headers(view, site) if "ratelimit" in fold(name)})
        several = f"{len(with_headers)} of {count(len(limited), 'operation')} with limits"
        yield with_headers[0].pointer, f"{', '.join(names)} on the success of {several}, from here on"


def _headers(view: View, site: Site) -> list[str]:
    return [name for _, response, _ in view.successes(site) for name in mapping(response.get("headers"))]


@rule(
    "uneven-cache-header",
    "remark",
    "Answers with a stated caching strategy that lack the Cache-Control of their siblings",
)
def uneven_cache_header(view: View) -> Iterator[Found]:
    stated = [site for site in view.sites if caching(site.node, site.pointer)[0] is not None]
    for method in {site.method for site in stated}:
        same = [site for site in stated if site.method == method]
        lacking = [site for site in same if "cachecontrol" not in map(fold, _headers(view, site))]
        for site in lacking if len(lacking) < len(same) else ():
            having = len(same) - len(lacking)
            yield site.pointer, f"{site.key} does not declare Cache-Control; {having} of {len(same)} do"


def _names(operation: Operation) -> str:
    """Name the page parameters an operation takes, as "skip/take"."""
    asks = operation.asks
    return "/".join(each.name for each in (asks.position, asks.size) if each is not None)


@rule("pagination-dialects", "remark", "Page parameters that differ from one list to another")
def pagination_dialects(view: View) -> Iterator[Found]:
    dialects = Counter(_names(operation) for _, operation in view.lists())
    usual = dialects.most_common(1)[0][0] if dialects else ""
    for site, operation in view.lists():
        if (own := _names(operation)) != usual:
            yield site.pointer, f"{site.key} takes {own}; {dialects[usual]} of {dialects.total()} lists take {usual}"


@rule("pagination-prose", "remark", "Prose about cursors where the parameters are none")
def pagination_prose(view: View) -> Iterator[Found]:
    dialects = {operation.asks.dialect for _, operation in view.lists()}
    if not dialects or "cursor" in dialects:
        return
    texts = [(mapping(view.raw.get("info")).get("description"), "#/info/description")]
    texts += [(site.node.get("description"), join(site.pointer, "description")) for site in view.sites]
    for text, pointer in texts:
        if re.search(r"\bcursor(s|-based)?\b", str(text or ""), re.IGNORECASE):
            yield pointer, "speaks of cursors, but no operation takes one"


@rule("unbounded-page-size", "remark", "Page sizes without a maximum")
def unbounded_page_size(view: View) -> Iterator[Found]:
    for site, operation in view.lists():
        size = operation.asks.size
        for node, pointer in view.parameters(site):
            schema = view.follow(node.get("schema"))
            open_ended = not {"maximum", "exclusiveMaximum", "enum"} & schema.keys()
            if (
                size is not None
                and (node.get("name"), node.get("in")) == (size.name, "query")
                and schema
                and open_ended
            ):
                yield pointer, f"{size.name} has no maximum"


@rule("uneven-pagination-object", "remark", "Lists without page information, unlike their siblings")
def uneven_pagination_object(view: View) -> Iterator[Found]:
    lists = [(site, operation.paging) for site, operation in view.lists() if operation.paging]
    silent = [site for site, paging in lists if not (paging.members or paging.headers or paging.last)]
    for site in silent if len(silent) < len(lists) else ():
        having = len(lists) - len(silent)
        if not lost_in_the_cut(view, site.pointer):
            yield site.pointer, f"{site.key} has no page information; {having} of {len(lists)} lists do"


@rule("member-type", "remark", "Members that are of one type in a request and of another in its answer")
def member_type(view: View) -> Iterator[Found]:
    for site in view.sites:
        body = view.follow(site.node.get("requestBody"))
        answered = _answered(view, site)
        for media, pointer in view.json_media(body, join(site.pointer, "requestBody")):
            for value, place in view.values(media, pointer):
                for name, sent in mapping(value).items():
                    got = _kind(answered.get(name))
                    if _clash(_kind(sent), got) and not _allows(view, media, name, got):
                        yield join(place, name), f"{name} is {_kind(sent)} in the request, {got} in the answer"


def _clash(sent: str, got: str) -> bool:
    """Say whether one is composed and the other is not; numbers sent as text are nobody's surprise."""
    return sent != got and "null" not in (sent, got) and bool({sent, got} & {"array", "object"})


def _answered(view: View, site: Site) -> dict[str, Any]:
    """Give the members of the object that an operation's examples answer with."""
    found: dict[str, Any] = {}
    for value, _ in view.success_values(site):
        data = mapping(value).get("data", value)
        found.update(mapping(data))
    return found


def _kind(value: Any) -> str:
    kinds = {"dict": "object", "list": "array", "str": "string", "bool": "boolean", "NoneType": "null"}
    return kinds.get(type(value).__name__, "number")


def _allows(view: View, media: dict[str, Any], name: str, kind: str) -> bool:
    try:
        found = member_at(view.raw, media_schema(media) or {}, join("", name))
        return found is not None and kind in types(view.raw, found.schema)
    except SpecError:
        return False


@rule("untyped-schema", "remark", "Schemas of whole answers that say nothing")
def untyped_schema(view: View) -> Iterator[Found]:
    for schema, pointer in schemas(view):
        if pointer.endswith("/schema") and "/responses/2" in pointer and not schema:
            yield pointer, "the schema allows anything"
