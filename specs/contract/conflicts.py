"""What the document says of conflicts: whether there are any, and which members of a creation must be unique."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from specs.contract import action_words
from specs.contract.contract import Contract
from specs.contract.model import Operation

_TOGETHER = re.compile(r"\b(combination|together|pair|both|compound|tuple)\b", re.IGNORECASE)


def declares_conflict(operation: Operation) -> bool:
    """Whether the document declares a conflict of its own for an operation."""
    return any(answer.status == "409" for answer in operation.answers)


def refuses_twins(contract: Contract, operation: Operation, content: Mapping[str, Any]) -> bool:
    """Whether the document says that a creation with this body conflicts with another one like it.

    A conflict may be for another reason, or for a member that the body has not.
    """
    told = [answer.description for answer in operation.answers if answer.status == "409"]
    sentences = re.split(r"[.;\n]", f"{operation.summary}. {operation.description}")
    prose = ". ".join([*told, *(each for each in sentences if re.search("409|conflict", each, re.IGNORECASE))])
    named = {each for each in contract.body_rules(operation) if re.search(rf"\b{re.escape(each)}\b", prose)}
    return action_words.says_what_is_taken(prose) and named <= content.keys()


def unique_members(contract: Contract, operation: Operation) -> list[str]:
    """The members of a creation's body that the document calls unique, each by itself.

    It says so in a sentence of its own about them, or where it says what a conflict is: "with this slug".
    """
    told = [answer.description for answer in operation.answers if answer.status == "409"]
    prose = [each for each in re.split(r"[.;\n]\s", f"{operation.summary}. {operation.description}. ") if each]
    unique = [each for each in prose if re.search(r"\bunique\b", each) and not _TOGETHER.search(each)]
    taken = [each for each in told if action_words.says_what_is_taken(each) and not _TOGETHER.search(each)]
    return [
        name
        for name in contract.body_rules(operation)
        if any(f"`{name}`" in each for each in unique)
        or any(re.search(rf"\bwith (this|that|the same) {re.escape(name)}\b", each) for each in taken)
    ]
