"""Shell variables in place of what a request was sent with: names of ours, ids, and tokens and what is made of them."""

from __future__ import annotations

import re
from urllib.parse import quote

import attrs

from contracts.core.exchange import Request

OURS = re.compile(r"\b(?:ct|ld)[0-9a-f]{6}(?=-\d)")
"""How the names begin that a run makes up."""


def renamed(request: Request) -> Request:
    """A request whose names of ours begin with what the lines make up."""
    headers = tuple((name, OURS.sub("${NEW}", value)) for name, value in request.headers)
    body = request.body and OURS.sub("${NEW}", request.body)
    return attrs.evolve(request, target=OURS.sub("${NEW}", request.target), headers=headers, body=body)


def with_variable(request: Request, value: str, variable: str) -> Request:
    path, mark, query = request.target.partition("?")
    path = "/".join(variable if part == quote(value, safe="-._~$") else part for part in path.split("/"))
    body = request.body
    if body is not None:
        body = re.sub(rf"(?<![\w.-]){re.escape(value)}(?![\w.-])", lambda _: variable, body)
    headers = tuple((name, _named(text, value, variable)) for name, text in request.headers)
    return attrs.evolve(
        request, target=path + mark + query, body=body and _named(body, value, variable), headers=headers
    )


def _named(text: str, value: str, variable: str) -> str:
    """A text with a variable for a token, and for what is made of it (`${TOKEN_1F%?}`)."""
    if value.startswith("$"):
        text = text.replace("${" + value[1:], variable[:-1])
    return text.replace(value, variable) if len(value) > 8 else text
