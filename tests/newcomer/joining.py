"""What somebody does who is new: `init`, the secrets, a run. Nothing else is edited in the file."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import attrs
from click.testing import CliRunner

from contracts.__main__ import main
from contracts.engine.run import Run
from contracts.plan import planning
from tests import in_process
from tests.newcomer.depot import KEYS, PEOPLE, Depot, document

BASE = "http://127.0.0.1:8000"
ENDINGS = {"KEY": KEYS}


def secrets() -> dict[str, str]:
    """The variables that the files name."""
    found = {}
    for tenant, (name, (password, _)) in zip(("ACME", "RIVAL"), PEOPLE.items(), strict=True):
        found |= {f"{tenant}_EMAIL": name, f"{tenant}_USERNAME": name, f"{tenant}_PASSWORD": password}
        found[f"{tenant}_KEY"] = KEYS[tenant.lower()]
    return found


def told(*arguments: Any) -> tuple[int, str]:
    """The exit code of a command, and what it says."""
    done = CliRunner().invoke(main, [str(each) for each in arguments], catch_exceptions=False)
    return done.exit_code, done.output


def begun(folder: Path, way: str, *, both: bool = False) -> Path:
    """The file that `init` writes for a depot; `both`: its second tenant's comment taken away."""
    (folder / "depot.json").write_text(json.dumps(document(way)))
    file = folder / "depot.toml"
    code, said = told("init", folder / "depot.json", "--base-url", BASE, "-o", file)
    assert code == 0, said
    if both:
        file.write_text(uncommented(file.read_text()))
    return file


def uncommented(text: str) -> str:
    """A file whose second tenant is no comment any more."""
    head, mark, rest = text.partition("# A second tenant")
    block, blank, more = rest.partition("\n\n#")
    lines = [re.sub(r"^# ?(?=\[\[|\w+ = )", "", line) for line in f"{mark}{block}".split("\n")]
    return head + "\n".join(lines) + blank + more


def judged(depot: Depot, file: Path, folder: Path, law: str = "", depth: str = "quick") -> Run:
    """A run of the gate, in this process; as fast as it goes, since no limit is enforced here."""
    plan = planning.planned(file, depth=depth)
    plan = attrs.evolve(plan, deployment=attrs.evolve(plan.deployment, pace="none"))
    chosen = [each.id for each in plan.items if re.search(law, each.id)]
    return in_process.judged(depot, plan, chosen, folder=folder / "run")
