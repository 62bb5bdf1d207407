"""Words that give secrets away are found as a regular expression without regard to letter case finds them."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from contracts.config.telltale import Telltale

WORDS = ("api_key", "token", "passw")
TELLTALE = Telltale(WORDS)
SLOW = re.compile("|".join(WORDS), re.IGNORECASE)
PIECES = (*WORDS, "API_KEY", "apı_key", "apİ_key", "toKen", "paſſw", "to", "ken", "é", " ", "{")


@given(st.lists(st.sampled_from(PIECES)).map("".join) | st.text())
def test_nothing_is_passed_over(text: str) -> None:
    assert TELLTALE.is_in(text) or not SLOW.search(text)


def test_what_has_none_of_them_is_told() -> None:
    assert not TELLTALE.is_in('{"to": "ken", "pass": "é"}')


def test_bytes_that_are_no_text_may_have_a_word_among_them():
    words = Telltale(["secret"])
    assert words.is_in("\udcff\ud800 SECRET \udc80")
    assert not words.is_in("\udcff\ud800 nothing \udc80")
