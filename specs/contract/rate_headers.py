"""What the document says of its rate headers: what each of them says, and what it counts in."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Literal

from attrs import evolve, frozen

from specs.contract.model import Header

Role = Literal["limit", "remaining", "reset", "policy", "state", "wait"]
Unit = Literal["epoch", "epoch-ms", "left", "left-ms", "date", "other"]
"""Seconds or milliseconds since 1970, or from now; a date as text; or something that is not understood."""

_NAME = re.compile(r"^(.*?rate-?limit)-?(.*)$", re.IGNORECASE)
_ROLES: tuple[tuple[Role, str], ...] = (
    ("wait", r"retry-?after"),
    ("reset", r"reset"),
    ("remaining", r"remaining"),
    ("policy", r"policy"),
    ("limit", r"limit|total"),
)
_EPOCH = re.compile(r"epoch|unix|posix|timestamp|since (january|1 january|jan\.?|1970)")
_DATE = re.compile(r"iso[ -]?8601|rfc[ -]?(3339|1123|2822|822|850|7231|9110)|http[ -]date|date[- ]time|\bgmt\b date")
_SECONDS = r"(?<!milli)(?<!micro)(?<!nano)(?:seconds?|secs?)"
_THOUSANDTHS = r"(?:milli ?seconds?|ms|msecs?)"
_UNKNOWN = r"(?:micro ?seconds?|nano ?seconds?|minutes?|hours?|days?)"


@frozen
class RateName:
    """A header's name taken apart: `X-RateLimit-Reset-Short` gives the reset of the series "short" of X-RateLimit."""

    family: str
    role: Role
    series: str


@frozen
class RateHeader:
    """A rate header as the document has it. `unit`: of a time; None where the document does not say."""

    name: str
    role: Role
    unit: Unit | None = None
    kind: str | None = None
    """The JSON type its schema names."""
    words: str = ""


@lru_cache(maxsize=4096)  # asked for of every header of every answer
def taken_apart(name: str) -> RateName | None:
    """What a header says by its name; None for one that says nothing of a rate limit."""
    if name.lower() == "retry-after":
        return RateName("Retry-After", "wait", "")
    if not (match := _NAME.match(name.lower())):
        return None
    family, rest = match[1], match[2]
    if not rest:
        return RateName(family, "state" if family == "ratelimit" else "limit", "")
    for role, words in _ROLES:
        if found := re.search(words, rest):
            return RateName(family, role, (rest[: found.start()] + rest[found.end() :]).strip("-").replace("--", "-"))
    return None


def rate_headers(headers: Iterable[Header]) -> dict[str, RateHeader]:
    """The rate headers among declared ones, by name in lower case; one worded in two ways has no unit."""
    found: dict[str, RateHeader] = {}
    for header in headers:
        if (name := taken_apart(header.name)) is None:
            continue
        made = RateHeader(header.name, name.role, unit_of(header), header.schema.get("type"), header.description)
        before = found.setdefault(header.name.lower(), made)
        if before.unit != made.unit:
            found[header.name.lower()] = evolve(before, unit="other" if before.unit and made.unit else None)
    return found


def stand_in(words: Mapping[str, RateHeader], name: str, sent: Collection[str]) -> RateHeader | None:
    """The declared header that another one is sent in place of: of the same role, and none of the names `sent`.

    `RateLimit-Limit` and `X-RateLimit-Limit-Default` stand for an X-RateLimit-Limit that is missing. None where it
    cannot be known which.
    """
    apart, lower = taken_apart(name), {each.lower() for each in sent}
    if apart is None or name.lower() in words or apart.role == "wait":
        return None
    missing = [each for key, each in words.items() if key not in lower and _role(each.name) == apart.role]
    return missing[0] if len(missing) == 1 else None


def _role(name: str) -> Role | None:
    apart = taken_apart(name)
    return apart.role if apart else None


def unit_of(header: Header) -> Unit | None:
    """The unit of a header that gives a time: by its description, else by its format or its example."""
    words = re.sub(r"[-_\s(),;:]+", " ", f"{header.description} {header.schema.get('description', '')}".lower())
    if header.schema.get("format") in {"date-time", "date"} or _DATE.search(words):
        return "date"
    return _worded(words) or _shown(header.schema.get("example"))


def _worded(words: str) -> Unit | None:
    if _EPOCH.search(words):
        return "epoch-ms" if re.search(rf"\b{_THOUSANDTHS}\b", words) else "epoch"
    counted: tuple[tuple[Unit, str], ...] = (("left-ms", _THOUSANDTHS), ("left", _SECONDS), ("other", _UNKNOWN))
    return next((unit for unit, name in counted if _ahead(words, name)), None)


def _ahead(words: str, unit: str) -> bool:
    """Whether so many of a unit are still to pass: "seconds until …", "time until … in seconds"."""
    after = rf"\b{unit}\b(?: \w+){{0,3}} (?:until|till|to|before|left|remain\w*|from now|ahead)\b"
    ahead = rf"\b(?:until|till|time to|left|remain\w*|wait|after which|delta)(?: [\w']+){{0,6}} {unit}\b"
    return re.search(f"{after}|{ahead}", words) is not None


def _shown(example: object) -> Unit | None:
    """What an example shows, where it can only be one thing."""
    text = str(example)
    if re.fullmatch(r"\d{4}-\d\d-\d\d[T ].*|[A-Z][a-z]{2}, .* GMT", text):
        return "date"
    number = float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else 0.0
    return "epoch-ms" if number > 1e11 else "epoch" if number > 1e9 else None
