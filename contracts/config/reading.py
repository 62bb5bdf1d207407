"""Reads a deployment file by its tables: what is not declared there is a mistake, told with file, line and key."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs
from dotenv import dotenv_values

from contracts.config import severity, tables, toml_file
from contracts.config.deviations import read
from contracts.config.errors import ConfigError, hint
from contracts.config.http import Bounds
from contracts.config.model import Deployment, Headers
from contracts.config.principal import Principal
from contracts.config.reading_principals import header_is_secret, principal
from contracts.config.route import PROXIES, Route
from contracts.config.secrets import Values
from contracts.config.toml_file import Source
from contracts.config.writes import WriteRules

ENV_FILE = ".env"


def load(path: str | Path, *, incomplete: bool = False) -> Deployment:
    """Read a deployment file. Raises ConfigError.

    `incomplete`: variables that are not set are told in `missing`, and their secrets awaited.
    """
    path = Path(path)
    try:
        text = toml_file.text_of(path)
    except ValueError as error:
        raise ConfigError(_with_line(path, str(error))) from None
    return parse(text, path, incomplete=incomplete)


def parse(text: str, path: Path, *, incomplete: bool = False) -> Deployment:
    """Read the text of a deployment file. `path`: what its errors name, and beside what its files are."""
    try:
        raw = toml_file.parsed(text)
    except ValueError as error:
        raise ConfigError(_with_line(path, str(error))) from None
    values = Values(path, missing=[] if incomplete else None)
    return _Reader(path, raw, toml_file.source(path, text), values).deployment()


def _with_line(path: Path, message: str) -> str:
    """A complaint of the TOML reader, its line where all others have it."""
    where = message.partition("(at line ")[2].partition(",")[0]
    return f"{path}:{where}: {message}" if where.isdigit() else f"{path}: {message}"


@attrs.define
class _Reader:
    path: Path
    raw: dict[str, Any]
    source: Source
    values: Values

    def deployment(self) -> Deployment:
        self._known(self.raw, [each.name for each in tables.TABLES if "." not in each.name], ())
        section = self._table("deployment")
        if "deployment" not in self.raw:
            raise ConfigError(f"{self.path}: [deployment] is missing")
        if "base_url" not in section:
            raise self._fail(("deployment",), "deployment.base_url: an http or https address is needed")
        base_url = self._base_url(section["base_url"])
        self.values.synthetic = section.get("synthetic", False)
        self.values.variables = self._variables(section.get("env_file"))
        gate, http = self._table("gate"), self._table("http")
        principals = self._principals()
        tokens = {key: self._value(("tokens", key), value, secret=True) for key, value in self._table("tokens").items()}
        return Deployment(
            name=str(section.get("name", urlsplit(base_url).netloc)),
            base_url=base_url,
            document=self._document(section.get("document", tables.DOCUMENT)),
            principals=principals,
            vault=self.values.vault,
            time_scale=section.get("time_scale", 1.0),
            writes=section.get("writes", False),
            pace=self._table("budget").get("pace", "declared"),
            limits=section.get("limits", "on") == "on",
            disposable=section.get("disposable", self.values.synthetic),
            environment=section.get("environment"),
            write_rules=WriteRules(*(tuple(self._table("writes").get(key, ())) for key in ("allow", "deny"))),
            overlays=tuple(map(self._beside, section.get("overlay", []))),
            parameters=self._parameters(),
            known=self._accepted(),
            tokens=tokens,
            load=self._table("load"),
            http=Bounds.of(http),
            route=self._route(http),
            headers=self._headers(section.get("headers", {})),
            eventual=section.get("eventual", 10.0),
            flaky=gate.get("flaky"),
            fail_on=gate.get("fail_on", "major"),
            fail_on_new=gate.get("fail_on_new", False),
            passes=frozenset(each for each in ("blocked", "unproven") if gate.get(each) == "pass"),
            severity=self._severity(),
            source=self.source,
            warnings=tuple(self.values.warnings),
            missing=tuple(self.values.missing or ()),
            traits=self.values.traits,
        )

    def _table(self, name: str) -> dict[str, Any]:
        """A table with its values as the suite uses them. Unknown keys and wrong types are mistakes."""
        table, declared = self.raw.get(name, {}), tables.BY_NAME[name]
        if not isinstance(table, dict):
            raise self._fail((name,), f"{name}: a table is needed")
        self._known(table, [each.name for each in declared.keys], (name,))
        return {
            key.name: self._read((name, key.name), table[key.name], key.form.read)
            for key in declared.keys
            if key.name in table
        }

    def _read(self, place: tuple[str, ...], value: Any, read: Any) -> Any:
        try:
            return read(value)
        except ValueError as error:
            raise self._fail(place, f"{'.'.join(place)}: {error}") from None

    def _known(self, table: dict[str, Any], known: list[str], place: tuple[str, ...]) -> None:
        for key in table:
            if key not in known:
                raise self._fail((*place, key), f"{'.'.join((*place, key))}: unknown key{hint(key, known)}")

    def _fail(self, place: tuple[str | int, ...], message: str) -> ConfigError:
        return ConfigError(f"{self.source.at(*place)}: {message}")

    def _value(self, place: tuple[str, ...], value: Any, *, secret: bool) -> str:
        *above, key = place
        return str(self._read_value(place, lambda: self.values.read(".".join(above), key, value, secret=secret)))

    def _read_value(self, place: tuple[str, ...], read: Any) -> Any:
        try:
            return read()
        except ValueError as error:
            raise self._fail(place, str(error)) from None

    def _base_url(self, url: str) -> str:
        if not _is_address(url):
            raise self._fail(("deployment", "base_url"), "deployment.base_url: an http or https address is needed")
        parts = urlsplit(url)
        if parts.username is not None or parts.query or parts.fragment:
            wanted = "an address without user, query and fragment is needed"
            raise self._fail(("deployment", "base_url"), f"deployment.base_url: {wanted}")
        return url.rstrip("/")

    def _variables(self, name: str | None) -> dict[str, str]:
        file = self.path.parent / (name or ENV_FILE)
        if name and not file.is_file():
            raise self._fail(("deployment", "env_file"), f"deployment.env_file: {name} cannot be read")
        found = dotenv_values(file, interpolate=False) if file.is_file() else {}
        return {key: value for key, value in found.items() if value}

    def _headers(self, table: dict[str, Any]) -> Headers:
        found = []
        for name, value in table.items():
            place = ("deployment", "headers", name)
            text = self._read(place, value, tables.BY_NAME["deployment.headers"].each.read)  # type: ignore[union-attr]
            found.append((name, self._value(place, text, secret=header_is_secret(name, text))))
        return tuple(found)

    def _parameters(self) -> dict[str, str]:
        table = self.raw.get("parameters", {})
        declared = tables.BY_NAME["parameters"].each
        assert declared is not None
        if not isinstance(table, dict):
            raise self._fail(("parameters",), "parameters: a table is needed")
        read = {key: self._read(("parameters", key), value, declared.read) for key, value in table.items()}
        return {key: self._value(("parameters", key), value, secret=False) for key, value in read.items() if value}

    def _accepted(self) -> dict[str, Any]:
        """The known deviations, see `contracts.config.deviations`."""
        return dict(self._read_value(("known", "file"), lambda: read(self._table("known"), self.path.parent)))

    def _severity(self) -> list[dict[str, Any]]:
        raw = self.raw.get("severity", [])
        self._read_value(("severity",), lambda: severity.read_rows(raw))
        return list(raw)

    def _route(self, table: dict[str, Any]) -> Route:
        given = {each.name: table[each.name] for each in attrs.fields(Route) if each.name in table}
        for key in ("ca", "cert", "key"):
            if key in given:
                given[key] = str(self.path.parent / given[key])
                if not Path(given[key]).is_file():
                    raise self._fail(("http", key), f"http.{key}: the file it names cannot be read")
        if "key_password" in given:
            given["key_password"] = self._value(("http", "key_password"), given["key_password"], secret=True)
        if "no_proxy" in given:
            given["no_proxy"] = tuple(given["no_proxy"])
        if given.get("proxy"):
            given["proxy"] = self._proxy(given["proxy"])
        route = Route(**given)
        if not route.verify:
            self.values.warnings.append(
                f"{self.source.at('http', 'verify')}: verify = false: any certificate is accepted"
            )
        if route.ca or route.cert:
            self._read_value(("http",), lambda: route.context(self.values.vault))
        return route

    def _proxy(self, told: str) -> str:
        """The placeholder of a proxy's address: whoever knows its password may use it."""
        literal = told.partition(":")[0] not in {"env", "file", "cmd"}
        address = self._value(("http", "proxy"), told, secret=not literal or "@" in told)
        real = self.values.vault.reveal(address)
        scheme = urlsplit(real).scheme if "://" in real else "http"
        if scheme not in PROXIES:
            raise self._fail(("http", "proxy"), f"http.proxy: an address of {', '.join(PROXIES)} is needed")
        if password := urlsplit(real).password:
            self.values.vault.keep(self.values.vault.free_name("PROXY_PASSWORD", {"": password}), password)
        return address

    def _beside(self, name: str) -> str:
        return name if "://" in name else str(self.path.parent / name)

    def _document(self, name: str) -> str:
        """A bare name is one of ours; a relative path is meant from the deployment file."""
        beside = self.path.parent / name
        return str(beside) if "://" not in name and beside.is_file() else name

    def _principals(self) -> tuple[Principal, ...]:
        listed = self.raw.get("principals", [])
        if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
            raise self._fail(("principals",), "principals: write each as [[principals]]")
        names = [each.get("name") for each in listed]
        for number, name in enumerate(names):
            if name in names[:number]:
                raise self._fail(("principals", number, "name"), f"principals: two are named {name!r}")
        return tuple(principal(self.values, self.source, number, each) for number, each in enumerate(listed))


def _is_address(url: str) -> bool:
    """Whether a text is an http or https address with a host, and a port that can be one."""
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0 and " " not in url
    except ValueError:
        return False
