"""The outermost layer: responses that are known already while the data is quiet, or are on their way for another
conversation.
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Iterable

from contracts.core.exchange import Exchange, Request
from contracts.evidence.recorder import Recorder
from contracts.transport.layers import Delivery, Layer
from specs.contract import room

Known = dict[Hashable, asyncio.Future[Exchange]]


class SharedAnswers:
    """Sends equal requests once while nothing has changed; each conversation has the exchange in its record."""

    def __init__(self, inner: Layer, recorder: Recorder) -> None:
        self._inner, self._recorder = inner, recorder
        self._by_room: dict[str, Known] = {}
        self._by_name: Known = {}
        self._reserved: set[str] = set()
        self._scenes: dict[int, set[str]] = {}
        self._players: dict[str, set[int]] = {}

    async def send(self, delivery: Delivery) -> Exchange:
        """The known answer where one will do, else that of sending."""
        request = delivery.request
        if request.share_key:
            scene = f"{delivery.attempt} {_scene(request.share_key)}"
            self._scenes.setdefault(delivery.conversation, set()).add(scene)
            self._players.setdefault(scene, set()).add(delivery.conversation)
            return await self._once(self._by_name, _name(request, delivery.attempt), delivery)
        if not delivery.reuse or not request.safe or request.bypass_cache:
            return await self._inner.send(delivery)
        known = self._by_room.setdefault(room(request.operation.path), {})
        return await self._once(known, (request.verb, request.target, request.headers, request.body), delivery)

    def players(self, conversation: int, share_key: str) -> set[int]:
        """All conversations that have sent requests of the scene in which a conversation has sent one."""
        scenes = (each for each in self._scenes.get(conversation, ()) if each.endswith(f" {_scene(share_key)}"))
        return {conversation, *(player for scene in scenes if share_key for player in self._players[scene])}

    def unreserved(self, requests: Iterable[Request], attempt: int) -> list[Request]:
        """Those of several sent together that no other conversation sends as well; from now on they count as sent."""
        new = [each for each in requests if not each.share_key or _name(each, attempt) not in self._reserved]
        self._reserved |= {_name(each, attempt) for each in new if each.share_key}
        return new

    def forget(self, exchange: Exchange) -> None:
        """After a request that may have changed something, nothing read in the same place is known any more."""
        if not exchange.request.safe:
            self._by_room.pop(room(exchange.operation.path), None)

    def close(self) -> None:
        """Release whoever waits for the request of another conversation: it will not be answered any more."""
        for known in (self._by_name, *self._by_room.values()):
            for waiting in known.values():
                waiting.cancel()

    async def _once(self, known: Known, key: Hashable, delivery: Delivery) -> Exchange:
        """The known answer, or that of sending; whoever comes meanwhile waits for the same."""
        if (earlier := known.get(key)) is None or earlier.cancelled() or (earlier.done() and earlier.exception()):
            known[key] = earlier = asyncio.ensure_future(self._inner.send(delivery))
            # Others may wait for it by now, so it goes on when the conversation that sent it is cancelled.
            return await asyncio.shield(earlier)
        exchange = await asyncio.shield(earlier)
        self._recorder.write("reused", conversation=delivery.conversation, seq=exchange.seq)
        return exchange


def _scene(share_key: str) -> str:
    """The name of a scene without the number of a request in it."""
    return share_key.rpartition(" ")[0]


def _name(request: Request, attempt: int) -> str:
    return f"{attempt} {request.share_key}"
