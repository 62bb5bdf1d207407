"""Tells an examination to people: grouped by fault, each place with its line, short where many share one fault."""

from __future__ import annotations

from collections.abc import Iterator

from specs.lint.lint import TITLES, Defect, Examination
from specs.lint.tolerant_view import count
from specs.source.unjudged import counted

_FEW = 3  # places shown of one fault
_MANY = 5  # a remark at more places is shown as one, with the first few


def examination(found: Examination, *, everything: bool = False) -> str:
    """Write an examination down; `everything` tells every place, else the first few of each fault."""
    lines = [f"{found.location}: {found.title or 'no title'}, OpenAPI {found.openapi}", _size(found)]
    for heading, defects in (("defects", found.defects), ("remarks", found.remarks)):
        codes = list(dict.fromkeys(defect.code for defect in defects))
        for code in codes:
            lines += ["", *_group(code, [defect for defect in defects if defect.code == code], heading, everything)]
    return "\n".join([*lines, "", _sum(found)])


def _size(found: Examination) -> str:
    size = f"{count(found.operations, 'operation')} on {count(found.paths, 'path')}"
    size += f"; not judged: {counted(found.unjudged)}" if found.unjudged else ""
    if found.cut is None:
        return size
    return f"{size} recovered from a document cut at line {found.cut.line}, column {found.cut.column}"


def _group(code: str, defects: list[Defect], heading: str, everything: bool) -> Iterator[str]:
    number = "" if len(defects) == 1 else f" ({len(defects)} places)"
    yield f"{heading.removesuffix('s')} {code}: {TITLES[code]}{number}"
    if heading == "remarks" and len(defects) > _MANY and not everything:
        yield from (f"  {_lines([each], everything)}  {each.message}" for each in defects[:_FEW])
        yield f"  and {len(defects) - _FEW} more (--all shows every place)"
        return
    by_message: dict[str, list[Defect]] = {}
    for defect in defects:
        by_message.setdefault(defect.message, []).append(defect)
    for message, same in by_message.items():
        yield f"  {_lines(same, everything)}  {message}"
        if everything or (len(defects) <= _FEW and "/" not in message):  # else the message names the place
            yield from (f"    {defect.pointer}" for defect in same)


def _lines(same: list[Defect], everything: bool) -> str:
    numbers = [str(defect.line) if defect.line else "?" for defect in same]
    shown = numbers if everything else numbers[:_FEW]
    rest = f" and {len(numbers) - len(shown)} more" if len(shown) < len(numbers) else ""
    return f"{'line' if len(numbers) == 1 else 'lines'} {', '.join(shown)}{rest}"


def _sum(found: Examination) -> str:
    kinds = len({defect.code for defect in found.defects})
    defects = f"{count(len(found.defects), 'defect')} of {count(kinds, 'kind')}" if found.defects else "no defects"
    return f"{defects}, {count(len(found.remarks), 'remark')}"
