"""Finds secrets in texts, however they are spelled, in one pass for all of them together.

Of every secret a few bytes are looked for, folded (see `contracts.config.spellings`): its beginning and its end, and
what Base64 and hexadecimal digits make of its beginning, at any offset in a longer text. From there on it is compared.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from enum import Enum
from itertools import chain, islice

import attrs
from ahocorasick_rs import BytesAhoCorasick, MatchKind

from contracts.config.spellings import fold, layers, placed

SHORTEST = 8
"""Bytes below which a text is too common to be looked for anywhere."""
PART = 12
"""Bytes of a beginning or an end that tell something of a secret."""
LONG = 24
"""Bytes from which on a secret is long enough for such parts to be hidden; of one a little shorter all but one."""
_MIDDLING = 16
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
_DIGITS = b"0123456789abcdefABCDEF"


class Form(Enum):
    """How a secret was written: itself, or encoded."""

    TEXT = b""
    BARE = b"-"
    """Without what looks like an escape in it: it may be taken off together with others."""
    BASE64 = _BASE64
    HEXADECIMAL = _DIGITS


@attrs.define(eq=False)
class Secret:
    """A secret by the name of its placeholder."""

    name: str
    value: str
    folded: bytes = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.folded = fold(self.value.encode("utf-8", "surrogatepass"))


@attrs.frozen
class Anchor:
    """Bytes by which a secret is found. `whole`: the text, folded, that they are part of; `offset`: where."""

    secret: Secret
    form: Form
    whole: bytes
    offset: int
    size: int

    @property
    def text(self) -> bytes:
        """The bytes themselves."""
        return self.whole[self.offset : self.offset + self.size]


@attrs.frozen
class Found:
    """Where a secret stands in a text, and what of it.

    `text`: the same without escapes; `first`, `last`: which bytes of the folded secret it shows, if not encoded.
    """

    start: int
    end: int
    secret: Secret
    form: Form
    text: bytes
    first: int = 0
    last: int = 0


def anchors(secret: Secret) -> Iterator[Anchor]:
    """What to look for, to find a secret of at least SHORTEST bytes."""
    yield from _ends(secret, Form.TEXT, secret.folded)
    for bare in islice(layers(secret.value.encode("utf-8", "surrogatepass")), 1, None):
        yield from _ends(secret, Form.BARE, fold(bare))
    raw = (secret.value.rpartition(".")[2] if _is_jwt(secret) else secret.value).encode("utf-8", "surrogatepass")
    # Base64 turns three bytes into four letters: the letters depend on how many bytes come before, modulo three.
    for before in range(3):
        yield Anchor(secret, Form.BASE64, _in_base64(raw, before), 0, LONG * 2 // 3)
    yield Anchor(secret, Form.HEXADECIMAL, raw.hex().encode(), 0, LONG)


def _ends(secret: Secret, form: Form, folded: bytes) -> Iterator[Anchor]:
    # every JWT begins alike, so its signature alone tells one from the others
    begin = folded.rfind(b".") + 1 if _is_jwt(secret) else 0
    # A damaged credential, or a message that quotes the start of one, shows a part: from PART bytes on it counts. Of a
    # short secret nearly all is needed, or texts that merely resemble it would be hidden.
    size = len(folded) - begin
    size = size if size < _MIDDLING else size - 1 if size < LONG else PART
    yield Anchor(secret, form, folded, begin, size)
    yield Anchor(secret, form, folded, len(folded) - size, size)


def _is_jwt(secret: Secret) -> bool:
    return secret.value.startswith("eyJ") and "." in secret.value


def _in_base64(raw: bytes, before: int) -> bytes:
    """What stands in Base64, folded, for bytes that follow so many others: as far as it depends on them alone."""
    first, last = -(-8 * before // 6), 8 * (before + len(raw)) // 6
    return fold(base64.b64encode(bytes(before) + raw)[first:last])


class Finder:
    """Looks for any number of secrets at once. Those that came last are apart, so that few are rebuilt with each."""

    def __init__(self) -> None:
        self._parts = (Part(), Part(), Part())

    def add(self, secret: Secret) -> None:
        """Look for a secret from now on."""
        if len(secret.folded) < SHORTEST:
            return
        for anchor in anchors(secret):
            self._parts[0].add(anchor)
        # An automaton cannot be extended, only built anew, and a run adds secrets one by one: so new ones go into a
        # small one, and move on when that is full. Each is rebuilt a few times in all, not once for each later secret.
        for small, large, most in zip(self._parts, self._parts[1:], (64, 1024), strict=False):
            if len(small.known) > most:
                small.move_to(large)

    def find(self, text: bytes) -> Iterator[Found]:
        """Every secret in a text, in any order; several may overlap."""
        for number, layer in enumerate(layers(text)):
            folded = fold(layer)
            for part in self._parts:
                if hits := part.hits(folded):
                    yield from _found(text, number, hits)


class Part:
    """Some of the anchors, in one automaton that is built when it is needed."""

    def __init__(self) -> None:
        self.known: dict[bytes, list[Anchor]] = {}
        self._automaton: BytesAhoCorasick | None = None
        self._anchors: list[list[Anchor]] = []

    def add(self, anchor: Anchor) -> None:
        """Look for it from now on, unless it is so short that it stands anywhere."""
        if len(anchor.text) < SHORTEST:
            return
        self.known.setdefault(anchor.text, []).append(anchor)
        self._automaton = None

    def move_to(self, other: Part) -> None:
        for anchor in chain.from_iterable(self.known.values()):
            other.add(anchor)
        self.known, self._automaton = {}, None

    def hits(self, folded: bytes) -> list[tuple[int, list[Anchor]]]:
        """Where anchors begin in a folded text, and whose they are."""
        if not self.known:
            return []
        if self._automaton is None:
            self._automaton = BytesAhoCorasick(list(self.known), matchkind=MatchKind.Standard)
            self._anchors = list(self.known.values())
        found = self._automaton.find_matches_as_indexes(folded, overlapping=True)
        return [(start, self._anchors[index]) for index, start, _ in found]


def _found(text: bytes, number: int, hits: list[tuple[int, list[Anchor]]]) -> Iterator[Found]:
    layer = placed(text, number)
    folded, places = layer.folded()
    covered = 0
    for start, known in hits:
        for anchor in known:
            first, last = _agreeing(folded, start, anchor)
            begin, end = places[start - anchor.offset + first], places[start - anchor.offset + last - 1] + 1
            if anchor.form in (Form.BASE64, Form.HEXADECIMAL):
                # Whoever decodes an encoded text sees the secret, and what was encoded with it: all of it goes.
                if end <= covered:
                    continue
                begin, end = _word(layer.text, begin, end, anchor.form.value)
                covered = end
            # half of an escape would be left behind, so the whole of it goes
            wide = begin - _escaped(layer.text, begin), min(end + _escaped(layer.text, end), len(layer.text))
            stands = layer.starts[wide[0]], layer.ends[wide[1] - 1]
            yield Found(*stands, anchor.secret, anchor.form, layer.text[begin:end], first, last)


def _escaped(text: bytes, place: int) -> bool:
    """Whether a backslash before it belongs to what stands there."""
    before = text[max(0, place - 32) : place]
    return (len(before) - len(before.rstrip(b"\\"))) % 2 == 1


def _agreeing(folded: bytes, start: int, anchor: Anchor) -> tuple[int, int]:
    """Which bytes of an anchor's whole text stand there, around it."""
    whole, shift = anchor.whole, start - anchor.offset
    first, last = anchor.offset, anchor.offset + len(anchor.text)
    while first > 0 and shift + first > 0 and folded[shift + first - 1] == whole[first - 1]:
        first -= 1
    while last < len(whole) and shift + last < len(folded) and folded[shift + last] == whole[last]:
        last += 1
    return first, last


def _word(text: bytes, begin: int, end: int, alphabet: bytes) -> tuple[int, int]:
    """What stands there with the letters of an alphabet around it."""
    while begin > 0 and text[begin - 1] in alphabet:
        begin -= 1
    while end < len(text) and text[end] in alphabet:
        end += 1
    while end < len(text) and text[end : end + 1] == b"=":
        end += 1
    return begin, end
