"""Filtered requests for a list, and what must be true of their responses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from contracts.core.conversation import NotObservable, Steps
from contracts.core.exchange import Exchange
from contracts.core.filter_semantics import Wanted, kept, shown
from contracts.core.made_once import MadeOnce
from contracts.request.api import RequestFactory
from contracts.steps.lists.identity import identities, identity
from contracts.steps.lists.page_claims import judge
from contracts.steps.lists.page_sizes import largest
from contracts.steps.lists.paging import numbered, pages_of, paging_of, read_all
from contracts.strategies.filter_mistakes import Filters, Question, revealing
from contracts.strategies.filters import questions, telling
from contracts.strategies.sorts import both_ways, sorting
from specs.contract import Filter, Operation, Parameter

ENOUGH, MANY = 120, 24
"""Items that what is hidden is judged by, and values of each filter that are tried for it."""
_FAULTS: MadeOnce[tuple[str, str] | None] = MadeOnce()
_QUESTIONS: MadeOnce[list[Question]] = MadeOnce()


def filtering(operation: Operation) -> list[Parameter]:
    """The query parameters whose filter the document explains."""
    return [each for each in operation.parameters if each.location == "query" and each.filter]


def _rules(api: RequestFactory, question: Question) -> list[tuple[Filter, Wanted]]:
    found = ((api.operation.parameter(name, "query"), wanted) for name, wanted in question.items())
    return [(parameter.filter, wanted) for parameter, wanted in found if parameter and parameter.filter]


def _said(question: Question) -> str:
    return "&".join(f"{name}={','.join(each) if isinstance(each, list) else each}" for name, each in question.items())


def _asked(api: RequestFactory, question: Question, items: Sequence[Any]) -> Steps:
    """The filtered list, and what is wrong with it (None if nothing is): expected and actual.

    Where something is wrong the list is read on behind a page that is short, before the filter is blamed. One page that
    shows the whole of it must say so.
    """
    pages: list[Exchange] = yield from pages_of(api, largest(api), query=question)
    found = [item for page in pages for item in page.items]
    if not wrong_items(api, question, items, found):
        if len(pages) == 1 and numbered(paging_of(api)) and (size := largest(api)) is not None:
            judge(api, pages[0], total=len(found), start=0, size=size)
        return found, None
    found = yield from read_all(api, question)
    return found, wrong_items(api, question, items, found)


def wrong_items(
    api: RequestFactory, question: Question, items: Sequence[Any], found: Sequence[Any]
) -> tuple[str, str] | None:
    """What a filtered list has that the whole list has not, that does not fit, or that it lacks."""
    return _FAULTS.get(
        api.operation, _said(question), (items, found), lambda: _wrong_items(api, question, items, found)
    )


def _wrong_items(
    api: RequestFactory, question: Question, items: Sequence[Any], found: Sequence[Any]
) -> tuple[str, str] | None:
    got, all_of_them = identities(api, list(found)), identities(api, list(items))
    if strangers := set(got) - set(all_of_them):
        return f"a part of the whole list for {_said(question)}", f"{len(strangers)} items that are not in it"
    if len(set(got)) < len(got):
        return f"no item twice for {_said(question)}", f"{len(got) - len(set(got))} twice"
    rules = _rules(api, question)
    fitting = kept(rules, items)
    if misfits := [each for each, keep in zip(found, kept(rules, found), strict=True) if keep is False]:
        fit = f"only items that fit {_said(question)} ({fitting.count(True)} of {len(items)} do)"
        return fit, f"{len(misfits)} of {len(found)} that do not, such as {identity(api, misfits[0])[:60]}"
    due = [name for name, keep in zip(all_of_them, fitting, strict=True) if keep is True]
    if missing := [name for name in due if name not in set(got)]:
        return f"all {len(due)} items that fit {_said(question)}", f"{len(missing)} missing, such as {missing[0][:60]}"
    return None


ALONE = {"quick": range(0), "standard": range(2, 8), "deep": range(2, 1000)}
"""So many filters of a list are sent each by itself as well: a request for each of many is more than it is worth."""


def _groups(api: RequestFactory, depth: str) -> list[list[str]]:
    """All filters, in as few requests as will do; at a greater depth each by itself as well."""
    known = [each.name for each in filtering(api.operation)]
    alone = [[name] for name in known] if len(known) in ALONE[depth] else []
    return [known, *alone]


def _questions(api: RequestFactory, chosen: Sequence[str], items: Sequence[Any]) -> list[Question]:
    key = ("chosen", *chosen)
    return [*_QUESTIONS.get(api.operation, key, (items,), lambda: _questions_anew(api, chosen, items))]


def _questions_anew(api: RequestFactory, chosen: Sequence[str], items: Sequence[Any]) -> list[Question]:
    parameters = [each for each in filtering(api.operation) if each.name in chosen]
    rules = {each.name: each.filter for each in parameters if each.filter}
    values = {each.name: telling(api.contract, each, items) for each in parameters}
    return questions(rules, values, items)


WORDS = 8
"""Words of one closed set that are tried alone."""
HIDDEN = {"quick": 6, "standard": 24, "deep": 60}
"""Questions for what filters that are sent together hide of each other, per depth."""


def hidden_questions(api: RequestFactory, asked: Sequence[Question], items: Sequence[Any]) -> list[Question]:
    """Questions that show how a filter is misunderstood where those that are asked anyway do not."""
    key = ("hidden", api.depth, *map(_said, asked))
    return [*_QUESTIONS.get(api.operation, key, (items,), lambda: _hidden_questions_anew(api, asked, items))]


def _hidden_questions_anew(api: RequestFactory, asked: Sequence[Question], items: Sequence[Any]) -> list[Question]:
    parameters = [each for each in filtering(api.operation) if each.filter]
    few = items[:ENOUGH]
    rules = {each.name: each.filter for each in parameters if each.filter}
    values = {each.name: telling(api.contract, each, few, most=MANY) for each in parameters}
    words = {each.name: _words(api, each, few) for each in parameters}
    return revealing(Filters(rules, values, few), asked, words, HIDDEN[api.depth])


def single_words(api: RequestFactory, items: Sequence[Any]) -> list[Question]:
    """Every word of a closed set that items show, asked for alone: each of them may be the one that is mistaken."""
    found: list[Question] = []
    for parameter in filtering(api.operation):
        many = api.contract.json_schema(parameter.schema).get("type") == "array"
        words = _words(api, parameter, items[:ENOUGH])
        found += [{parameter.name: [word] if many else word} for word in words[:WORDS]]
    return found


def _words(api: RequestFactory, parameter: Parameter, items: Sequence[Any]) -> list[str]:
    """The words of a closed set that a filter takes and items show."""
    schema = api.contract.json_schema(parameter.schema)
    known = schema.get("items", schema).get("enum", ())
    told = [value for item in items for value in shown(item, parameter.filter.member if parameter.filter else "") or ()]
    return [each for each in known if isinstance(each, str) and each in told]


CLOSED = 1
"""The rank of a closed set."""


def _rank(schema: dict[str, Any]) -> int:
    """Free texts first, then closed sets, then the rest."""
    inner = schema.get("items", schema)
    return 2 if inner.get("type") != "string" else CLOSED if "enum" in inner else 0


def wide_question(api: RequestFactory, items: Sequence[Any], *, least: int) -> Question:
    """As many filters at once as keep so many items together, each with the value that keeps most of them."""
    question: Question = {}
    for parameter in filtering(api.operation):
        values = telling(api.contract, parameter, items, most=MANY)
        several = dict.fromkeys(word for value in values if isinstance(value, list) for word in value)
        tried: list[Question] = [{**question, parameter.name: each} for each in ([*several], *values) if each]
        left = [(kept(_rules(api, each), items).count(True), each) for each in tried]
        most, widest = max(left, key=lambda each: each[0], default=(0, question))
        question = widest if most >= least else question
    return question


def some_question(api: RequestFactory, *, least: int, order: bool = True, rather: int = 0) -> Steps:
    """Filters that keep at least so many items but not all, else an order. Raises NotObservable without one.

    `rather`: so many items, where any filter keeps them.
    """
    items = yield from read_all(api)
    key = ("some", least, rather)
    found = _QUESTIONS.get(api.operation, key, (items,), lambda: _keeping_some(api, least, rather, items))
    if found:
        return found[0]
    for parameter in sorting(api.operation) if order and len(items) >= least else ():
        ways = both_ways(parameter)
        return {parameter.name: ways[1]} if ways else {}
    raise NotObservable(f"no filter is known that keeps {least} of the {len(items)} items")


def _keeping_some(api: RequestFactory, least: int, rather: int, items: Sequence[Any]) -> list[Question]:
    """The first question that keeps at least so many items but not all, if there is one."""
    found = [each for group in _groups(api, "quick") for each in _questions(api, group, items)]
    for parameter in filtering(api.operation):
        found += [{parameter.name: value} for value in telling(api.contract, parameter, items)]
    counted = [(each, kept(_rules(api, each), items).count(True)) for each in found]
    fitting = [(each, count) for each, count in counted if least <= count < len(items)]
    return [*(each for each, count in fitting if count >= rather), *(each for each, _ in fitting)][:1]
