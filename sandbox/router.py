"""From method and path to an operation of the document."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

from attrs import frozen

from sandbox.document import Document, Operation


@frozen
class Match:
    """The operations of the path that was asked for, by method, and the values of its parameters."""

    operations: dict[str, Operation]
    values: dict[str, str]


@frozen
class _Template:
    segments: tuple[str, ...]
    names: tuple[str | None, ...]  # the parameter at each place, None where the segment is fixed
    operations: dict[str, Operation]


class Router:
    """Matches by segments; a fixed segment wins over a parameter, the leftmost first."""

    def __init__(self, document: Document) -> None:
        grouped: dict[tuple[str, ...], dict[str, Operation]] = {}
        for operation in document.operations:
            grouped.setdefault(operation.segments, {})[operation.method] = operation
        self._by_length: dict[int, list[_Template]] = {}
        for segments, operations in grouped.items():
            names = tuple(segment[1:-1] if segment.startswith("{") else None for segment in segments)
            self._by_length.setdefault(len(segments), []).append(_Template(segments, names, operations))
        for templates in self._by_length.values():
            templates.sort(key=lambda template: [name is not None for name in template.names])

    def match(self, raw_path: bytes) -> Match | None:
        """The match of a path as it came over the wire (still percent-encoded), or None."""
        if not raw_path.startswith(b"/"):
            return None
        try:
            segments = _segments(raw_path)
        except UnicodeDecodeError:
            return None
        for template in self._by_length.get(len(segments), ()):
            values: dict[str, str] = {}
            for fixed, name, segment in zip(template.segments, template.names, segments, strict=True):
                if name is None:
                    if fixed != segment:
                        break
                elif not segment:
                    break
                else:
                    values[name] = segment
            else:
                return Match(template.operations, values)
        return None


def _segments(raw_path: bytes) -> list[str]:
    if b"%" not in raw_path:
        return raw_path[1:].decode("utf-8").split("/")
    # Decoded after splitting: an encoded slash stays inside its segment.
    return [unquote_to_bytes(part).decode("utf-8") for part in raw_path[1:].split(b"/")]
