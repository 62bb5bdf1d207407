"""The law: a conversation with a deployment, written as a plain generator.

A law yields what it wants to know and receives exchanges. It does no I/O, never sleeps and never reads a clock, so that
the same function is driven live, by Hypothesis, under load, and from recorded evidence.

    @law(family="pagination", on=lists)
    def past_the_end_is_empty(api):
        '''A page past the end of a list is an empty 200.'''
        ...

Returning means upheld. The exceptions below say everything else.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar, Unpack

import attrs

from contracts.core.conversation import Conversation
from contracts.core.verdicts import DEPTHS
from specs.contract import Contract, Operation

if TYPE_CHECKING:
    from contracts.config.deployment import Deployment
    from contracts.request.api import RequestFactory


Asker = Callable[..., Conversation]
Selector = Callable[[Contract], Iterable[Operation]]
Cases = Callable[["RequestFactory", str], Sequence[Any]]


class Options(TypedDict, total=False):
    """How a law is run, where that is not just once per operation and principal."""

    asserts: tuple[str, ...]
    """Kinds of the promises whose very words it asserts; all of `kinds` if not given."""
    writes: bool
    """Creates or changes data."""
    one_sighting: bool
    """Broken by one sighting, since that uses up what shows it; others are repeated."""
    by_luck: bool
    """It needs luck to be seen, as races do: repeated several times where it was seen once."""
    needs_second_tenant: bool
    exclusive: bool
    """Nothing else may touch this part of the deployment meanwhile."""
    runs_last: bool
    """Asked when all others have been, since it uses up what they need."""
    stateful: bool
    """Its steps are chosen one by one, by a state machine; others that draw have their inputs drawn."""
    cases: Cases | None
    """Its inputs: one conversation for each."""
    examples: tuple[int, int, int]
    """How often a law that draws is run, per depth."""
    depth: str
    """The first depth at which it is run."""
    no_path_setup: bool
    """It finds its own path values, or needs none, so nothing is looked up or created for it beforehand."""
    needs_items: bool
    """Where its list has several places (one per parent), it reads one with enough items in it."""
    every_tenant: bool
    """Asked as a principal of every tenant, from depth standard on; further tenants as at depth quick."""
    wait_estimate: Callable[[Contract, Deployment, str], float] | None
    """Seconds that it only waits: for estimates."""
    by_refusal: bool
    """It is upheld by refusals: they count only where the right credential was granted the operation in this run."""


@attrs.frozen
class Law:
    """What is promised, how it is tested, and at which operations.

    `judge`: what judges it from a record, where it sends nothing by itself (laws under load). The others are explained
    at `Options`.
    """

    family: str
    name: str
    title: str
    text: str
    ask: Asker
    on: Selector
    kinds: tuple[str, ...]
    """Kinds of the promises it is about, looked up at the operation."""
    asserts: tuple[str, ...] = ()
    judge: Callable[..., Any] | None = None
    writes: bool = False
    one_sighting: bool = False
    by_luck: bool = False
    needs_second_tenant: bool = False
    exclusive: bool = False
    runs_last: bool = False
    stateful: bool = False
    cases: Cases | None = None
    examples: tuple[int, int, int] = (0, 0, 0)
    depth: str = "quick"
    no_path_setup: bool = False
    needs_items: bool = False
    every_tenant: bool = False
    wait_estimate: Callable[[Contract, Deployment, str], float] | None = None
    by_refusal: bool = False

    @property
    def id(self) -> str:
        return f"{self.family}/{self.name}"

    @property
    def function(self) -> Callable[..., Any]:
        """What was registered."""
        return self.judge or self.ask

    def cost(self, depth: str) -> int:
        """About how many requests of its own operation one item of this law sends: for estimates only."""
        times = self.examples[DEPTHS.index(depth)] or 1
        return times if self.cases is None else (2, 5, 25)[DEPTHS.index(depth)]

    def runs_at(self, depth: str) -> bool:
        return DEPTHS.index(depth) >= DEPTHS.index(self.depth)


LAWS: dict[str, Law] = {}
"""The laws of the gate, by id."""
Function = TypeVar("Function", bound=Callable[..., Any])


def law(
    *,
    family: str,
    on: Selector,
    kinds: Sequence[str],
    laws: dict[str, Law] = LAWS,
    recorded: bool = False,
    **options: Unpack[Options],
) -> Callable[[Function], Function]:
    """Register a function as a law. Its id is made of the family and the function's name and never reused.

    Its docstring says to the owner of the API what is promised and what breaks it. `laws`: where it is registered.
    `recorded`: the function is no conversation, but judges what was recorded. Raises ValueError for a law without a
    docstring and for an id that is taken.
    """

    def register(function: Function) -> Function:
        text = inspect.cleandoc(function.__doc__ or "")
        options.setdefault("asserts", tuple(kinds))
        made = Law(
            family=family,
            name=function.__name__.replace("_", "-"),
            title=text.partition("\n")[0],
            text=text,
            ask=unasked if recorded else function,
            on=on,
            kinds=tuple(kinds),
            judge=function if recorded else None,
            **options,
        )
        if not text or made.id in laws:
            raise ValueError(f"law {made.id}: needs a docstring and an id of its own")
        laws[made.id] = made
        return function

    return register


def unregistered(family: str, name: str, text: str) -> Law:
    """What a user of the suite demands beyond the document, in the form of a law: it sends no requests of its own."""
    return Law(family, name, text.partition("\n")[0], text, unasked, lambda _: (), (), no_path_setup=True)


def unasked(_: RequestFactory) -> Conversation:
    """The conversation of a law that sends no requests of its own."""
    return
    yield
