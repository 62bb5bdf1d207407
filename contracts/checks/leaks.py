"""Checks for what no answer may contain: traces of the server's inside, and credentials."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from contracts.checks import check
from contracts.checks.helpers import response
from contracts.config.http import KIB
from contracts.config.issued import is_random
from contracts.core.conversation import Broken
from contracts.core.exchange import Exchange
from contracts.core.fingerprint import once_a_text
from contracts.strategies.secrets_in_bodies import is_secret
from specs.contract import Contract

TRACES = {
    "a stack trace": re.compile(
        r"Traceback \(most recent call last\)|\bFile \\?\"/[^\"]{1,300}\", line \d+"
        r"|\bat (?:async )?[\w.$<>\[\] ]{1,200} \((?:/|file:|node:|[A-Z]:\\)[^)]{1,300}:\d+:\d+\)"
        r"|\n\s{0,100}at (?:/|file:|node:)\S{1,300}:\d+:\d+"
        r"|\bat [\w.$]{1,200}\([\w]{1,200}\.java:\d+\)"
        r"|goroutine \d+ \[running\]|\.rb:\d+:in `|#\d{1,4} /\S{1,300}\.php\(\d+\)"
    ),
}
INSIDE = {
    **TRACES,
    "a path of the server": re.compile(
        r"(?:/(?:usr|home|app|srv|opt|var|root|workspace)/[\w./@-]{1,300}\.(?:py|[mc]?js|ts|go|rb|php|java|rs))\b"
        r"|\bnode_modules/[\w@./-]+|[A-Z]:\\(?:\w{1,100}\\){1,30}\w{1,100}\.\w{1,20}"
    ),
    "a database's words": re.compile(
        r"\bP20\d\d\b|duplicate key value violates|SQLSTATE|\bUNIQUE constraint failed|PrismaClient"
        r"|\b(?:SELECT\b.{1,200}\bFROM|INSERT INTO|UPDATE \S{1,100} SET|DELETE FROM)\b"
        r"|syntax error at or near|ORA-\d{5}"
        r"|violates (?:foreign key|not-null|check) constraint|relation \\?\"\w{1,100}\\?\" does not exist"
        r"|\bER_[A-Z_]{5,}"
        r"|E11000 duplicate|MongoServerError|QueryFailedError|SequelizeDatabaseError|psycopg\d?\.|sqlalchemy"
    ),
}
"""By kind, how the inside of a server shows. Stack traces count in every answer, the rest in errors alone."""
SEARCHED = 256 * KIB
"""Characters of an answer in which it is looked for. No pattern looks further than a line from where it begins."""
_MARKS = ("Traceback (", '", line ', "at ", "goroutine ", ".rb:", ".php(")
"""What every stack trace has one of. To look for these first takes a hundredth of the time that the pattern takes."""
_GIVES = re.compile(r"token|api-?_?key|credential|echo|who-?_?am-?_?i|session|login", re.IGNORECASE)
"""What operations are called that answer with a credential, or with what they were sent, because they are for that."""
_PLACEHOLDER = re.compile(r"\$\{?([A-Z][A-Z0-9_]{3,})")
_TELLING = 16
"""Characters of a credential's beginning, or of its middle, that count as the credential."""
_SPELLED = re.compile(r"^(?:Bearer |Basic )?([^$\s]{16,})$")


@check(family="errors", kinds=("error",), asserts=())
def errors_hide_the_inside(exchange: Exchange, _: Contract) -> bool:
    """Errors expose no stack trace, file path or database message; no other response exposes a stack trace.

    What the request itself said does not count when the answer repeats it.
    """
    asked = (exchange.request.body or "") + exchange.request.target
    for what, found in _shown(response(exchange).body, exchange.status >= 400):
        if found not in asked:
            raise Broken(f"no {what.partition(' ')[2]} in an answer", repr(found[:80]))
    return exchange.status >= 400


@once_a_text
def _shown(text: str, error: bool) -> tuple[tuple[str, str], ...]:
    """What a text shows of the inside, by kind."""
    if not error and not any(mark in text for mark in _MARKS):
        return ()
    found = ((what, pattern.search(text, 0, SEARCHED)) for what, pattern in (INSIDE if error else TRACES).items())
    return tuple((what, match[0]) for what, match in found if match)


@check(family="errors", kinds=("error",), asserts=())
def credentials_are_not_echoed(exchange: Exchange, contract: Contract) -> bool:
    """No response repeats the credential of its request, and no error a secret of its body.

    Read are body and headers. Secrets of a body are its members that the document declares as passwords, as tokens or
    as written only, and those that are called like one (a private key, a secret). A success of an operation that is
    there to give a token, or to show what was sent, is not judged.
    """
    if exchange.ok and _GIVES.search(f"{exchange.operation.path} {exchange.operation.operation_id}"):
        return False
    got = response(exchange)
    text = "\n".join([got.body, *(value for _, value in got.headers)])
    for _name, sent in exchange.request.headers if "$" in text else ():
        for name in _PLACEHOLDER.findall(sent):
            if _has(text, name):
                raise Broken("no credential in an answer", f"the value of ${name} in it")
    for value in _made_up(exchange):
        if value in text:
            raise Broken("no credential in an answer", f"the {len(value)} letters that were sent as one")
    for member, value in _in_body(exchange, contract) if exchange.status >= 400 else ():
        if _repeats(text, value) and value not in exchange.request.target:
            raise Broken("no secret of the body in an error", f"the value of {member} in it")
    return bool(exchange.request.headers)


def _in_body(exchange: Exchange, contract: Contract) -> Iterator[tuple[str, str]]:
    """The secrets in the body of a request, with the names of their members."""
    waiting: list[tuple[str, Any, bool]] = [("", exchange.request.json, False)]
    while waiting:
        name, value, secret = waiting.pop()
        if isinstance(value, dict):
            waiting += [(key, each, secret or is_secret(contract, key)) for key, each in value.items()]
        elif isinstance(value, list):
            waiting += [(name, each, secret) for each in value]
        elif isinstance(value, str) and secret and (_PLACEHOLDER.search(value) or _tells(value)):
            yield name, value


def _tells(value: str) -> bool:
    """Whether a text is so long or so odd that it stands nowhere by chance."""
    return len(value) >= _TELLING or is_random(value)


def _repeats(text: str, value: str) -> bool:
    """Whether a text has a value, as it is or as JSON spells it, in a text within JSON as well."""
    hidden = _PLACEHOLDER.findall(value)
    if hidden:
        return any(_has(text, name) for name in hidden)
    once = json.dumps(value)[1:-1]
    return any(each in text for each in (value, once, json.dumps(once)[1:-1]))


def _has(text: str, name: str) -> bool:
    """Whether a text has a credential, spelled in whatever way, or a good part of it."""
    found = re.finditer(rf"\$\{{?{name}(?:_AS_[0-9A-F]{{12}})?\b(?::\d+:(\d+))?", text)
    return any(not each[1] or int(each[1]) >= _TELLING for each in found)


def _made_up(exchange: Exchange) -> list[str]:
    """Bearer credentials without any real secret in them: an answer must not repeat those either."""
    bearers = {s.parameter.lower() for each in exchange.operation.security for s in each.schemes if s.kind == "bearer"}
    sent = [value for name, value in exchange.request.headers if name.lower() in bearers]
    return [found[1] for value in sent if (found := _SPELLED.match(value)) and found[1] not in exchange.request.target]
