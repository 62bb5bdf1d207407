"""Faults that show only while the deployment is busy: many requests in a second, or several at once."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

from attrs import define, field

from sandbox.faults import fault
from sandbox.refusals import failure
from sandbox.switches import Switch

ANY = "every operation"
GET_USER = ("OAuthClientUsersController_getUserById",)
UPDATE_USER = ("OAuthClientUsersController_updateUser",)
LIST_USERS = ("OAuthClientUsersController_getManagedUsers",)
CREATE_USER = ("OAuthClientUsersController_createUser",)
CREATE_WEBHOOK = ("OAuthClientWebhooksController_createOAuthClientWebhook",)
DELETE_ATTRIBUTE = ("OrganizationsAttributesController_deleteOrganizationAttribute",)
BOOKINGS = ("OrganizationsBookingsController_getAllOrgTeamBookings",)
REFRESH = ("OAuthFlowController_refreshTokens",)
FORCE = ("OAuthClientUsersController_forceRefresh",)

BUSY, CROWDED = 25, 20
"""Requests in the last second: of everybody, and of one tenant, from which on it is busy."""


def _fault(name: str, scope: str | tuple[str, ...], text: str) -> Switch:
    return fault(name, family="load", scope=scope, text=text, needs="load")


ERRORS = _fault("server-errors-above-a-rate", ANY, "While it is busy every twelfth request is answered 500.")
CUT_OFF = _fault("connections-reset-above-a-rate", ANY, "While it is busy every tenth connection ends unanswered.")
SLOW = _fault("slow-above-a-rate", ANY, "While it is busy every answer takes 0.6 seconds longer.")
SLOWED = _fault("neighbour-slowed-down", ANY, "While one tenant is busy the others wait 0.3 seconds for every answer.")
STARVED = _fault("neighbour-refused", ANY, "While one tenant is busy, every third request of the others gets 429.")
CROWD = _fault("refused-in-a-crowd", ANY, "While it is busy every eighth request gets 429, whatever its limit says.")
SWAPPED = _fault("answers-swapped-in-a-crowd", "every GET", "One of two alike requests at once gets the other's.")
TWO_COUNTERS = _fault(
    "counted-by-two-workers", ANY, "While it is busy two workers count in turns, each by itself: Remaining jumps."
)
THINNED = _fault("members-missing-above-a-rate", BOOKINGS, "While it is busy the list leaves out its items' status.")
NOT_STORED = _fault("creations-lost-in-a-crowd", CREATE_WEBHOOK, "Every other webhook made in a rush is not stored.")
STORED_TWICE = _fault("creations-doubled-in-a-crowd", CREATE_USER, "Every third user made in a rush is listed twice.")
NOT_DELETED = _fault("deletions-lost-in-a-crowd", DELETE_ATTRIBUTE, "Attributes deleted in a rush come back.")
STALE = _fault(
    "stale-reads-in-a-crowd", (*GET_USER, *UPDATE_USER), "A user updated in a rush reads as before for half a second."
)
LOST_INCREMENTS = _fault(
    "increments-lost-in-a-crowd", (*CREATE_USER, *LIST_USERS), "totalItems misses users created in a rush."
)
RACE = _fault("refresh-race-in-a-crowd", REFRESH, "Of four or more refreshes at once with one token two succeed.")
REFRESH_SLOW = _fault("refresh-slow-in-a-crowd", REFRESH, "While it is busy a refresh takes 1.2 seconds.")
LATE_TOKEN = _fault("new-token-late-in-a-crowd", REFRESH, "In a rush a new access token works 0.4 seconds later.")
ENDS_OTHERS = _fault("refresh-ends-anothers-in-a-crowd", REFRESH, "A refresh in a rush spends another user's token.")
LOSERS_500 = _fault("refresh-losers-500-in-a-crowd", REFRESH, "Of four or more refreshes at once losers get 500.")
REAL_TIME = _fault(
    "refresh-limit-in-real-time", REFRESH, "Refreshes are limited by the real minute, however fast the clock runs."
)
SPENT_BY_429 = _fault("refused-refresh-spends-token", REFRESH, "A refresh refused with 429 spends its token.")
FORCE_FORGETS = _fault("force-refresh-forgets-in-a-crowd", FORCE, "In a rush a forced refresh leaves old ones good.")

OURS = frozenset(each for each in globals().values() if isinstance(each, Switch))
_GAP = 0.04  # seconds for which requests overlap where a fault is about overlapping
_OVERLAP = frozenset((SWAPPED, RACE, LOSERS_500))


@define(eq=False)
class Rush:
    """How busy the deployment is, and what it gets wrong by that. `faults` are those of this module that are on."""

    faults: frozenset[Switch]
    clock: Callable[[], float]
    arrivals: deque[tuple[float, str]] = field(factory=deque)
    turns: dict[Switch, count[int]] = field(factory=dict)
    recent: dict[str, tuple[float, str, bytes]] = field(factory=dict)  # the last answer of each operation
    before: dict[int, tuple[float, dict[str, Any]]] = field(factory=dict)  # users as they were before an update
    presented: dict[str, list[float]] = field(factory=dict)  # when a refresh token was presented

    def arrived(self, tenant: str) -> None:
        """Count one request."""
        now = self.clock()
        self.arrivals.append((now, tenant))
        while self.arrivals[0][0] <= now - 1:
            self.arrivals.popleft()

    @property
    def busy(self) -> bool:
        return len(self.arrivals) > BUSY

    def hit(self, switch: Switch, every: int = 1, operation_id: str = "") -> bool:
        """Whether a fault strikes now: it is on, about this operation, the place is busy, and it is its turn."""
        if switch not in self.faults or not self.busy:
            return False
        if operation_id and isinstance(switch.scope, tuple) and operation_id not in switch.scope:
            return False
        return next(self.turns.setdefault(switch, count(1))) % every == 0

    def crowded_out(self, tenant: str) -> bool:
        """Whether some other tenant takes it all."""
        others = [name for _, name in self.arrivals if name != tenant]
        return len(others) > CROWDED

    async def delay(self, operation_id: str, tenant: str) -> None:
        """Let a request wait as long as the faults want, and perhaps refuse it. Raises RefusalError."""
        seconds = _GAP if self.faults & _OVERLAP else 0.0
        if SLOWED in self.faults and self.crowded_out(tenant):
            seconds += 0.3
        if self.hit(SLOW):
            seconds += 0.6
        if operation_id in REFRESH and self.hit(REFRESH_SLOW):
            seconds += 1.2
        if seconds:
            await asyncio.sleep(seconds)
        if self.hit(ERRORS, 12):
            raise failure()

    def refuses(self, tenant: str) -> bool:
        """Whether a request that its limit admits gets a 429 all the same."""
        out = STARVED in self.faults and self.crowded_out(tenant)
        starved = out and next(self.turns.setdefault(STARVED, count(1))) % 3 == 0
        return starved or self.hit(CROWD, 8)

    def bucket(self, credential: str) -> str:
        """The name under which a credential is counted."""
        return f"{credential} 2" if self.hit(TWO_COUNTERS, 4) else credential

    def retold(self, operation_id: str, asked: str, method: str, body: bytes) -> bytes:
        """The body of a success, or what it is mistaken for."""
        if self.hit(THINNED, operation_id=operation_id):
            body = _without(body, "status")
        if SWAPPED not in self.faults or method != "GET":
            return body
        now, last = self.clock(), self.recent.get(operation_id)
        self.recent[operation_id] = now, asked, body
        return last[2] if last and self.busy and last[1] != asked and now - last[0] < 2 * _GAP else body

    def crowd(self, token: str) -> int:
        """How many have presented this refresh token in the last moments, this one included."""
        now = self.clock()
        times = [each for each in self.presented.get(token, ()) if each > now - 2 * _GAP]
        self.presented = {**self.presented, token: [*times, now]} if self.faults else {}
        return len(times) + 1

    def updating(self, user: Mapping[str, Any]) -> None:
        """A user is about to be changed."""
        if self.hit(STALE):
            self.before[user["id"]] = self.clock(), dict(user)

    def read(self, user: dict[str, Any]) -> dict[str, Any]:
        """A user as it is read."""
        when, old = self.before.get(user["id"], (-1.0, user))
        return old if self.clock() - when < 0.5 else user


def _without(body: bytes, member: str) -> bytes:
    said = json.loads(body)
    items = said["data"] if isinstance(said.get("data"), list) else []
    said["data"] = [{name: value for name, value in each.items() if name != member} for each in items]
    return json.dumps(said, separators=(",", ":")).encode()


async def reset(send: Any) -> None:
    """End the connection without an answer. The server gives no other way than its transport."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is not None:
        transport.abort()
        await asyncio.sleep(0.01)  # the server notices before it asks why there is no answer
