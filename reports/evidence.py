"""Reading evidence.ndjson: lines that are damaged are left out and counted, however a run ended.

Only the exchanges a report shows are kept whole; of the others only their duration, so that the record of a long run
fits into memory.
"""

import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from attrs import Factory, define, frozen

from contracts.evidence.reused_lines import reused
from reports.build import model
from reports.errors import ReportError
from reports.schema import validate

__all__ = ["Conversation", "Evidence", "Exchange", "Request", "Response", "read"]

Headers = tuple[tuple[str, str], ...]


@frozen
class Request:
    """A request as it was sent, secrets replaced by placeholders."""

    method: str
    url: str
    headers: Headers
    body: str | None


@frozen
class Response:
    """A response as it came; `length` is in bytes and counts what a cut body no longer shows."""

    status: int
    headers: Headers
    body: str
    length: int


@frozen
class Exchange:
    """One request and its response, or the `error` that came instead; times are UTC seconds since 1970."""

    seq: int
    conversation: int | None
    operation: str | None
    principal: str | None
    request: Request
    response: Response | None
    error: str | None
    sent: float
    received: float | None


@frozen
class Conversation:
    """One asking of a plan line (`line` is the verdict's id) with the case it was given."""

    id: int
    line: str
    inputs: Any
    attempt: int


@define
class Evidence:
    """What was kept of the record. `seconds`: duration of every exchange by seq; `members` and `drawn`: seqs and drawn
    values by conversation, of those that are kept."""

    header: dict[str, Any] | None = None
    footer: dict[str, Any] | None = None
    exchanges: dict[int, Exchange] = Factory(dict)
    seconds: dict[int, float] = Factory(dict)
    conversations: dict[str, list[Conversation]] = Factory(dict)
    members: dict[int, list[int]] = Factory(dict)
    drawn: dict[int, list[Any]] = Factory(dict)
    notes: list[str] = Factory(list)

    def asked(self, line: str, exchanges: Collection[int]) -> Conversation | None:
        """The latest conversation of a plan line that holds one of `exchanges`; the latest of all if none does."""
        candidates = self.conversations.get(line, [])
        holding = [one for one in candidates if not set(exchanges).isdisjoint(self.members.get(one.id, ()))]
        return next(reversed(holding or candidates), None)


def read(path: Path, shown: Collection[int], lines: Collection[str]) -> Evidence:
    """Read the record, keeping whole the exchanges numbered in `shown`, and the conversations of the plan's `lines`.

    A missing file, a missing footer, a half-written last line and lines that cannot be read are notes.
    """
    evidence, damaged = Evidence(), list[str]()
    try:
        for where, line in _lines(path, evidence, damaged):
            try:
                validate("evidence", line, where)
                _keep(evidence, line, shown, lines)
            except ReportError as error:
                damaged.append(str(error))
    except FileNotFoundError:
        evidence.notes.append(f"There is no {path.name} beside the verdicts: no exchange can be shown.")
        return evidence
    except OSError as error:
        raise ReportError(f"{path}: cannot be read: {error.strerror}") from None
    if damaged:
        evidence.notes.append(f"{len(damaged)} lines of the record cannot be read and were left out: {damaged[0]}.")
    if evidence.footer is None:
        evidence.notes.append("The record has no footer: the run was cut off before its end.")
    return evidence


def _lines(path: Path, evidence: Evidence, damaged: list[str]) -> Iterator[tuple[str, Any]]:
    fault: str | None = None  # of the line before: that of the last line is what a crash leaves
    with path.open("rb") as file:
        for number, raw in enumerate(file, 1):
            if not raw.strip():
                continue
            if fault:
                damaged.append(fault)
                fault = None
            if numbers := reused(raw):
                _keep_reused(evidence, *numbers)
                continue
            where = f"{path} line {number}"
            try:
                yield where, json.loads(raw)
            except (ValueError, RecursionError) as error:
                fault = f"{where}: not JSON: {error if isinstance(error, ValueError) else 'nested too deeply'}"
    if fault:
        evidence.notes.append("The last line of the record is half-written and was left out.")


def _keep(evidence: Evidence, line: dict[str, Any], shown: Collection[int], lines: Collection[str]) -> None:
    kind = line["type"]
    if kind == "exchange":
        _keep_exchange(evidence, line, shown)
    elif kind == "conversation":
        if line["line"] in lines:
            one = model(Conversation, line)
            evidence.conversations.setdefault(one.line, []).append(one)
            evidence.members.setdefault(one.id, [])
    elif kind == "reused":
        _keep_reused(evidence, line["conversation"], line["seq"])
    elif kind == "drawn" and line["conversation"] in evidence.members:
        evidence.drawn.setdefault(line["conversation"], []).append(line["value"])
    elif kind == "header":
        evidence.header = line
    elif kind == "footer":
        evidence.footer = line


def _keep_reused(evidence: Evidence, conversation: int, seq: int) -> None:
    if conversation in evidence.members:
        evidence.members[conversation].append(seq)


def _keep_exchange(evidence: Evidence, line: dict[str, Any], shown: Collection[int]) -> None:
    seq, received = line["seq"], line["received"]
    if seq in evidence.seconds:
        raise ReportError(f"the exchange {seq} stands twice")
    evidence.seconds[seq] = max(0.0, received - line["sent"]) if received is not None else 0.0
    if line["conversation"] in evidence.members:
        evidence.members[line["conversation"]].append(seq)
    if seq in shown:
        evidence.exchanges[seq] = _exchange(line)


def _exchange(line: dict[str, Any]) -> Exchange:
    response = line["response"] and model(Response, line["response"])
    return model(Exchange, line, request=model(Request, line["request"]), response=response)
