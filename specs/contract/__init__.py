"""The contract model: operations, limits, pages, credentials and tokens of a document."""

from __future__ import annotations

from specs.contract.contract import Contract, build
from specs.contract.model import (
    Alternative,
    Answer,
    Body,
    Filter,
    Header,
    Limit,
    Operation,
    Paging,
    Parameter,
    Resource,
    Scheme,
    Sort,
    Source,
    TokenMember,
    TokenRules,
)
from specs.contract.resources import room
from specs.contract.rules import Rule
from specs.source.pointers import SpecError

__all__ = [
    "Alternative", "Answer", "Body", "Contract", "Filter", "Header", "Limit", "Operation", "Paging", "Parameter",
    "Resource", "Rule", "Scheme", "Sort", "Source", "SpecError", "TokenMember", "TokenRules", "build", "room",
]  # fmt: skip
