"""An exchange as one line of JSON.

Its parts repeat, most of all bodies, and each is turned into JSON once: what is put together here is, byte for byte,
what `json.dumps` makes of the whole.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from contracts.core.exchange import Exchange, Pairs, Request, Response

LONG = 1024
"""Characters from which on a text is remembered among fewer."""
LONGEST = 64 * 1024


def asked(request: Request, base_url: str) -> dict[str, Any]:
    """What was sent, as it stands in the record."""
    return {
        "method": request.verb,
        "url": base_url + request.target,
        "headers": [list(pair) for pair in request.headers],
        "body": request.body,
    }


def written(exchange: Exchange, base_url: str) -> str:
    """The line of an exchange."""
    request = exchange.request
    return (
        f'{{"type": "exchange", "seq": {exchange.seq}, "conversation": {exchange.conversation}, '
        f'"operation": {_text(request.operation.key)}, "principal": {_text(request.principal)}, '
        f'"request": {_request(request.verb, base_url + request.target, request.headers, request.body)}, '
        f'"response": {_response(exchange.response)}, "error": {_text(exchange.error)}, '
        f'"sent": {round(exchange.sent, 6)!r}, "received": {round(exchange.received, 6)!r}{_further(exchange)}}}'
    )


def _further(exchange: Exchange) -> str:
    """What only some exchanges have."""
    told = ""
    if exchange.retry_of is not None:
        told += f', "repeats": {exchange.retry_of}, "because": {json.dumps(exchange.retry_status)}'
    if exchange.request.expects_429:
        told += ', "limited": true'
    if exchange.beginning is not None:
        told += f', "beginning": {json.dumps(exchange.beginning)}'
    if exchange.due is not None:
        told += f', "due": {round(exchange.due, 6)!r}'
    return told


def _request(method: str, url: str, headers: Pairs, body: str | None) -> str:
    return f'{{"method": {_text(method)}, "url": {_text(url)}, "headers": {_headers(headers)}, "body": {_text(body)}}}'


def _response(response: Response | None) -> str:
    if response is None:
        return "null"
    remarks = f', "remarks": {json.dumps(response.remarks)}' if response.remarks else ""
    headers, body = ", ".join([_pair(*each) for each in response.headers]), _text(response.body)
    told = f'"status": {response.status}, "headers": [{headers}], "body": {body}, "length": {response.length}'
    return f"{{{told}{remarks}}}"


@lru_cache(maxsize=512)
def _headers(pairs: Pairs) -> str:
    return json.dumps(pairs)


@lru_cache(maxsize=4096)
def _pair(name: str, value: str) -> str:
    return json.dumps([name, value])


def _text(text: str | None) -> str:
    if text is None or len(text) > LONGEST:
        return json.dumps(text)
    return _long(text) if len(text) > LONG else _short(text)


_short = lru_cache(maxsize=4096)(json.dumps)
_long = lru_cache(maxsize=256)(json.dumps)
