"""How every conversation begins: the values its operation's path needs are found, then the law speaks."""

from __future__ import annotations

from typing import Any

from contracts.api import Api
from contracts.fixtures import places
from contracts.law import Conversation, Law
from contracts.plan import Line
from contracts.subjects import spacious


def opened(line: Line, api: Api, inputs: Any) -> Conversation:
    """The whole conversation of a line: the law's own, after its place has been found.

    A law that writes stands on things of its own making, so that nothing of the owner's is changed.
    """
    law = line.rule
    assert isinstance(law, Law)
    if not law.nowhere:
        quiet = law.roomy and not line.writes
        api.values = yield from spacious(api) if quiet else places(api, api.operation, fresh=line.writes)
    yield from law.ask(api) if law.each is None else law.ask(api, inputs)
