"""How much of an answer is read, and for how long it is waited for: part of the table [http] of a deployment file."""

from __future__ import annotations

from typing import Any

import attrs

KIB, MIB = 1024, 1024 * 1024


@attrs.frozen
class Bounds:
    """What one exchange may cost at most. Times are in seconds, sizes in bytes."""

    connect: float = 10.0
    """Until a connection is established, TLS included."""
    read: float = 30.0
    """Between two pieces of an answer."""
    total: float = 60.0
    """For the whole exchange."""
    body: int = 10 * MIB
    """Of a body as it comes over the wire."""
    decompressed: int = 20 * MIB
    """Of a body when its content encoding is taken off."""
    ratio: int = 500
    """Of the two, where the second is above a mebibyte: a larger one is a bomb, not a document."""
    values: int = 300_000
    """Of a body of JSON, as its commas count them: read, each may take fifty times the bytes it came in.

    And of escapes in a body, which secrets are looked for behind."""
    headers: int = 256
    """Header fields of an answer."""
    header_bytes: int = 64 * KIB
    """Of an answer's status line and headers together."""
    interim: int = 100
    """1xx answers before the one that counts."""
    in_flight: int = 16
    """Requests that are under way at once, those sent together on purpose left aside."""
    run: float | None = None
    """For a whole run; then nothing new is begun, and what was created is removed."""

    @classmethod
    def of(cls, table: dict[str, Any]) -> Bounds:
        """The bounds that a table [http] sets, its values read already."""
        return cls(**{each.name: table[each.name] for each in attrs.fields(cls) if each.name in table})
