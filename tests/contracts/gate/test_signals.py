"""A signal ends a run in good order."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from contracts.gate.signals import ENDING, EndingSignals


@pytest.fixture(autouse=True)
def heeded() -> Iterator[None]:
    """Whoever started the tests may have ignored some, as nohup does; a run would leave those alone."""
    before = {each: signal.signal(each, signal.default_int_handler) for each in ENDING}
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_the_first_signal_interrupts_and_is_told_in_the_exit_code(number: int) -> None:
    before = signal.getsignal(number)
    signals = EndingSignals(lambda: None)
    try:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)
        assert signals.code == 128 + number
        with pytest.raises(KeyboardInterrupt):
            signals.check()
    finally:
        signals.restore()
    assert signal.getsignal(number) is before


def test_without_a_signal_there_is_no_code() -> None:
    signals = EndingSignals(lambda: None)
    signals.check()
    signals.restore()
    assert signals.code is None
