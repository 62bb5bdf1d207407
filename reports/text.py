"""Text that came from a server, made safe to look at: nothing invisible, nothing endless, JSON laid out."""

import json
import re
from collections.abc import Iterator

from contracts.core.visible import visible

__all__ = ["cut", "layout", "visible"]

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_LONGEST_PARSED = 200_000  # characters; longer bodies are shown as they came


def cut(text: str, longest: int) -> tuple[str, int]:
    """The first `longest` characters, and how many were left out."""
    return (text, 0) if len(text) <= longest else (text[:longest], len(text) - longest)


def layout(body: str) -> str:
    """JSON on lines of its own, two blanks a level; anything else unchanged.

    Works on the tokens, not on parsed values: repeated keys, number formats and escapes stay exactly as sent.
    """
    if not body.lstrip().startswith(("{", "[")) or len(body) > _LONGEST_PARSED:
        return body
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return body
    return "".join(_laid_out(_TOKEN.findall(body)))


def _laid_out(tokens: list[str]) -> Iterator[str]:
    depth = 0
    for before, token, after in zip(["", *tokens], tokens, [*tokens[1:], ""], strict=False):
        if token in "}]":
            depth -= 1
            yield token if before in "{[" else _line(depth) + token
        elif token in "{[":
            depth += 1
            yield token if after in "}]" else token + _line(depth)
        elif token == ",":
            yield token + _line(depth)
        else:
            yield ": " if token == ":" else token


def _line(depth: int) -> str:
    return "\n" + "  " * depth
