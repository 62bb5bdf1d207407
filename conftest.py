"""Options of the gate, known from every folder. The gate itself lives in `contracts/`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from contracts.config.severity import LEVELS


def _positive(kind: type[int] | type[float]) -> Callable[[str], float]:
    """A reader of numbers above 0."""

    def read(text: str) -> float:
        value = kind(text)
        if value <= 0:
            raise ValueError(text)
        return value

    read.__name__ = f"{'whole ' if kind is int else ''}number above 0"  # what argparse calls it in its message
    return read


def pytest_addoption(parser: pytest.Parser) -> None:
    """The gate's own options; where they name no deployment it judges the embedded sandbox."""
    group = parser.getgroup("contract", "conformance of a deployment (pytest contracts …)")
    group.addoption("--deployment", metavar="FILE", help="TOML file of the deployment to judge (default: the sandbox)")
    group.addoption("--document", metavar="DOC", help="OpenAPI document, in place of the deployment file's own")
    group.addoption("--base-url", metavar="URL", help="judge it without a deployment file: safe methods only")
    group.addoption("--overlay", metavar="FILE", action="append", default=[], help="OpenAPI Overlay for the document")
    group.addoption("--depth", choices=("quick", "standard", "deep"), default="quick", help="how much to ask")
    group.addoption("--out", metavar="DIR", help="where to write the run (default: reports/out/<time>)")
    group.addoption("--contract-seed", metavar="N", type=int, default=0, help="seed of everything drawn (default 0)")
    group.addoption(
        "--max-requests", metavar="N", type=_positive(int), help="send no more than N, the most telling first"
    )
    group.addoption("--max-time", metavar="S", type=_positive(float), help="end within S seconds")
    group.addoption("--accept-known", metavar="FILE", help="write all present findings down as known deviations")
    group.addoption(
        "--history",
        metavar="FILE",
        help="SQLite file of earlier runs, to tell what is new and to remember this run (default: beside the runs)",
    )
    group.addoption(
        "--fault", metavar="NAME", action="append", default=[], help="start the embedded sandbox with this fault"
    )
    group.addoption(
        "--fail-on", choices=LEVELS, help="the least severity that fails, in place of the deployment file's"
    )
    group.addoption(
        "--report", metavar="FORMAT", action="append", default=[], help="also write allure, har or wfc, see reports"
    )
    group.addoption("--dry-run", action="store_true", help="say what would be asked and made, and send nothing")
    group.addoption("--yes-this-is-production", action="store_true", help="write to what may be production")
    group.addoption("--sandbox-args", metavar="ARGS", default="", help="further arguments for the embedded sandbox")
