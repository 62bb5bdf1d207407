"""The same request written otherwise, while its limit is used up: it must not draw on a bucket of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import attrs

from contracts.core.exchange import Exchange, Request

HEADERS = (
    ("User-Agent", ("curl/8.5.0", "Mozilla/5.0")),
    ("X-Forwarded-For", ("192.0.2.1", "192.0.2.2")),
    ("X-Real-IP", ("192.0.2.3", "192.0.2.4")),
    ("Forwarded", ("for=192.0.2.5", "for=192.0.2.6")),
    ("CF-Connecting-IP", ("192.0.2.7", "192.0.2.8")),
    ("True-Client-IP", ("192.0.2.9", "192.0.2.10")),
    ("Accept-Language", ("de", "fr")),
    ("Accept", ("application/json", "application/json, */*;q=0.5")),
    ("Referer", ("https://example.com/one", "https://example.com/two")),
    ("Cookie", ("unused=1", "unused=2")),
    ("X-Request-Id", ("one", "two")),
    ("X-Correlation-Id", ("one", "two")),
    ("X-Device-Id", ("one", "two")),
    ("X-Session-Id", ("one", "two")),
)
"""What every client may choose, with two values."""
TURNS = 4
"""How often each of two requests is sent at most, to tell a fresh bucket from places that came free."""
OF_THE_PATH = {"letter case of the path", "trailing slash"}


def rewritten(request: Request) -> Iterator[tuple[str, Request, Request]]:
    """What differs, and two requests that differ so."""
    for name, (value, another) in HEADERS:
        yield name, _headed(request, (name, value)), _headed(request, (name, another))
    path, _, query = request.target.partition("?")
    parts = query.split("&") if query else []
    for what, targets in (
        ("letter case of the path", [_spelled(request, path, query) if request.safe else request.target]),
        ("trailing slash", [_joined(f"{path}/", query) if request.safe else request.target]),
        ("extra query parameter", [_joined(path, "&".join([*parts, f"unused={number}"])) for number in (1, 2)]),
        ("order of the parameters", [_joined(path, "&".join(reversed(parts)))]),
    ):
        if targets[0] != request.target:
            yield what, attrs.evolve(request, target=targets[0]), attrs.evolve(request, target=targets[-1])


def _headed(request: Request, *headers: tuple[str, str]) -> Request:
    names = {name.lower() for name, _ in headers}
    return attrs.evolve(
        request, headers=(*(pair for pair in request.headers if pair[0].lower() not in names), *headers)
    )


def _joined(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path


def _spelled(request: Request, path: str, query: str) -> str:
    """The path with its last fixed part in the other case."""
    written, declared = path.split("/"), request.operation.path.split("/")
    for place in range(min(len(declared), len(written)), 0, -1):
        if declared[-place].isascii() and declared[-place].replace("-", "").isalpha():
            written[-place] = written[-place].swapcase()
            break
    return _joined("/".join(written), query)


@attrs.frozen
class Bucket:
    """A used-up limit, to be told from a fresh one. `rate`: the places that may come free in it, a second."""

    plain: Request
    ask: Callable[[Request], Exchange]
    refused: Callable[[Exchange], bool]
    rate: float = 0.0

    def fresh(self, one: Request, other: Request, like: set[int]) -> Exchange | None:
        """The answer that shows that requests draw on other buckets: admitted in turns, while the plain one is refused.

        More often than places can have come free meanwhile, and twice at least. `like`: statuses of an admission.
        """
        first: Exchange | None = None
        for admitted, each in enumerate((one, other) * TURNS, 1):
            answer = self.ask(each)
            if answer.status not in like or not self.refused(self.ask(self.plain)):
                return None
            first = first or answer
            if admitted > 1 + self.rate * (answer.received - first.sent):
                return answer
        return None


def renewed(bucket: Bucket, usual: set[int]) -> tuple[str, Exchange] | None:
    """What gives a client a fresh bucket, with the answer that shows it.

    An answer counts as an admission if it is like those before the limit was used up (`usual`); on another path only a
    success, since nothing may be there. All headers are tried at once, and one by one only where that is not refused.
    """
    names, request = {name for name, _ in HEADERS}, bucket.plain
    together = bucket.refused(bucket.ask(_headed(request, *((name, values[0]) for name, values in HEADERS))))
    for what, one, other in rewritten(request):
        if together and what in names:
            continue
        like = {status for status in usual if status < 300} if what in OF_THE_PATH else usual
        if answer := bucket.fresh(one, other, like):
            return what, answer
    return None
