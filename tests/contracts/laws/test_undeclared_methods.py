"""A connection that ends without an answer proves something only where it always does."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.contracts.laws.credentials.judging import NO_BODY, Asked, document, judged, verdicts
from tests.contracts.laws.shelf import ANN, KEY, TEXT, Shelf, shelf, thing

LAW = "protocol/an-undeclared-method-is-refused"
CUT_OFF: Any = (200, NO_BODY, {"content-length": "7"})


@pytest.mark.parametrize("always", [False, True])
def test_a_connection_that_is_lost_by_chance_is_no_answer_to_a_method(tmp_path: Path, always: bool) -> None:
    asked: Counter[str] = Counter()

    def lost(each: Asked) -> Any:
        if each.path != "/things" or each.method in {"GET", "POST", "HEAD", "OPTIONS"}:
            return None
        asked[each.method] += 1
        return CUT_OFF if always or asked[each.method] == 1 else (405, {"error": "no"}, {"allow": "GET, POST"})

    made = judged(tmp_path, Shelf(first=lost), document(shelf(thing(name=TEXT)), KEY), ANN, LAW)
    assert asked
    assert (verdicts(made, LAW)["GET /things"] == "broken") is always
