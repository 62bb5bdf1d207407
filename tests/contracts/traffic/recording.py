"""Recorded traffic as tests make it up: exchanges with one deployment, and the files others would write of them."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import yaml
from click.testing import CliRunner, Result

from contracts.__main__ import main
from contracts.judging.judge import Verdict
from contracts.traffic import importing
from contracts.traffic.judging import verdicts
from specs.contract import Contract

BASE = "https://api.example/calcom"
BEGAN = 1_790_000_000.0
KEY = "cal_live_8f3a91c04e7745aab1"
CLIENT, SECRET = "clx0001", "s3cr3t-of-the-client-77aa"
BOOKINGS = "/v2/organizations/1000/bookings"
WEBHOOK = f"/v2/oauth-clients/{CLIENT}/webhooks/11"
REFRESH = f"/v2/oauth/{CLIENT}/refresh"


@attrs.frozen
class Call:
    """A request and its answer, so many seconds after the recording began."""

    method: str
    path: str
    status: int
    answer: Any = None
    at: float = 0.0
    headers: dict[str, str] = attrs.field(factory=lambda: {"Authorization": f"Bearer {KEY}"})
    body: Any = None
    base: str = BASE
    answered: dict[str, str] = attrs.field(factory=lambda: {"Content-Type": "application/json; charset=utf-8"})

    @property
    def sent(self) -> str | None:
        return None if self.body is None else json.dumps(self.body)

    @property
    def said(self) -> str:
        return "" if self.answer is None else json.dumps(self.answer)

    @property
    def time(self) -> str:
        return datetime.fromtimestamp(BEGAN + self.at, UTC).isoformat()


def client(
    path: str, status: int, answer: Any = None, *, method: str = "GET", at: float = 0.0, body: Any = None
) -> Call:
    """A call of the OAuth client."""
    return Call(method, path, status, answer, at, {"x-cal-secret-key": SECRET}, body)


def entry(call: Call) -> dict[str, Any]:
    """An entry of an HTTP Archive."""
    return {
        "startedDateTime": call.time,
        "time": 20,
        "request": {
            "method": call.method,
            "url": call.base + call.path,
            "headers": [{"name": ":authority", "value": "api.example"}, *_named(call.headers)],
            **({"postData": {"mimeType": "application/json", "text": call.sent}} if call.body is not None else {}),
        },
        "response": {
            "status": call.status,
            "headers": _named(call.answered),
            "content": {"size": len(call.said), "text": call.said},
        },
    }


def _named(headers: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers.items()]


def archive(*calls: Call) -> str:
    return json.dumps({"log": {"version": "1.2", "entries": [entry(each) for each in calls]}})


def lines(*calls: Call) -> str:
    """NDJSON of a proxy."""
    return "\n".join(json.dumps(_line(each)) for each in calls)


def _line(call: Call) -> dict[str, Any]:
    request = {"method": call.method, "url": call.base + call.path, "headers": call.headers, "body": call.sent}
    coded = base64.b64encode(call.said.encode()).decode()
    response = {"status": call.status, "headers": call.answered, "body_base64": coded}
    return {"time": BEGAN + call.at, "seconds": 0.02, "request": request, "response": response}


def cassette(*calls: Call) -> str:
    """A cassette as Schemathesis writes it."""
    return yaml.safe_dump({"recorded_with": "a test", "http_interactions": [_interaction(each) for each in calls]})


def _interaction(call: Call) -> dict[str, Any]:
    many = {name: [value] for name, value in call.headers.items()}
    sent = {} if call.body is None else {"body": {"encoding": "utf-8", "string": call.sent}}
    return {
        "recorded_at": call.time,
        "request": {"uri": call.base + call.path, "method": call.method, "headers": many, **sent},
        "response": {
            "status": {"code": str(call.status), "message": ""},
            "elapsed": "0.02",
            "headers": {name: [value] for name, value in call.answered.items()},
            "body": {"encoding": "utf-8", "string": call.said},
        },
    }


@attrs.frozen
class Judged:
    """What came of a recording."""

    result: Result
    folder: Path

    def verdict(self, law: str, operation: str) -> dict[str, Any]:
        content = json.loads((self.folder / "verdicts.json").read_text("utf-8"))
        return next(each for each in content["verdicts"] if (each["law"], each["operation"]) == (law, operation))

    @property
    def written(self) -> str:
        """All that was written and said."""
        return self.result.output + "".join(
            path.read_text("utf-8") for path in self.folder.rglob("*") if path.is_file()
        )


def verdict(folder: Path, contract: Contract, law: str, operation: str, *calls: Call) -> Verdict:
    """What a law says of these calls."""
    file = folder / f"{len(calls)}.har"
    file.write_text(archive(*calls), "utf-8")
    imported = importing.read(file, contract)
    found = verdicts(imported.plan, imported.evidence)
    return next(each for each in found if (each.item.rule.id, each.item.operation.key) == (law, operation))


def judge(folder: Path, text: str, *options: str, document: str | None = "calcom-v2") -> Judged:
    """Judge a recording by the command line."""
    folder.mkdir(parents=True, exist_ok=True)
    file, out = folder / "recorded", folder / "out"
    file.write_text(text, "utf-8")
    told = ["--document", document] if document else []
    result = CliRunner().invoke(main, ["judge", "--har", str(file), "--out", str(out), *told, *options])
    return Judged(result, out)
