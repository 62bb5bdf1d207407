"""Shell variables in place of what a request was sent with: names of ours, ids, and tokens and what is made of them."""

from __future__ import annotations

import re
from urllib.parse import quote

import attrs

from contracts.core import tags
from contracts.core.exchange import Exchange, Request
from specs.source.pointers import split

OURS = re.compile(tags.RUN + r"(?=-\d)")
"""How the names begin that a run makes up."""
CLAIMS = "_CLAIMS"
"""What the variable of a token's middle part ends with: forgeries keep it, and give it another head or signature."""


TAG = "_TAG"
"""What the variable of an answer's ETag ends with."""
CONDITIONAL = {"if-match", "if-none-match"}


@attrs.frozen
class Origin:
    """A value that an answer gave out: where it is there, and the shell variable that keeps it."""

    exchange: Exchange
    pointer: str
    name: str
    value: str

    @property
    def line(self) -> str:
        steps = "".join(f".{step}" if re.fullmatch(r"[A-Za-z_]\w*", step) else f'["{step}"]' for step in self.steps)
        part = " | cut -d. -f2" if self.name.endswith(CLAIMS) else ""
        return f"{self.name}=$(jq -r '{steps}' <<<\"${answer_of(self.exchange)}\"{part})"

    @property
    def steps(self) -> list[str]:
        return split(self.pointer)


def answer_of(exchange: Exchange) -> str:
    """The shell variable that keeps an answer."""
    words = re.findall(r"[A-Za-z]+", exchange.operation.path.rpartition("}")[2]) or ["made"]
    return f"{words[-1].upper()}_{exchange.seq}"


def renamed(request: Request) -> Request:
    """A request whose names of ours begin with what the lines make up."""
    headers = tuple((name, OURS.sub("${NEW}", value)) for name, value in request.headers)
    body = request.body and OURS.sub("${NEW}", request.body)
    return attrs.evolve(request, target=OURS.sub("${NEW}", request.target), headers=headers, body=body)


def with_tag(request: Request, variable: str) -> Request:
    """A conditional request with a variable for its tag."""
    headers = tuple((name, variable if name.lower() in CONDITIONAL else value) for name, value in request.headers)
    return attrs.evolve(request, headers=headers)


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
