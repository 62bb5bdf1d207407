"""Values of a deployment file: read from where it points to, the secrets among them put straight into the vault.

What is secret is told by where it comes from: whatever a principal knows is, but for what names it or its tenant.
"""

from __future__ import annotations

import os
import re
import shlex
import stat
import subprocess
import unicodedata
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import attrs

from contracts.config.issued import is_random
from contracts.config.secret_finder import SHORTEST
from contracts.config.vault import Vault

_PLAIN = re.compile(
    r"((^|_|-)(u?u?id|user|login|e_?mail|role|kind|region|scopes?|realm|audience)|name|url|uri|slug|number|[a-z]Id|_ids)s?$"
)
_SECRET = re.compile(
    r"secret|passw|pass_?phrase|token|session|sess_?id|(^|_)sid$|cookie|credential|jwt|bearer|api_?key|otp|(^|_)pin$",
    re.IGNORECASE,
)
_VARIABLE = re.compile(r"[A-Z]{1,12}|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
"""How variables are called; anything else may be a secret that stands in the wrong place."""
COMMAND = 60.0
"""Seconds a command (`cmd:`) may take."""


@attrs.define
class Values:
    """What a deployment file at `path` says, and what may be known of its secrets (see `Deployment.traits`).

    `synthetic`: its credentials are made up, so nobody needs to be warned of those that stand in it.
    `variables`: those of the file [deployment] env_file, for what the environment lacks. `missing`: the names of
    variables that are not set, where that is to be told and no mistake; such secrets are awaited.
    """

    path: Path
    synthetic: bool = False
    variables: Mapping[str, str] = attrs.field(factory=dict)
    missing: list[str] | None = None
    vault: Vault = attrs.field(factory=Vault)
    warnings: list[str] = attrs.field(factory=list)
    traits: dict[str, tuple[str, ...]] = attrs.field(factory=dict)

    def read(self, place: str, key: str, value: Any, *, secret: bool) -> str:
        """A value, or the placeholder of a secret one. Raises ValueError that names the place and the key."""
        text, name = self._found(place, key, value, secret=secret)
        if not text and secret:
            return self.vault.expect(name)
        if secret:
            return self._kept(place, key, name, text)
        self.vault.show([text])
        return text

    def _found(self, place: str, key: str, value: Any, *, secret: bool) -> tuple[str, str]:
        """A value of the file, or of where it points to, and the name its placeholder gets."""
        if not isinstance(value, str | int) or isinstance(value, bool) or value == "":
            told = "an empty text" if value == "" else type(value).__name__
            raise ValueError(f"{place}.{key}: a text or a number is needed, not {told}")
        source, _, rest = str(value).partition(":")
        if source == "env":
            return self._environment(place, key, rest), label(rest)
        name = label(place.removeprefix("principals."), key)
        if source == "file":
            return self._file(place, key, rest), name
        if source == "cmd":
            return _printed(place, key, rest), name
        if secret and not self.synthetic:
            self.warnings.append(f"{self.path}: {place}.{key} is in the file in plain text; env:NAME is safer")
        return str(value), name

    def _file(self, place: str, key: str, where: str) -> str:
        file = self.path.parent / where
        try:
            text = file.read_text("utf-8").strip()
            open_to_all = file.stat().st_mode & stat.S_IROTH
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "no text in UTF-8"
            raise ValueError(f"{place}.{key}: {_told(where)} cannot be read ({why})") from None
        if not text:
            raise ValueError(f"{place}.{key}: {_told(where)} is empty")
        if open_to_all and os.name == "posix":
            self.warnings.append(f"{self.path}: {place}.{key}: everybody on this machine can read {_told(where)}")
        return text

    def _environment(self, place: str, key: str, variable: str) -> str:
        if text := os.environ.get(variable) or self.variables.get(variable):
            return text
        known = _VARIABLE.fullmatch(variable)
        if self.missing is not None and known:
            self.missing.append(variable)
            return ""
        told = f"the environment variable {variable}" if known else "the environment variable it names"
        raise ValueError(f"{place}.{key}: {told} is not set")

    def _kept(self, place: str, key: str, name: str, text: str) -> str:
        name = self.vault.free_name(name, {"": text})
        word = text.rpartition(" ")[2]
        if word != text and len(word.encode()) >= SHORTEST:  # "Token x": a server may tell it without the first word
            self.vault.keep(self.vault.free_name(f"{name}_ALONE", {"": word}), word)
        if len(text.encode()) < SHORTEST and not self.synthetic:
            few = f"{SHORTEST} characters"
            self.warnings.append(
                f"{self.path}: {place}.{key} has less than {few}: it is hidden only where it stands alone"
            )
        # Laws damage credentials without ever seeing one, so they have to know what makes a difference: hexadecimal
        # digits, for one, are equal in either case.
        hexadecimal = re.fullmatch(r"[0-9a-fA-F-]+", text)
        told = {
            "long": len(text) >= 16,
            "cased": text.swapcase() != text and not hexadecimal,
            "low": text[-1:] in {"0", "1", "2", "3"},
            "plain": bool(re.search(r"[4-9a-zA-Z]$", text)),
        }
        self.traits[name] = tuple(trait for trait, holds in told.items() if holds)
        return self.vault.keep(name, text)


def is_secret(key: str, plain: Collection[str] = ()) -> bool:
    """Whether a principal's value under this key is a credential: all are but names; `plain`: what is said to be none.

    It may also be called like a security scheme.
    """
    return key not in plain and (_SECRET.search(key) is not None or _PLAIN.search(key) is None)


def is_placeholder(value: str) -> bool:
    """Whether a principal's value stands for a secret."""
    return re.fullmatch(r"\$[A-Z][A-Z0-9_]*", value) is not None


def label(*words: str) -> str:
    """What the placeholder of a secret is called: capitals, digits and underscores, a letter first."""
    letters = unicodedata.normalize("NFKD", "_".join(words)).upper()
    name = re.sub(r"[^A-Z0-9]+", "_", letters).strip("_")
    return name if name[:1].isalpha() else f"SECRET_{name}".strip("_")


def _told(file: str) -> str:
    """A file as messages call it; what looks like a secret may be one that stands in the wrong place."""
    return "the file it names" if any(map(is_random, re.split(r"[/\\]", file))) else file


def _printed(place: str, key: str, command: str) -> str:
    """What a command prints. Neither it nor its output is shown: both may hold secrets."""
    try:
        done = subprocess.run(shlex.split(command), capture_output=True, text=True, timeout=COMMAND, check=True)
    except subprocess.CalledProcessError as error:
        raise ValueError(f"{place}.{key}: its command failed (exit code {error.returncode})") from None
    except subprocess.TimeoutExpired:
        raise ValueError(f"{place}.{key}: its command did not end within {COMMAND:g} s") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is no command line"
        raise ValueError(f"{place}.{key}: its command cannot be run ({str(why).lower()})") from None
    if not done.stdout.strip():
        raise ValueError(f"{place}.{key}: its command printed nothing")
    return done.stdout.strip()
