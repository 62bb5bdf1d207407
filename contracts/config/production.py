"""A guard for production: nobody writes to a server that may be one without having said so."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from contracts.config.deployment import PLACES, PRODUCTION, ConfigError, Deployment

OPTION = "--yes-this-is-production"
_WORD = "|".join(PLACES)
_PLACE = re.compile(rf"(?:{_WORD})|(?:{_WORD})-.*|.*-(?:{_WORD})")
_LOCAL = re.compile(r"(?:.*\.)?(?:localhost|local|internal|invalid|example)|[^.]+")


class ConsentError(ConfigError):
    """A run would write to what may be production, and nobody has said that it may."""


def require_consent(deployment: Deployment, *, confirmed: bool, file: str) -> None:
    """Raises ConsentError where a run would write to what may be production, and nobody has said that it may."""
    if confirmed or not deployment.writes:
        return
    if deployment.environment == PRODUCTION:
        raise ConsentError(f"{file}: environment is production, and writes = true: {OPTION} is needed as well")
    if deployment.environment is None and not is_test_place(deployment.base_url):
        host = urlsplit(deployment.base_url).hostname
        raise ConsentError(
            f"{file}: {host} may be production, and writes = true: say [deployment] environment = "
            f'"staging" (or {", ".join(PLACES[1:])}), or {OPTION}'
        )


def is_test_place(base_url: str) -> bool:
    """Whether an address is loopback, private, or named like a place for tests."""
    host = (urlsplit(base_url).hostname or "").rstrip(".").lower()
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return _LOCAL.fullmatch(host) is not None or any(_PLACE.fullmatch(label) for label in host.split("."))
    return address.is_loopback or address.is_private or address.is_link_local
