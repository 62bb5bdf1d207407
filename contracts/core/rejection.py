"""How a request that breaks the document is refused: with the status the document has for that, if it has one."""

from __future__ import annotations

from contracts.core.exchange import Exchange
from specs.contract import Operation

INVALID = (400, 422)
"""Statuses that call a request itself wrong. Which of them is declared is judged by `status/status-is-declared`."""
UNACCEPTED = frozenset((*INVALID, 415))
"""The same, and the status that calls its media type wrong."""
NOT_IMPLEMENTED = 501
"""How a server says of a request that it does not offer that at all: whether it should is not for a request to say."""
ANY = "a 4xx"
"""The refusal of what cannot even be read, or of whatever is wrong where the document does not state the status."""


def refusal(operation: Operation) -> str:
    """The status that an operation declares for an invalid request, or "a 4xx" where it declares none."""
    declared = [each for each in INVALID if (answer := operation.answer(each)) and operation.refuses(answer)]
    return str(declared[0]) if declared else ANY


def refused(answer: Exchange, expected: str, *, strict: bool = True) -> bool:
    """Whether an answer refuses a request as invalid, as `refusal` says.

    Unless `strict`, any 4xx does: something else may have been checked first, and its status is judged elsewhere.
    """
    return 400 <= answer.status < 500 if expected == ANY or not strict else answer.status in INVALID
