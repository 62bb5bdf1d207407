"""Scenes of the faults that touch every rate limit: a limit used up, awaited, and used up again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.sandbox.wire import Wire

NEW = {"type": "TEXT", "options": []}


def _told(answer: Any) -> Any:
    return answer.status_code, sorted(
        pair for pair in answer.headers.items() if "rate" in pair[0] or "retry" in pair[0]
    )


def _used_up(wire: Wire) -> Any:
    """What is told while a limit is used up twice, with a look at it now and then, and by another credential."""
    seen: list[Any] = []
    path = f"{wire.acme.attributes}/nobody"
    for pause, times in ((0, 8), (31, 2), (24, 1), (9, 8), (70, 3), (130, 3)):
        wire.clock.wait(pause)
        seen += [_told(wire.ask("DELETE", path, wire.acme.admin)) for _ in range(times)]
        seen.append(_told(wire.ask("DELETE", path, wire.acme.member)))
    return seen


def _created(wire: Wire) -> Any:
    """How many attributes there are after more creations than are admitted."""
    for number in range(12):
        wire.ask(
            "POST", wire.acme.attributes, wire.acme.admin, json={**NEW, "name": f"n{number}", "slug": f"n{number}"}
        )
    return len(wire.ask("GET", wire.acme.attributes, wire.acme.admin).json()["data"])


def _changed(wire: Wire) -> Any:
    """What an attribute is called after more updates than are admitted."""
    made = wire.ask("POST", wire.acme.attributes, wire.acme.admin, json={**NEW, "name": "n", "slug": "n"}).json()
    one = f"{wire.acme.attributes}/{made['data']['id']}"
    for number in range(12):
        wire.ask("PATCH", one, wire.acme.admin, json={"name": f"n{number}"})
    return wire.ask("GET", one, wire.acme.admin).json()["data"]["name"]


def _by_two_operations(wire: Wire) -> Any:
    """What is told of one operation before and after another one is used up."""
    list_of, one = wire.acme.attributes, f"{wire.acme.attributes}/nobody"
    seen = [_told(wire.ask("GET", one, wire.acme.admin))]
    seen += [_told(wire.ask("DELETE", one, wire.acme.admin)) for _ in range(7)]
    return [*seen, _told(wire.ask("GET", list_of, wire.acme.admin))]


def _counted_together(wire: Wire) -> Any:
    """What is told of one operation before and after another one of a smaller number is used up."""
    one = f"{wire.acme.attributes}/nobody"
    seen = [_told(wire.ask("DELETE", one, wire.acme.admin)) for _ in range(7)]
    return [*seen, _told(wire.ask("PATCH", one, wire.acme.admin, json={}))]


def _by_another_client(wire: Wire) -> Any:
    """What another User-Agent is told when the limit is used up."""
    one = f"{wire.acme.attributes}/nobody"
    seen = [_told(wire.ask("DELETE", one, wire.acme.admin)) for _ in range(7)]
    return [*seen, _told(wire.ask("DELETE", one, {**wire.acme.admin, "user-agent": "another"}))]


def _over_an_hour(wire: Wire) -> Any:
    """Minute after minute used up, for longer than the hour's number lasts."""
    seen: list[Any] = []
    for _ in range(36):
        seen += [_told(wire.ask("POST", f"{wire.acme.user}/force-refresh", wire.acme.client)) for _ in range(5)]
        wire.clock.wait(61)
    return seen


_NAMES = (
    "limit-one-less",
    "limit-counts-twice",
    "limit-window-halved",
    "limit-window-longer",
    "limit-window-tenth-longer",
    "limit-window-tenth-shorter",
    "limit-race",
    "limit-never-recovers",
    "limit-keyed-by-address",
    "limit-per-worker",
    "limit-block-outlives-window",
    "limit-refusal-is-503",
    "remaining-stuck",
    "remaining-one-too-many",
    "limit-reset-in-seconds-left",
    "reset-in-the-past",
    "reset-jitters",
    "reset-always-soon",
    "limit-header-of-the-longer-window",
    "rate-header-names-suffixed",
    "retry-after-too-short",
    "retry-after-too-long",
)
SCENES_OF_LIMITS: dict[str, Callable[[Wire], Any]] = {
    **dict.fromkeys(_NAMES, _used_up),
    "refused-creation-applied": _created,
    "refused-change-applied": _changed,
    "limit-shared-by-all-operations": _by_two_operations,
    "limit-counted-together": _counted_together,
    "limit-keyed-by-user-agent": _by_another_client,
    **dict.fromkeys(("longer-limit-not-enforced", "longer-limit-halved"), _over_an_hour),
}
