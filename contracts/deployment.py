"""The deployment file: which server is judged, as whom, and how gently.

Every error names the file and the key at fault. Secrets go straight into the vault; a `Principal` holds placeholders.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs

from contracts import basic, known
from contracts.vault import Vault

_SECRET = re.compile(r"secret|key|passw|token|session|cookie|credential|jwt|bearer", re.IGNORECASE)
_OPEN = re.compile(r"(id|name|url|slug|number)s?$", re.IGNORECASE)
_SECTIONS = {"deployment", "budget", "principals", "parameters", "known", "load", "thresholds", "tokens"}
_TOKEN_KEYS = {"expired_access", "expired_refresh"}
_DEPLOYMENT_KEYS = {
    "name",
    "base_url",
    "document",
    "time_scale",
    "writes",
    "limits",
    "overlay",
    "disposable",
    "synthetic",
}


class ConfigError(Exception):
    """Something in the user's files is wrong; the message is one line naming the file and the key."""


@attrs.frozen
class Principal:
    """Who a request is sent as. `values` are placeholders for secrets and plain values for the rest.

    `may`: "read" where its credential may look but must be refused every change. `lent`: made by the suite for a run.
    """

    name: str
    tenant: str
    kind: str
    values: dict[str, str]
    role: str | None = None
    may: str | None = None
    lent: bool = False

    @property
    def reads_only(self) -> bool:
        """Whether the deployment file says that this credential may change nothing."""
        return self.may == "read"


@attrs.frozen
class Deployment:
    """A running server said to keep the document. `time_scale` above 1: its clock runs that much faster."""

    name: str
    base_url: str
    document: str
    principals: tuple[Principal, ...]
    vault: Vault
    time_scale: float = 1.0
    writes: bool = False
    pace: str = "declared"
    limits: bool = True
    disposable: bool = False
    overlays: tuple[str, ...] = ()
    parameters: dict[str, str] = attrs.field(factory=dict)
    known: dict[str, Any] = attrs.field(factory=dict)
    warnings: tuple[str, ...] = ()
    tokens: dict[str, str] = attrs.field(factory=dict)
    """Tokens the operator supplies because nobody can wait for their expiry, as placeholders."""
    load: dict[str, Any] = attrs.field(factory=dict)
    """The table [load] as it stands in the file; read by whoever puts the deployment under load."""
    traits: dict[str, tuple[str, ...]] = attrs.field(factory=dict)
    """What may be known of a secret: "long" (16 characters or more), "cased" (letter case tells it from others).

    And how it ends: "low" with a digit up to 3, "plain" with another digit or a letter.
    """

    @property
    def tenants(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(principal.tenant for principal in self.principals))

    def value(self, tenant: str, parameter: str) -> str | None:
        """What a tenant's principals know of a path parameter: `orgId` is found under `org_id`."""
        wanted = _plain(parameter)
        for principal in self.principals:
            if principal.tenant == tenant:
                for key, value in principal.values.items():
                    if _plain(key) == wanted and not is_secret(key):
                        return value
        return next((value for key, value in self.parameters.items() if _plain(key) == wanted), None)

    def settings(self) -> dict[str, Any]:
        """What a replay needs to know of this deployment; secrets are placeholders here."""
        return {
            "principals": [attrs.asdict(principal) for principal in self.principals],
            "parameters": self.parameters,
            "overlays": list(self.overlays),
            "document": self.document,
            "pace": self.pace,
            "limits": self.limits,
            "disposable": self.disposable,
            "known": self.known,
            "tokens": self.tokens,
            "traits": {name: list(each) for name, each in self.traits.items()},
        }


def recorded(header: dict[str, Any]) -> Deployment:
    """The deployment as the header of an evidence file tells it: enough to judge, without any secret."""
    told, settings = header["deployment"], header["settings"]
    return Deployment(
        name=told["name"],
        base_url=told["base_url"],
        document=settings["document"],
        principals=tuple(Principal(**each) for each in settings["principals"]),
        vault=Vault(),
        time_scale=told["time_scale"],
        writes=told["writes"],
        pace=settings["pace"],
        limits=settings["limits"],
        disposable=settings["disposable"],
        overlays=tuple(settings["overlays"]),
        parameters=settings["parameters"],
        known=settings.get("known", {}),
        tokens=settings.get("tokens", {}),
        traits={name: tuple(each) for name, each in settings.get("traits", {}).items()},
    )


def is_secret(key: str) -> bool:
    """Whether a principal's value under this key is a credential: it may also be called like a security scheme."""
    return _SECRET.search(key) is not None and _OPEN.search(key) is None


def _is_address(url: str) -> bool:
    """Whether a text is an http or https address with a host, and a port that can be one."""
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0 and " " not in url
    except ValueError:
        return False


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def load(path: str | Path) -> Deployment:
    """Read a deployment file. Raises ConfigError."""
    path = Path(path)
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from None
    return _Reader(path, raw).deployment()


class _Reader:
    def __init__(self, path: Path, raw: dict[str, Any]) -> None:
        self.path = path
        self.raw = raw
        self.vault = Vault()
        self.warnings: list[str] = []
        self.traits: dict[str, tuple[str, ...]] = {}

    def deployment(self) -> Deployment:
        self._known_keys(self.raw, _SECTIONS, "")
        section = self._table("deployment")
        self._known_keys(section, _DEPLOYMENT_KEYS, "deployment.")
        base_url = self._base_url(section)
        synthetic = bool(section.get("synthetic", False))
        principals = tuple(self._principal(number, raw, synthetic) for number, raw in enumerate(self._principals()))
        tokens = self._tokens(synthetic)
        return Deployment(
            name=str(section.get("name", urlsplit(base_url).netloc)),
            base_url=base_url,
            document=self._document(section.get("document", "calcom-v2")),
            principals=principals,
            vault=self.vault,
            time_scale=self._positive(section, "time_scale", 1.0),
            writes=self._flag(section, "writes", default=False),
            pace=self._pace(),
            limits=self._choice(section, "limits", ("on", "off"), "deployment.") == "on",
            disposable=self._flag(section, "disposable", default=synthetic),
            overlays=self._overlays(section.get("overlay", [])),
            parameters={key: self._plain_value(key, value) for key, value in self._table("parameters", {}).items()},
            known=self._accepted(),
            warnings=tuple(self.warnings),
            tokens=tokens,
            load=self._table("load", {}),
            traits=self.traits,
        )

    def _tokens(self, synthetic: bool) -> dict[str, str]:
        table = self._table("tokens", {})
        self._known_keys(table, _TOKEN_KEYS, "tokens.")
        for key in table:
            text, label = self._read("tokens", key, table[key], synthetic=synthetic, secret=True)
            table[key] = self._kept(label, text)
        return {key: str(value) for key, value in table.items()}

    def _accepted(self) -> dict[str, Any]:
        """The recorded deviations, see `contracts.known`."""
        try:
            return known.read(self._table("known", {}), self.path.parent)
        except ValueError as error:
            raise self._fail(str(error)) from None

    def _fail(self, message: str) -> ConfigError:
        return ConfigError(f"{self.path}: {message}")

    def _table(self, name: str, default: Any = None) -> dict[str, Any]:
        table = self.raw.get(name, default)
        if not isinstance(table, dict):
            raise self._fail(f"[{name}] is missing" if table is None else f"{name}: a table is needed")
        return table

    def _known_keys(self, table: dict[str, Any], known: set[str], where: str) -> None:
        for key in table:
            if key not in known:
                near = difflib.get_close_matches(key, known, 1)
                raise self._fail(f"{where}{key}: unknown key" + (f", did you mean {near[0]!r}?" if near else ""))

    def _base_url(self, section: dict[str, Any]) -> str:
        url = section.get("base_url")
        if not isinstance(url, str) or not _is_address(url):
            raise self._fail(f"deployment.base_url: an http or https address is needed, not {url!r}")
        if urlsplit(url).username is not None or urlsplit(url).query or urlsplit(url).fragment:
            raise self._fail("deployment.base_url: an address without user, query and fragment is needed")
        return url.rstrip("/")

    def _overlays(self, told: Any) -> tuple[str, ...]:
        listed = told if isinstance(told, list) else [told]
        if not all(isinstance(each, str) and each for each in listed):
            raise self._fail(f"deployment.overlay: the name of a file, or a list of such, is needed, not {told!r}")
        return tuple(self._beside(each) for each in listed)

    def _pace(self) -> str:
        budget = self._table("budget", {})
        self._known_keys(budget, {"pace"}, "budget.")
        return self._choice(budget, "pace", ("declared", "none"), "budget.")

    def _plain_value(self, key: str, value: Any) -> str:
        if not isinstance(value, str | int | float):
            raise self._fail(f"parameters.{key}: a text or a number is needed, not {type(value).__name__}")
        return str(value).lower() if isinstance(value, bool) else str(value)

    def _beside(self, name: str) -> str:
        return name if "://" in name else str(self.path.parent / name)

    def _document(self, name: Any) -> str:
        """A bare name is one of ours; a relative path is meant from the deployment file."""
        if not isinstance(name, str) or not name:
            raise self._fail(f"deployment.document: a name, a path or an address is needed, not {name!r}")
        beside = self.path.parent / name
        return str(beside) if "://" not in name and beside.is_file() else name

    def _positive(self, table: dict[str, Any], key: str, default: float) -> float:
        value = table.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            raise self._fail(f"deployment.{key}: a number above 0 is needed, not {value!r}")
        return float(value)

    def _flag(self, table: dict[str, Any], key: str, *, default: bool) -> bool:
        value = table.get(key, default)
        if not isinstance(value, bool):
            raise self._fail(f"deployment.{key}: true or false is needed, not {value!r}")
        return value

    def _choice(self, table: dict[str, Any], key: str, choices: tuple[str, ...], where: str) -> str:
        value = table.get(key, choices[0])
        if value not in choices:
            raise self._fail(f"{where}{key}: one of {', '.join(choices)} is needed, not {value!r}")
        return str(value)

    def _principals(self) -> list[dict[str, Any]]:
        principals = self.raw.get("principals", [])
        if not isinstance(principals, list) or not all(isinstance(each, dict) for each in principals):
            raise self._fail("principals: write each as [[principals]]")
        names = [each.get("name") for each in principals]
        if twice := {name for name in names if names.count(name) > 1}:
            raise self._fail(f"principals: two are named {twice.pop()!r}")
        return principals

    def _principal(self, number: int, raw: dict[str, Any], synthetic: bool) -> Principal:
        for key in ("name", "tenant", "kind"):
            if not isinstance(raw.get(key), str) or not raw[key]:
                raise self._fail(f"principals[{number}].{key}: a text is needed")
        if raw.get("may") not in {None, "read", "write"}:
            raise self._fail(f"principals.{raw['name']}.may: one of 'read', 'write' is needed")
        plain = {key: value for key, value in raw.items() if key not in {"name", "tenant", "kind", "role", "may"}}
        values = {key: self._value(raw["name"], key, value, synthetic) for key, value in plain.items()}
        if "password" in values:
            values["basic"] = basic.kept(self.vault, _label(raw["name"], "basic"), raw["name"], values)
        return Principal(raw["name"], raw["tenant"], raw["kind"], values, raw.get("role"), raw.get("may"))

    def _kept(self, label: str, text: str) -> str:
        hexadecimal = re.fullmatch(r"[0-9a-fA-F-]+", text)
        told = {
            "long": len(text) >= 16,
            "cased": text.swapcase() != text and not hexadecimal,
            "low": text[-1:] in {"0", "1", "2", "3"},
            "plain": bool(re.search(r"[4-9a-zA-Z]$", text)),
        }
        self.traits[label] = tuple(name for name, holds in told.items() if holds)
        return self.vault.keep(label, text)

    def _value(self, name: str, key: str, value: Any, synthetic: bool) -> str:
        secret = is_secret(key)
        text, label = self._read(f"principals.{name}", key, value, synthetic=synthetic, secret=secret)
        return self._kept(label, text) if secret else text

    def _read(self, place: str, key: str, value: Any, *, synthetic: bool, secret: bool) -> tuple[str, str]:
        """A value of the file, or of where it points to, and the name its placeholder gets."""
        name = place.removeprefix("principals.")
        if not isinstance(value, str | int) or isinstance(value, bool) or value == "":
            told = "an empty text" if value == "" else type(value).__name__
            raise self._fail(f"{place}.{key}: a text or a number is needed, not {told}")
        text = str(value)
        source, _, rest = text.partition(":")
        if source == "env":
            text, label = self._environment(place, key, rest), re.sub(r"[^A-Z0-9]+", "_", rest.upper())
        elif source == "file":
            text, label = self._file(place, key, rest), _label(name, key)
        else:
            label = _label(name, key)
            if secret and not synthetic:
                self.warnings.append(f"{self.path}: {place}.{key} stands in the file as it is; env:NAME is safer")
        return text, label

    def _environment(self, place: str, key: str, variable: str) -> str:
        if not os.environ.get(variable):
            raise self._fail(f"{place}.{key}: the environment variable {variable} is not set")
        return os.environ[variable]

    def _file(self, place: str, key: str, where: str) -> str:
        try:
            return (self.path.parent / where).read_text("utf-8").strip()
        except OSError as error:
            raise self._fail(f"{place}.{key}: {where} cannot be read ({error.strerror})") from None


def _label(name: str, key: str) -> str:
    return re.sub(r"[^A-Z0-9]+", "_", f"{name}_{key}".upper()).strip("_")
