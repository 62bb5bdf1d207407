"""Bodies in the operation's media type, and forms read back as what was meant.

Objects inside of a form go by brackets (`address[city]=Paris`), arrays by repeating their name, or by `name[]` where
the document says `deepObject`. Null cannot be written, so such members are left out. Of a multipart form every part is
text, and those that the document calls binary are files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote

from specs.contract import Body
from specs.contract.operations import is_form

BOUNDARY = "----a-part-of-a-form"
_json = json.JSONEncoder(ensure_ascii=False).encode  # made once: `dumps` makes one for every text
_STEP = re.compile(r"[^\[\]]+|\[\]")


def content_type(media_type: str) -> str:
    """The media type as a request has it: a multipart form has to name its boundary."""
    return f"{media_type}; boundary={BOUNDARY}" if "multipart/form-data" in media_type else media_type


def media_header(declared: Body | None, headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The header that says what a body is, where the request does not say so itself."""
    if declared is None or any(name.lower() == "content-type" for name, _ in headers):
        return ()
    return (("Content-Type", content_type(declared.media_type)),)


def encoded(declared: Body | None, content: Any) -> str:
    """A body as text, in the media type of the operation: a form where it wants one, else JSON."""
    if declared and is_form(declared.media_type) and isinstance(content, Mapping):
        return written(declared, content)
    return _json(content)


def written(declared: Body, content: Mapping[str, Any]) -> str:
    """A form as text."""
    pairs = [pair for name, value in content.items() for pair in _flat(declared, str(name), value, str(name))]
    if "multipart" not in declared.media_type:
        return "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in pairs)
    parts = [_part(declared, name, value) for name, value in pairs]
    return "".join(f"--{BOUNDARY}\r\n{part}\r\n" for part in parts) + f"--{BOUNDARY}--\r\n"


def _flat(declared: Body, name: str, value: Any, root: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(declared, f"{name}[{key}]", inner, root)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _flat(declared, f"{name}[]" if root in declared.bracketed else name, each, root)
    elif value is not None:
        yield name, value if isinstance(value, str) else json.dumps(value)


_ESCAPED = {'"': "%22", "\r": "%0D", "\n": "%0A"}
"""What would end a quoted name in the head of a part, as browsers write it."""


def _part(declared: Body, name: str, value: str) -> str:
    kind = declared.kinds.get(name)
    for sign, code in _ESCAPED.items():
        name = name.replace(sign, code)
    file = f'; filename="{name}.txt"\r\nContent-Type: application/octet-stream' if kind == "binary" else ""
    return f'Content-Disposition: form-data; name="{name}"{file}\r\n\r\n{value}'


def _quoted(text: str) -> str:
    if "${" in text:
        return text
    return quote(text, safe="-._~$[]")


def read(declared: Body, text: str) -> dict[str, Any]:
    """What a form says, its values as what the document says they are."""
    pairs = _parts(text) if "multipart" in declared.media_type else parse_qsl(text, keep_blank_values=True)
    found: dict[str, Any] = {}
    for name, value in pairs:
        steps = _STEP.findall(name) or [name]
        path = "/".join(step for step in steps if step != "[]")
        _put(found, steps, _typed(declared.kinds.get(path), value), many=declared.kinds.get(path, "").endswith("[]"))
    return found


def _parts(text: str) -> list[tuple[str, str]]:
    pattern = re.compile(r'name="([^"]*)"[^\r]*(?:\r\n[^\r]+)*\r\n\r\n(.*?)\r\n--', re.DOTALL)
    return [(_unescaped(match[1]), match[2]) for match in pattern.finditer(text)]


def _unescaped(name: str) -> str:
    for sign, code in _ESCAPED.items():
        name = name.replace(code, sign)
    return name


def _put(holder: dict[str, Any], steps: list[str], value: Any, *, many: bool) -> None:
    *way, last = [step for step in steps if step != "[]"] or [""]
    for step in way:
        inner = holder.setdefault(step, {})
        holder = inner if isinstance(inner, dict) else {}
    if many or steps[-1] == "[]":
        holder.setdefault(last, []).append(value)
    else:
        holder[last] = value


def _typed(kind: str | None, text: str) -> Any:
    kind = (kind or "").removesuffix("[]")
    if kind == "boolean" and text in {"true", "false"}:
        return text == "true"
    if kind in {"integer", "number"} and re.fullmatch(r"-?\d+(\.\d+)?", text):
        return float(text) if "." in text else int(text)
    return text


UNFINISHED = '{"unfinished": '
"""A body that is no JSON."""
