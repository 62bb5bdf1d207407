"""The append-only record of a run: one JSON object a line, written as things happen.

Everything a verdict rests on stands here, so that anyone can judge the run again, offline, also one that ended early.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs

from contracts.core.exchange import Exchange, Request, Response
from contracts.evidence.recorder import SCHEMA
from specs.contract import Contract, Operation


class EvidenceError(Exception):
    """The record cannot be read; the message is one line naming the file and the line."""


@attrs.define
class Conversation:
    """One conversation as recorded: which line of the plan, what it was given, and its answers in order."""

    id: int
    line: str
    inputs: Any = None
    attempt: int = 1
    tag: str = ""
    answers: list[Exchange] = attrs.field(factory=list)
    drawn: list[Any] = attrs.field(factory=list)
    lent: list[str] = attrs.field(factory=list)
    ended: str | None = None


@attrs.define
class Evidence:
    """A recorded run, read back. `footer` is None where the run did not reach its end."""

    header: dict[str, Any]
    exchanges: dict[int, Exchange]
    conversations: dict[int, Conversation]
    footer: dict[str, Any] | None = None


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a record; a last line that a crash cut short is left out. Raises EvidenceError."""
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise EvidenceError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise EvidenceError(f"{path}: cannot be read ({error})") from None
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        try:
            yield json.loads(line)
        except ValueError:
            if number < len(lines):
                raise EvidenceError(f"{path}:{number}: not a JSON object") from None


def header_of(path: Path) -> dict[str, Any]:
    """The first line of a record. Raises EvidenceError if it is no header."""
    first = next(read_lines(path), {})
    if first.get("type") != "header" or first.get("schema") != SCHEMA:
        raise EvidenceError(f"{path}:1: no header of evidence schema {SCHEMA}")
    return first


def read(path: Path, contract: Contract) -> Evidence:
    """A recorded run, its operations looked up in the document it was made with. Raises EvidenceError."""
    evidence = Evidence(header_of(path), {}, {})
    base = evidence.header["deployment"]["base_url"]
    for number, line in enumerate(read_lines(path), 1):
        try:
            _add(evidence, line, contract, base)
        except (KeyError, TypeError) as error:
            raise EvidenceError(f"{path}:{number}: incomplete or of another document ({error})") from None
    return evidence


def _add(evidence: Evidence, line: dict[str, Any], contract: Contract, base: str) -> None:
    match line["type"]:
        case "conversation":
            talk = Conversation(line["id"], line["line"], line.get("inputs"), line["attempt"], line["tag"])
            evidence.conversations[talk.id] = talk
        case "exchange":
            exchange = read_exchange(line, contract.operation(line["operation"]), base)
            evidence.exchanges[exchange.seq] = exchange
            _hear(evidence, line["conversation"], exchange)
        case "reused":
            _hear(evidence, line["conversation"], evidence.exchanges[line["seq"]])
        case "drawn":
            evidence.conversations[line["conversation"]].drawn.append(line["value"])
        case "lent":
            evidence.conversations[line["conversation"]].lent.append(line["value"])
        case "void":
            _forget(evidence, line["conversation"], line["seq"])
        case "ended":
            evidence.conversations[line["conversation"]].ended = line["by"]
        case "footer":
            evidence.footer = line


def _hear(evidence: Evidence, conversation: int, exchange: Exchange) -> None:
    if conversation in evidence.conversations:
        evidence.conversations[conversation].answers.append(exchange)


def _forget(evidence: Evidence, conversation: int, seq: int) -> None:
    """An answer its conversation never heard, because the credential it was asked with had died."""
    if talk := evidence.conversations.get(conversation):
        talk.answers = [each for each in talk.answers if each.seq != seq]


def read_exchange(line: dict[str, Any], operation: Operation, base: str) -> Exchange:
    """An exchange from its line. Raises KeyError or TypeError for an incomplete one."""
    asked, answered = line["request"], line["response"]
    request = Request(
        operation=operation,
        target=asked["url"].removeprefix(base),
        headers=tuple((name, value) for name, value in asked["headers"]),
        body=asked["body"],
        principal=line["principal"],
        method=asked["method"],
        expects_429=line.get("limited", False),
    )
    response = answered and Response(
        answered["status"],
        tuple((name, value) for name, value in answered["headers"]),
        answered["body"],
        answered["length"],
        tuple(answered.get("remarks", ())),
    )
    return Exchange(
        line["seq"],
        request,
        response,
        line["error"],
        line["sent"],
        line["received"],
        line.get("repeats"),
        line.get("because"),
        line["conversation"],
        line.get("due"),
        line.get("beginning"),
    )


def mark(evidence: Evidence) -> str:
    """What every name begins with that the run has made up; "" where it made up none."""
    return next((each.tag.partition("-")[0] for each in evidence.conversations.values() if each.tag), "")
