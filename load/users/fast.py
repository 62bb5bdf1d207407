"""Sending as fast as Locust's client can: for requests of which only the times and the status are kept."""

from __future__ import annotations

import time

from contracts.exchange import Request
from load.users.wire import AGENT, Wire


class FastWire(Wire):
    """A wire that remembers how requests look that are sent again and again."""

    _made: dict[int, tuple[Request, str, dict[str, str]]]

    def brief(self, request: Request) -> tuple[int, float, float]:
        """Send a request that only looks; gives its status (0: no answer) and the times of sending and receiving."""
        _, target, headers = self._known(request)
        sent = time.time()
        with self._client.request(
            request.verb, target, name=request.operation.key, headers=headers, catch_response=True
        ) as answer:
            received = time.time()
            status = int(answer.status_code or 0)
            if status == 0 or status >= 500 or status == 429:
                answer.failure(f"{status}")
            else:
                answer.success()
        return status, sent, received

    def _known(self, request: Request) -> tuple[Request, str, dict[str, str]]:
        made = vars(self).setdefault("_made", {})
        found = made.get(id(request))
        if found is None:
            headers = {name: self._vault.reveal(value) for name, value in request.headers}
            headers |= {"User-Agent": AGENT, "Accept": "application/json, */*;q=0.5", "Accept-Encoding": "identity"}
            found = made[id(request)] = (request, self._vault.reveal_url(request.target), headers)
        return found  # type: ignore[no-any-return]
