"""Laws of filters: a filtered list has the items that fit, all of them and no others, and is paged like any other.

What fits is judged by the members that the items of the whole list show, and by what the document says a parameter
looks at. What an item does not show, upper and lower case, and the very instant of a time, are never held against
anybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from contracts.core.conversation import Blocked, Broken, Conversation, NotObservable, Observed, Steps
from contracts.core.exchange import Exchange
from contracts.core.filter_semantics import Wanted, kept
from contracts.core.rejection import INVALID
from contracts.core.verdicts import DEPTHS
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.steps.lists.identity import identities
from contracts.steps.lists.page_claims import compare, judge
from contracts.steps.lists.page_sizes import largest, largest_page
from contracts.steps.lists.paging import (
    ListRefused,
    at_least,
    numbered,
    pages_of,
    paging_of,
    read_all,
    require_ok,
    walk_length,
)
from contracts.steps.lists.questions import (
    CLOSED,
    _asked,
    _groups,
    _questions,
    _rank,
    _rules,
    _said,
    filtering,
    hidden_questions,
    single_words,
    some_question,
)
from contracts.steps.lists.rival_view import rivals_items
from contracts.strategies.filter_mistakes import Question
from contracts.strategies.filters import others_only, strange, telling
from contracts.strategies.pages import telling_sizes
from contracts.strategies.samples import stranger
from specs.contract import Parameter, selectors
from specs.contract.inferred_filters import names_what_is_kept

FEW = 2
"""Items that have to fit so that one that is missing is missed behind the first of them."""
MOST = 9
"""Parameters that are asked for what nobody has, at most, but at depth deep."""


@law(family="filters", on=selectors.filtered_lists, kinds=("page/filter",), cases=_groups, needs_items=True)
def a_filter_keeps_what_fits_and_nothing_else(api: RequestFactory, chosen: list[str]) -> Conversation:
    """A filtered list has every item of the whole list that fits, and no other.

    The values come from the items of the whole list: ones that keep some items and not others, two at once where a
    parameter takes several, instants between those that items show. To save requests several filters are sent together,
    with values for which the request without any one of them would keep more, so that all of them must work; each is
    then sent alone if something is wrong, to name the one that fails. What they hide of each other is asked besides: a
    filter that uses one of several values, looks at a neighbouring time, or lets the items of another word through;
    from depth standard on each word of a closed set by itself. At depth quick, what is hidden is asked for behind the
    first item that fits, where a filter may be forgotten. Broken if an item does not fit, a fitting one is
    missing, or one is not in the whole list; if a value that items show is refused; or if the answer counts others than
    the items that fit. Not observable where no item shows the member.
    """
    items = yield from read_all(api)
    at_least(items, 2)
    asked = _questions(api, chosen, items)
    hidden: list[Question] = []
    if len(chosen) == len(filtering(api.operation)):
        hidden = hidden_questions(api, asked, items)
        asked += [each for each in single_words(api, items) if api.depth != "quick" and each not in [*asked, *hidden]]
    if not asked:
        raise NotObservable(f"no item shows what {' and '.join(chosen)} could look for")
    behind = api.depth == "quick" and _by_position(api)
    for question in [*asked, *hidden]:
        enough = kept(_rules(api, question), items).count(True) >= FEW
        if behind and enough and question in hidden and (yield from _behind_the_first(api, question, items)):
            continue
        fault, refused = yield from _fault(api, question, items)
        for name, wanted in question.items() if fault and len(question) > 1 else ():
            single, _ = yield from _fault(api, {name: wanted}, items)
            if single:
                raise (yield from _verdict(api, {name: wanted}, items, single))
        if refused and len(question) > 1:
            raise NotObservable(f"{' and '.join(question)} are refused together, and none of them alone")
        if fault:
            raise (yield from _verdict(api, question, items, fault))


def _verdict(api: RequestFactory, question: Question, items: Sequence[Any], fault: tuple[str, str]) -> Steps:
    """What to raise for a fault: Observed for a truth that seems to show more instead of filtering, else Broken.

    Nothing but its name says that such a parameter filters. Where its other value gives what a filter would give, the
    first one adds what is hidden otherwise; one that is ignored gives the same for both.
    """
    ((name, wanted),) = question.items() if len(question) == 1 else (("", None),)
    parameter = api.operation.parameter(name, "query")
    other = {"true": "false", "false": "true"}.get(str(wanted).lower())
    if parameter is None or parameter.filter is None or not parameter.filter.inferred or other is None:
        return Broken(*fault)
    counter, _ = yield from _fault(api, {name: other}, items)
    if counter:
        return Broken(*fault)
    return Observed(f"{name}={wanted} shows more than the items that fit; the document does not say that it filters")


def _fault(api: RequestFactory, question: Question, items: Sequence[Any]) -> Steps:
    """What is wrong with a filtered list (None if nothing is), and whether that is that it was refused."""
    try:
        _, fault = yield from _asked(api, question, items)
    except ListRefused as outcome:
        if outcome.status not in INVALID:
            raise
        return (f"the items that fit {_said(question)}", outcome.reason), True
    return fault, False


def _nameable(api: RequestFactory, depth: str) -> list[str]:
    """Filters that can be given a value nobody has: texts first, since those are searched in odd ways.

    At depth quick without closed sets, whose words items show as a rule.
    """
    known = [each for each in filtering(api.operation) if each.filter and each.filter.by not in {"after", "before"}]
    kinds = {each.name: api.contract.json_schema(each.schema) for each in known}
    known = [each for each in known if depth != "quick" or _rank(kinds[each.name]) != CLOSED]
    known.sort(key=lambda each: _rank(kinds[each.name]))
    hidden = [each.name for each in api.operation.parameters if names_what_is_kept(each)]
    return [*[each.name for each in known][: None if depth == "deep" else MOST], *hidden]


@law(family="filters", on=selectors.filtered_lists, kinds=("page/filter",), cases=_nameable, needs_items=True)
def what_nobody_has_is_not_found(api: RequestFactory, name: str) -> Conversation:
    """A filter for a value that no item has gives an empty list, and its page information says so.

    The value is one that items show, a little shortened (or lengthened, where a part of a text is searched for), else
    one that was made up. Where several may be sent at once, or at a greater depth, one that only another tenant's items
    show is among them. Broken if items come all the same. A value may also be refused, since it may name something that
    does not exist. What is not there is named by parameters as well that keep the items of something the items do not
    show: broken by the whole list.
    """
    items = yield from read_all(api)
    parameter = api.operation.parameter(name, "query")
    assert parameter is not None
    if parameter.filter is None:
        yield from _narrows(api, parameter, items)
        return
    values = strange(api.contract, parameter, items)
    if not values or not items:
        raise NotObservable(f"no value of {name} is known that no item has")
    many = api.contract.json_schema(parameter.schema).get("type") == "array"
    theirs = (yield from _theirs(api, parameter, items)) if many or api.depth != "quick" else []
    several = [*dict.fromkeys((values[0], values[-1], *theirs))]
    asked: list[Wanted] = [several] if many else [values[0], *theirs]
    refused: str | None = yield from _nobody(api, {name: asked[0]}, len(items))
    if refused and many and len(several) > 1:
        refused = yield from _nobody(api, {name: [values[0]]}, len(items))
    for value in asked[1:]:
        yield from _nobody(api, {name: value}, len(items))
    if refused:
        raise NotObservable(refused)


def _narrows(api: RequestFactory, parameter: Parameter, items: Sequence[Any]) -> Steps:
    """What belongs to nothing that is there cannot be the whole list, though items do not show what they belong to."""
    at_least(items, 1)
    schema = api.contract.json_schema(parameter.schema)
    page: Exchange = yield from largest_page(api, query={parameter.name: stranger(schema.get("items", schema))})
    if not page.ok:
        raise NotObservable(f"what nobody has is refused: {page.summary()}")
    if page.items and {*identities(api, page.items)} == {*identities(api, items)}:
        raise Broken(f"no items for a {parameter.name} that is nothing's", f"all {len(items)} of the list", [page])


def _theirs(api: RequestFactory, parameter: Parameter, items: Sequence[Any]) -> Steps:
    """A value that items of another tenant show and none of one's own does, in a list; empty where none is known."""
    try:
        _, others = yield from rivals_items(api)
    except (Blocked, NotObservable):
        return []
    return others_only(api.contract, parameter, items, others)[:1]


def _nobody(api: RequestFactory, question: Question, total: int) -> Steps:
    """Ask for what no item has: how that is refused, or None. Raises Broken where items come."""
    page: Exchange = yield from largest_page(api, query=question)
    if not page.ok:
        return f"{_said(question)} is refused: {page.summary()}"
    if page.items:
        raise Broken(f"no items for {_said(question)}", f"{len(page.items)}, the list has {total}")
    if numbered(paging_of(api)) and (size := largest(api)) is not None:
        judge(api, page, total=0, start=0, size=size)
    return None


def _ranges(api: RequestFactory, depth: str) -> list[list[str]]:
    """Filters after and before the same member: together a range, which can be impossible."""
    named = {(each.filter.member, each.filter.by): each.name for each in filtering(api.operation) if each.filter}
    starts = [(name, member) for (member, by), name in named.items() if by == "after"]
    found = [[name, named[member, "before"]] for name, member in starts if (member, "before") in named]
    return found[: (1, 1, 99)[DEPTHS.index(depth)]]


@law(family="filters", on=selectors.filtered_lists, kinds=("page/filter",), cases=_ranges, needs_items=True)
def an_impossible_range_is_empty(api: RequestFactory, chosen: list[str]) -> Conversation:
    """A range that ends before it begins has no items. It may be refused as well."""
    items = yield from read_all(api)
    at_least(items, 2)
    late, early = (api.operation.parameter(name, "query") for name in chosen)
    if late is None or early is None:
        raise NotObservable("the document has no such range")
    values = sorted(str(each) for each in telling(api.contract, late, items))
    if len(values) < 2 or not telling(api.contract, early, items):
        raise NotObservable(f"the items do not show two different times for {late.name}")
    question: Question = {late.name: values[-1], early.name: values[0]}
    page: Exchange = yield from largest_page(api, query=question)
    if page.ok and page.items:
        raise Broken(f"no items for {_said(question)}", f"{len(page.items)}")


@law(
    family="filters",
    on=selectors.filtered_lists,
    kinds=("page/filter", "page/told"),
    asserts=("page/filter",),
    needs_items=True,
)
def a_filtered_list_is_paged_like_any_other(api: RequestFactory) -> Conversation:
    """The pages of a filtered list hold the items that match, each once, and their totals count those alone.

    A filter that keeps at least two items is requested with the largest page and read in pages of a size that does not
    divide their number. Broken if the walk has other items or another order, or if a total, a remainder, a number of
    pages or a flag is not that of the filtered list. From depth standard on all filters are asked for what is behind
    the first item: none of them may be forgotten there.
    """
    items = yield from read_all(api)
    at_least(items, 2)
    question = yield from some_question(api, least=2, order=False)
    found, fault = yield from _asked(api, question, items)
    if fault:
        raise Broken(*fault)
    at_least(found, 2)
    if paging_of(api).size is None:
        raise NotObservable("the page size cannot be chosen")
    size = telling_sizes(len(found), maximum=largest(api), pages=min(walk_length(api), 3))[0]
    pages: list[Exchange] = yield from pages_of(api, size, query=question, enough=len(found))
    walked = [item for page in pages for item in page.items]
    if identities(api, walked) != identities(api, found):
        same = sorted(identities(api, walked)) == sorted(identities(api, found))
        got = "another order" if same else f"{len(walked)} items"
        raise Broken(f"the {len(found)} items for {_said(question)} in pages of {size}", got)
    for number, page in enumerate(pages):
        if numbered(paging_of(api)):
            judge(api, require_ok(page), total=len(found), start=number * size, size=size)
        else:
            compare(api, require_ok(page), {"total": {len(found)}}, f"the list for {_said(question)}")
    if api.depth != "quick" and _by_position(api):
        for question in _questions(api, [each.name for each in filtering(api.operation)], items):
            yield from _behind_the_first(api, question, items)


def _by_position(api: RequestFactory) -> bool:
    """Whether a page of this list may begin at any of its items."""
    return numbered(paging_of(api)) and paging_of(api).dialect != "page"


def _behind_the_first(api: RequestFactory, question: Question, items: Sequence[Any]) -> Steps:
    """Behind the first item of a filtered list come the others that fit, and no more: all filters count there too.

    Whether they did, all of them. Raises Broken where others came, though from the beginning on those come that fit.
    """
    size = largest(api)
    page: Exchange = yield api.page(1, size, query=question)
    if not page.ok:
        return False
    told = kept(_rules(api, question), items)
    least, most = max(0, told.count(True) - 1), max(0, len(items) - told.count(False) - 1)
    misfits = kept(_rules(api, question), page.items).count(False)
    strangers = {*identities(api, page.items)} - {*identities(api, items)}
    if not misfits and not strangers and least <= len(page.items) <= most:
        return size is None or len(items) < size
    if not misfits and len(page.items) <= most:
        return False
    _, fault = yield from _asked(api, question, items)
    if fault:
        return False
    expected = f"behind the first of the items that fit {_said(question)} no more than {most}"
    if misfits:
        raise Broken(f"{expected}, all of them fitting", f"{misfits} that do not fit", [page])
    raise Broken(expected, f"{len(page.items)}", [page])
