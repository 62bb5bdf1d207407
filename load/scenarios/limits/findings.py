"""What the scenario `limits` examines and what it finds, in a form that can travel from a worker to the master."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from contracts.config.deployment import Deployment, Principal
from contracts.core.exchange import Exchange
from contracts.request.credentials import callers
from contracts.request.permission import why_not
from load.limiters.conclusion import Estimate
from load.limiters.rule import Rule
from load.limiters.trace import Sample
from load.runtime.run import sample
from specs.contract import Contract, Limit, Operation

Seqs = Callable[[int], int | None]


@attrs.frozen
class Job:
    """One limit of one operation, to be examined with one credential."""

    operation: Operation
    principal: Principal
    limit: Limit

    @property
    def key(self) -> tuple[str, str]:
        return self.operation.key, self.principal.name


def jobs(contract: Contract, deployment: Deployment) -> Iterator[Job]:
    """The shortest limit of every operation that somebody may call, and that may be asked there."""
    for operation in contract.operations:
        able = callers(deployment, operation)
        if operation.limits and able and not why_not(contract, deployment, operation, able[0].tenant):
            yield Job(operation, able[0], operation.limits[0])


@attrs.define
class LimitFinding:
    """What was found out about one job. Numbers of exchanges are those of the process that holds it."""

    job: Job
    estimate: Estimate | None = None
    blocked: str | None = None
    statuses: set[int] = attrs.field(factory=set)
    """What admitted requests were answered."""
    refusals: set[int] = attrs.field(factory=set)
    """What refused requests were answered."""
    other: tuple[str, int, int] | None = None
    """Another credential that asked while this one was refused: its name, what it got, and the exchange."""
    renewed: tuple[str, int] | None = None
    """What gives a client a fresh bucket when it changes it, and the exchange that shows it."""
    sharing: tuple[str, ...] = ()
    """Operations that were refused while only this one had been used up."""
    looked: int | None = None
    """The exchange by which only this operation was used up, if others were asked right after it."""
    alone: int | None = None
    """How many were admitted then, until it was used up."""
    created: tuple[str, int, bool | None] | None = None
    """A creation that was refused: its mark, the exchange, and whether it is there all the same."""
    changed: tuple[dict[str, Any], dict[str, Any], int, bool | None] | None = None
    """A change that was refused: the thing before, what was sent, the exchange, and whether it is there."""
    longer: dict[str, Estimate] = attrs.field(factory=dict)
    """What was found out about the operation's longer limits, by period."""
    soaked: dict[str, int] = attrs.field(factory=dict)
    """How many were admitted within a longer limit's window without being refused by it, by period."""
    refuted: dict[str, tuple[int, int]] = attrs.field(factory=dict)
    """How many a longer limit had admitted when it refused too soon, and the exchange that shows it, by period."""
    refused_at_once: bool = False
    """Whether its first request was refused, though nobody should have used it."""
    late: int = 0
    asked: int = 0

    @property
    def inert(self) -> bool:
        """Whether only requests were admitted that could have no effect."""
        return all(each >= 400 for each in self.statuses)

    def written(self) -> dict[str, Any]:
        """As plain data, exchanges by their numbers."""
        plain = attrs.asdict(
            self, filter=lambda field, _: field.name not in {"job", "estimate", "longer", "statuses", "refusals"}
        )
        return {
            **plain,
            "job": list(self.job.key),
            "statuses": sorted(self.statuses),
            "refusals": sorted(self.refusals),
            "estimate": self.estimate and _written(self.estimate),
            "longer": {period: _written(each) for period, each in self.longer.items()},
        }


def read(job: Job, told: Mapping[str, Any], seqs: Seqs, exchanges: Mapping[int, Exchange]) -> LimitFinding:
    """A finding that another process has written; one whose exchanges were lost on the way is blocked."""
    try:
        return _read(job, told, seqs, exchanges)
    except KeyError:
        return LimitFinding(job, blocked="exchanges of its examination were lost between worker and master")


def _read(job: Job, told: Mapping[str, Any], seqs: Seqs, exchanges: Mapping[int, Exchange]) -> LimitFinding:
    here = _Numbers(seqs, exchanges)
    plain = ("blocked", "alone", "refused_at_once", "late", "asked")
    return LimitFinding(
        job,
        **{name: told[name] for name in plain},
        estimate=told["estimate"] and here.estimate(told["estimate"]),
        statuses=set(told["statuses"]),
        refusals=set(told["refusals"]),
        other=here.renumbered(told["other"], 2),
        renewed=here.renumbered(told["renewed"], 1),
        sharing=tuple(told["sharing"]),
        looked=None if told["looked"] is None else here.seq(told["looked"]),
        created=here.renumbered(told["created"], 1),
        changed=here.renumbered(told["changed"], 2),
        longer={period: here.estimate(each) for period, each in told["longer"].items()},
        soaked=dict(told["soaked"]),
        refuted={period: here.renumbered(each, 1) for period, each in told["refuted"].items()},
    )


@attrs.frozen
class _Numbers:
    """What another process numbered, by the numbers of this one; KeyError for what was lost on the way."""

    seqs: Seqs
    exchanges: Mapping[int, Exchange]

    def seq(self, number: int) -> int:
        """The number of an exchange."""
        found = self.seqs(number)
        if found is None:
            raise KeyError(number)
        return found

    def renumbered(self, told: Sequence[Any] | None, place: int) -> Any:
        """A tuple with the number of an exchange at one place."""
        return told and tuple(self.seq(each) if here == place else each for here, each in enumerate(told))

    def estimate(self, plain: Mapping[str, Any]) -> Estimate:
        """An estimate, its trace made of the exchanges again."""
        refused = {*plain["refused"]}
        lists = {
            "rule": Rule(*plain["rule"]),
            "window": plain["window"] and tuple(plain["window"]),
            **{name: tuple(plain[name]) for name in ("kinds", "numbers")},
            **{name: self._samples(plain[name], refused) for name in ("samples", "after")},
        }
        return Estimate(**{**{name: value for name, value in plain.items() if name != "refused"}, **lists})

    def _samples(self, numbers: Iterable[int], refused: set[int]) -> tuple[Sample, ...]:
        return tuple(sample(self.exchanges[self.seq(number)], number in refused) for number in numbers)


def _written(found: Estimate) -> dict[str, Any]:
    plain = {field.name: getattr(found, field.name) for field in attrs.fields(Estimate)}
    numbers = {name: _numbers(plain[name]) for name in ("samples", "after")}
    refused = _numbers(tuple(each for each in (*found.samples, *found.after) if each.refused))
    return {**plain, **numbers, "refused": refused, "rule": [found.rule.limit, found.rule.window]}


def _numbers(samples: tuple[Sample, ...]) -> list[int]:
    return [each.seq for each in samples]
