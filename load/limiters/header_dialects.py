"""How the rate headers of a trace are to be read: which limit each series is about, and what its times count in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import attrs

from contracts.core.quotas import Quota, Span, moments, number, plausible, units
from load.limiters.rule import Rule
from load.limiters.trace import Sample
from specs.contract.rate_headers import RateHeader, Unit, stand_in

CLOCK = 1.1
"""Seconds by which a header in whole seconds may be off, rounding included."""
NAMES: dict[Unit, str] = {
    "epoch": "seconds since 1970",
    "epoch-ms": "milliseconds since 1970",
    "left": "seconds left",
    "left-ms": "milliseconds left",
    "date": "date",
    "other": "not understood",
}


@attrs.frozen
class Terms:
    """What a trace's headers are held against.

    `words`: what the document says of rate headers, by name in lower case; `promised`: those that a refusal has to
    carry; `windows`: of the declared limits that can bind, by their numbers; `offset`: the server's clock minus ours,
    known within `unsure`.
    """

    rule: Rule
    words: Mapping[str, RateHeader] = {}
    promised: tuple[str, ...] = ()
    windows: Mapping[int, float] = {}
    offset: float = 0.0
    unsure: float = 0.0

    def word(self, name: str) -> RateHeader | None:
        """What the document says of a header."""
        return self.words.get(name.lower())


@attrs.frozen
class Series:
    """One limit as the responses of a trace give it. `unit`: of its reset; None where no time of reset is given."""

    terms: Terms
    family: str
    name: str
    quotas: tuple[tuple[Sample, Quota], ...]
    unit: Unit | None = None

    @property
    def numbers(self) -> set[float]:
        """The numbers its limit is said to have."""
        return {value for _, quota in self.quotas if (value := number(quota.limit)) is not None}

    @property
    def declared(self) -> bool:
        """Whether the document has one of its headers."""
        return any(self.terms.word(name) for _, quota in self.quotas[:1] for _, name in quota.names)

    def header(self, part: str) -> str:
        """The name of the header that gives a part, as the document spells it or else as it was sent."""
        name = next((quota.name(part) for _, quota in self.quotas if getattr(quota, part, None)), self.family)
        word = self.terms.word(name)
        return word.name if word else name

    def reset(self, sample: Sample, quota: Quota) -> Span | None:
        """Between which times of our clock an answer says that the limit resets."""
        if quota.reset is None or self.unit is None:
            return None
        return moments(quota.reset, self.unit, (sample.sent, sample.received), self.terms.offset)


@attrs.frozen
class Lie:
    """What a header said, and what is true, in words; `seqs` are the answers that show it."""

    expected: str
    actual: str
    seqs: tuple[int, ...] = ()


def series_of(samples: Sequence[Sample], terms: Terms) -> list[Series]:
    """Everything the responses of a trace say, sorted into series, each with the unit in which it is to be read."""
    found: dict[tuple[str, str], list[tuple[Sample, Quota]]] = {}
    for sample in samples:
        for quota in sample.rate_headers.quotas:
            found.setdefault((quota.family, quota.series), []).append((sample, quota))
    made = [Series(terms, family, name, tuple(answers)) for (family, name), answers in found.items()]
    return [attrs.evolve(each, unit=_unit(each)) for each in made]


def about(series: Sequence[Series], rule: Rule) -> list[Series]:
    """Those about one limit: with its number, or with none; all of them where none has its number."""
    own = [each for each in series if rule.limit in each.numbers]
    return [each for each in series if each in own or not each.numbers] if own else list(series)


def _unit(series: Series) -> Unit | None:
    """The unit that the document names, else the one in which most of the times make sense."""
    resets = [(sample, quota.reset) for sample, quota in series.quotas if quota.reset]
    if not resets:
        return None
    name = next(quota.name("reset") for _, quota in series.quotas if quota.reset)
    sent = {each for sample, _ in series.quotas for each, _ in sample.rate_headers.headers}
    word = series.terms.word(name) or stand_in(series.terms.words, name, sent)
    return word.unit if word and word.unit else _guessed(resets, series.terms)


def _guessed(resets: Sequence[tuple[Sample, str]], terms: Terms) -> Unit | None:
    window, slack = max([terms.rule.window, *terms.windows.values()]) * 1.05, CLOCK + terms.unsure
    votes = Counter(
        unit
        for sample, text in resets
        for unit in plausible(text, (sample.sent, sample.received), window, slack, terms.offset)
    )
    likely = votes.most_common(1)
    return likely[0][0] if likely else next(iter(_by_size(resets[0][1])), None)


def _by_size(text: str) -> tuple[Unit, ...]:
    """What a text looks like that makes sense in no unit."""
    size = number(text)
    if size is None:
        return units(text)
    return ("epoch-ms",) if size > 1e11 else ("epoch",) if size > 1e9 else ("left",)


@attrs.frozen
class Headers:
    """`family`: what the headers are called; `suffixes`: what else their names say; `unit`: of the reset."""

    family: str | None = None
    suffixes: tuple[str, ...] = ()
    unit: str | None = None


def headers(samples: Sequence[Sample], terms: Terms) -> Headers:
    """What the answers of a trace have in common, in words."""
    found = series_of(samples, terms)
    if not found:
        return Headers("Retry-After" if any(sample.rate_headers.wait for sample in samples) else None)
    names = sorted({name.lower() for each in found for _, quota in each.quotas for _, name in quota.names})
    family = "RateLimit" if "ratelimit" in names else f"{_spelled(found[0].family)}-*"
    unit = next((each.unit for each in about(found, terms.rule) if each.unit), None)
    suffixes = () if family == "RateLimit" else tuple(sorted({each.name for each in found if each.name}))
    return Headers(family, suffixes, NAMES[unit] if unit else None)


def _spelled(family: str) -> str:
    return "-".join(part.capitalize() for part in family.split("-")).replace("Ratelimit", "RateLimit")
