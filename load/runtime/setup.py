"""What a process needs before a run: the deployment, its contract, and the sandbox if one is judged."""

from __future__ import annotations

import atexit
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from contracts.config import deployment as deployments
from contracts.config.deployment import ConfigError, Deployment
from contracts.config.production import require_consent
from contracts.gate.sandbox import Sandbox
from contracts.plan import planning
from contracts.steps.tokens.grants import bound
from load.runtime.run import DEPTHS
from specs.contract import Contract

KNOBS = ("rate", "seconds", "shape", "policy", "managed", "callers", "threshold", "sample")
"""Options that are the business of the scenario alone."""
SHARED = ("document", "overlay", "depth", "scenario", "yes_this_is_production", *KNOBS)
"""Options that a worker takes from its master."""

SANDBOX = {"limits": "--time-scale 10", "tokens": "--time-scale 1200", "mixed": "--time-scale 10"}
"""How the sandbox is started for each scenario: so that windows or lifetimes can be awaited."""


@attrs.frozen
class Setup:
    """The files of a run, read. `file`: the deployment file they came from."""

    file: str
    deployment: Deployment
    contract: Contract
    depth: str
    scenario: str
    knobs: Mapping[str, Any]
    sandbox: Sandbox | None = None

    def for_workers(self, options: Any) -> dict[str, Any]:
        """What a worker must know to read the same files."""
        return {
            "deployment": str(Path(self.file).resolve()),
            "key": self.deployment.vault.key.hex(),
            **{name: getattr(options, name) for name in SHARED},
        }


def read(options: Any) -> Setup:
    """Read the files that the options name; starts the sandbox if no deployment is named.

    Raises ConfigError and SandboxError.
    """
    sandbox = None
    file = options.deployment
    if not file:
        sandbox = Sandbox(options.fault, shlex.split(options.sandbox_args or SANDBOX[options.scenario]))
        atexit.register(sandbox.stop)
        file = str(sandbox.deployment)
    elif options.fault:
        raise ConfigError("--fault is for the sandbox: leave out --deployment, or the fault")
    return _setup(file, vars(options), sandbox)


def like(sent: Mapping[str, Any], own: str) -> Setup:
    """What a master sent its worker; `own`: the worker's own deployment file, if it was given one.

    Raises ConfigError.
    """
    made = _setup(own or str(sent["deployment"]), sent, None)
    made.deployment.vault.key = bytes.fromhex(sent["key"])
    return made


def _setup(file: str, options: Mapping[str, Any], sandbox: Sandbox | None) -> Setup:
    deployment = deployments.load(file)
    require_consent(deployment, confirmed=bool(options.get("yes_this_is_production")), file=file)
    contract = planning.contract_of(deployment, options["document"] or None, options["overlay"])
    planning.require_sound(contract, deployment)
    deployment = bound(contract, deployment)
    if options["depth"] not in DEPTHS:
        raise ConfigError(f"--depth: one of {', '.join(DEPTHS)} is needed, not {options['depth']!r}")
    knobs = {name: options[name] for name in KNOBS}
    return Setup(file, deployment, contract, options["depth"], options["scenario"], knobs, sandbox)
