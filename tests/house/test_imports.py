"""Which module may import which: packages, layers, circles, and what only some may touch."""

from __future__ import annotations

import pytest

from contracts import laws
from tests.house.modules import FILES, ROOT, circles, graph, imported

MAY_IMPORT = {
    "specs": set(),
    "contracts": {"specs"},
    "load": {"contracts", "specs"},
    "reports": {"contracts", "specs"},
    "sandbox": set(),
}
LAYERS = {
    "contracts": (
        "core", "config", "request", "strategies", "steps", "checks", "laws", "plan", "evidence", "transport",
        "judging", "traffic", "engine", "gate",
    ),
    "load": ("limiters", "runtime", "service_levels", "scenarios"),
    "specs": ("source", "contract", "promises", "lint"),
}  # fmt: skip
"""Lowest first: a package imports only those before it."""
TOP = {"contracts", "contracts.__main__", "contracts.conftest", "contracts.test_gate"}
CLIENTS = {"contracts.transport.messages", "contracts.transport.token_auth", "contracts.transport.unreadable"}
"""The only modules that may import an HTTP client."""
IO = {"asyncio", "time", "socket", "threading", "random", "datetime", "os", "pathlib", "subprocess"}
JUDGEMENTS = [name for name in FILES if name.startswith(("contracts.laws.", "contracts.checks."))]


def package_of(name: str) -> tuple[str, str]:
    """The top package of a module and the package below it that it stands in, "" where it stands in none."""
    top, _, rest = name.partition(".")
    inner = rest.partition(".")[0]
    return top, inner if inner in LAYERS.get(top, ()) else ""


@pytest.mark.parametrize("name", FILES)
def test_a_module_imports_only_what_its_package_may(name):
    top = name.partition(".")[0]
    ours = {each.partition(".")[0] for each in imported(FILES[name])} & MAY_IMPORT.keys()
    assert ours <= MAY_IMPORT[top] | {top}


@pytest.mark.parametrize("name", [each for each in FILES if package_of(each)[1]])
def test_a_package_imports_only_packages_below_it(name):
    top, own = package_of(name)
    order = LAYERS[top]
    used = {package_of(each)[1] for each in graph()[name] if each.startswith(f"{top}.")} - {""}
    assert [each for each in used if order.index(each) > order.index(own)] == []


@pytest.mark.parametrize("top", LAYERS)
def test_every_package_has_its_layer(top):
    folders = {path.name for path in (ROOT / top).iterdir() if (path / "__init__.py").is_file()}
    assert folders == set(LAYERS[top])


def test_no_modules_import_each_other():
    assert circles(graph()) == []


def test_contracts_has_no_module_at_its_top_but_those_of_pytest_and_the_command_line():
    assert {each for each in FILES if each.count(".") <= 1 and each.startswith("contracts") and _is_file(each)} == TOP


def _is_file(name: str) -> bool:
    return name == "contracts" or FILES[name].name != "__init__.py"


def test_the_id_of_a_law_tells_its_folder():
    wrong = [law.id for law in laws.load().values() if not _in_its_family(law.ask.__module__, law.family)]
    assert wrong == []


def _in_its_family(module: str, family: str) -> bool:
    return f"{module}.".startswith(f"contracts.laws.{family}.")


def test_no_law_imports_another():
    wrong = [
        (name, other)
        for name in FILES
        if name.startswith("contracts.laws.")
        for other in graph()[name]
        if other.startswith("contracts.laws.") and other != "contracts.laws.law"
    ]
    assert wrong == []


@pytest.mark.parametrize("name", FILES)
def test_only_load_imports_locust_and_only_clients_import_http_clients(name):
    names = {each.partition(".")[0] for each in imported(FILES[name])}
    if not name.startswith("load"):
        assert not names & {"locust", "gevent"}
    if name not in CLIENTS:
        assert not names & {"httpx", "h11", "aiohttp", "requests"}


@pytest.mark.parametrize("name", [each for each in JUDGEMENTS if FILES[each].name != "__init__.py"])
def test_laws_and_checks_do_no_io(name):
    assert not {each.partition(".")[0] for each in imported(FILES[name])} & IO


@pytest.mark.parametrize("name", JUDGEMENTS)
def test_no_law_or_check_names_a_path_of_one_api(name, contract):
    segments = {part for operation in contract.operations for part in operation.path.split("/") if "-" in part}
    text = FILES[name].read_text("utf-8")
    assert "/v2/" not in text
    assert [segment for segment in segments if segment in text] == []
