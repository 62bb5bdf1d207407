"""Checks: pure judgements of one exchange. Every exchange the suite records goes through all of them."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable

import attrs

from contracts.core.exchange import Exchange
from specs.contract import Contract

Judge = Callable[[Exchange, Contract], bool]
"""Raises Broken; returns whether it had anything to say about this exchange."""


@attrs.frozen
class Check:
    """One judgement: its id is made of family and function name; `kinds` are the promises it judges."""

    family: str
    name: str
    title: str
    text: str
    judge: Judge
    kinds: tuple[str, ...]

    @property
    def id(self) -> str:
        return f"{self.family}/{self.name}"


CHECKS: dict[str, Check] = {}


def check(*, family: str, kinds: tuple[str, ...]) -> Callable[[Judge], Judge]:
    """Register a function as a check; its docstring tells the API owner what is promised."""

    def register(judge: Judge) -> Judge:
        text = inspect.cleandoc(judge.__doc__ or "")
        made = Check(family, judge.__name__.replace("_", "-"), text.partition("\n")[0], text, judge, kinds)
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
