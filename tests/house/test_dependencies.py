"""The dependency rules of the project, read from its imports."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("specs", "contracts", "load", "reports", "sandbox")
MAY_IMPORT = {
    "specs": set(),
    "contracts": {"specs"},
    "load": {"contracts", "specs"},
    "reports": {"contracts", "specs"},
    "sandbox": set(),
}
DRIVERS = {"contracts/client.py", "contracts/token_auth.py"}
MODULES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def imported(path: Path) -> set[str]:
    """The modules a file imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_what_its_package_may(path):
    package = path.relative_to(ROOT).parts[0]
    ours = {name.partition(".")[0] for name in imported(path)} & set(PACKAGES)
    assert ours <= MAY_IMPORT[package] | {package}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_load_imports_locust_and_only_drivers_import_http_clients(path):
    package = path.relative_to(ROOT).parts[0]
    names = {name.partition(".")[0] for name in imported(path)}
    if package != "load":
        assert not names & {"locust", "gevent"}
    if str(path.relative_to(ROOT)) not in DRIVERS:
        assert not names & {"httpx", "httpx_aiohttp", "aiohttp", "requests"}


def test_laws_and_checks_do_no_io():
    forbidden = {"asyncio", "time", "socket", "threading", "random", "datetime", "os", "pathlib", "subprocess"}
    for folder in ("laws", "checks"):
        for path in (ROOT / "contracts" / folder).glob("*.py"):
            if path.name != "__init__.py":
                assert not {name.partition(".")[0] for name in imported(path)} & forbidden, path


def test_no_law_or_check_names_a_path_of_one_api(contract):
    segments = {part for operation in contract.operations for part in operation.path.split("/") if "-" in part}
    for folder in ("laws", "checks"):
        for path in (ROOT / "contracts" / folder).glob("*.py"):
            text = path.read_text("utf-8")
            assert "/v2/" not in text, path
            assert not [segment for segment in segments if segment in text], path
