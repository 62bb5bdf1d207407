"""A record that is judged while it is read comes to what the whole record in memory comes to."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.config import deployment
from contracts.core.exchange import Exchange
from contracts.engine import replay_driver
from contracts.engine.side_by_side import side_by_side
from contracts.evidence import long_record, reader
from contracts.evidence.long_record import Numbers, open_record
from contracts.evidence.reader import Conversation, EvidenceError
from contracts.judging.judge import Verdict
from contracts.plan.plan import Plan, make
from tests.bench.records import lengthened
from tests.hostile.judging import judged


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Path]:
    """A run against a server with a fault, recorded three times as if it were one."""
    folder = tmp_path_factory.mktemp("record")
    run = judged("status-999", folder).run
    file = folder / "run" / "evidence.ndjson"
    lengthened(file, folder / "long.ndjson", 3 * run.recorder.requests)
    header = reader.header_of(folder / "long.ndjson")
    return make(run.plan.contract, deployment.recorded(header), header["depth"]), folder / "long.ndjson"


def told(verdicts: list[Verdict]) -> dict[str, dict[str, object]]:
    return {each.item.id: each.written() for each in verdicts}


@pytest.mark.parametrize("held", [1, 20, 100_000])
def test_the_verdicts_are_those_of_the_record_in_memory(
    recorded: tuple[Plan, Path], held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, file = recorded
    monkeypatch.setattr(long_record, "HELD", held)
    whole, long = reader.read(file, plan.contract), open_record(file, plan.contract)
    assert told(replay_driver.verdicts(plan, long)) == told(replay_driver.verdicts(plan, whole))
    assert (long.unread, long.footer, len(long.exchanges)) == (whole.unread, whole.footer, len(whole.exchanges))


@pytest.mark.parametrize("processes", [2, 5])
def test_processes_side_by_side_come_to_what_one_comes_to(
    recorded: tuple[Plan, Path], processes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, file = recorded
    monkeypatch.setattr(long_record, "HELD", 20)
    alone, shared = open_record(file, plan.contract), open_record(file, plan.contract)
    heard: list[int] = []
    verdicts = replay_driver.verdicts(plan, shared, lambda each: heard.append(each.seq), processes=processes)
    assert [*told(verdicts).items()] == [*told(replay_driver.verdicts(plan, alone)).items()]  # in the same order
    assert heard == list(alone.exchanges)


def test_what_a_part_raises_elsewhere_is_raised_here() -> None:
    def work(number: int) -> int:
        if number:
            raise EvidenceError("the second part fails")
        return number

    with pytest.raises(EvidenceError, match="the second part"):
        side_by_side(work, 2)


def test_exchanges_are_read_again_and_conversations_told_when_they_are_over(
    recorded: tuple[Plan, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, file = recorded
    monkeypatch.setattr(long_record, "HELD", 2)
    whole, long = reader.read(file, plan.contract), open_record(file, plan.contract)
    most, talks, seen = 0, {}, []
    for event in long.events():
        most = max(most, len(long.conversations))
        if isinstance(event, Conversation):
            talks[event.id] = event
        else:
            assert isinstance(event, Exchange)
            seen.append(event)
    assert seen == list(whole.exchanges.values()) == list(long.exchanges.values())
    assert {number: each.answers for number, each in talks.items()} == {
        number: each.answers for number, each in whole.conversations.items()
    }
    assert most < len(talks) / 2
    assert long.again == whole.again
    assert next(iter(whole.exchanges)) in long.exchanges
    assert max(whole.exchanges) + 1 not in long.exchanges


def test_numbers_may_be_any() -> None:
    numbers = Numbers()
    for number in (0, 3, 2**40, -7, 10**18):
        assert numbers.get(number) == -1
        numbers.put(number, number * 2 if number < 2**40 else 5)
    assert [numbers.get(each) for each in (0, 3, 2**40, -7, 10**18, 1)] == [0, 6, 5, -14, 5, -1]
