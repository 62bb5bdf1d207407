"""Whether one tenant's rate is another one's loss."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from contracts.core.statistics import chance_of_more, percentile, shift
from contracts.judging.record_laws import Judgement, broken, unseen, upheld
from load.runtime.rows import Row
from load.scenarios.mixed.record import Record
from load.scenarios.mixed.registry import first, judges
from specs.contract import Operation

SLOWER, SECONDS, SURE, MOSTLY = 3.0, 0.05, 1e-3, 0.75
"""A tenant is slowed by another if it waits so many times as long, so many seconds more, and that is no chance."""
FEW = 20
"""Rows without which two spells are not compared."""


@judges(first, "limit")
def a_tenant_does_not_slow_another(record: Record, _: Operation) -> Judgement:
    """A tenant that uses all it is granted neither slows nor starves another one.

    One tenant is calm, loud, calm and loud again; the others go on as before. Judged over all operations, each answer
    against what is usual for its operation when all are calm. Broken when in every loud spell the others wait three
    times as long and 50 ms more, which is no chance, while our own sending is in time; or when they get errors then.
    """
    others = [
        each for each in record.rows
        if record.tenant_of.get(each.principal) not in (None, record.loud) and record.began <= each.due < record.ended
    ]  # fmt: skip
    if not others:
        return unseen("the deployment file names no second tenant")
    spells = record.spells(others)
    calm = [row for loud, rows in spells if not loud for row in rows]
    loud = [rows for is_loud, rows in spells if is_loud and len(rows) >= FEW]
    if len(calm) < FEW or not loud:
        return unseen("no calm and loud spells to compare: the shape has none, or too few requests were sent")
    if found := _starved(calm, [row for rows in loud for row in rows]):
        return found
    return _slowed(calm, loud)


def _starved(calm: Sequence[Row], loud: Sequence[Row]) -> Judgement | None:
    before, after = sum(each.failed for each in calm), [each for each in loud if each.failed]
    if len(after) >= 5 and chance_of_more(before, len(calm), len(after), len(loud)) < SURE:
        got = f"{len(after)} of {len(loud)} ({after[0].status or 'no answer'}) while it was loud"
        return broken(f"{before} of {len(calm)} failed, as while the other was calm", got, [each.seq for each in after])
    return None


def _slowed(calm: Sequence[Row], loud: Sequence[Sequence[Row]]) -> Judgement:
    by_operation: dict[str, list[float]] = defaultdict(list)
    for each in calm:
        if each.status:
            by_operation[each.operation].append(each.service)
    middle = percentile(sorted(time for times in by_operation.values() for time in times), 50) if by_operation else 0.0
    usual = {key: percentile(sorted(times), 50) for key, times in by_operation.items()}
    before = [each.service - usual[each.operation] for each in calm if each.status]
    worse, seen = [], []
    for rows in loud:
        answered = [each for each in rows if each.status]
        if len(answered) < FEW or not before:
            continue
        after = [each.service - usual.get(each.operation, middle) for each in answered]
        found = shift(before, after)
        late = percentile(sorted(each.lateness for each in answered), 95)
        more = percentile(sorted(after), 50)
        seen.append(more)
        real = found.chance < SURE and found.above > MOSTLY and late < more / 2
        worse.append(real and more > SECONDS and more > (SLOWER - 1) * middle)
    if not seen:
        return unseen("too few requests were sent to operations whose usual time is known")
    slow = max(seen)
    if worse and all(worse):
        rows = [each for spell in loud for each in spell if each.service > usual.get(each.operation, 0) + SECONDS]
        got = f"{(middle + slow) * 1000:.0f} ms while it is loud, in each of {len(worse)} spells"
        return broken(f"about {middle * 1000:.0f} ms, as while the other is calm", got, [each.seq for each in rows])
    return upheld(
        sum(map(len, loud)), f"{middle * 1000:.1f} ms, {(middle + slow) * 1000:.1f} ms while the other is loud"
    )
