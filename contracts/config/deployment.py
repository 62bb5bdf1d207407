"""The deployment file: which server is judged, as whom, and how gently.

Every error names the file and the key at fault. Secrets go straight into the vault; a `Principal` holds placeholders.
"""

from __future__ import annotations

import difflib
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs

from contracts.config import basic_auth, http, severity, toml_file, writes
from contracts.config.deviations import read
from contracts.config.http import Bounds
from contracts.config.secrets import Values, is_placeholder, is_secret, label
from contracts.config.vault import Vault
from contracts.config.writes import WriteRules
from specs.source.reading import shown_address

_SECTIONS = {
    "deployment",
    "budget",
    "gate",
    "http",
    "principals",
    "parameters",
    "known",
    "load",
    "severity",
    "thresholds",
    "tokens",
    "writes",
}
PLACES = ("staging", "test", "dev", "sandbox", "preview", "qa", "uat")
"""What a place is called where nothing real is kept."""
PRODUCTION = "production"
ENVIRONMENTS = (*PLACES, PRODUCTION)
_TOKEN_KEYS = {"expired_access", "expired_refresh"}
_KEYS = {
    "name",
    "base_url",
    "document",
    "time_scale",
    "writes",
    "limits",
    "overlay",
    "disposable",
    "synthetic",
    "eventual",
    "environment",
}
_WRITTEN = {"access": "may", "provisioned": "lent"}
"""Members of a principal that evidence calls otherwise than the code does: its format outlives names in the code."""
_READ = {written: name for name, written in _WRITTEN.items()}


class ConfigError(Exception):
    """Something in the user's files is wrong; the message is one line naming the file and the key."""


@attrs.frozen
class Principal:
    """Who a request is sent as. `values` are placeholders for secrets and plain values for the rest.

    `access`: "read" where its credential may read but must be refused every change. `provisioned`: a user that the
    suite creates for the run.
    `disposable`: everything of its tenant may be changed. `spare`: its credential may be used up.
    """

    name: str
    tenant: str
    kind: str
    values: dict[str, str]
    role: str | None = None
    access: str | None = None
    provisioned: bool = False
    disposable: bool = False
    spare: bool = False

    @property
    def reads_only(self) -> bool:
        """Whether the deployment file says that this credential may change nothing."""
        return self.access == "read"

    def written(self) -> dict[str, Any]:
        """As evidence has it."""
        written = attrs.asdict(self)
        return {_WRITTEN.get(name, name): value for name, value in written.items()}

    @classmethod
    def recorded(cls, written: dict[str, Any]) -> Principal:
        """The principal of a run's evidence."""
        return cls(**{_READ.get(name, name): value for name, value in written.items()})


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
    environment: str | None = None
    """What the file says it is: a place for tests, or production; None where it says nothing."""
    overlays: tuple[str, ...] = ()
    parameters: dict[str, str] = attrs.field(factory=dict)
    known: dict[str, Any] = attrs.field(factory=dict)
    warnings: tuple[str, ...] = ()
    tokens: dict[str, str] = attrs.field(factory=dict)
    """Tokens the operator supplies because nobody can wait for their expiry, as placeholders."""
    load: dict[str, Any] = attrs.field(factory=dict)
    """The table [load] as the file has it; read by whoever puts the deployment under load."""
    http: Bounds = attrs.field(factory=Bounds)
    eventual: float = 10.0
    """Seconds that what is answered 202 (accepted, not done yet) may take."""
    flaky: float | None = None
    """The share of requests that may be lost by chance; None: it is reported, and not judged."""
    fail_on: str = "major"
    """The least severity of a broken verdict that fails the gate."""
    fail_on_new: bool = False
    """Whether only problems fail the gate that the run before did not have."""
    severity: list[dict[str, Any]] = attrs.field(factory=list)
    """The owner's rows of the severity table, as the file has them."""
    write_rules: WriteRules = attrs.field(factory=WriteRules)
    """What the file allows and forbids beyond the rule of `contracts.request.permission`."""
    traits: dict[str, tuple[str, ...]] = attrs.field(factory=dict)
    """What may be known of a secret: "long" (16 characters or more), "cased" (letter case matters).

    And how it ends: "low" with a digit up to 3, "plain" with another digit or a letter.
    """

    @property
    def tenants(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(principal.tenant for principal in self.principals))

    def is_disposable(self, tenant: str) -> bool:
        """Whether everything of a tenant may be changed; of nobody in particular ("") where that holds for all."""
        named = {each.tenant for each in self.principals if each.disposable}
        return self.disposable or (tenant in named if tenant else bool(named) and named >= {*self.tenants})

    def value(self, tenant: str, parameter: str) -> str | None:
        """What a tenant's principals know of a path parameter: `orgId` is found under `org_id`."""
        wanted = _plain(parameter)
        for principal in self.principals:
            if principal.tenant == tenant:
                for key, value in principal.values.items():
                    if _plain(key) == wanted and not is_placeholder(value):
                        return value
        return next((value for key, value in self.parameters.items() if _plain(key) == wanted), None)

    def settings(self) -> dict[str, Any]:
        """What a replay needs to know of this deployment; secrets are placeholders here."""
        return {
            "principals": [principal.written() for principal in self.principals],
            "parameters": self.parameters,
            "overlays": list(map(shown_address, self.overlays)),
            "document": shown_address(self.document),
            "pace": self.pace,
            "limits": self.limits,
            "disposable": self.disposable,
            "writes": {"allow": list(self.write_rules.allow), "deny": list(self.write_rules.deny)},
            "known": self.known,
            "tokens": self.tokens,
            "eventual": self.eventual,
            "flaky": self.flaky,
            "fail_on": self.fail_on,
            "severity": self.severity,
            "traits": {name: list(each) for name, each in self.traits.items()},
        }


def recorded(header: dict[str, Any]) -> Deployment:
    """The deployment as the header of an evidence file describes it: enough to judge, without any secret."""
    target, settings = header["deployment"], header["settings"]
    return Deployment(
        name=target["name"],
        base_url=target["base_url"],
        document=settings["document"],
        principals=tuple(map(Principal.recorded, settings["principals"])),
        vault=Vault(),
        time_scale=target["time_scale"],
        writes=target["writes"],
        pace=settings["pace"],
        limits=settings["limits"],
        disposable=settings["disposable"],
        write_rules=writes.recorded(settings.get("writes", {})),
        overlays=tuple(settings["overlays"]),
        parameters=settings["parameters"],
        known=settings.get("known", {}),
        tokens=settings.get("tokens", {}),
        eventual=settings.get("eventual", 10.0),
        flaky=settings.get("flaky"),
        fail_on=settings.get("fail_on", "major"),
        severity=settings.get("severity", []),
        traits={name: tuple(each) for name, each in settings.get("traits", {}).items()},
    )


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
        raw = toml_file.read(path)
    except ValueError as error:
        raise ConfigError(f"{path}: {error}") from None
    return _Reader(path, raw).deployment()


class _Reader:
    def __init__(self, path: Path, raw: dict[str, Any]) -> None:
        self.path = path
        self.raw = raw
        self.values = Values(path)

    def deployment(self) -> Deployment:
        self._known_keys(self.raw, _SECTIONS, "")
        section = self._table("deployment")
        self._known_keys(section, _KEYS, "deployment.")
        base_url = self._base_url(section)
        self.values.synthetic = bool(section.get("synthetic", False))
        principals = tuple(self._principal(number, raw) for number, raw in enumerate(self._principals()))
        tokens = self._tokens()
        return Deployment(
            name=str(section.get("name", urlsplit(base_url).netloc)),
            base_url=base_url,
            document=self._document(section.get("document", "calcom-v2")),
            principals=principals,
            vault=self.values.vault,
            time_scale=self._positive(section, "time_scale", 1.0),
            writes=self._flag(section, "writes", default=False),
            pace=self._pace(),
            limits=self._choice(section, "limits", ("on", "off"), "deployment.") == "on",
            disposable=self._flag(section, "disposable", default=self.values.synthetic),
            environment=self._environment(section),
            write_rules=self._write_rules(),
            overlays=self._overlays(section.get("overlay", [])),
            parameters={key: self._plain_value(key, value) for key, value in self._table("parameters", {}).items()},
            known=self._accepted(),
            warnings=tuple(self.values.warnings),
            tokens=tokens,
            load=self._table("load", {}),
            http=self._bounds(),
            eventual=self._positive(section, "eventual", 10.0),
            flaky=self._flaky(),
            fail_on=self._choice(self._table("gate", {}), "fail_on", ("major", "critical", "minor"), "gate."),
            fail_on_new=self._flag(self._table("gate", {}), "fail_on_new", default=False, where="gate."),
            severity=self._severity(),
            traits=self.values.traits,
        )

    def _tokens(self) -> dict[str, str]:
        table = self._table("tokens", {})
        self._known_keys(table, _TOKEN_KEYS, "tokens.")
        return {key: self._value("tokens", key, value, secret=True) for key, value in table.items()}

    def _accepted(self) -> dict[str, Any]:
        """The known deviations, see `contracts.config.deviations`."""
        try:
            return read(self._table("known", {}), self.path.parent)
        except ValueError as error:
            raise self._fail(str(error)) from None

    def _environment(self, section: dict[str, Any]) -> str | None:
        if "environment" not in section:
            return None
        return self._choice(section, "environment", ENVIRONMENTS, "deployment.")

    def _write_rules(self) -> WriteRules:
        try:
            return writes.read(self._table("writes", {}))
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
            raise self._fail("deployment.base_url: an http or https address is needed")
        if urlsplit(url).username is not None or urlsplit(url).query or urlsplit(url).fragment:
            raise self._fail("deployment.base_url: an address without user, query and fragment is needed")
        return url.rstrip("/")

    def _overlays(self, value: Any) -> tuple[str, ...]:
        listed = value if isinstance(value, list) else [value]
        if not all(isinstance(each, str) and each for each in listed):
            raise self._fail("deployment.overlay: the name of a file, or a list of such, is needed")
        return tuple(self._beside(each) for each in listed)

    def _texts(self, place: str, key: str, value: Any) -> list[str]:
        if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
            raise self._fail(f"{place}.{key}: a list of texts is needed")
        return value

    def _pace(self) -> str:
        budget = self._table("budget", {})
        self._known_keys(budget, {"pace"}, "budget.")
        return self._choice(budget, "pace", ("declared", "none"), "budget.")

    def _flaky(self) -> float | None:
        """A share such as "1%" or 0.01."""
        table = self._table("gate", {})
        self._known_keys(table, {"flaky", "fail_on", "fail_on_new"}, "gate.")
        value = table.get("flaky")
        if value is None:
            return None
        text = str(value).strip()
        try:
            share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        except ValueError:
            share = -1.0
        if isinstance(value, bool) or not 0 <= share <= 1:
            raise self._fail('gate.flaky: a share such as "1%" is needed')
        return share

    def _severity(self) -> list[dict[str, Any]]:
        raw = self.raw.get("severity", [])
        try:
            severity.read_rows(raw)
        except ValueError as error:
            raise self._fail(str(error)) from None
        return list(raw)

    def _bounds(self) -> Bounds:
        table = self._table("http", {})
        self._known_keys(table, http.KEYS, "http.")
        try:
            return http.read(table)
        except ValueError as error:
            raise self._fail(str(error)) from None

    def _plain_value(self, key: str, value: Any) -> str:
        if not isinstance(value, str | int | float):
            raise self._fail(f"parameters.{key}: a text or a number is needed, not {type(value).__name__}")
        return str(value).lower() if isinstance(value, bool) else str(value)

    def _beside(self, name: str) -> str:
        return name if "://" in name else str(self.path.parent / name)

    def _document(self, name: Any) -> str:
        """A bare name is one of ours; a relative path is meant from the deployment file."""
        if not isinstance(name, str) or not name:
            raise self._fail("deployment.document: a name, a path or an address is needed")
        beside = self.path.parent / name
        return str(beside) if "://" not in name and beside.is_file() else name

    def _positive(self, table: dict[str, Any], key: str, default: float) -> float:
        value = table.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            raise self._fail(f"deployment.{key}: a number above 0 is needed")
        return float(value)

    def _flag(self, table: dict[str, Any], key: str, *, default: bool, where: str = "deployment.") -> bool:
        value = table.get(key, default)
        if not isinstance(value, bool):
            raise self._fail(f"{where}{key}: true or false is needed")
        return value

    def _choice(self, table: dict[str, Any], key: str, choices: tuple[str, ...], where: str) -> str:
        value = table.get(key, choices[0])
        if value not in choices:
            raise self._fail(f"{where}{key}: one of {', '.join(choices)} is needed")
        return str(value)

    def _principals(self) -> list[dict[str, Any]]:
        principals = self.raw.get("principals", [])
        if not isinstance(principals, list) or not all(isinstance(each, dict) for each in principals):
            raise self._fail("principals: write each as [[principals]]")
        names = [each.get("name") for each in principals]
        if twice := {name for name in names if names.count(name) > 1}:
            raise self._fail(f"principals: two are named {twice.pop()!r}")
        return principals

    def _principal(self, number: int, raw: dict[str, Any]) -> Principal:
        for key in ("name", "tenant", "kind"):
            if not isinstance(raw.get(key), str) or not raw[key]:
                raise self._fail(f"principals[{number}].{key}: a text is needed")
        place = f"principals.{raw['name']}"
        if raw.get("may") not in {None, "read", "write"}:
            raise self._fail(f"{place}.may: one of 'read', 'write' is needed")
        flags = {key: self._flag(raw, key, default=False, where=f"{place}.") for key in ("disposable", "spare")}
        fields = {"name", "tenant", "kind", "role", "may", "plain", *flags}
        plain = self._texts(place, "plain", raw.get("plain", []))
        values = {
            key: self._value(place, key, value, secret=is_secret(key, plain))
            for key, value in raw.items()
            if key not in fields
        }
        if "password" in values:
            values["basic"] = basic_auth.kept(self.values.vault, label(raw["name"], "basic"), raw["name"], values)
        return Principal(raw["name"], raw["tenant"], raw["kind"], values, raw.get("role"), raw.get("may"), **flags)

    def _value(self, place: str, key: str, value: Any, *, secret: bool) -> str:
        try:
            return self.values.read(place, key, value, secret=secret)
        except ValueError as error:
            raise self._fail(str(error)) from None
