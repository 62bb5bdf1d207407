"""A sandbox from its options."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from random import Random

from attrs import field, frozen, validators

from sandbox.app import Sandbox
from sandbox.document import DEFAULT, Document, load
from sandbox.faults import FAULTS
from sandbox.limiter import METERS, Limiter
from sandbox.rush import OURS, Rush
from sandbox.seed import populate
from sandbox.state import Clock, World
from sandbox.switches import Switch, SwitchError
from sandbox.tokens import TokenBook
from sandbox.variations import VARIATIONS


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(names)


@frozen
class Options:
    """How a sandbox behaves. `time_scale` divides windows and lifetimes; `window` is one of METERS."""

    seed: int = 0
    time_scale: float = field(default=1.0, validator=validators.gt(0))
    window: str = field(default="fixed", validator=validators.in_(METERS))
    limits: bool = True
    faults: tuple[str, ...] = field(default=(), converter=_names)
    variations: tuple[str, ...] = field(default=(), converter=_names)


def _placed(names: Iterable[str], document: Document) -> dict[str, frozenset[Switch]]:
    """Faults written NAME@OPERATION (an operationId), by operation: those of the rate limits can be placed so."""
    known = {operation.operation_id for operation in document.operations}
    placed: dict[str, frozenset[Switch]] = {}
    for text in names:
        name, _, where = text.partition("@")
        chosen = FAULTS.select([name])
        if where not in known:
            raise SwitchError(f"{text}: the document has no operation {where!r}; an operationId is needed")
        if any(switch.family != "limits" for switch in chosen):
            raise SwitchError(f"{text}: only faults of the rate limits can be placed at one operation")
        placed[where] = placed.get(where, frozenset()) | chosen
    return placed


def build(options: Options, document: Document | Path = DEFAULT, clock: Clock = time.time) -> Sandbox:
    """A sandbox with two populated tenants; SwitchError or DocumentError when it cannot be."""
    if isinstance(document, Path):
        document = load(document)
    faults, variations = (
        FAULTS.select(each for each in options.faults if "@" not in each),
        VARIATIONS.select(options.variations),
    )
    placed = _placed([each for each in options.faults if "@" in each], document)
    random = Random(options.seed)
    key = random.randbytes(32)
    ids = Random(options.seed + 1)
    world = World(
        document=document,
        clock=clock,
        random=random,
        faults=faults,
        variations=variations,
        tokens=TokenBook(
            document.tokens, key, options.time_scale, faults, variations, lambda: f"{ids.getrandbits(96):024x}"
        ),
        limiter=Limiter(options.window, options.time_scale, options.limits, faults, placed),
        rush=Rush(faults & OURS, clock),
    )
    populate(world)
    return Sandbox(world)
