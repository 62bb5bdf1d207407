"""The append-only record of a run: one JSON object a line, written as things happen.

Everything a verdict rests on is here, so that anyone can judge the run again, offline, also one that ended early.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Container, Iterator, MutableMapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import attrs

from contracts.core.exchange import Exchange, Pairs, Request, Response
from contracts.core.flakiness import repeated
from contracts.core.verdicts import VERDICTS
from contracts.evidence import members
from contracts.evidence.mending import mended
from contracts.evidence.recorder import SCHEMA
from contracts.evidence.reused_lines import reused
from specs.contract import Contract, Operation

_NONE = {"type": "header", "schema": SCHEMA}


class EvidenceError(Exception):
    """The record cannot be read; the message is one line naming the file and the line."""


@attrs.define
class Conversation:
    """One conversation as recorded: which plan item, what it was given, and its exchanges in order.

    `opened`: the line of the record that opens it.
    """

    id: int
    line: str
    inputs: Any = None
    attempt: int = 1
    tag: str = ""
    answers: list[Exchange] = attrs.field(factory=list)
    drawn: list[Any] = attrs.field(factory=list)
    tokens: list[str] = attrs.field(factory=list)
    ended: str | None = None
    opened: int = 0


@attrs.frozen
class Sending:
    """A request that was about to be sent: what the record shows of it where it shows no exchange."""

    request: Request
    conversation: int
    sent: float

    @property
    def key(self) -> tuple[int, str, str, str | None]:
        """What its exchange has too."""
        return self.conversation, self.request.verb, self.request.target, self.request.body


@attrs.define
class Evidence:
    """A recorded run, read back. `footer` is None where the run did not reach its end.

    `unread`: the lines that cannot be read and were left out, by number, and why.
    """

    header: dict[str, Any]
    exchanges: MutableMapping[int, Exchange]
    conversations: dict[int, Conversation]
    footer: dict[str, Any] | None = None
    unread: dict[int, str] = attrs.field(factory=dict)
    under_way: list[Sending] = attrs.field(factory=list)
    """Requests that were sent and may have created something, and whose exchanges the record does not show."""

    @property
    def again(self) -> set[int]:
        """The numbers of the exchanges that were sent once more."""
        return repeated(self.exchanges.values())

    def events(self) -> Iterator[Exchange | Conversation]:
        """Everything a judge has to hear: each exchange, and each conversation when all of its exchanges were told."""
        yield from self.exchanges.values()
        yield from self.conversations.values()

    def complaint(self) -> str | None:
        """What could not be read, in a line; None where all could."""
        if not self.unread:
            return None
        number, why = next(iter(self.unread.items()))
        return f"{len(self.unread)} lines cannot be read and were left out, the first is line {number}: {why}"


def read_lines(path: Path) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """The lines of a record with their numbers, or why a line is none. Raises EvidenceError for the whole file.

    A last line that a crash cut short is left out.
    """
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(file, 1):
                if raw.strip():
                    line = parsed(raw)
                    if isinstance(line, dict) or raw.endswith(b"\n"):
                        yield number, line
    except OSError as error:
        raise EvidenceError(f"{path}: cannot be read ({error.strerror})") from None


def parsed(raw: bytes) -> dict[str, Any] | str:
    """What a line says, or why it says nothing."""
    if numbers := reused(raw):
        return {"type": "reused", "conversation": numbers[0], "seq": numbers[1]}
    try:
        line = json.loads(raw)
    except (ValueError, RecursionError):
        return "it is no JSON"
    return line if isinstance(line, dict) and isinstance(line.get("type"), str) else "it is no object with a type"


def header_of(path: Path) -> dict[str, Any]:
    """The header of a record, made whole where members of it are missing or damaged. Raises EvidenceError.

    Raised for a file that cannot be read, or that is of another version of the schema.
    """
    lines = (line for _, line in read_lines(path))
    found = next((each for each in lines if isinstance(each, dict) and each["type"] == "header"), _NONE)
    version = found.get("schema")
    if isinstance(version, int) and version != SCHEMA:
        raise EvidenceError(f"{path}: its header is not of evidence schema {SCHEMA}")
    return mended(found)[0]


def read(path: Path, contract: Contract) -> Evidence:
    """A recorded run, its operations looked up in the document it was made with. Raises EvidenceError."""
    evidence = Evidence(header_of(path), {}, {})
    base = evidence.header["deployment"]["base_url"]
    for number, line in read_lines(path):
        add(evidence, number, line, contract, base)
    return evidence


def add(
    evidence: Evidence, number: int, line: dict[str, Any] | str, contract: Contract, base: str
) -> Exchange | Conversation | None:
    """Add what a line of a record says, or why it cannot be read. Gives the exchange or the conversation in it."""
    if isinstance(line, str):
        evidence.unread[number] = line
        return None
    try:
        return _added(evidence, line, contract, base)
    except (KeyError, TypeError, ValueError) as error:
        evidence.unread[number] = f"it is incomplete or of another document ({error})"[:120]
        return None


def _added(evidence: Evidence, line: dict[str, Any], contract: Contract, base: str) -> Exchange | Conversation | None:
    match line["type"]:
        case "conversation":
            talk = _conversation(line)
            _new(talk.id, evidence.conversations)
            evidence.conversations[talk.id] = talk
            return talk
        case "exchange":
            exchange = read_exchange(line, contract.operation(members.text(line, "operation")), base)
            _new(exchange.seq, evidence.exchanges)
            evidence.exchanges[exchange.seq] = exchange
            _land(evidence, exchange)
            _hear(evidence, exchange.conversation, exchange)
            return exchange
        case "sending":
            request = _request(line, contract.operation(members.text(line, "operation")), base)
            sending = Sending(request, members.whole(line, "conversation"), members.seconds(line, "sent"))
            evidence.under_way.append(sending)
        case "reused" | "drawn" | "lent" | "void" | "ended":
            _go_on(evidence, line)
        case "header":
            if damaged := mended(line)[1]:
                raise ValueError(f"of the header, {', '.join(damaged)}")
        case "footer":
            evidence.footer = _footer(line)
    return None


def _go_on(evidence: Evidence, line: dict[str, Any]) -> None:
    """Add what a line says of a conversation that was begun before."""
    talk = members.whole(line, "conversation")
    match line["type"]:
        case "reused":
            _hear(evidence, talk, evidence.exchanges[members.whole(line, "seq")])
        case "drawn":
            evidence.conversations[talk].drawn.append(line["value"])
        case "lent":
            evidence.conversations[talk].tokens.append(members.text(line, "value"))
        case "void":
            _forget(evidence, talk, members.whole(line, "seq"))
        case "ended":
            by = members.text(line, "by")
            if by.partition(":")[0] not in {*VERDICTS, "abandoned"}:
                raise ValueError(f"nothing ends by {by[:20]!r}")
            evidence.conversations[talk].ended = by


def _land(evidence: Evidence, exchange: Exchange) -> None:
    """The exchange of a request that was about to be sent: it is under way no more."""
    key = Sending(exchange.request, exchange.conversation, exchange.sent).key
    found = next((number for number, each in enumerate(evidence.under_way) if each.key == key), None)
    if found is not None:
        del evidence.under_way[found]


def _new(number: int, known: Container[int]) -> None:
    if number in known:
        raise ValueError(f"number {number} stands twice")


def _conversation(line: dict[str, Any]) -> Conversation:
    number, item, tag = members.whole(line, "id"), members.text(line, "line"), members.text(line, "tag")
    return Conversation(number, sys.intern(item), line.get("inputs"), members.whole(line, "attempt"), tag)


def _footer(line: dict[str, Any]) -> dict[str, Any]:
    deaths = members.inner(line, "deaths") if "deaths" in line else {}
    return {
        "finished": members.seconds(line, "finished"),
        "ended": members.text(line, "ended"),
        "left_behind": list(members.texts(line, "left_behind")),
        "deaths": {name: members.text(deaths, name) for name in deaths},
    }


def _hear(evidence: Evidence, conversation: int, exchange: Exchange) -> None:
    if conversation in evidence.conversations:
        evidence.conversations[conversation].answers.append(exchange)


def _forget(evidence: Evidence, conversation: int, seq: int) -> None:
    """A response its conversation never got, because the credential of the request had died."""
    if talk := evidence.conversations.get(conversation):
        talk.answers = [each for each in talk.answers if each.seq != seq]


def read_exchange(line: dict[str, Any], operation: Operation, base: str) -> Exchange:
    """An exchange from its line. Raises KeyError, TypeError or ValueError for a damaged one."""
    return Exchange(
        members.whole(line, "seq"),
        _request(line, operation, base),
        _response(members.inner(line, "response")) if line["response"] is not None else None,
        members.text_or_none(line, "error"),
        members.seconds(line, "sent"),
        members.seconds(line, "received"),
        members.whole_or_none(line, "repeats"),
        members.whole_or_none(line, "because"),
        members.whole(line, "conversation"),
        members.seconds(line, "due") if line.get("due") is not None else None,
        members.text_or_none(line, "beginning"),
    )


def _request(line: dict[str, Any], operation: Operation, base: str) -> Request:
    asked = members.inner(line, "request")
    principal = members.text_or_none(line, "principal")
    return Request(
        operation=operation,
        target=members.text(asked, "url").removeprefix(base),
        headers=_same(members.pairs(asked, "headers")),
        body=members.text_or_none(asked, "body"),
        principal=principal and sys.intern(principal),
        method=sys.intern(members.text(asked, "method")),
        expects_429=line.get("limited") is True,
    )


@lru_cache(maxsize=4096)
def _same(pairs: Pairs) -> Pairs:
    """One object for equal headers, of which a long record has many."""
    return pairs


@lru_cache(maxsize=1024)
def _repeated(body: str) -> str:
    """One object for equal bodies."""
    return body


def _response(line: dict[str, Any]) -> Response:
    return Response(
        members.whole(line, "status"),
        _same(members.pairs(line, "headers")),
        _repeated(members.text(line, "body")),
        members.whole(line, "length"),
        members.texts(line, "remarks"),
    )


def mark(evidence: Evidence) -> str:
    """What every name begins with that the run has made up; "" where it made up none."""
    return next((each.tag.partition("-")[0] for each in evidence.conversations.values() if each.tag), "")
