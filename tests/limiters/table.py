"""The table of docs/limiters.md, measured anew: every limiter of the catalogue, examined and asked plainly.

python -m tests.limiters.table             all of them, about ten minutes
python -m tests.limiters.table express     those whose names begin so, printed and not written
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from contracts.core.exchange import Exchange
from load.limiters.conclusion import Estimate
from load.limiters.header_dialects import Terms, headers
from load.limiters.header_truth import lies
from specs.contract.rate_headers import taken_apart
from tests.limiters.catalogue import LIMITERS, Limiter
from tests.limiters.examining import Plain, examined, plain
from tests.limiters.running import PACKAGES, debian_program, npm_modules, running

PAGE = Path(__file__).resolve().parents[2] / "docs/limiters.md"
COLUMNS = (
    "limiter", "version", "headers on success", "headers on refusal", "refused by", "reset counts in",
    "kind as measured", "at once", "who waits as told", "verdict",
)  # fmt: skip
AT_ONCE = 4
HEAD = """# Limiters that were examined

Each is wired as its documentation says, with its store in memory and a policy of 5 in 10 s (litestar and Django REST
framework: 5 in a minute). "At once" is what a plain client had before the first refusal; "who waits as told" is what it
met after waiting as long as Retry-After (or else the reset) said. The verdict is that of depth full, with what the
headers got wrong behind it.
`tox run -e limiters` measures this table anew; `python -m tests.limiters.counting` holds a plain count against it.

"""


def row(limiter: Limiter, folder: Path) -> list[str]:
    """Measure one limiter."""
    with running(limiter.server, limiter.environment(), folder) as port:
        found, refusals = examined(port, limiter.limit, float(limiter.window), windows=4.0, kinds=True)
        met = plain(port, limiter.limit, float(limiter.window))
    terms = Terms(found.rule)
    told = headers(found.samples, terms)
    return [
        limiter.name,
        version(limiter, folder),
        _names(met.success),
        _names(met.refusal),
        ", ".join(map(str, sorted(refusals.statuses))) or "-",
        told.unit or "-",
        " or ".join(found.kinds) or "-",
        str(met.burst),
        _waited(met),
        _verdict(found, terms),
    ]


def version(limiter: Limiter, folder: Path) -> str:
    """The version of a limiter's package."""
    if limiter.server.endswith(".js"):
        return str(json.loads((folder / "node_modules" / limiter.package / "package.json").read_text())["version"])
    if limiter.package in PACKAGES:
        program, more = debian_program(limiter.package, folder)
        said = subprocess.run([program, "-v"], capture_output=True, text=True, env=more or None)
        found = re.search(r"\d+\.\d+\.\d+", said.stdout + said.stderr)
        return found[0] if found else "-"
    return importlib.metadata.version(limiter.package)


def _names(exchange: Exchange | None) -> str:
    if exchange is None or exchange.response is None:
        return "-"
    return ", ".join(dict.fromkeys(f"`{name}`" for name, _ in exchange.response.headers if taken_apart(name))) or "none"


def _waited(met: Plain) -> str:
    if met.refusal is None:
        return "never refused"
    if met.told is None:
        return "is told nothing"
    return f"{'admitted' if met.admitted else 'refused again'} after {met.told:.3g} s"


def _verdict(found: Estimate, terms: Terms) -> str:
    wrong = lies(found, terms)
    told = f"{found.verdict}: {found.reason}" if found.reason else found.verdict
    return f"{told}; headers: {wrong[0].expected}, got {wrong[0].actual}" if wrong else told


def written(rows: Iterable[list[str]]) -> str:
    """The table in Markdown."""
    lines = [COLUMNS, ["---"] * len(COLUMNS), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines) + "\n"


def main() -> int:
    """Measure and write; exit 1 if a limiter was not found kept, so that somebody looks at it."""
    chosen = [each for each in LIMITERS if not sys.argv[1:] or any(each.name.startswith(name) for name in sys.argv[1:])]
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = (
            npm_modules(Path(temporary)) if any(each.server.endswith(".js") for each in chosen) else Path(temporary)
        )
        with ThreadPoolExecutor(AT_ONCE) as pool:  # they mostly wait
            for line in pool.map(lambda limiter: row(limiter, folder), chosen):
                rows.append(line)
                print(" / ".join(line), flush=True)
    if chosen == LIMITERS:
        PAGE.write_text(HEAD + written(rows), "utf-8")
    return int(not all(each[-1].startswith("kept") for each in rows))


if __name__ == "__main__":
    sys.exit(main())
