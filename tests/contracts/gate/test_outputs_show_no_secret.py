"""Against a server that repeats every secret in every form, nothing a run puts out shows one, in gate and load."""

from __future__ import annotations

import html
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from ahocorasick_rs import AhoCorasick

from contracts.gate.sandbox import ROOT
from tests.contracts.config.spelled import FORMS, parts
from tests.contracts.gate.echoing import Echo, files, serving

TOLD, ENDED = "/verdicts.json", '"ended": true'
STATISTICS = ("requests", "requests/csv", "failures/csv", "report")
PAGES = (
    "/",
    "/verdicts",
    TOLD,
    "/exceptions",
    "/logs",
    *(f"/stats/{each}" for each in STATISTICS),
)


def layers(text: str) -> Iterator[str]:
    """A text, then with one kind of escapes after the other taken off, without white space and letter case."""
    for _ in range(3):
        yield "".join(text.split()).lower()
        text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda each: chr(int(each[1], 16)), html.unescape(unquote(text)))
        text = re.sub(r"\\[nrt]", " ", text).replace("\\", "")


def assert_hidden(echo: Echo, outputs: dict[str, str]) -> None:
    known = [*echo.credentials.values(), *echo.given]
    forms = {"".join(part.split()).lower(): (secret, kind) for secret in known for kind, part in parts(secret).items()}
    search = AhoCorasick(forms)
    for name, text in outputs.items():
        for layer in layers(text):
            readable = layer.encode("utf-8", "replace").decode()  # halves of characters are in no secret
            shown = {forms[each] for each in search.find_matches_as_strings(readable)}
            assert not shown, f"{name} shows {shown}"


def read(address: str) -> str:
    """A page; nothing where there is none yet."""
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            text: str = answer.read().decode("utf-8", "replace")
            return text
    except OSError:
        return ""


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def written(folder: Path) -> dict[str, str]:
    return {str(each): each.read_text("utf-8", "replace") for each in folder.rglob("*") if each.is_file()}


def test_the_gate_shows_none(tmp_path: Path) -> None:
    echo = Echo()
    with serving(echo) as address:
        file, variables = files(tmp_path, address, echo)
        command = ["-m", "pytest", "contracts", "-p", "no:cacheprovider", "-vv", "--full-trace"]
        command += ["--showlocals", "--depth", "standard"]
        done = subprocess.run(
            [sys.executable, *command, "--deployment", str(file), "--out", str(tmp_path / "run")],
            cwd=ROOT, env={**os.environ, **variables}, capture_output=True, text=True, timeout=300,
        )  # fmt: skip
    assert done.returncode in (0, 1)
    outputs = written(tmp_path / "run")
    names = {Path(each).name for each in outputs}
    assert {"evidence.ndjson", "verdicts.json", "report.html", "junit.xml", "report.sarif", "summary.md"} <= names
    assert len(echo.asked) > len(FORMS)
    assert len(echo.got) > 5
    evidence = next(text for name, text in outputs.items() if name.endswith("evidence.ndjson"))
    assert all(f"${each}" in evidence for each in ("ANN_KEY", "CANARY_QUERY", "CANARY_PASSWORD", "TOKEN_", "COOKIE_"))
    assert_hidden(echo, {**outputs, "terminal": done.stdout + done.stderr})
    assert not [each for each in echo.asked if re.search(r"(?:\$|%24)\{?(?:ANN|CANARY|CAROL|TOKEN|COOKIE)_", each)]


def test_the_load_shows_none_in_its_files_its_log_and_its_pages(tmp_path: Path) -> None:
    echo, port = Echo(), free_port()
    with serving(echo) as address:
        file, variables = files(tmp_path, address, echo)
        told = f"-f load/locustfile.py --autostart --loglevel DEBUG --web-host 127.0.0.1 --web-port {port}"
        told += f" --csv {tmp_path}/csv --csv-full-history --logfile {tmp_path}/locust.log"
        told += " --scenario mixed --seconds 6 --rate 15 --sample 1"
        process = subprocess.Popen(
            [sys.executable, "-m", "locust", *told.split(), "--deployment", str(file), "--out", str(tmp_path / "run")],
            cwd=ROOT, env={**os.environ, **variables}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        seen: dict[str, set[str]] = {each: set() for each in PAGES}
        until = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < until and not any(ENDED in each for each in seen[TOLD]):
            time.sleep(1)
            for page, texts in seen.items():
                texts.add(read(f"http://127.0.0.1:{port}{page}"))
        process.terminate()
        said = process.communicate(timeout=60)[0]
    outputs = {each: text for each, text in written(tmp_path).items() if Path(each).name != "key"}
    names = {Path(each).name for each in outputs}
    assert {"evidence.ndjson", "verdicts.json", "report.html", "locust.log", "csv_stats.csv"} <= names
    pages = {each: "\n".join(texts) for each, texts in seen.items()}
    assert all(pages[each] for each in ("/", "/verdicts", TOLD, "/stats/requests", "/stats/requests/csv"))
    assert len(echo.asked) > len(FORMS)
    assert_hidden(echo, {**outputs, **pages, "terminal": said})
