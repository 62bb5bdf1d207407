"""How laws of the contract under load are registered, and which operations they are about."""

from __future__ import annotations

from collections.abc import Callable

from contracts.judging.record_laws import Judgement
from contracts.laws.law import Law, Selector, law
from load.scenarios.mixed.journeys import with_lifecycle
from load.scenarios.mixed.record import Record
from specs.contract import Contract, Operation

LAWS: dict[str, Law] = {}
Judge = Callable[[Record, Operation], Judgement]


def made(contract: Contract) -> list[Operation]:
    """Creations of what can be read and removed again."""
    return [each.create for each in with_lifecycle(contract) if each.create]


def lists(contract: Contract) -> list[Operation]:
    return [each.list for each in with_lifecycle(contract) if each.list]


def first(contract: Contract) -> list[Operation]:
    """The operation under which a law about all of them is filed."""
    return list(contract.operations[:1])


def judges(on: Selector, *kinds: str) -> Callable[[Judge], Judge]:
    """Register what judges a record as a law of the contract under load."""
    return law(family="load", on=on, kinds=kinds, laws=LAWS, recorded=True, no_path_setup=True)
