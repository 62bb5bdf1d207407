"""A damage is always a damage, whatever the secret looks like."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.config.basic_auth import damages as basic_damages
from contracts.config.vault import Vault
from contracts.strategies.credentials import (
    IN_PLACES,
    SPELLINGS,
    Carried,
    damaged,
    damaged_credentials,
    damages,
    owner_swaps,
    spelled,
)

KEY = Carried("header", "Authorization", "Bearer ", "$KEY")
SECRETS = st.text(st.characters(min_codepoint=33, max_codepoint=125), min_size=1, max_size=40)


def traits(secret: str) -> list[str]:
    """What the reader of deployment files knows of a secret."""
    told = {
        "long": len(secret) >= 16,
        "cased": secret.swapcase() != secret,
        "low": secret[-1] in "0123",
        "plain": secret[-1] in "456789" or secret[-1].isalpha(),
    }
    return [name for name, holds in told.items() if holds]


@given(SECRETS)
def test_no_damage_leaves_the_secret_as_it_is(secret: str) -> None:
    vault = Vault()
    vault.keep("KEY", secret)
    for damage in damages([KEY], lambda _: traits(secret)):
        for carried in damaged([KEY], damage):
            shown = (carried.location, carried.name, carried.scheme, vault.reveal(carried.value))
            assert shown != ("header", "Authorization", "Bearer ", secret)


@given(SECRETS)
def test_every_secret_can_be_damaged_in_many_ways(secret: str) -> None:
    assert len(damages([KEY], lambda _: traits(secret))) >= 8


def test_a_short_secret_is_not_cut_to_eight_characters() -> None:
    assert "only its first eight characters" not in damages([KEY], lambda _: ())


def test_what_is_open_is_never_damaged() -> None:
    client = Carried("header", "x-client-id", "", "cl123")
    assert all(damaged([KEY, client], each)[-1] == client for each in damages([KEY, client], lambda _: ()))
    assert damages([client], lambda _: ()) == []


def test_basic_is_damaged_before_it_is_encoded() -> None:
    basic = Carried("header", "Authorization", "Basic ", "$ACME_BASIC")
    for damage in damages([basic], lambda _: ("long", "cased")):
        for carried in damaged([basic], damage):
            assert damage in IN_PLACES or carried.value.startswith("$ACME_BASIC_")
    assert all(pair != ("user", "secret") for pair in basic_damages("user", "secret").values())


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_spelling_keeps_the_right_secret(spelling: str) -> None:
    assert any("$KEY" in each.value for each in spelled([KEY], spelling))


@given(damaged_credentials([KEY]))
def test_damages_can_be_drawn(damage: str) -> None:
    assert damaged([KEY], damage) != [KEY]


def test_owners_are_swapped_below_the_tenant_first() -> None:
    swaps = owner_swaps(["orgId", "attributeId", "optionId"], {"orgId"})
    assert swaps[:3] == [["attributeId", "optionId"], ["optionId"], ["orgId"]]
    assert [] not in swaps
    assert ["orgId", "attributeId", "optionId"] not in swaps
    assert owner_swaps(["clientId"], {"clientId"}) == []
