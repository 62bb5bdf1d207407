"""Long records and large runs, made from short ones or of nothing, for measurements."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

NUMBERED = {"conversation": "id", "exchange": "seq"}


def lengthened(source: Path, target: Path, least: int, *, talks: bool = True) -> int:
    """Write a record again and again as if it were one run, until it has so many exchanges; gives how many.

    Numbers go on from one copy to the next, and bodies differ by a space, so that no answer is the same as before.
    `talks`: with the conversations of laws; a test under load records exchanges alone.
    """
    lines = [json.loads(each) for each in source.read_text("utf-8").splitlines() if each.strip()]
    header, footer = lines[0], lines[-1]
    body = [each for each in lines[1:] if each["type"] == "exchange" or (talks and each["type"] != "footer")]
    most = max(max(each.get("seq", 0), each.get("id", 0), each.get("conversation", 0) or 0) for each in body) + 1
    count, copy = 0, 0
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("w", encoding="ascii") as file:
        file.write(json.dumps(header) + "\n")
        while count < least:
            for each in body:
                file.write(json.dumps(_moved(each, copy, most)) + "\n")
                count += each["type"] == "exchange"
            copy += 1
        file.write(json.dumps({**footer, "requests": count}) + "\n")
    return count


def _moved(line: dict[str, Any], copy: int, most: int) -> dict[str, Any]:
    made = dict(line)
    for name in ("seq", "id", "conversation", "repeats"):
        if isinstance(made.get(name), int):
            made[name] += copy * most
    if line["type"] == "exchange" and line["response"] and line["response"]["body"]:
        made["response"] = {**line["response"], "body": line["response"]["body"] + " " * (copy % 200)}
    return made


def large_run(source: Path, folder: Path, *, verdicts: int, exchanges: int) -> None:
    """A run's folder made of another's: so many verdicts, one in twenty of them broken, and so many exchanges."""
    lengthened(source / "evidence.ndjson", folder / "evidence.ndjson", exchanges)
    content = json.loads((source / "verdicts.json").read_text("utf-8"))
    known = content["verdicts"]
    made = [_renamed(known[number % len(known)], number, exchanges) for number in range(verdicts)]
    content["verdicts"] = made
    content["totals"] = {word: sum(each["verdict"] == word for each in made) for word in content["totals"]}
    (folder / "verdicts.json").write_text(json.dumps(content), "utf-8")


def _renamed(verdict: dict[str, Any], number: int, exchanges: int) -> dict[str, Any]:
    broken = {
        "verdict": "broken", "expected": f"the value {number % 40}", "actual": f"the value {number % 7}",
        "exchanges": [number % exchanges + 1], "severity": {"level": "major", "reason": "It is made up."},
    }  # fmt: skip
    return {**verdict, "id": f"{verdict['id']} {number}", **(broken if number % 20 == 0 else {})}
