"""Reads a principal of a deployment file: its kind, what it knows, and what its requests have besides."""

from __future__ import annotations

import json
from typing import Any

import attrs

from contracts.config import basic_auth, kinds
from contracts.config.errors import ConfigError, hint
from contracts.config.keys import VALUE, Key
from contracts.config.principal import Principal
from contracts.config.secrets import Values, is_secret, label
from contracts.config.toml_file import Source

_FLAGS = ("disposable", "spare", "owner")
_SOURCES = ("env:", "file:", "cmd:")
TOKEN = "token"
"""The value under which a principal holds what a run obtains for it."""


def principal(values: Values, source: Source, number: int, raw: dict[str, Any]) -> Principal:
    """One principal, its secrets in the vault. Raises ConfigError."""
    return _Reader(values, source, number, raw).principal()


def header_is_secret(name: str, value: Any) -> bool:
    """Whether what a header holds is a secret: by its name, or since it comes from outside the file."""
    return str(value).startswith(_SOURCES) or (is_secret(name, ()) and _telling(name))


def _telling(name: str) -> bool:
    return any(word in name.lower() for word in ("auth", "secret", "token", "key", "cookie", "passw", "session"))


@attrs.define
class _Reader:
    values: Values
    source: Source
    number: int
    raw: dict[str, Any]

    @property
    def place(self) -> str:
        name = self.raw.get("name")
        return f"principals.{name}" if isinstance(name, str) and name else f"principals[{self.number}]"

    def principal(self) -> Principal:
        common = {key.name: self._common(key) for key in kinds.COMMON if key.required or key.name in self.raw}
        kind = kinds.BY_NAME.get(common["kind"])
        known = self._known(kind, common.get("plain", []))
        return Principal(
            common["name"],
            common["tenant"],
            common["kind"],
            known,
            common.get("role"),
            common.get("may"),
            **{flag: common[flag] for flag in _FLAGS if flag in common},
            headers=tuple(self._headers(common.get("headers", {}))),
            plain=tuple(common.get("plain", [])),
        )

    def _common(self, key: Key) -> Any:
        place = self.place if "name" in self.raw and key.name != "name" else f"principals[{self.number}]"
        if key.required and key.name not in self.raw:
            raise self._fail((), f"principals[{self.number}].{key.name}: a text is needed")
        try:
            return key.form.read(self.raw[key.name])
        except ValueError as error:
            told = f"principals[{self.number}]" if key.required else place
            raise self._fail((key.name,), f"{told}.{key.name}: {error}") from None

    def _known(self, kind: kinds.PrincipalKind | None, plain: list[str]) -> dict[str, str]:
        """What it knows: secrets are placeholders."""
        declared = {each.name: each for each in kind.keys} if kind else {}
        own = {each.name for each in kinds.COMMON}
        known: dict[str, str] = {}
        for key, value in self.raw.items():
            if key in own:
                continue
            if key == "login":
                known |= self._login(value)
                continue
            secret = declared[key].secret if key in declared else is_secret(key, plain)
            known[key] = self._value(key, value, secret=secret)
        return known | self._made(kind, known)

    def _made(self, kind: kinds.PrincipalKind | None, known: dict[str, str]) -> dict[str, str]:
        """What is made of what it knows: HTTP Basic, and the placeholder of what will be obtained."""
        vault, name = self.values.vault, self.raw["name"]
        if kind is None or not kind.obtains:
            return {"basic": basic_auth.kept(vault, label(name, "basic"), name, known)} if self._complete(known) else {}
        made = {TOKEN: vault.expect(vault.free_name(label(name, "obtained"), {"": ""}))}
        client = {"client_id", "client_secret"} <= known.keys() and vault.holds(known["client_secret"])
        if known.get("client_auth") == "basic" and client:
            pair = {"client_id": known["client_id"], "password": known["client_secret"]}
            made["client_basic"] = basic_auth.kept(vault, label(name, "client"), name, pair)
        return made

    def _complete(self, known: dict[str, str]) -> bool:
        """Whether there is a password, and it is there already."""
        return "password" in known and self.values.vault.holds(known["password"])

    def _login(self, table: Any) -> dict[str, str]:
        """The table `login`, as values by name."""
        if not isinstance(table, dict):
            raise self._fail(("login",), f"{self.place}.login: a table is needed")
        for key in table:
            if key not in kinds.LOGIN_KEYS:
                message = f"{self.place}.login.{key}: unknown key{hint(key, kinds.LOGIN_KEYS)}"
                raise self._fail(("login", key), message)
        for key in ("operation", "token", "cookie"):
            if not isinstance(table.get(key, "x"), str):
                raise self._fail(("login", key), f"{self.place}.login.{key}: a text is needed")
        if "operation" not in table:
            raise self._fail(("login",), f"{self.place}.login.operation: an operation such as POST /login is needed")
        found = {
            "login": table["operation"],
            **{f"login_{key}": table[key] for key in ("token", "cookie") if key in table},
        }
        if "body" in table:
            if not isinstance(table["body"], dict):
                raise self._fail(("login", "body"), f"{self.place}.login.body: a table is needed")
            found["login_body"] = json.dumps(self._inside("body", table["body"]))
        return found

    def _inside(self, key: str, value: Any) -> Any:
        """A value of a login's body with the secrets in it as placeholders."""
        if isinstance(value, dict):
            return {name: self._inside(name, each) for name, each in value.items()}
        if isinstance(value, list):
            return [self._inside(key, each) for each in value]
        secret = isinstance(value, str) and (value.startswith(_SOURCES) or (is_secret(key) and _telling(key)))
        return self._value(key, value, secret=secret) if secret else value

    def _headers(self, table: dict[str, Any]) -> list[tuple[str, str]]:
        found = []
        for name, value in table.items():
            try:
                text = VALUE.read(value)
            except ValueError as error:
                raise self._fail(("headers", name), f"{self.place}.headers.{name}: {error}") from None
            found.append((name, self._value(name, text, secret=header_is_secret(name, text))))
        return found

    def _value(self, key: str, value: Any, *, secret: bool) -> str:
        try:
            return self.values.read(self.place, key, value, secret=secret)
        except ValueError as error:
            raise self._fail((key,), str(error)) from None

    def _fail(self, steps: tuple[str, ...], message: str) -> ConfigError:
        return ConfigError(f"{self.source.at('principals', self.number, *steps)}: {message}")
