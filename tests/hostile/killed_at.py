"""A record cut off at every moment at which a run may have been killed, and a server as it was at that moment."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs

from tests.hostile.notes import KEYS, Asked, Notes

OWN = {name: key for key, name in KEYS.items()}


@attrs.frozen
class Moment:
    """What the record of a run shows at one moment. `under_way`: requests sent by then whose answers it has not."""

    lines: list[str]
    heard: list[dict[str, Any]]
    under_way: list[dict[str, Any]]

    def record(self, folder: Path, before: str, base_url: str) -> None:
        """Write it as that of a run against another server."""
        text = "\n".join(each.replace(before, base_url) for each in self.lines)
        (folder / "evidence.ndjson").write_text(text + "\n")

    def bring_about(self, notes: Notes) -> None:
        """Have what the run had made and not removed by then, and carry out what was under way as well."""
        for line in self.heard:
            if line["request"]["method"] == "DELETE":
                notes.notes.pop(line["request"]["url"].rpartition("/")[2], None)
            elif line["request"]["method"] in {"POST", "PATCH"}:
                notes.keep(line["principal"], json.loads(line["response"]["body"]))
        for line in self.under_way:
            notes.answer(_asked(line))


def moments(evidence: Path) -> Iterator[Moment]:
    """Every moment of a run at which a creation had just been sent, with all others under way at that time."""
    lines, heard, under_way = evidence.read_text().splitlines(), [], []
    for number, line in enumerate(map(json.loads, lines)):
        if line["type"] == "exchange" and line["response"] and line["response"]["status"] < 300:
            heard.append(line)
        if line["type"] == "exchange":
            under_way = _without(under_way, line)
        if line["type"] == "sending":
            under_way = [*under_way, line]
            yield Moment(lines[: number + 1], [*heard], under_way)


def _without(under_way: list[dict[str, Any]], answered: dict[str, Any]) -> list[dict[str, Any]]:
    """The requests under way but for the one that an exchange is of."""
    of = next((each for each in under_way if _key(each) == _key(answered)), None)
    return [each for each in under_way if each is not of]


def _key(line: dict[str, Any]) -> tuple[Any, ...]:
    request = line["request"]
    return line["conversation"], request["method"], request["url"], request["body"]


def _asked(line: dict[str, Any]) -> Asked:
    request, parts = line["request"], urlsplit(line["request"]["url"])
    headers = {name.lower(): value for name, value in request["headers"]}
    headers["x-key"] = OWN.get(line["principal"] or "", "")  # which the record does not have
    return Asked(request["method"], parts.path, headers, (request["body"] or "").encode())
