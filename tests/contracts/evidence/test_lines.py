"""A line of the record is what JSON makes of the exchange."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from contracts.core.exchange import Exchange, Request, Response
from contracts.evidence.lines import asked, written
from contracts.evidence.reader import parsed
from contracts.evidence.recorder import Recorder
from contracts.evidence.reused_lines import reused
from specs.contract import build
from specs.source.document import load

URL = "https://api.example"
OPERATION = build(load("calcom-v2")).operations[0]
REQUEST = Request(OPERATION, "/v2/\u00e4?a=%20", (("X-Key", "$KEY"), ("Accept", 'a"b')), None, "acme")
RESPONSES = [
    None,
    Response(200, (), "", 0),
    Response(404, (("Date", "today"), ("A", "\udcff\u2028")), '{"a": "\udce4\U0001f600"}' * 50, 7, ("odd", "twice")),
    Response(200, (("A", "b"),), "x" * 100_000, 100_000),
]


@pytest.mark.parametrize("response", RESPONSES)
@pytest.mark.parametrize("further", [{}, {"retry_of": 3, "retry_status": 0, "due": 1.23456789, "beginning": "HT"}])
def test_a_line_is_the_json_of_the_whole(response: Response | None, further: dict[str, object]) -> None:
    request = Request(OPERATION, "/v2", (), "{}", None, "PUT", expects_429=True) if further else REQUEST
    exchange = Exchange(7, request, response, "reset" if response is None else None, 1.0, 2.123456789, **further)  # type: ignore[arg-type, misc] # fmt: skip
    told = {
        "type": "exchange", "seq": 7, "conversation": 0, "operation": OPERATION.key, "principal": request.principal,
        "request": asked(request, URL),
        "response": response and {
            "status": response.status, "headers": [list(each) for each in response.headers], "body": response.body,
            "length": response.length, **({"remarks": list(response.remarks)} if response.remarks else {}),
        },
        "error": exchange.error, "sent": 1.0, "received": 2.123457,
        **({"repeats": 3, "because": 0} if further else {}), **({"limited": True} if further else {}),
        **({"beginning": "HT", "due": 1.234568} if further else {}),
    }  # fmt: skip
    assert written(exchange, URL) == json.dumps(told)


def test_what_was_told_again_is_read_as_it_is_written(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "evidence.ndjson")
    recorder.write("reused", conversation=70, seq=0)
    recorder.close()
    raw = (tmp_path / "evidence.ndjson").read_bytes()
    assert reused(raw) == (70, 0)
    assert parsed(raw) == json.loads(raw) == {"type": "reused", "conversation": 70, "seq": 0}


@pytest.mark.parametrize(
    "raw",
    [
        b'{"type": "reused", "conversation": 7, "seq": 1}',  # cut short, perhaps
        b'{"type":"reused","conversation":7,"seq":1}\n',
        b'{"type": "reused", "conversation": 07, "seq": 1}\n',
        b'{"type": "reused", "conversation": 7, "seq": 1, "odd": 1}\n',
        b'{"type": "void", "conversation": 7, "seq": 1}\n',
    ],
)
def test_any_other_line_is_left_to_json(raw: bytes) -> None:
    assert reused(raw) is None
