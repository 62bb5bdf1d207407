"""The model of a deployment: which server is judged, as whom, and how gently."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import attrs

from contracts.config import writes
from contracts.config.http import Bounds
from contracts.config.principal import Principal
from contracts.config.route import Route
from contracts.config.secrets import is_placeholder
from contracts.config.toml_file import Source
from contracts.config.vault import Vault
from contracts.config.writes import WriteRules
from specs.source.reading import shown_address

Headers = tuple[tuple[str, str], ...]


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
    missing: tuple[str, ...] = ()
    """Variables that are not set, where the file was read for its own sake (`init --check`)."""
    tokens: dict[str, str] = attrs.field(factory=dict)
    """Tokens the operator supplies because nobody can wait for their expiry, as placeholders."""
    load: dict[str, Any] = attrs.field(factory=dict)
    """The table [load] as the file has it; read by whoever puts the deployment under load."""
    http: Bounds = attrs.field(factory=Bounds)
    route: Route = attrs.field(factory=Route)
    headers: Headers = ()
    """What every request has besides its own headers; secrets are placeholders."""
    eventual: float = 10.0
    """Seconds that what is answered 202 (accepted, not done yet) may take."""
    flaky: float | None = None
    """The share of requests that may be lost by chance; None: it is reported, and not judged."""
    fail_on: str = "major"
    """The least severity of a broken verdict that fails the gate."""
    fail_on_new: bool = False
    """Whether only problems fail the gate that the run before did not have."""
    passes: frozenset[str] = frozenset()
    """Of "blocked" and "unproven" what does not keep a run from passing."""
    source: Source = attrs.field(factory=Source, eq=False)
    """Where its file says what."""
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
            "headers": [list(each) for each in self.headers],
            "passes": sorted(self.passes),
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
        headers=_recorded_headers(settings.get("headers")),
        passes=frozenset({"blocked", "unproven"} & {*map(str, settings.get("passes") or ())}),
        traits={name: tuple(each) for name, each in settings.get("traits", {}).items()},
    )


def _recorded_headers(told: Any) -> Headers:
    """The headers of a record; none where that is damaged."""
    listed = told if isinstance(told, list) else []
    return tuple((str(each[0]), str(each[1])) for each in listed if isinstance(each, list) and len(each) == 2)


@lru_cache(maxsize=4096)  # the same few names, for every item of a plan
def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
