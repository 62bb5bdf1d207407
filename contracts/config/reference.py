"""The reference of the deployment file and its JSON Schema, made of the tables that the reader itself goes by."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from contracts.config.keys import Key, Schema
from contracts.config.kinds import KINDS, LOGIN_KEYS, PrincipalKind
from contracts.config.tables import TABLES, Table
from contracts.core.exit_codes import TABLE as CODES

HEAD = """# The deployment file

Written by `python -m contracts reference`; a test holds it to the code. A deployment file says which server is judged,
as whom, and how gently. Begin with the one that is made for your document:

<!-- not run: tests/newcomer does so on documents of its own -->
```console
$ python -m contracts init openapi.yaml -o staging.toml      # everything that the document tells
$ python -m contracts init --check staging.toml              # what it still lacks, scheme by scheme
$ python -m contracts init --probe staging.toml              # one safe request per principal: do the credentials work?
```

Editors complete and check it by the JSON Schema of [specs/deployments/schema.json](../specs/deployments/schema.json):
its first line may be `#:schema path/to/schema.json`. Whatever is not told here is a mistake: the command ends with exit
code 2 and one line with file, line, key and the nearest right word.

A value may stand elsewhere: `env:NAME` is a variable of the environment (or of the file `.env` beside this one),
`file:PATH` the text of a file, and `cmd:COMMAND` what a command prints, such as `cmd:gcloud auth print-access-token`.
Whatever a principal knows is taken for a secret, but for what names it or its tenant and what `plain` lists; secrets
are replaced by placeholders such as `$ACME_TOKEN` in everything that a run writes.
"""
KINDS_HEAD = """## Kinds of principals

A principal is told by its kind which security schemes of the document it satisfies. Besides the keys of its kind it may
have, under the name of a scheme, the credential for just that one (`"X-App-Id" = "env:APP_ID"`), and, under the name of
a path parameter, a value that nobody can find out (`org_id = 123` for `{orgId}`). A document may name kinds of its own
([specs/overlays](../specs/overlays/README.md)).

Who obtains its credential (`password`, `client_credentials`, `refresh_token`, `login`) does so before the first
request, and again in time before it ends, in the gate and under load. The laws of tokens ask for pairs of tokens on its
behalf; for any other principal they do so only where it says `owner = true`.
"""


def markdown() -> str:
    """docs/deployment-file.md."""
    parts = [HEAD, *(_table(each) for each in TABLES[:3]), KINDS_HEAD, *map(_kind, KINDS)]
    parts += [*(_table(each) for each in TABLES[3:]), _codes()]
    return "\n".join(parts)


def _table(table: Table) -> str:
    lines = [f"## {table.head}", "", table.says, ""]
    if table.keys:
        lines += [*_rows(table.keys)]
    elif table.each:
        lines += [f"Its keys are your own; each value is a {table.each.told}.", ""]
    return "\n".join(lines)


def _rows(keys: tuple[Key, ...]) -> Iterator[str]:
    yield "| key | type | default | meaning | example |"
    yield "|---|---|---|---|---|"
    for key in keys:
        default = "needed" if key.required else key.default or "none"
        cells = (f"`{key.name}`", key.form.told, default, key.says, f"`{key.example}`")
        yield f"| {' | '.join(each.replace('|', chr(92) + '|') for each in cells)} |"
    yield ""


def _kind(kind: PrincipalKind) -> str:
    schemes = ", ".join(kind.schemes) or "none"
    lines = [f'### kind = "{kind.name}"', "", f"{kind.says} Satisfies schemes of type: {schemes}.", ""]
    return "\n".join([*lines, *(_rows(kind.keys) if kind.keys else ())])


def _codes() -> str:
    lines = ["## Exit codes", "", "Of every command; raw `pytest contracts` keeps pytest's own and adds 3.", ""]
    lines += ["| code | means |", "|---|---|", *(f"| {code} | {told} |" for code, told in CODES.items())]
    lines += ["| 129, 130, 143 | ended by SIGHUP, Ctrl-C or SIGTERM, after the removals and the report |", ""]
    return "\n".join(lines)


def schema() -> dict[str, Any]:
    """specs/deployments/schema.json."""
    properties = {each.name: _of_table(each) for each in TABLES if "." not in each.name}
    headers = next(each for each in TABLES if each.name == "deployment.headers")
    properties["deployment"]["properties"]["headers"] = _of_table(headers)
    properties["principals"] = {"type": "array", "items": _principal(), "description": _named("principals").says}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Deployment file of calcom-contracts",
        "description": "Written by `python -m contracts reference --schema`.",
        "type": "object",
        "required": ["deployment"],
        "additionalProperties": False,
        "properties": properties,
    }


def _named(name: str) -> Table:
    return next(each for each in TABLES if each.name == name)


def _of_table(table: Table) -> Schema:
    if table.each is not None and not table.keys:
        return {"type": "object", "additionalProperties": table.each.schema, "description": table.says}
    made = _object(table.keys, table.says)
    return {"type": "array", "items": made} if table.many else made


def _object(keys: tuple[Key, ...], says: str) -> Schema:
    needed = [each.name for each in keys if each.required]
    made = {"type": "object", "additionalProperties": False, "properties": {each.name: each.schema() for each in keys}}
    return {**made, **({"required": needed} if needed else {}), "description": says}


def _principal() -> Schema:
    """A principal: what all have in common, and what its kind needs; further keys are the document's business."""
    common = _object(_named("principals").keys, _named("principals").says)
    known = {key.name: key.schema() for kind in KINDS for key in kind.keys}
    known["login"] = {**known["login"], "properties": {each: {} for each in LOGIN_KEYS}, "additionalProperties": False}
    kinds = {"type": "string", "description": "The kind.", "examples": [each.name for each in KINDS]}
    return {
        **common,
        "properties": {**known, **common["properties"], "kind": kinds},
        "additionalProperties": {"type": ["string", "integer", "number", "boolean"]},
    }


def text(*, as_schema: bool) -> str:
    """Either of the two files."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n" if as_schema else markdown()
