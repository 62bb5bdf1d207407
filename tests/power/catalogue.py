"""docs/laws.md: every law and check, with its source, the faults that prove it, how grave it is, and its OWASP name.

python -m tests.power catalogue --write     write it anew
python -m tests.power catalogue             print it
"""

from __future__ import annotations

import argparse
import inspect
import json
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path

from contracts import checks, laws
from contracts.checks import Check
from contracts.core.families import gravity
from contracts.judging.severity import table
from contracts.laws.law import Law
from contracts.traffic.laws import LAWS as OF_TRAFFIC
from load.scenarios.limits.laws import LAWS as OF_LIMITS
from load.scenarios.mixed.laws import LAWS as OF_MIXED
from load.scenarios.tokens.laws import LAWS as OF_TOKENS
from tests.power import rows

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docs" / "laws.md"
OF_LOAD: dict[str, Law] = {**OF_LIMITS, **OF_MIXED, **OF_TOKENS}
SHOWN = 4
"""Faults named at most of a law; the matrix has all."""
HEAD = """# Laws and checks

Written by `python -m tests.power catalogue --write`; a test holds it to the code. `python -m contracts law ID` explains
one. A *check* judges every recorded response by itself, a *law* is a conversation.

`severity` is that of a finding; where it depends on what was expected or got, all are named, and
[severity.toml](../contracts/judging/severity.toml) says which is when. `proven by` are some of the faults that break
it, each executed by the tests; [the matrix](matrix.md) has all. An asterisk marks what is judged of
[recorded traffic](recorded-traffic.md) as well; so is every check.
"""
COLUMNS = "| law or check | promise | severity | OWASP | proven by |\n|---|---|---|---|---|"


def catalogue() -> str:
    """The whole page."""
    proofs = _faults(rows.kept())
    of_load = _faults(json.loads(Path(__file__).with_name("load_matrix.json").read_text("utf-8")))
    rules: dict[str, Law | Check] = {**laws.load(), **checks.load()}
    families = sorted({each.family for each in rules.values()}, key=gravity)
    parts = [HEAD]
    for family in families:
        parts += _section(family, [each for each in rules.values() if each.family == family], proofs)
    parts += _section("Under load", OF_LOAD.values(), of_load)
    return "\n".join(parts)


def _section(name: str, rules: Iterable[Law | Check], proofs: Mapping[str, list[str]]) -> list[str]:
    told = [_row(each, proofs.get(each.id, [])) for each in sorted(rules, key=lambda each: each.id)]
    return [f"\n## {name}\n", COLUMNS, *told]


def _row(rule: Law | Check, faults: list[str]) -> str:
    source = Path(inspect.getsourcefile(inspect.unwrap(rule.function)) or "").relative_to(ROOT).as_posix()
    mark = " \\*" if rule.id in OF_TRAFFIC else ""
    levels, names = _grave(rule.id)
    more = f" and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
    shown = ", ".join(faults[:SHOWN]) + more
    return f"| [`{rule.id}`](../{source}){mark} | {rule.title} | {levels} | {names} | {shown} |"


def _grave(law: str) -> tuple[str, str]:
    """The severities a finding of it may have, that without conditions first, and what OWASP calls it."""
    mine = [row for row in table() if fnmatchcase(law, row.law)]
    plain = next((n for n, row in enumerate(mine) if not (row.expected or row.got)), len(mine) - 1)
    found = [mine[plain], *mine[:plain]]
    levels = list(dict.fromkeys(row.severity.level for row in found))
    names = sorted({row.severity.owasp for row in found if row.severity.owasp})
    return ", ".join(levels), ", ".join(names)


def _faults(matrix: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """By law, the faults that break it, those of the sandbox first."""
    found: dict[str, list[str]] = {}
    for fault, lines in matrix.items():
        for law in {line.partition(" ")[0] for line in lines}:
            found.setdefault(law, []).append(fault)
    return {law: sorted(names, key=lambda name: (" " in name, name)) for law, names in found.items()}


def write() -> None:
    FILE.write_text(catalogue(), "utf-8")


def main() -> int:
    """Print or write the page."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="write docs/laws.md")
    if parser.parse_args().write:
        write()
    else:
        print(catalogue())
    return 0
