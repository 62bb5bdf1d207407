"""How a server is reached: the certificates of TLS, and a proxy before it."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import attrs

from contracts.config.vault import Vault

if TYPE_CHECKING:
    import ssl

PROXIES = ("http", "socks4", "socks5", "socks5h")
"""Schemes of proxies."""


@attrs.frozen
class Route:
    """What the table [http] says of it. Secrets are placeholders; files are paths, read when they are needed.

    `proxy`: None where the file says nothing, so that the environment may; "" for none at all.
    """

    ca: str | None = None
    cert: str | None = None
    key: str | None = None
    key_password: str | None = None
    verify: bool = True
    proxy: str | None = None
    no_proxy: tuple[str, ...] | None = None

    def context(self, vault: Vault) -> ssl.SSLContext:
        """How TLS is spoken. Raises ValueError where a file cannot be used, naming its key."""
        import ssl  # only here, as in the others: it takes long to load, and a plan is made without

        context = ssl.create_default_context()
        if self.ca:
            context = _loaded("ca", lambda: ssl.create_default_context(cafile=self.ca))
        if not self.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if self.cert:
            password = vault.reveal(self.key_password) if self.key_password else ""
            # a password that is asked for on a terminal would hold up a run for ever
            _loaded("cert", lambda: context.load_cert_chain(self.cert or "", self.key, lambda: password))
        return context

    def through(self, url: str, vault: Vault) -> str | None:
        """The address of the proxy between here and a server, secrets and all; None where there is none."""
        from urllib.request import getproxies_environment, proxy_bypass_environment  # type: ignore[attr-defined]

        parts = urlsplit(url)
        host = parts.hostname or ""
        environment = getproxies_environment()
        if self.proxy is None and _is_here(host):
            return None
        proxy = environment.get(parts.scheme) or environment.get("all") if self.proxy is None else self.proxy
        left_out = environment.get("no", "") if self.no_proxy is None else ",".join(self.no_proxy)
        if not proxy or proxy_bypass_environment(host, {"no": left_out}):
            return None
        address = vault.reveal(proxy)
        return address if "://" in address else f"http://{address}"


def _loaded(key: str, load: Any) -> Any:
    import ssl

    try:
        return load()
    except (OSError, ssl.SSLError) as error:
        why = getattr(error, "strerror", None) or getattr(error, "reason", None) or "it is not PEM"
        raise ValueError(f"http.{key}: the file cannot be used ({str(why).replace('_', ' ').lower()})") from None


def _is_here(host: str) -> bool:
    """Whether a name or address is this machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost" or host.lower().endswith(".localhost")
