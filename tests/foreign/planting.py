"""How a fault is planted: at one operation, in what it does, in how it answers, or in what it lets in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import attrs

from tests.foreign import rules
from tests.foreign.service import AFTER, AROUND, ENTRY, LAX, Ask, Does, Enters, Fault, Lax, Service
from tests.foreign.wire import Answer

CLIENT, ORG = "/v2/oauth-clients/{clientId}", "/v2/organizations/{orgId}"
OPTION = f"{ORG}/attributes/{{attributeId}}/options"
BY_SLUG = f"{ORG}/attributes/slugs/{{attributeSlug}}/options/assigned"
REFRESH = "POST /v2/oauth/{clientId}/refresh"


@attrs.frozen
class Told:
    """What is said of a fault. `timed`: it needs limits and a fast clock to be seen."""

    operation: str
    text: str
    timed: bool = False


FAULTS: dict[str, Told] = {}
PLANTED: list[str] = []
"""Names of the faults that are one of a kind, planted at one operation each."""
Around = Callable[[Does, Service, Ask], Awaitable[Any]]
After = Callable[[Service, Ask, Answer], None]
Entering = Callable[..., Ask]
Path = dict[str, str]


def sent(ask: Ask, name: str) -> str:
    """A parameter as it was sent, or nothing."""
    return dict(ask.call.query).get(name, "")


def around(key: str, *, timed: bool = False) -> Callable[[Around], Around]:
    """A fault in what an operation does."""
    return lambda does: _register(AROUND, key, does, timed)


def entering(key: str, *, timed: bool = False) -> Callable[[Enters], Enters]:
    """A fault in who is let in."""
    return lambda does: _register(ENTRY, key, does, timed)


def after(key: str) -> Callable[[After], After]:
    """A fault in how a success is written."""
    return lambda does: _register(AFTER, key, _only(does, lambda status: status < 300))


def refusing(key: str) -> Callable[[After], After]:
    """A fault in how an error is written."""
    return lambda does: _register(AFTER, key, _only(does, lambda status: status >= 400))


def _only(does: After, wanted: Callable[[int], bool]) -> After:
    def some(service: Service, ask: Ask, answer: Answer) -> None:
        if wanted(answer.status):
            does(service, ask, answer)

    some.__name__, some.__doc__ = does.__name__, does.__doc__
    return some


def _register(where: list[Fault], key: str, does: Any, timed: bool = False) -> Any:
    name = does.__name__.replace("_", "-")
    FAULTS[name] = Told(key, does.__doc__, timed)
    where.append(Fault(name, key, does))
    return does


def elsewhere(name: str, key: str, text: str, *, timed: bool = False) -> None:
    """A fault that stands in the service itself."""
    FAULTS[name] = Told(key, text, timed)


def lax(name: str, key: str, text: str, member: str, rule: rules.Rule) -> None:
    """A fault of a rule that is not strict enough."""
    FAULTS[name] = Told(key, text)
    LAX.append(Lax(name, key, member, rule))


def remembered(service: Service) -> dict[Any, Any]:
    """What the service's faults keep from one request to the next."""
    if not hasattr(service, "memory"):
        service.memory = {}  # type: ignore[attr-defined]
    memory: dict[Any, Any] = service.memory  # type: ignore[attr-defined]
    return memory


def plant(where: list[Fault], name: str, key: str, text: str, does: Callable[..., Any]) -> None:
    """A fault of a kind that may be at any operation, planted at one."""
    FAULTS[name] = Told(key, text)
    PLANTED.append(name)
    where.append(Fault(name, key, does))
