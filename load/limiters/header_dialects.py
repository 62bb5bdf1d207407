"""Which rate headers a server speaks, and in which unit it tells the reset. Pure: from the headers of answers alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import attrs

from load.limiters.trace import Sample

PLAIN = ("limit", "remaining", "reset")
EPOCH = 1e9
"""Numbers from which on a reset is a point in time and no span."""


@attrs.frozen
class Headers:
    """`family`: what the headers are called; `suffixes`: what follows their usual names; `unit`: of the reset."""

    family: str | None = None
    suffixes: tuple[str, ...] = ()
    unit: str | None = None


def headers(samples: Sequence[Sample]) -> Headers:
    """What the answers of a trace have in common."""
    names = {name for each in samples for name, _ in each.told.headers}
    plain = {name for name in names if any(name.endswith(f"ratelimit-{part}") for part in PLAIN)}
    if any(name.startswith("x-ratelimit") for name in names):
        return Headers("X-RateLimit-*", _suffixes(names), _unit(samples, "x-ratelimit-reset"))
    if plain:
        return Headers("RateLimit-*", (), _unit(samples, "ratelimit-reset"))
    if "ratelimit" in names:
        fields = re.compile(r"(?:reset|\bt)=(\d+)")
        spans = [(each, match[1]) for each in samples if (match := fields.search(_value(each, "ratelimit") or ""))]
        return Headers("RateLimit", (), _named(spans))
    return Headers()


def _suffixes(names: Iterable[str]) -> tuple[str, ...]:
    found = {match[1] for name in names if (match := re.match(r"x-ratelimit-(?:limit|remaining|reset)-(.+)", name))}
    return tuple(sorted(found))


def _value(sample: Sample, name: str) -> str | None:
    return next((value for key, value in sample.told.headers if key == name), None)


def _unit(samples: Sequence[Sample], name: str) -> str | None:
    told = [
        (each, value)
        for each in samples
        for key, value in each.told.headers
        if key == name or key.startswith(f"{name}-")
    ]
    return _named(told)


def _named(told: Sequence[tuple[Sample, str]]) -> str | None:
    """The unit in which most of these values make sense."""
    for sample, value in told:
        if re.fullmatch(r"\d{4}-\d\d-\d\dT.*", value):
            return "ISO 8601"
        if not re.fullmatch(r"\d+(\.\d+)?", value):
            continue
        number = float(value)
        if number > EPOCH * 1000:
            return "milliseconds since 1970"
        return "seconds since 1970" if number > EPOCH and abs(number - sample.sent) < 1e7 else "seconds left"
    return None
