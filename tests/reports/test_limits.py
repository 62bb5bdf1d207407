"""The pictures of examined limits."""

from __future__ import annotations

from reports.limits import held
from reports.model import load
from reports.renderers.page import page


def limit(**given):
    return {
        "operation": "GET /v1/books",
        "principal": "acme",
        "declared": {"limit": 3, "window": 60.0, "scaled_window": 6.0},
        "observed": {"limit": 3, "window": [5.9, 6.1], "kinds": ["fixed window"]},
        "verdict": "kept",
        "reason": None,
        "admitted": [0.0, 0.1, 0.2, 6.1],
        "refused": [0.3, 5.9],
        **given,
    }


def test_admissions_count_for_one_window():
    assert held([0.0, 1.0, 7.0], 6.0) == [(0.0, 1), (1.0, 2), (6.0, 1), (7.0, 0), (7.0, 1)]


def test_the_page_draws_an_examined_limit_at_its_operation(run):
    run.verdict("upheld", "limits/declared-limit-is-enforced")
    written = run.write(
        limits=[limit(), limit(verdict="implied", reason="it <b>cannot</b> bind", admitted=[], refused=[])]
    )
    shown = page(load(written))
    assert "Declared 3 in 60 s (here 6 s): <b>kept</b>; observed 3 in 5.9 to 6.1 s; fixed window" in shown
    assert shown.count('<svg class="limit"') == 1
    assert "4 admitted and 2 refused in 6.1 s, declared 3" in shown
    assert "<b>cannot</b>" not in shown
