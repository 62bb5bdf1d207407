"""The deployment file: which server is judged, as whom, and how gently.

The tables and their keys are declared in `contracts.config.tables` and `contracts.config.kinds`, read by
`contracts.config.reading`, and told by docs/deployment-file.md. Every error names the file, the line and the key at
fault. Secrets go straight into the vault; a `Principal` holds placeholders.
"""

from __future__ import annotations

from contracts.config.errors import ConfigError
from contracts.config.model import Deployment, recorded
from contracts.config.principal import Principal
from contracts.config.reading import load, parse
from contracts.config.tables import ENVIRONMENTS, PLACES, PRODUCTION

__all__ = [
    "ENVIRONMENTS",
    "PLACES",
    "PRODUCTION",
    "ConfigError",
    "Deployment",
    "Principal",
    "load",
    "parse",
    "recorded",
]
