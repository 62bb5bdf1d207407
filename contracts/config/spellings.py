"""The ways in which servers write one text, and what these have in common: white space, letter case and escapes.

A text is looked at as it stands, and again with its escapes (percent, JSON, HTML) taken off, as often as there are any.
What is found there has a place in the text as it stands.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from string import ascii_lowercase, ascii_uppercase

import attrs

LAYERS = 5
"""How many escapes are taken off one another at most, and the text itself."""
_WHITE = b" \t\r\n\f\v"
_FOLDING = bytes.maketrans(f"{ascii_uppercase}-_".encode(), f"{ascii_lowercase}+/".encode())
_ESCAPE = re.compile(
    rb"%[0-9A-Fa-f]{2}"
    rb"|\\u[dD][89abAB][0-9A-Fa-f]{2}\\u[dD][c-fC-F][0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|\\[^ux]"
    rb"|&(?:\#[0-9]{1,7}|\#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,8});",
    re.DOTALL,
)
_CONTROLS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def fold(text: bytes) -> bytes:
    """A text without white space, its ASCII letters small, in the usual alphabet of Base64 instead of that of URLs."""
    return text.translate(_FOLDING, _WHITE)


def layers(text: bytes) -> Iterator[bytes]:
    """A text as it stands, then with one layer of escapes after the other taken off."""
    # Servers escape what was escaped already: a JSON text in a JSON member, an address in a query. Bounded, or a body
    # of backslashes would keep a run busy.
    for _ in range(LAYERS):
        yield text
        if not (b"%" in text or b"\\" in text or b"&" in text):
            return
        bare = _ESCAPE.sub(lambda match: _meaning(match[0]), text)
        if bare == text:
            return
        text = bare


@lru_cache(maxsize=4096)
def _meaning(escape: bytes) -> bytes:
    if escape.startswith(b"%"):
        return bytes([int(escape[1:], 16)])
    if escape.startswith(b"&"):
        return html.unescape(escape.decode()).encode("utf-8", "surrogatepass")
    if escape.startswith(b"\\u"):
        written: str = json.loads(b'"' + escape + b'"')
        return written.encode("utf-8", "surrogatepass")
    if escape.startswith(b"\\x"):
        return bytes([int(escape[2:], 16)])
    return _CONTROLS.get(escape[1:], escape[1:])


@attrs.frozen
class Placed:
    """One layer of a text with the place of every byte: where it begins and ends in the text as it stands."""

    text: bytes
    starts: list[int]
    ends: list[int]

    def bared(self) -> Placed:
        """The next layer."""
        # Places are carried along, since what is found without escapes has to be cut out of the text with them.
        pieces: list[bytes] = []
        starts: list[int] = []
        ends: list[int] = []
        rest = 0
        for match in _ESCAPE.finditer(self.text):
            begin, end = match.span()
            meaning = _meaning(match[0])
            pieces += (self.text[rest:begin], meaning)
            starts += self.starts[rest:begin] + [self.starts[begin]] * len(meaning)
            ends += self.ends[rest:begin] + [self.ends[end - 1]] * len(meaning)
            rest = end
        pieces.append(self.text[rest:])
        return Placed(b"".join(pieces), starts + self.starts[rest:], ends + self.ends[rest:])

    def folded(self) -> tuple[bytes, list[int]]:
        """The layer folded, and for every byte of that its index in the layer."""
        return fold(self.text), [index for index, byte in enumerate(self.text) if byte not in _WHITE]


def placed(text: bytes, layer: int) -> Placed:
    """A layer of a text, by its number, with places."""
    made = Placed(text, list(range(len(text))), list(range(1, len(text) + 1)))
    for _ in range(layer):
        made = made.bared()
    return made
