"""Whether the tests notice a law that says nothing: bodies become `return` in a copy, and each has to be named.

python -m tests.power mutate                                 20 laws and 10 checks drawn by the seed, all at once
python -m tests.power mutate --laws 5 --checks 0 --seed 7    others, fewer
python -m tests.power mutate --begin NAME …                  these, with a `return` before their bodies
python -m tests.power mutate --ci                            held against .ci/run as a whole, which takes longer

The rows of the matrix that name them are executed, and the runs of load for laws of load, as the tests do it.
Of a check the body becomes `return True`: it has something to say, and it is good. Nothing here is changed; the copy is
a folder of its own and goes when all is said. Exits 1 if the tests pass, or if one of them is not named.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from contracts import checks, laws
from contracts.core.places import ROOT
from tests.power.prove import cpu
from tests.power.summary import functions

PROVE = [sys.executable, "-m", "tests.power", "prove", "--jobs", "2"]
OF_LOAD = [sys.executable, "-m", "pytest", "tests/power/test_load_proofs.py", "-q", "-n", "3", "-p", "no:cacheprovider"]
LEFT_OUT = shutil.ignore_patterns(".git", "venv", ".venv", ".tox", "out", "__pycache__", ".*_cache", ".hypothesis")


def drawn(names: Sequence[str], others: int, judgements: int, seed: int) -> list[str]:
    """So many laws and checks, or those of these names."""
    known = functions()
    if names:
        return [name for name in names if name in known]
    of_checks = [name for name in known if name in checks.load()]
    of_laws = [name for name in known if name not in checks.load()]
    chance = random.Random(seed)
    return [
        *chance.sample(of_laws, min(others, len(of_laws))),
        *chance.sample(of_checks, min(judgements, len(of_checks))),
    ]


def silenced(source: str, function: Callable[..., Any], word: str, *, begin: bool) -> str:
    """The source of a module with the body of a function, but for its docstring, replaced by a word or begun with it.

    With `begin` it stays what it was, a generator for one.
    """
    first = function.__code__.co_firstlineno
    tree = ast.walk(ast.parse(source))
    found = next(each for each in tree if isinstance(each, ast.FunctionDef) and _first_line(each) == first)
    lines = source.splitlines(keepends=True)
    start = found.body[1].lineno - 1 if len(found.body) > 1 else found.end_lineno or first
    rest = lines[start:] if begin else lines[found.end_lineno :]
    return "".join([*lines[:start], f"    {word}\n", *rest])


def _first_line(found: ast.FunctionDef) -> int:
    return min([found.lineno, *(each.lineno for each in found.decorator_list)])


def silence(folder: Path, chosen: Mapping[str, Callable[..., Any]], *, begin: bool) -> None:
    """Silence these laws and checks in a copy of the project: the last of a file first, since lines move."""
    for name, function in sorted(chosen.items(), key=lambda each: -each[1].__code__.co_firstlineno):
        file = folder / Path(function.__code__.co_filename).relative_to(ROOT)
        word = "return True" if name in checks.load() else "return"
        file.write_text(silenced(file.read_text("utf-8"), function, word, begin=begin), "utf-8")


def commands(chosen: Iterable[str], *, everything: bool) -> list[list[str]]:
    """What has to name them."""
    if everything:
        return [[".ci/run"]]
    gate = [name for name in chosen if name in laws.load() or name in checks.load()]
    return [*([[*PROVE, *gate]] if gate else []), *([OF_LOAD] if set(chosen) - set(gate) else [])]


def said(folder: Path, command: Sequence[str]) -> tuple[int, str]:
    """How the tests of a copy end, and all they say."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return done.returncode, done.stdout


def main() -> int:
    """Print which of them the tests name."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="laws and checks (default: drawn)")
    parser.add_argument("--laws", type=int, default=20, help="how many are drawn (default 20)")
    parser.add_argument("--checks", type=int, default=10, help="how many are drawn (default 10)")
    parser.add_argument("--seed", type=int, default=0, help="of what is drawn")
    parser.add_argument("--begin", action="store_true", help="put the return before the body, in place of it")
    parser.add_argument("--ci", action="store_true", help="run .ci/run, not the rows of these alone")
    parser.add_argument("--show", action="store_true", help="print what the tests say")
    options = parser.parse_args()
    chosen = {name: functions()[name] for name in drawn(options.names, options.laws, options.checks, options.seed)}
    with tempfile.TemporaryDirectory() as spare:
        folder = Path(spare) / ROOT.name
        shutil.copytree(ROOT, folder, ignore=LEFT_OUT)
        silence(folder, chosen, begin=options.begin)
        heard = [said(folder, command) for command in commands(list(chosen), everything=options.ci)]
    code, text = max(code for code, _ in heard), "\n".join(text for _, text in heard)
    if options.show:
        print(text)
    named = {name for name in chosen if re.search(rf"{re.escape(name)}(?![\w-])", text)}
    for name in sorted(chosen):
        print(f"{'named' if name in named else 'NOT NAMED'}: {name}")
    print(f"{len(named)} of {len(chosen)} named; the tests ended with {code}; {cpu():.0f} CPU s")
    return 0 if code and named == set(chosen) else 1
