"""Exchanges for the judges of load, made up in one line each."""

from __future__ import annotations

import itertools
import json
from typing import Any

from contracts.core.exchange import Exchange, Request, Response
from specs.contract import Contract

_SEQS = itertools.count(1)


def exchange(
    contract: Contract,
    key: str,
    *,
    sent: float = 0.0,
    took: float = 0.01,
    status: int = 200,
    principal: str = "acme",
    data: Any = None,
    target: str = "",
    body: str | None = None,
    due: float | None = None,
    limited: bool = False,
    **headers: str,
) -> Exchange:
    """One exchange of an operation; `headers` are the answer's, underscores for dashes. Status 0: no answer came."""
    operation = contract.operation(key)
    request = Request(operation, target or operation.path, body=body, principal=principal, expects_429=limited)
    pairs = (
        ("Content-Type", "application/json"),
        *((name.replace("_", "-"), value) for name, value in headers.items()),
    )
    text = json.dumps({"status": "success" if status < 400 else "error", "data": data, "message": "x"})
    answer = Response(status, pairs, text, len(text)) if status else None
    return Exchange(next(_SEQS), request, answer, None if status else "connection closed.", sent, sent + took, due=due)
