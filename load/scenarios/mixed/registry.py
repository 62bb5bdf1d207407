"""How laws of the contract under load are registered, and which operations they are about."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from contracts.laws.law import Law
from load.runtime.record_laws import Judgement, law_of
from load.scenarios.mixed.journeys import living
from load.scenarios.mixed.record import Record
from specs.contract import Contract, Operation

LAWS: dict[str, Law] = {}
JUDGES: dict[str, Callable[[Record, Operation], Judgement]] = {}


def every(contract: Contract) -> list[Operation]:
    return list(contract.operations)


def limited(contract: Contract) -> list[Operation]:
    return [each for each in contract.operations if each.limits]


def made(contract: Contract) -> list[Operation]:
    """Creations of what can be looked at and removed again."""
    return [each.create for each in living(contract) if each.create]


def lists(contract: Contract) -> list[Operation]:
    return [each.list for each in living(contract) if each.list]


def first(contract: Contract) -> list[Operation]:
    """The operation under which a law about all of them is filed."""
    return list(contract.operations[:1])


def judges(
    on: Callable[[Contract], Iterable[Operation]], *kinds: str
) -> Callable[[Callable[[Record, Operation], Judgement]], Callable[[Record, Operation], Judgement]]:
    def register(judge: Callable[[Record, Operation], Judgement]) -> Callable[[Record, Operation], Judgement]:
        law_of(LAWS, "load", on, kinds)(judge)
        JUDGES[f"load/{judge.__name__.replace('_', '-')}"] = judge
        return judge

    return register
