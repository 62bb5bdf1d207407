"""Which of the deployment file's tokens were presented already: by a conversation of this run, or by an earlier run.

A refresh token that was presented may be spent, and is then refused whatever becomes of expired ones. So each is
presented once, and the run's folder says which: by a digest, for a token itself gets into no file.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from contracts.core.conversation import NotObservable

NAME = "used_tokens.json"


class UsedTokens:
    """The tokens that were presented. Without a folder nothing is kept, and nothing is known of earlier runs."""

    def __init__(self, folder: Path | None = None, elsewhere: Iterable[Path] = ()) -> None:
        """`folder`: of this run; earlier runs lie beside it, and in the folders `elsewhere`."""
        self._folder = folder
        self._now: dict[str, dict[str, Any]] = {}
        self._earlier: dict[str, dict[str, Any]] = {}
        for file in _files(folder, elsewhere) if folder else ():
            self._earlier |= _read(file)

    def take(self, value: str) -> None:
        """Note that a token is about to be presented. Raises NotObservable where that was done before."""
        digest = hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:20]
        if digest in self._now:
            raise NotObservable("it was used in this run already, and may be spent by that")
        if before := self._earlier.get(digest):
            raise NotObservable(f"it was used on {before['on']} by run {before['run']}")
        run = self._folder.resolve().name if self._folder else ""
        self._now[digest] = {"run": run, "on": time.strftime("%Y-%m-%d", time.gmtime())}
        self._write()

    def _write(self) -> None:
        if self._folder:
            file = self._folder / NAME
            with contextlib.suppress(OSError):  # a full disk is told of by whoever records the run
                file.write_text(json.dumps(_read(file) | self._now, indent=1) + "\n", "utf-8")


def _files(folder: Path, elsewhere: Iterable[Path]) -> Iterable[Path]:
    """What earlier runs have kept, also one that wrote into this very folder."""
    places = dict.fromkeys([folder.resolve().parent, *(each.resolve() for each in elsewhere)])
    return (file for place in places for file in sorted(place.glob(f"*/{NAME}")))


def _read(file: Path) -> dict[str, dict[str, Any]]:
    """What a file has, as far as it can be read."""
    try:
        told = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    entries = told.items() if isinstance(told, dict) else ()
    return {key: each for key, each in entries if isinstance(each, dict) and {"run", "on"} <= each.keys()}
