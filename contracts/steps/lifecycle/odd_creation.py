"""Creates a resource from an unusual body and finds out what was kept of it."""

from __future__ import annotations

from typing import Any

from contracts.core.conversation import Steps
from contracts.core.exchange import MISSING
from contracts.request.api import Api
from contracts.steps.fixtures import body, places
from contracts.steps.tokens.pairs import issued, presented
from contracts.strategies.bodies import ODDEST, written_oddly


def created(api: Api) -> Steps:
    """The answer to a right creation, oddly written where its texts allow that: asked once for all who need it."""
    stage = api.playing(f"what input at {api.operation.key} stands on")
    stage.values = yield from places(stage, api.operation, fresh=True)
    right = yield from content(stage)
    odd = oddly(api, right)
    return (yield stage.ask(body=right) if odd is None else stage.ask(raw=odd))


def oddly(api: Api, right: Any) -> str | None:
    """A right body with odd letters in its texts; None where a text may be a token or name something else."""
    told = api.operation.body
    if not isinstance(right, dict) or not right or told is None or told.sources or "json" not in told.media_type:
        return None
    if api.contract.tokens and api.operation is api.contract.tokens.refresh:
        return None
    schema = api.contract.json_schema(told.schema, direction="request")
    what, text = next(written_oddly(schema, right))
    return text if what == ODDEST else None


def content(api: Api) -> Steps:
    """A body that is right in every way, the token it presents included; MISSING where none is asked for."""
    if api.contract.tokens and api.operation is api.contract.tokens.refresh:
        pair, _ = yield from issued(api)
        return presented(api, pair.refresh).json
    return (yield from body(api, api.operation, api.values)) if api.operation.body else MISSING
