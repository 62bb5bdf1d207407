"""However a body is written, the same is sent: as choices and compositions it offers what a plain object does."""

from __future__ import annotations

import pytest

from contracts.core.verdicts import BROKEN, UPHELD
from contracts.request.api import RequestFactory
from contracts.steps.lifecycle.full_bodies import full_body
from contracts.steps.lifecycle.values import changes, invalid_member
from contracts.strategies.bodies import changes as breaking
from contracts.strategies.body_forms import minimal_body
from specs.contract import Contract
from tests.contracts.laws.state.notebook import Notebooks, deployment, hear, principals
from tests.contracts.laws.state.shapes import SHAPES, shaped
from tests.contracts.steps.lifecycle.test_values import THING, steps

NULLABLE = {"members with null"}
"""Members that may be null: null is no mistake there."""


def _offered(contract: Contract) -> object:
    def api(operation: str) -> RequestFactory:
        return RequestFactory(contract, deployment(), contract.operation(operation), principals()[0], "ct000000-1")

    create, update = api("addNotebook"), api("changeNotebook")
    example = dict(create.operation.body.examples[0])
    wrong = breaking(contract.json_schema(create.operation.body.schema, direction="request"), example)
    return {
        "changes": steps(changes(update, update.operation, {}, THING)),
        "minimal": minimal_body(create.contract, create.operation, example),
        "full": full_body(create, create.operation, example, bold=True),
        "invalid": invalid_member(create, create.operation, example),
        "wrong": {(each.where, each.what, repr(each.value)) for each in wrong if each.what != "null"},
    }


@pytest.mark.parametrize("examples", [True, False], ids=["examples", "composed"])
@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_offers_the_same(shape: str, examples: bool) -> None:
    plain, told = (_offered(shaped(each, examples=examples)) for each in ("plain", shape))
    assert len(plain["changes"]) >= 3
    assert {name: told[name] for name in told if name != "wrong"} == {
        name: plain[name] for name in plain if name != "wrong"
    }
    assert plain["wrong"] <= told["wrong"]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_lost_update_is_seen_in_every_shape(shape: str) -> None:
    law = ("state/changes-at-once-are-both-kept", "changeNotebook")
    contract = shaped(shape)
    assert hear(Notebooks(), *law, contract=contract).verdict == UPHELD
    assert hear(Notebooks(frozenset(["lost-update"])), *law, contract=contract).verdict == BROKEN


@pytest.mark.parametrize("shape", SHAPES)
def test_a_change_that_resets_others_is_seen_in_every_shape(shape: str) -> None:
    law = ("state/a-change-keeps-what-was-not-sent", "changeNotebook")
    contract = shaped(shape)
    assert hear(Notebooks(), *law, contract=contract).verdict == UPHELD
    assert hear(Notebooks(frozenset(["unsent-reset"])), *law, contract=contract).verdict == BROKEN


def test_a_document_says_which_members_move_by_themselves() -> None:
    law = ("state/a-change-keeps-what-was-not-sent", "changeNotebook")
    faulty = frozenset(["unsent-reset"])
    assert hear(Notebooks(faulty), *law, contract=shaped("plain", moving=("labels",))).verdict == UPHELD
    assert hear(Notebooks(faulty), *law, contract=shaped("plain", moving=("colour",))).verdict == BROKEN
