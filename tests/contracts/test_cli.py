"""The commands that send nothing: what a law means, and mistakes told in one line."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from contracts.__main__ import main


def said(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, [*words])
    return done.exit_code, done.output


def test_a_law_is_explained_with_what_it_is_asked_of():
    code, told = said("law", "tokens/a-spent-refresh-token-is-refused")
    assert code == 0
    assert "A refresh token works once" in told
    assert "run at   1 of 36 operations of calcom-v2" in told
    assert re.search(r"^place    contracts/laws/tokens/\w+\.py:\d+$", told, re.MULTILINE)
    assert "proven   by " in told
    assert "POST /v2/oauth/{clientId}/refresh" in told


def test_a_check_says_that_it_asks_nothing():
    assert "it judges every recorded response" in said("law", "schema/body-is-json")[1]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("law", "tokens/a-spent"), "perhaps tokens/a-spent-refresh-token-is-refused"),
        (("law", "schema/body-is-jsno"), "no law or check is called 'schema/body-is-jsno'"),
        (("law", "sorting/descending-is-ascending-backwards", "--document", "nothing.yaml"), "there is no such file"),
        (("judge", "nowhere"), "nowhere: cannot be read"),
        (("plan", "--deployment", "nowhere.toml"), "nowhere.toml"),
        (("clean", "nowhere", "--deployment", "nowhere.toml"), "nowhere.toml"),
    ],
)
def test_mistakes_are_told_in_one_line(words, told):
    code, output = said(*words)
    assert code == 2
    assert told in output
    assert len(output.strip().splitlines()) == 1
