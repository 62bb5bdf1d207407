"""A connection that ends without an answer proves something only where it always does."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from contracts.core.verdicts import NOT_ASKED, UPHELD
from tests.contracts.laws.credentials.judging import NO_BODY, Asked, document, judged, verdicts
from tests.contracts.laws.shelf import ANN, KEY, TEXT, Shelf, shelf, thing

LAW = "protocol/an-undeclared-method-is-refused"
OF_CHANGES = ("a-change-keeps-what-was-not-sent", "ids-and-owners-cannot-be-changed", "changes-at-once-are-both-kept")
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


@pytest.mark.parametrize("keeps", [False, True])
def test_what_may_not_be_asked_of_a_deployment_takes_nothing_else_with_it(tmp_path: Path, keeps: bool) -> None:
    """Where not everything may be changed no undeclared method is sent; changes and deletions are judged."""

    def kept(each: Asked) -> Any:
        return (200, {"id": "gone"}) if keeps and each.method == "DELETE" else None

    paths = shelf(thing(name=TEXT, note=TEXT))
    made = judged(tmp_path, Shelf(first=kept), document(paths, KEY), ANN, "state/", LAW, disposable=False)
    assert verdicts(made, LAW) == {"GET /things": NOT_ASKED, "GET /things/{id}": NOT_ASKED}
    told = {law: verdicts(made, f"state/{law}") for law in (*OF_CHANGES, "what-was-deleted-is-gone")}
    assert told["what-was-deleted-is-gone"] == {"DELETE /things/{id}": "broken" if keeps else UPHELD}
    assert all(told[law] == {"PATCH /things/{id}": UPHELD} for law in OF_CHANGES)
