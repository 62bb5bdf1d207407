"""Checks on the form of a response on the wire, and on whether answers come at all."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.checks import check
from contracts.core.conversation import Broken, Observed
from contracts.core.exchange import Exchange
from contracts.core.failures import LARGE_HEADERS, LENGTH_TWICE, NOT_HTTP, is_one_of
from contracts.core.flakiness import flakiness
from specs.contract import Contract


@check(family="protocol", kinds=("status",), asserts=(), unread=True)
def an_answer_is_an_http_message(exchange: Exchange, _: Contract) -> bool:
    """Every response is a well-formed HTTP message, from its status line to its end.

    The status is a number of three digits, header fields have a name and a colon, Content-Length is one number and that
    of the bytes that come, chunks are as long as they say, an encoding is one that was accepted, nothing follows the
    end, and a 204 has no body. Headers that are too large for most clients count as unreadable: the deployment file's
    table [http] says from where on. Content-Length twice with one value may be read (RFC 9110, 8.6), and is.
    """
    if is_one_of(exchange.error, (NOT_HTTP, LARGE_HEADERS)):
        raise Broken("an answer that can be read as HTTP", exchange.error or "")
    if exchange.response is None:
        return False
    if remarks := [each for each in exchange.response.remarks if each != LENGTH_TWICE]:
        raise Broken("an answer that ends where it says", remarks[0])
    return True


@check(family="status", kinds=("status",), asserts=(), unread=True, whole=True)
def answers_are_reliable(exchanges: Sequence[Exchange], most: float | None) -> bool:
    """Requests are answered the first time, not only when they are repeated.

    Server errors, dropped connections and time-outs that vanish when the request is sent again are counted. The
    document promises no availability, so this is reported and not judged, unless the deployment file sets a bound:
    `flaky = "1%"` in the table [gate].
    """
    found = flakiness(exchanges)
    if not found.lost:
        return any(each.response is not None for each in exchanges)  # what never answers is neither
    if most is not None and found.share > most:
        raise Broken(f"at most {most:.2%} of the requests lost", found.summary(), found.shown)
    raise Observed(found.summary())
