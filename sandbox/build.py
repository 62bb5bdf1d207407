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
from sandbox.seed import populate
from sandbox.state import Clock, World
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


def build(options: Options, document: Document | Path = DEFAULT, clock: Clock = time.time) -> Sandbox:
    """A sandbox with two populated tenants; SwitchError or DocumentError when it cannot be."""
    faults, variations = FAULTS.select(options.faults), VARIATIONS.select(options.variations)
    if isinstance(document, Path):
        document = load(document)
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
        limiter=Limiter(options.window, options.time_scale, options.limits, faults),
    )
    populate(world)
    return Sandbox(world)
