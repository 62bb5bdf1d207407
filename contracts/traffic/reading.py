"""Which form a file of recorded traffic has, and its exchanges."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from contracts.evidence.reader import EvidenceError
from contracts.traffic import cassette, har, lines
from contracts.traffic.entry import Entry

BEGINNING = 65_536
"""Bytes of a file by which its form is known."""
_ARCHIVE = re.compile(rb'\s*(?:\xef\xbb\xbf)?\{\s*"log"\s*:')
_CASSETTE = re.compile(rb"^(http_interactions|recorded_with|interactions)\s*:", re.MULTILINE)


def entries(path: Path) -> Iterator[Entry | tuple[str, str]]:
    """The exchanges that a file holds, or where one stands that cannot be read, and why. Raises EvidenceError.

    HTTP Archives, cassettes and NDJSON are told apart by how they begin.
    """
    try:
        with path.open("rb") as file:
            beginning = file.read(BEGINNING)
        form = har if _ARCHIVE.match(beginning) else cassette if _CASSETTE.search(beginning) else lines
        yield from form.entries(path)
    except OSError as error:
        raise EvidenceError(f"{path}: cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise EvidenceError(f"{path}: {error}") from None
