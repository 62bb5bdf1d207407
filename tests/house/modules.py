"""The project's modules and what each imports, read from their source; type-only imports count like any other."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("specs", "contracts", "load", "reports", "sandbox")


def name_of(path: Path) -> str:
    """The dotted name of a module; a package is called by its folder."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {name_of(path): path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))}


@cache
def _read(path: Path) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """What a file imports, speaks of by name, and calls. Reading them all takes seconds, so each is read once."""
    imports: set[str] = set()
    spoken: set[str] = set()
    called: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            imports |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            imports |= inner & FILES.keys() or {node.module}
            imports |= {node.module} if inner - FILES.keys() else set()
        elif isinstance(node, ast.Attribute | ast.Name):
            spoken.add(_name(node))
        elif isinstance(node, ast.Call):
            called.add(_name(node.func))
    return frozenset(imports), frozenset(spoken), frozenset(called)


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def imported(path: Path) -> frozenset[str]:
    """All modules a file imports, the project's own by their full names."""
    return _read(path)[0]


def names(path: Path) -> frozenset[str]:
    """Everything a file speaks of by name: functions it calls, attributes and members it uses."""
    return _read(path)[1]


def calls(path: Path) -> frozenset[str]:
    """The names of what a file calls, the last part of dotted ones."""
    return _read(path)[2]


@cache
def graph() -> dict[str, set[str]]:
    """Every module of the project with the modules of the project it imports."""
    return {name: (imported(path) & FILES.keys()) - {name} for name, path in FILES.items()}


def circles(edges: dict[str, set[str]]) -> list[list[str]]:
    """Groups of modules that import each other, directly or through others."""
    reach = {name: _reachable(name, edges) for name in edges}
    groups = {
        frozenset(other for other in reach[name] if name in reach[other]) for name in edges if name in reach[name]
    }
    return sorted(sorted(group) for group in groups)


def _reachable(name: str, edges: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = list(edges[name])
    while waiting:
        if (each := waiting.pop()) not in seen:
            seen.add(each)
            waiting += edges[each]
    return seen
