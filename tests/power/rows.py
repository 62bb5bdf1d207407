"""The kept matrix: which laws and checks each fault breaks, what is missing in it, and how it reads.

A row is the name of a fault with a line, "law operation", of every law that it breaks. A line that only one depth shows
says so at its end (" at quick", " at standard", " at deep"). What no fault of the sandbox can break has rows of other
servers, "tests/… fault"; a law that only observes has rows of variations, under which it observes something else. No
runs are started here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from contracts.plan.plan import PlanItem

KEPT = Path(__file__).with_name("matrix.json")
SHOWN = 6
"""Faults that the table names for a law; of a few laws dozens are known."""
DEPTHS = ("quick", "standard", "deep")
FAMILIES = {
    "pagination": ("pagination", "filters", "sorting"),
    "credentials": ("credentials",),
    "tokens": ("tokens",),
    "state": ("state",),
    "input": ("input",),
    "exchange": ("caching", "errors", "headers", "limits", "protocol", "schema", "schemathesis", "status"),
    "limits": ("limits", "headers"),
}
"""By the family of a fault: the families of the laws that are to find it."""
VARIED, ELSEWHERE = "variation ", "tests/"
"""How the names of rows begin that are no fault of the sandbox."""
SHOPS_AT, OTHERS_AT, HOSTILE_AT = "contracts/laws/pagination", "others", "hostile"
"""Where, below `tests`, the other servers are."""

Rows = dict[str, list[str]]


def kept() -> Rows:
    """The committed matrix."""
    rows: Rows = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {}
    return rows


def write(rows: Rows) -> None:
    """Keep a matrix."""
    KEPT.write_text(json.dumps(dict(sorted(rows.items())), indent=1) + "\n", "utf-8")


def line(broken: str, *depths: str) -> str:
    """A line as it is kept: without its depths where both quick and standard show it."""
    return broken if set(depths) == {"quick", "standard"} else f"{broken} at {depths[0]}"


def named(item: PlanItem) -> str:
    """What an item of a plan is called here, whoever asks."""
    return f"{item.rule.id} {item.operation.key}"


def law_of(kept_line: str) -> str:
    """The law or check of a line."""
    return kept_line.partition(" ")[0]


def depth_of(kept_line: str) -> str:
    """The least depth that shows a line."""
    return next((each for each in DEPTHS if kept_line.endswith(f" at {each}")), "quick")


def depths_of(kept_line: str) -> tuple[str, ...]:
    """The depths at which a line is executed. Deep draws for as long as it takes, so only what nothing else shows."""
    told = next((each for each in DEPTHS if kept_line.endswith(f" at {each}")), None)
    return (told,) if told else ("quick", "standard")


def plain(kept_line: str) -> str:
    """A line without its depth."""
    return kept_line.removesuffix(f" at {depth_of(kept_line)}")


def own(kept_line: str, family: str) -> bool:
    """Whether a line is of a family that is to find faults of this family."""
    return law_of(kept_line).partition("/")[0] in FAMILIES[family]


def merged(old: Iterable[str], found: Mapping[str, Iterable[str]]) -> list[str]:
    """All lines of a fault: of the depths that were run now, and of others as they were. `found`: broken, by depth."""
    lines = {each: depth_of(each) for each in old if depth_of(each) not in found}
    known = {each.partition(" at ")[0] for each in lines}
    for depth in DEPTHS:
        for each in found.get(depth, ()):
            if each not in known:
                known.add(each)
                lines[each if depth == "quick" else line(each, depth)] = depth
    return sorted(lines, key=lambda each: (DEPTHS.index(lines[each]), each))


def missing(rows: Rows, families: Mapping[str, str], laws: Iterable[str]) -> list[str]:
    """What is wrong with a matrix, in words: faults without a row of their own family, laws that nothing breaks."""
    found = []
    for name, family in families.items():
        if not rows.get(name):
            found.append(f"fault {name}: no row")
        elif not any(own(each, family) for each in rows[name]):
            found.append(f"fault {name}: found by {', '.join(sorted(map(law_of, rows[name])))}, none of {family}")
    found += [f"row {name}: there is no such fault" for name in rows if name not in families and not other(name)]
    told = {law_of(each) for lines in rows.values() for each in lines}
    found += [f"law {law}: nothing breaks it" for law in sorted(set(laws) - told)]
    found += [f"law {law}: there is no such law" for law in sorted(told - set(laws))]
    if rows.get("none"):
        found.append(f"without a fault: {', '.join(rows['none'])}")
    return found


def other(name: str) -> bool:
    """Whether a row is none of a fault of the sandbox."""
    return name == "none" or name.startswith((VARIED, ELSEWHERE))


CLOCKS = {"time-scale": "fast clock", "limits": "limits on, fast clock"}
"""What a fault needs to be seen besides a depth, in words."""


def by_law(rows: Rows, needs: Mapping[str, str]) -> dict[str, list[str]]:
    """The faults that break each law, with what it takes to see that: a depth, or what the fault `needs`."""
    found: dict[str, dict[str, str]] = {}
    for name, lines in rows.items():
        for each in lines:
            depth = "" if depth_of(each) == "quick" else depth_of(each)
            takes = ", ".join(filter(None, (depth, CLOCKS.get(needs.get(name, "")))))
            found.setdefault(law_of(each), {}).setdefault(name, f"{name} ({takes})" if takes else name)
    return {law: sorted(faults.values()) for law, faults in sorted(found.items())}


def shortened(told: Sequence[str]) -> list[str]:
    """The first few faults of a law, and how many more there are."""
    more = len(told) - SHOWN
    return list(told) if more <= 0 else [*told[:SHOWN], f"and {more} more"]
