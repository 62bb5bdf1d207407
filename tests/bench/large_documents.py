"""How long a document of some size takes: seconds of one core, and MiB, for `check`, `promises` and `plan`.

    python tests/bench/large_documents.py                 # 36, 250, 1,000 and 4,000 operations
    python tests/bench/large_documents.py 200 4000
    python tests/bench/large_documents.py --write 1000 large.json

The documents are made here: resources with five operations each, which share errors and page parameters, refer to each
other, and have schemas of their own.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SIZES = (36, 250, 1000, 4000)
EACH = 5  # operations of one resource
NEAR = 3  # schemas of other resources that one refers to
DEPLOYMENT = """[deployment]
base_url = "http://127.0.0.1:9"

[[principals]]
name = "somebody"
tenant = "theirs"
kind = "bearer"
token = "a-token-of-some-length"
"""

Raw = dict[str, Any]


def document(operations: int) -> Raw:
    """Make a document of about so many operations, never more."""
    count = max(1, operations // EACH)
    paths: Raw = {}
    schemas: Raw = {"Problem": _object({"message": {"type": "string"}}, "message")}
    for number in range(count):
        _add(paths, schemas, number, count)
    return {
        "openapi": "3.0.3",
        "info": {"title": "Large", "version": "1"},
        "servers": [{"url": "https://large.example"}],
        "security": [{"sign": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "parameters": {"Limit": _limit(), "Offset": _offset()},
            "responses": {"Refused": _answer("Refused.", _to("Problem"))},
            "securitySchemes": {"sign": {"type": "http", "scheme": "bearer"}},
        },
    }


def _add(paths: Raw, schemas: Raw, number: int, count: int) -> None:
    name, path = f"Thing{number}", f"/area-{number % 40}/things-{number}"
    schemas[name] = _object(
        {
            "id": {"type": "string", "readOnly": True},
            "name": {"type": "string", "minLength": 1, "maxLength": 80},
            "size": {"type": "integer", "minimum": 0, "maximum": 1000 + number},
            "colour": {"type": "string", "enum": ["red", "green", "blue"]},
            "since": {"type": "string", "format": "date-time", "nullable": True},
            **{f"near{step}": _to(f"Part{(number + step) % count}") for step in range(1, NEAR + 1)},
        },
        "id",
        "name",
    )
    schemas[f"Part{number}"] = _object({"label": {"type": "string"}, "weight": {"type": "number"}})
    schemas[f"Page{number}"] = _object(
        {"items": {"type": "array", "items": _to(name)}, "total": {"type": "integer"}}, "items", "total"
    )
    refused = {status: {"$ref": "#/components/responses/Refused"} for status in ("400", "401", "404")}
    body = {"required": True, "content": {"application/json": {"schema": _to(name)}}}
    shared = [{"$ref": f"#/components/parameters/{each}"} for each in ("Limit", "Offset")]
    own = {"name": "colour", "in": "query", "schema": {"type": "string", "enum": ["red", "green", "blue"]}}
    one = {"200": _answer("The thing.", _to(name)), **refused}
    paths[path] = {
        "get": {
            "operationId": f"list{name}",
            "parameters": [*shared, own],
            "responses": {"200": _answer("A page.", _to(f"Page{number}")), **refused},
        },
        "post": {
            "operationId": f"create{name}",
            "requestBody": body,
            "responses": {"201": _answer("The new thing.", _to(name)), **refused},
        },
    }
    paths[f"{path}/{{thingId}}"] = {
        "parameters": [{"name": "thingId", "in": "path", "required": True, "schema": {"type": "string"}}],
        "get": {"operationId": f"get{name}", "responses": one},
        "patch": {"operationId": f"change{name}", "requestBody": body, "responses": one},
        "delete": {"operationId": f"delete{name}", "responses": {"204": {"description": "It is gone."}, **refused}},
    }


def _object(properties: Raw, *required: str) -> Raw:
    return {"type": "object", "properties": properties, **({"required": list(required)} if required else {})}


def _to(name: str) -> Raw:
    return {"$ref": f"#/components/schemas/{name}"}


def _answer(description: str, schema: Raw) -> Raw:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _limit() -> Raw:
    schema = {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}
    return {"name": "limit", "in": "query", "schema": schema}


def _offset() -> Raw:
    return {"name": "offset", "in": "query", "schema": {"type": "integer", "minimum": 0, "default": 0}}


def measured(arguments: list[str]) -> tuple[float, float]:
    """Seconds of a core and MiB that a command takes. Raises CalledProcessError if it fails."""
    code = (
        "import resource, runpy, sys; sys.argv = sys.argv[1:]\n"
        "try: runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)\n"
        "except SystemExit as end: assert end.code in (0, 1, None), end.code\n"
        "used = resource.getrusage(resource.RUSAGE_SELF)\n"
        "print(used.ru_utime + used.ru_stime, used.ru_maxrss, file=sys.stderr)"
    )
    line = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(line, cwd=ROOT, check=True, capture_output=True, text=True)
    seconds, kib = done.stderr.split()[-2:]
    return float(seconds), int(kib) / 1024


def measure(sizes: list[int]) -> None:
    """Print what each command takes for a document of each size."""
    print("| operations | " + " | ".join(f"{name}, s | MiB" for name in ("check", "promises", "plan")) + " |")
    print("|---:|" + "---:|" * 6)
    with tempfile.TemporaryDirectory() as folder:
        deployment = Path(folder) / "deployment.toml"
        deployment.write_text(DEPLOYMENT)
        for size in sizes:
            file = Path(folder) / f"{size}.json"
            file.write_text(json.dumps(document(size), indent=1))
            commands = (
                ["specs", "check", str(file)],
                ["specs", "promises", str(file)],
                ["contracts", "plan", "--deployment", str(deployment), "--document", str(file)],
            )
            figures = [f"{seconds:.1f} | {mib:.0f}" for seconds, mib in map(measured, commands)]
            print(f"| {size:,} | {' | '.join(figures)} |", flush=True)


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["--write"]:
        Path(arguments[2]).write_text(json.dumps(document(int(arguments[1])), indent=1))
        return
    measure([int(each) for each in arguments] or list(SIZES))


if __name__ == "__main__":
    main(sys.argv[1:])
