"""A request as a curl line that runs as printed, with secrets as shell variables."""

from __future__ import annotations

import re
import shlex

from contracts.core.exchange import Request

_VARIABLE = re.compile(r"\$(\{[A-Z][A-Z0-9_]*[^}]*\}|[A-Z][A-Z0-9_]*)")


def curl(request: Request, base_url: str, *, quiet: bool = False) -> str:
    """One line for a POSIX shell (damaged credentials need bash). `quiet`: the body of the answer alone."""
    words = ["curl", "-sS"] if quiet else ["curl", "-sS", "-i"]
    if request.verb != "GET":
        words += ["-X", request.verb]
    words.append(_quoted(base_url + request.target))
    for name, value in request.headers:
        words += ["-H", _quoted(f"{name}: {value}" if value else f"{name};")]
    if request.body is not None:
        words += ["--data-raw", _quoted(request.body)]
    return " ".join(words)


def _quoted(text: str) -> str:
    """Single quotes, except around shell variables, which the shell must see."""
    parts: list[str] = []
    rest = 0
    for match in _VARIABLE.finditer(text):
        if match.start() > rest:
            parts.append(shlex.quote(text[rest : match.start()]))
        parts.append(f'"{match[0]}"')
        rest = match.end()
    if rest < len(text):
        parts.append(shlex.quote(text[rest:]))
    return "".join(parts) or "''"
