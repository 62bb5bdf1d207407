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
from typing import TYPE_CHECKING, Any

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


@attrs.frozen
class Law:
    """What is promised, how it is asked, and on which operations.

    `writes`: creates or changes data. `race`: one sighting proves it, since it needs luck to be seen.
    `each`: the inputs, one conversation per input. `examples`: how often a law that draws is asked, per depth.
    `rival`: needs a second tenant. `alone`: nothing else may touch this part of the deployment meanwhile.
    `stateful`: its steps are chosen one by one, by a state machine, where others that draw have their inputs drawn.
    `last`: asked when all others have been, since it uses up what they need.
    `roomy`: where its list has several places (one per parent), it looks at one with enough items in it.
    `tenants`: asked as a principal of every tenant, from depth standard on; further tenants as at depth quick.
    `nowhere`: it finds its own place, or needs none, so nothing is looked up or made for it beforehand.
    `waits`: seconds that it only waits, told beforehand.
    `kinds`: kinds of the promises it judges, looked up at the operation.
    """

    family: str
    name: str
    title: str
    text: str
    ask: Asker
    on: Selector
    kinds: tuple[str, ...]
    writes: bool = False
    one_sighting: bool = False
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

    @property
    def id(self) -> str:
        return f"{self.family}/{self.name}"

    def cost(self, depth: str) -> int:
        """About how many requests of its own operation one line of this law sends: for estimates only."""
        times = self.examples[DEPTHS.index(depth)] or 1
        return times if self.cases is None else (2, 5, 25)[DEPTHS.index(depth)]

    def runs_at(self, depth: str) -> bool:
        return DEPTHS.index(depth) >= DEPTHS.index(self.depth)


LAWS: dict[str, Law] = {}


def law(*, family: str, on: Selector, kinds: Sequence[str], **options: Any) -> Callable[[Asker], Asker]:
    """Register a conversation as a law. Its id is made of the family and the function's name and never reused."""

    def register(ask: Asker) -> Asker:
        text = inspect.cleandoc(ask.__doc__ or "")
        made = Law(
            family=family,
            name=ask.__name__.replace("_", "-"),
            title=text.partition("\n")[0],
            text=text,
            ask=ask,
            on=on,
            kinds=tuple(kinds),
            **options,
        )
        if not text or made.id in LAWS:
            raise ValueError(f"law {made.id}: needs a docstring and an id of its own")
        LAWS[made.id] = made
        return ask

    return register
