"""The table [http] of a deployment file: how much of an answer is read, and for how long it is waited for."""

from __future__ import annotations

import re
from typing import Any

import attrs

KIB, MIB = 1024, 1024 * 1024
_UNITS = {"": 1, "b": 1, "kib": KIB, "mib": MIB, "gib": 1024 * MIB}
_SIZE = re.compile(r"(\d{1,12})\s*([A-Za-z]*)", re.ASCII)


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


_TIMES = {"connect", "read", "total", "run"}
_SIZES = {"body", "decompressed", "header_bytes"}
_COUNTS = {"ratio", "headers", "interim", "in_flight"}
KEYS = _TIMES | _SIZES | _COUNTS | {"redirects"}


def read(table: dict[str, Any]) -> Bounds:
    """The bounds that a table [http] sets. Raises ValueError naming the key."""
    if table.get("redirects", 0) != 0 or isinstance(table.get("redirects"), bool):
        raise ValueError("http.redirects: 0 is needed: a redirect is an answer to be judged, and never followed")
    given: dict[str, Any] = {key: _READERS[key](key, value) for key, value in table.items() if key in _READERS}
    return Bounds(**given)


def _time(key: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e9:
        raise ValueError(f"http.{key}: seconds above 0 are needed")
    return float(value)


def _count(key: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 10**9:
        raise ValueError(f"http.{key}: a whole number above 0 is needed")
    return value


def _size(key: str, value: Any) -> int:
    if isinstance(value, str) and (match := _SIZE.fullmatch(value.strip())) and match[2].lower() in _UNITS:
        value = int(match[1]) * _UNITS[match[2].lower()]
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= 2**40:
        raise ValueError(f'http.{key}: a size such as 65536, "64 KiB" or "10 MiB" is needed')
    return value


_READERS = {
    **dict.fromkeys(_TIMES, _time),
    **dict.fromkeys(_SIZES, _size),
    **dict.fromkeys(_COUNTS, _count),
}
