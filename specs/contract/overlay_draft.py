"""A draft of the overlay that says of a document what was inferred, for its owner to correct, and what is missing."""

from __future__ import annotations

import json
from collections.abc import Iterator

from attrs import frozen

from specs.contract.contract import Contract
from specs.contract.model import Operation, Paging
from specs.contract.selectors import resource_of_parameter
from specs.source.pointers import look_up, split

_HEAD = """overlay: 1.0.0
info:
  title: What was inferred of {title}
  version: 1.0.0
# Everything below was inferred from the document. Correct what is wrong and leave out what is right: what stands here
# is taken as it is. Lines that begin with "# -" say what the document leaves open; fill them in to have it judged.
actions:
  - target: $
    update: {{}}
"""


@frozen
class Gap:
    """Something the document does not say: what is not judged without it, where, and the overlay lines that say it."""

    what: str
    operation: str | None
    lines: tuple[str, ...]


def draft(contract: Contract) -> str:
    """Write the overlay down, as YAML with comments."""
    lines = [_HEAD.format(title=json.dumps(contract.document.title)[1:-1])]
    lines += [line for each in _inferred(contract) for line in (*each, "")]
    for gap in gaps(contract):
        where = f"{gap.operation}: " if gap.operation else ""
        lines += [f"  # {where}{gap.what}", *(f"  # {line}" for line in gap.lines), ""]
    return "\n".join(lines).rstrip() + "\n"


def _inferred(contract: Contract) -> Iterator[list[str]]:
    for operation in contract.operations:
        if operation.paging is not None:
            yield [*_target(_at(contract, operation.pointer)), *_paging(operation.paging)]
        for parameter in operation.parameters:
            if parameter.filter is not None:
                stated = {"filter": {"member": parameter.filter.member, "by": parameter.filter.by}}
                yield [*_target(_at(contract, parameter.pointer)), f"      x-contract: {json.dumps(stated)}"]
    tokens = contract.tokens
    if tokens is not None and "tokens" not in str(contract.document.raw.get("x-contract", "")):
        issue = [each.operation_id for each in tokens.issue]
        refresh = tokens.refresh.operation_id if tokens.refresh else None
        access = {"token": tokens.access.token, "expires": tokens.access.expires, "unit": tokens.access.unit}
        yield [
            *_target("$"), "      x-contract:", f"        data: {json.dumps(tokens.data)}", "        tokens:",
            f"          issue: {json.dumps(issue)}", f"          refresh: {json.dumps(refresh)}",
            f"          present: {json.dumps(tokens.present)}",
            f"          access: {json.dumps({key: value for key, value in access.items() if value})}",
        ]  # fmt: skip


def _target(target: str) -> list[str]:
    return [f"  - target: {json.dumps(target, ensure_ascii=False)}", "    update:"]


def _at(contract: Contract, pointer: str) -> str:
    """Write a pointer as a JSONPath into the document as its owner wrote it, references followed."""
    node = look_up(contract.document.raw, pointer)
    if isinstance(node, dict) and isinstance(node.get("$ref"), str):
        return _at(contract, node["$ref"])
    steps = split(contract.document.origin(pointer))
    return "$" + "".join(
        f"[{step}]" if step.isdigit() and above == "parameters" else _quoted(step)
        for above, step in zip(["", *steps], steps, strict=False)
    )


def _quoted(step: str) -> str:
    escaped = step.replace("\\", "\\\\").replace("'", "\\'")
    return f"['{escaped}']"


def _paging(paging: Paging) -> Iterator[str]:
    yield "      x-contract:"
    yield f"        data: {json.dumps(paging.items)}"
    yield f"        dialect: {paging.dialect}"
    if paging.position is not None:
        yield f"        position: {json.dumps(paging.position.name)}"
    if paging.position is not None and paging.dialect != "cursor":
        yield f"        first: {paging.first}"
    if paging.size is not None:
        yield f"        size: {json.dumps(paging.size.name)}"
    if paging.pagination is not None:
        yield f"        pagination: {json.dumps(paging.pagination)}"
        yield f"        pages: {json.dumps(paging.members)}"
    if paging.headers:
        yield f"        headers: {json.dumps(paging.headers)}"


def gaps(contract: Contract) -> tuple[Gap, ...]:
    """Give what the document leaves open, each with the overlay lines that would say it."""
    return tuple(_gaps(contract))


def _gaps(contract: Contract) -> Iterator[Gap]:
    for operation in contract.operations:
        yield from _of_list(contract, operation)
        yield from _of_path(contract, operation)
    if contract.error_schema is None:
        yield Gap(
            "errors have no schema in common, so none is expected of errors that are not declared",
            None,
            ("- target: $", "  update: {x-contract: {error: '#/components/schemas/NAME'}}"),
        )
    if not any(operation.limits for operation in contract.operations):
        yield Gap(
            "no rate limits are declared, so none are judged",
            None,
            ("- target: $", "  update: {x-contract: {limits: [{requests: 60, window: 60}]}}"),
        )


def _of_list(contract: Contract, operation: Operation) -> Iterator[Gap]:
    target = f"- target: {json.dumps(_at(contract, operation.pointer), ensure_ascii=False)}"
    paging = operation.paging
    if paging is None and operation.asks.position is not None:
        what = f"takes {operation.asks.position.name}, but its answer shows no list"
        yield Gap(what, operation.key, (target, "  update: {x-contract: {data: /WHERE/THE/ITEMS/ARE}}"))
    described = paging is not None and (paging.members or paging.headers or paging.last)
    if paging is not None and not described:
        lines = (target, "  update: {x-contract: {pagination: /WHERE, pages: {total: /TOTAL, next: /HAS_MORE}}}")
        yield Gap("its response carries no page information", operation.key, lines)


def _of_path(contract: Contract, operation: Operation) -> Iterator[Gap]:
    for name in operation.path_parameters:
        parameter = operation.parameter(name, "path")
        if parameter is not None and resource_of_parameter(contract, operation, name) is None:
            target = _at(contract, parameter.pointer)
            yield Gap(
                f"it is not known where values of {name} come from",
                operation.key,
                (
                    f"- target: {json.dumps(target, ensure_ascii=False)}",
                    "  update: {x-contract: {from: OPERATION_ID, value: /id}}",
                ),
            )
