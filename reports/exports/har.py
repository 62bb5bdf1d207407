"""exchanges.har: all exchanges of a run as an HTTP Archive, for any viewer of such; secrets stay placeholders."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import harfile

from contracts.evidence.reader import EvidenceError, read_lines
from reports.errors import ReportError
from reports.model import Run

__all__ = ["har"]

NAME = "exchanges.har"


def har(run: Run) -> Path:
    """Write the archive beside the run's verdicts, one exchange after the other. Raises ReportError."""
    path = run.directory / NAME
    creator = harfile.Creator(name="calcom-contracts", version=run.info.suite)
    try:
        with harfile.HarFile.open(path, creator=creator) as file:
            for line in _exchanges(run.directory / "evidence.ndjson"):
                file.add_entry(**_entry(line))
    except EvidenceError as error:
        raise ReportError(str(error)) from None
    return path


def _exchanges(path: Path) -> Iterator[dict[str, Any]]:
    for _, line in read_lines(path):
        if isinstance(line, dict) and line["type"] == "exchange":
            yield line


def _entry(line: dict[str, Any]) -> dict[str, Any]:
    took = round((line["received"] - line["sent"]) * 1000, 3)
    asked, came = line["request"], line["response"]
    return {
        "startedDateTime": datetime.fromtimestamp(line["sent"], UTC),
        "time": took,
        "request": _request(asked),
        "response": _response(came) if came else harfile.Response(0, "", "", comment=line["error"] or ""),
        "timings": harfile.Timings(send=0, wait=took, receive=0),
        "comment": f"exchange {line['seq']}: {line['operation']} as {line['principal'] or 'nobody'}",
    }


def _request(asked: dict[str, Any]) -> harfile.Request:
    query = parse_qsl(urlsplit(asked["url"]).query, keep_blank_values=True)
    body = asked["body"]
    return harfile.Request(
        method=asked["method"],
        url=_plain(asked["url"]),
        httpVersion="HTTP/1.1",
        headers=_records(asked["headers"]),
        queryString=_records(query),
        postData=None if body is None else harfile.PostData(_type(asked["headers"]), text=_plain(body)),
        bodySize=0 if body is None else len(body.encode("utf-8", "surrogatepass")),
    )


def _response(came: dict[str, Any]) -> harfile.Response:
    headers = came["headers"]
    location = next((value for name, value in headers if name.lower() == "location"), "")
    return harfile.Response(
        status=came["status"],
        statusText="",
        httpVersion="HTTP/1.1",
        headers=_records(headers),
        content=harfile.Content(size=came["length"], mimeType=_type(headers), text=_plain(came["body"])),
        redirectURL=_plain(location),
        bodySize=came["length"],
    )


def _records(pairs: Any) -> list[harfile.Record]:
    return [harfile.Record(name=_plain(name), value=_plain(value)) for name, value in pairs]


def _type(headers: Any) -> str:
    return next((_plain(value) for name, value in headers if name.lower() == "content-type"), "")


def _plain(text: str) -> str:
    """Bytes that were no text are marks of replacement here, since an archive is UTF-8."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace") if not _encodable(text) else text


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
