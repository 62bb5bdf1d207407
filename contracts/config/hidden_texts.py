"""Texts of answers that were freed of secrets already: many equal ones come, and each is looked through once.

A secret that is known only since then is looked for in them, and nothing else: that takes a tenth of the time.
"""

from __future__ import annotations

import attrs

from contracts.config.secret_finder import Part, Secret, anchors
from contracts.config.spellings import fold, layers

MOST = 16 * 1024 * 1024
"""Characters of texts that are remembered in all."""
LONGEST = 1024 * 1024
"""Characters of a text that is worth it."""
ADDED = 512
"""Anchors of secrets that are looked for again; with more of them all texts are looked through anew."""


@attrs.define(eq=False)
class _Looked:
    """A text without secrets. `folded`: what it was, as secrets are looked for; `count`: how many were known since."""

    hidden: str
    folded: tuple[bytes, ...]
    count: int


class HiddenTexts:
    """Texts, and what they are without secrets."""

    def __init__(self) -> None:
        self._texts: dict[str, _Looked] = {}
        self._size = 0
        self._added = Part()
        self.count = 0
        """Secrets that were added since anything is remembered."""

    def forget(self) -> None:
        """What is hidden in a text may be something else from now on."""
        self._texts.clear()
        self._size = 0
        self._added = Part()

    def add(self, secret: Secret) -> None:
        """A secret that is hidden from now on."""
        self.count += 1
        if not self._texts:
            return
        if len(self._added.known) > ADDED:
            self.forget()
        for anchor in anchors(secret):
            self._added.add(anchor)

    def get(self, text: str) -> str | None:
        """What a text is without secrets; None where that is not known."""
        looked = self._texts.get(text)
        if looked is None:
            return None
        if looked.count < self.count and any(self._added.hits(layer) for layer in looked.folded):
            del self._texts[text]
            self._size -= len(text)
            return None
        looked.count = self.count
        return looked.hidden

    def keep(self, text: str, hidden: str) -> None:
        """Remember a text. What was remembered first goes first."""
        if len(text) > LONGEST or text in self._texts:
            return
        raw = text.encode("utf-8", "surrogateescape")
        folded = tuple(fold(layer) for layer in layers(raw))
        self._texts[text] = _Looked(text if text == hidden else hidden, folded, self.count)
        self._size += len(text)
        while self._size > MOST:
            oldest = next(iter(self._texts))
            self._size -= len(oldest)
            del self._texts[oldest]
