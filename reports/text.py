"""Text that came from a server, made safe to look at: nothing invisible, nothing endless, JSON laid out."""

import json
import re
from collections.abc import Iterator

__all__ = ["cut", "layout", "visible"]

# Control characters (XML 1.0 has no place for them), those that turn the direction of text round (and so show something
# other than what was sent), those without width, and lone halves of a surrogate pair, which no output encoding takes.
# Tabs and line ends stay.
_UNSEEN = re.compile(
    "\r(?!\n)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_LONGEST_PARSED = 200_000  # characters; longer bodies are shown as they came


def visible(text: str) -> str:
    """Write characters that cannot be seen as escapes: an ESC becomes ``\\x1b``, a right-to-left mark ``\\u200f``."""
    return _UNSEEN.sub(lambda match: repr(match[0])[1:-1], text)


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
