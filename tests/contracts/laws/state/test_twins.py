"""A second thing like the first is a duplicate where the document says so, and only then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contracts.core.verdicts import BROKEN, NOT_OBSERVABLE, OBSERVED, UPHELD
from tests.contracts.laws.credentials.judging import Asked, answers, document, judged, verdicts
from tests.contracts.laws.shelf import ANN, KEY, TEXT, Shelf, shelf, thing

TWIN, RACE = "state/a-duplicate-is-refused", "state/of-equal-creations-at-once-one-is-made"


class Register(Shelf):
    """Has every name once, or at least every number where one is sent; `lax`: whatever comes."""

    def __init__(self, *, by: str = "name", lax: bool = False) -> None:
        super().__init__()
        self.by, self.lax = by, lax

    def __call__(self, asked: Asked) -> tuple[int, Any]:
        own = asked.body.get(self.by) if asked.method == "POST" and isinstance(asked.body, dict) else None
        if not self.lax and own and any(each.get(self.by) == own for each in self.things.values()):
            return 409, {"error": f"there is one with this {self.by}"}
        return super().__call__(asked)


def paths(said: str) -> dict[str, Any]:
    """A collection whose creation declares a conflict, in these words."""
    found = shelf(thing(name=TEXT, number={**TEXT, "description": "a number of your own"}))
    making = found["/things"]["post"]
    making["requestBody"]["content"]["application/json"]["schema"].update(required=["name"], example={"name": "One"})
    conflict = answers({"type": "object"}, "409")["409"]
    making["responses"]["409"] = {**conflict, "description": said}
    return found


@pytest.mark.parametrize(
    ("said", "by", "lax", "twin", "race"),
    [
        ("There is one with this name.", "name", False, UPHELD, UPHELD),
        ("There is one with this name.", "name", True, BROKEN, NOT_OBSERVABLE),
        ("There is one with this number.", "number", False, OBSERVED, NOT_OBSERVABLE),
        ("A problem", "number", False, OBSERVED, NOT_OBSERVABLE),
        ("A problem", "name", False, UPHELD, UPHELD),
        ("The key was used for another request.", "name", True, OBSERVED, NOT_OBSERVABLE),
        ("The name is taken, or the idempotency key was used for another one.", "name", True, BROKEN, NOT_OBSERVABLE),
    ],
)
def test_what_conflicts_is_what_the_document_says(
    tmp_path: Path, said: str, by: str, lax: bool, twin: str, race: str
) -> None:
    made = judged(tmp_path, Register(by=by, lax=lax), document(paths(said), KEY), ANN, TWIN, RACE)
    found = {law: verdicts(made, law)["POST /things"] for law in (TWIN, RACE)}
    assert found == {TWIN: twin, RACE: race}
