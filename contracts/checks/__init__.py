"""Checks: pure judgements of one exchange. Every exchange the suite records goes through all of them."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Sequence
from typing import Literal, TypeVar

import attrs

from contracts.core.exchange import Exchange
from specs.contract import Contract, Operation

Judge = Callable[[Exchange, Contract], bool]
"""Raises Broken; returns whether it had anything to say about this exchange."""
Together = Callable[[Sequence[Exchange]], None]
"""Raises Broken for what the judged exchanges of an operation show together, in the order they were sent."""
JudgeOfAll = Callable[[Sequence[Exchange], float | None], bool]
"""The same of all exchanges of an operation at once, with the bound that the deployment file sets; raises Observed."""

Concerns = Callable[[Operation, Contract], bool]
"""Whether a check can have anything to say of the answers of an operation."""
Of = Literal["answers", "successes", "errors"]
"""What a check can have anything to say of: all answers, those with a 2xx, or those with a 4xx or 5xx."""


@attrs.frozen
class Check:
    """One judgement: its id is made of family and function name; `kinds` are the promises it is about, and
    `asserts` those whose very words it asserts.

    `of` and `concerns`: it need not be asked about other answers, nor about those of other operations.
    `unread`: it gets exchanges without a response too. `judge_all`: it judges all exchanges of an operation at once.
    `together`: and so does this, where none of them is broken alone. `timed`: it looks at when requests were sent or
    answered; all others say the same of exchanges that are alike.
    """

    family: str
    name: str
    title: str
    text: str
    judge: Judge
    kinds: tuple[str, ...]
    unread: bool = False
    judge_all: JudgeOfAll | None = None
    together: Together | None = None
    asserts: tuple[str, ...] = ()
    of: Of = "answers"
    concerns: Concerns | None = None
    timed: bool = False
    id: str = attrs.field(init=False)

    @id.default
    def _named(self) -> str:
        return f"{self.family}/{self.name}"

    @property
    def function(self) -> Callable[..., bool]:
        """What was registered."""
        return self.judge_all or self.judge


Made = TypeVar("Made", bound=Callable[..., bool])
CHECKS: dict[str, Check] = {}


def _silent(_: Exchange, __: Contract) -> bool:
    """What a check says of a single exchange that judges all at once."""
    return False


def check(
    *,
    family: str,
    kinds: tuple[str, ...],
    asserts: tuple[str, ...] | None = None,
    unread: bool = False,
    whole: bool = False,
    timed: bool = False,
    together: Together | None = None,
    of: Of = "answers",
    concerns: Concerns | None = None,
) -> Callable[[Made], Made]:
    """Register a function as a check; its docstring says to the API owner what is promised."""

    def register(judge: Made) -> Made:
        text = inspect.cleandoc(judge.__doc__ or "")
        name, title = judge.__name__.replace("_", "-"), text.partition("\n")[0]
        each, every = (_silent, judge) if whole else (judge, None)
        told = kinds if asserts is None else asserts
        made = Check(family, name, title, text, each, kinds, unread, every, together, told, of, concerns, timed)
        if not text or made.id in CHECKS:
            raise ValueError(f"check {made.id}: needs a docstring and an id of its own")
        CHECKS[made.id] = made
        return judge

    return register


def load() -> dict[str, Check]:
    """All checks of this package, by id."""
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        importlib.import_module(module.name)
    return dict(sorted(CHECKS.items()))
