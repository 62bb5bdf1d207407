"""Ways in which this deployment can break its promises, each at one operation; few are one of the sandbox's."""

from tests.foreign.faults import (
    answers,
    creations,
    credentials,
    deletions,
    filters,
    input,
    limits_and_caches,
    pages,
    planted_answers,
    planted_besides,
    planted_doors,
    planted_inputs,
    planted_later,
    planted_lists,
    planted_relations,
    planted_state,
    state,
    tenants,
    tokens,
    updates,
)
from tests.foreign.planting import FAULTS, PLANTED

__all__ = [
    "FAULTS", "PLANTED", "answers", "creations", "credentials", "deletions", "filters", "input", "limits_and_caches",
    "pages", "planted_answers", "planted_besides", "planted_doors", "planted_inputs", "planted_later", "planted_lists",
    "planted_relations", "planted_state", "state", "tenants", "tokens", "updates",
]  # fmt: skip
