"""Values of a deployment file: read from where it points to, the secrets among them put straight into the vault."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import attrs

from contracts.config.vault import Vault

_SECRET = re.compile(r"secret|key|passw|token|session|cookie|credential|jwt|bearer", re.IGNORECASE)
_OPEN = re.compile(r"(id|name|url|slug|number)s?$", re.IGNORECASE)


@attrs.define
class Values:
    """What a deployment file at `path` says, and what may be known of its secrets (see `Deployment.traits`).

    `synthetic`: its credentials are made up, so nobody needs to be warned of those that are in it.
    """

    path: Path
    synthetic: bool = False
    vault: Vault = attrs.field(factory=Vault)
    warnings: list[str] = attrs.field(factory=list)
    traits: dict[str, tuple[str, ...]] = attrs.field(factory=dict)

    def read(self, place: str, key: str, value: Any, *, secret: bool) -> str:
        """A value, or the placeholder of a secret one. Raises ValueError that names the place and the key."""
        text, name = self._found(place, key, value, secret=secret)
        return self._kept(name, text) if secret else text

    def _found(self, place: str, key: str, value: Any, *, secret: bool) -> tuple[str, str]:
        """A value of the file, or of where it points to, and the name its placeholder gets."""
        if not isinstance(value, str | int) or isinstance(value, bool) or value == "":
            told = "an empty text" if value == "" else type(value).__name__
            raise ValueError(f"{place}.{key}: a text or a number is needed, not {told}")
        source, _, rest = str(value).partition(":")
        if source == "env":
            return _environment(place, key, rest), re.sub(r"[^A-Z0-9]+", "_", rest.upper())
        name = label(place.removeprefix("principals."), key)
        if source == "file":
            return self._file(place, key, rest), name
        if secret and not self.synthetic:
            self.warnings.append(f"{self.path}: {place}.{key} is in the file in plain text; env:NAME is safer")
        return str(value), name

    def _file(self, place: str, key: str, where: str) -> str:
        try:
            return (self.path.parent / where).read_text("utf-8").strip()
        except OSError as error:
            raise ValueError(f"{place}.{key}: {where} cannot be read ({error.strerror})") from None

    def _kept(self, name: str, text: str) -> str:
        hexadecimal = re.fullmatch(r"[0-9a-fA-F-]+", text)
        told = {
            "long": len(text) >= 16,
            "cased": text.swapcase() != text and not hexadecimal,
            "low": text[-1:] in {"0", "1", "2", "3"},
            "plain": bool(re.search(r"[4-9a-zA-Z]$", text)),
        }
        self.traits[name] = tuple(trait for trait, holds in told.items() if holds)
        return self.vault.keep(name, text)


def is_secret(key: str) -> bool:
    """Whether a principal's value under this key is a credential: it may also be called like a security scheme."""
    return _SECRET.search(key) is not None and _OPEN.search(key) is None


def label(name: str, key: str) -> str:
    """The name of the placeholder of a secret that comes from no environment variable."""
    return re.sub(r"[^A-Z0-9]+", "_", f"{name}_{key}".upper()).strip("_")


def _environment(place: str, key: str, variable: str) -> str:
    if not os.environ.get(variable):
        raise ValueError(f"{place}.{key}: the environment variable {variable} is not set")
    return os.environ[variable]
