"""Answers that were freed of secrets already: many equal ones come, and each is looked through once."""

from __future__ import annotations

MOST = 16 * 1024 * 1024
"""Characters of bodies that are remembered in all."""
LONGEST = 1024 * 1024
"""Characters of a body that is worth it."""
VALUES = 4096


class HiddenAnswers:
    """Bodies and values of headers, and what they are without secrets: as long as what is a secret stays the same."""

    def __init__(self) -> None:
        self.version = 0
        self.values: dict[str, str] = {}
        """Values of headers."""
        self._bodies: dict[str, str] = {}
        self._size = 0

    def forget_unless(self, version: int) -> None:
        """Forget everything that was found out when another version of the vault was there."""
        if version != self.version:
            self.version, self._size = version, 0
            self.values.clear()
            self._bodies.clear()

    def body(self, text: str) -> str | None:
        """What a body is without secrets; None where that is not known."""
        return self._bodies.get(text)

    def keep(self, text: str, hidden: str) -> None:
        """Remember a body. What was remembered first goes first."""
        if len(text) > LONGEST:
            return
        self._bodies[text] = text if text == hidden else hidden
        self._size += len(text)
        while self._size > MOST:
            oldest = next(iter(self._bodies))
            self._size -= len(oldest)
            del self._bodies[oldest]

    def keep_value(self, value: str, hidden: str) -> None:
        """Remember the value of a header."""
        if len(self.values) >= VALUES:
            self.values.clear()
        self.values[value] = hidden
