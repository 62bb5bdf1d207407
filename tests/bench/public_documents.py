"""What the suite reads of public documents: a table, made from git directories of the repositories that have them.

    python tests/bench/public_documents.py slackapi/slack-api-specs=slack.git openai/openai-openapi=openai

A git directory may be bare. Repositories that are not given are left out. `public_documents.toml` names the documents,
and what a person counted: the lists that are asked for in pages, and which of the defects are confirmed. Nothing of the
documents is kept.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tarfile
import tempfile
import time
import tomllib
from io import BytesIO
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

COUNTED = Path(__file__).with_name("public_documents.toml")
HEAD = (
    "repository", "snapshot", "path", "operations", "lists", "a person counts", "dialect right", "s", "MiB",
    "kinds of defects", "confirmed",
)  # fmt: skip


def git(folder: str, *arguments: str) -> bytes:
    return subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True).stdout


def read(file: Path) -> dict[str, Any]:
    """What the suite reads of one document, as plain data. Runs in a process of its own, for its memory."""
    from specs.contract import build
    from specs.contract.other_lists import other_lists
    from specs.lint.lint import examine
    from specs.source.document import load

    started = time.perf_counter()
    examination = examine(file)
    contract = build(load(file))
    lists = [each.paging.dialect for each in contract.operations if each.paging]
    lists += [each.dialect for each in other_lists(contract)]
    return {
        "operations": len(contract.operations),
        "lists": len(lists),
        "defects": sorted({defect.code for defect in examination.defects}),
        "seconds": time.perf_counter() - started,
        "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def row(document: dict[str, Any], folder: str) -> list[str]:
    """One line of the table."""
    snapshot = git(folder, "rev-parse", "HEAD").decode().strip()
    with tempfile.TemporaryDirectory() as place:
        whole = document.get("files", document["path"])
        with tarfile.open(fileobj=BytesIO(git(folder, "archive", "HEAD", whole))) as archive:
            archive.extractall(place, filter="data")
        line = [sys.executable, __file__, "--read", str(Path(place) / document["path"])]
        told = json.loads(subprocess.run(line, check=True, capture_output=True, text=True).stdout)
    confirmed = [code for code in told["defects"] if code in document.get("confirmed", ())]
    return [
        document["repository"], snapshot[:10], document["path"], f"{told['operations']:,}", str(told["lists"]),
        str(document["lists"]), str(document["right"]), f"{told['seconds']:.1f}", f"{told['mib']:.0f}",
        ", ".join(told["defects"]) or "none", ", ".join(confirmed) or "none",
    ]  # fmt: skip


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["--read"]:
        print(json.dumps(read(Path(arguments[1]))))
        return
    given = dict(each.split("=", 1) for each in arguments)
    documents = tomllib.loads(COUNTED.read_text("utf-8"))["document"]
    print(f"| {' | '.join(HEAD)} |\n|{'---|' * len(HEAD)}")
    chosen = [each for each in documents if each["repository"] in given]
    for document in chosen:
        print(f"| {' | '.join(row(document, given[document['repository']]))} |", flush=True)
    counted, right = sum(each["lists"] for each in chosen), sum(each["right"] for each in chosen)
    print(f"\n{right} of {counted} lists have the right dialect ({right / max(counted, 1):.1%})")


if __name__ == "__main__":
    main(sys.argv[1:])
