"""Checks for what no answer may contain: traces of the server's inside, and credentials."""

from __future__ import annotations

import re

from contracts.checks import check
from contracts.exchange import Exchange
from contracts.law import Broken
from specs.contract import Contract

INSIDE = {
    "a stack trace": re.compile(
        r"Traceback \(most recent call last\)|\bat [\w.$<>]+ \((?:/|file:|node:)[^)]+:\d+:\d+\)"
        r"|\bFile \"/[^\"]+\", line \d+|\bat [\w.$]+\([\w]+\.java:\d+\)"
    ),
    "a path of the server": re.compile(
        r"(?:/(?:usr|home|app|srv|opt|var|root)/[\w./-]+\.(?:py|js|ts|go|rb|php|java))\b"
    ),
    "a database's words": re.compile(
        r"\bP20\d\d\b|duplicate key value violates|SQLSTATE|\bSELECT .+ FROM\b|UNIQUE constraint failed|PrismaClient",
    ),
}
_PLACEHOLDER = re.compile(r"\$\{?([A-Z][A-Z0-9_]{3,})")


@check(family="errors", kinds=("error",))
def errors_hide_the_inside(exchange: Exchange, _: Contract) -> bool:
    """No error shows a stack trace, a path of the server or a database's own words."""
    if exchange.status < 400 or exchange.response is None:
        return False
    for what, pattern in INSIDE.items():
        if found := pattern.search(exchange.response.body):
            raise Broken(f"no {what.partition(' ')[2]} in an error", repr(found[0][:80]))
    return True


@check(family="errors", kinds=("error",))
def errors_do_not_echo_credentials(exchange: Exchange, _: Contract) -> bool:
    """No error repeats the credential it was sent with."""
    if exchange.status < 400 or exchange.response is None:
        return False
    sent = {name for _, value in exchange.request.headers for name in _PLACEHOLDER.findall(value)}
    for name in sorted(sent):
        if re.search(rf"\$\{{?{name}\b", exchange.response.body):
            raise Broken("no credential in an error", f"the value of ${name} in the answer")
    return True
