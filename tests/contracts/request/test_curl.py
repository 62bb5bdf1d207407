"""A printed curl line is what a shell reads back: the same words, with variables where secrets were."""

from __future__ import annotations

import os
import subprocess

from hypothesis import given
from hypothesis import strategies as st

from contracts.core.exchange import Request
from contracts.request.curl import curl


def words(line: str, **environment: str) -> list[str]:
    """What bash makes of a line, in place of running curl."""
    script = 'curl() { printf "%s\\0" "$@"; }; ' + line
    done = subprocess.run(["bash", "-c", script], capture_output=True, env={**os.environ, **environment}, check=True)
    return done.stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]


def test_secrets_are_variables_and_everything_else_is_as_sent(contract):
    request = Request(
        contract.operations[1],
        "/v2/x?a=1&b='2'",
        (("Authorization", "Bearer $KEY"), ("X", "${KEY:0:2}~")),
        '{"a": "it\'s $5 `x` \\\\"}',
        method="POST",
    )
    line = curl(request, "http://127.0.0.1:1")
    assert words(line, KEY="s e$cret") == [
        "-sS",
        "-i",
        "-X",
        "POST",
        "http://127.0.0.1:1/v2/x?a=1&b='2'",
        "-H",
        "Authorization: Bearer s e$cret",
        "-H",
        "X: s ~",
        "--data-raw",
        '{"a": "it\'s $5 `x` \\\\"}',
    ]


@given(st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1).filter(lambda text: "$" not in text))
def test_any_body_survives_the_shell(contract, body):
    assert words(curl(Request(contract.operations[1], "/", (), body), "http://h"))[-1] == body
