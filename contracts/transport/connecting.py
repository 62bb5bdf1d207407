"""Connecting to a server, and the right word where that fails."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import errno
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

import attrs
from python_socks import ProxyConnectionError, ProxyError, ProxyTimeoutError
from python_socks.async_.asyncio import Proxy

from contracts.config.route import Route
from contracts.config.vault import Vault
from contracts.core.failures import NAME, NOT_CONNECTED, REFUSED, RESET, TLS, UNREACHABLE, Failure
from contracts.transport.unreadable import tls_reason

HAPPY_EYEBALLS = 0.25
"""Seconds after which another address of a name is tried beside the first."""
PROXY_PORT = 3128
"""Where a proxy listens whose address names no port."""
_ERRNO = re.compile(r"\[Errno (\d+)\]")


@attrs.frozen
class Origin:
    """Where connections go to. `context`: how TLS is spoken there, None where it is not."""

    host: str
    port: int
    name: bytes
    """The value of the header Host."""
    context: ssl.SSLContext | None = None
    proxy: str | None = attrs.field(default=None, repr=False)
    """The address of a proxy that connections go through, with its password."""

    @property
    def forwarded(self) -> bool:
        """Whether a proxy is told the whole address with each request: HTTP without TLS, through a proxy of HTTP."""
        return self.context is None and self.proxy is not None and self.proxy.startswith("http://")

    @property
    def tunnelled(self) -> bool:
        """Whether connections go through a proxy that does not look into them."""
        return self.proxy is not None and not self.forwarded

    @property
    def before_target(self) -> bytes:
        """What stands before the path of a request: the whole address, where a proxy has to know it."""
        return b"http://" + self.name if self.forwarded else b""

    @property
    def for_proxy(self) -> tuple[tuple[bytes, bytes], ...]:
        """The headers by which a proxy of HTTP learns who asks."""
        shown = proxy_header(self.proxy) if self.forwarded and self.proxy else None
        return ((b"Proxy-Authorization", shown.encode("latin-1")),) if shown else ()

    @classmethod
    def of(cls, base_url: str, route: Route | None = None, vault: Vault | None = None) -> Origin:
        """The origin of an address of http or https, and the way there."""
        parts = urlsplit(base_url)
        secure = parts.scheme.lower() == "https"
        host = parts.hostname or ""
        with contextlib.suppress(UnicodeError):  # a name that cannot be written so is not known either
            host = host if host.isascii() else host.encode("idna").decode("ascii")
        shown = f"[{host}]" if ":" in host else host
        name = f"{shown}:{parts.port}" if parts.port else shown
        route, vault = route or Route(), vault or Vault()
        context = route.context(vault) if secure else None
        port = parts.port or (443 if secure else 80)
        return cls(host, port, name.encode("latin-1", "replace"), context, route.through(base_url, vault))


class Connecting(asyncio.Protocol):
    """A protocol whose transport may be replaced by an encrypted one."""

    transport: asyncio.Transport


Made = TypeVar("Made", bound=Connecting)


async def connected(make: Callable[[], Made], origin: Origin, seconds: float) -> Made:
    """A protocol on a new connection, TLS included. Raises Failure."""
    began = time.monotonic()
    stream = await _reached(make, origin, seconds)
    if origin.context is not None:
        await _encrypted(stream, origin, origin.context, max(0.001, began + seconds - time.monotonic()))
    return stream


async def _reached(make: Callable[[], Made], origin: Origin, seconds: float) -> Made:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(seconds):
            if origin.tunnelled:
                _, stream = await loop.create_connection(make, sock=await _tunnel(origin))
            else:
                host, port = first_stop(origin)
                _, stream = await loop.create_connection(make, host, port, happy_eyeballs_delay=HAPPY_EYEBALLS)
    except TimeoutError:
        raise Failure(NOT_CONNECTED, f"not within {seconds:g} s") from None
    except (OSError, UnicodeError) as error:
        raise connect_failure(error) from None
    return stream


def first_stop(origin: Origin) -> tuple[str, int]:
    """Where the connection itself goes."""
    if origin.proxy is None:
        return origin.host, origin.port
    proxy = urlsplit(origin.proxy)
    return proxy.hostname or "", proxy.port or PROXY_PORT


async def _tunnel(origin: Origin) -> socket.socket:
    """A connection through a proxy. Raises Failure."""
    with proxy_failures():
        wire: socket.socket = await proxied(Proxy, origin).connect(dest_host=origin.host, dest_port=origin.port)
        return wire


def proxied(kind: Any, origin: Origin) -> Any:
    """The proxy before an origin, as a client of one kind or another has it."""
    return kind.from_url((origin.proxy or "").replace("socks5h://", "socks5://"), rdns=True)


@contextlib.contextmanager
def proxy_failures() -> Iterator[None]:
    """Tell in words what goes wrong with a proxy, and nothing of its address. Raises Failure."""
    try:
        yield
    except ProxyTimeoutError:
        raise Failure(NOT_CONNECTED, "the proxy gave no connection in time") from None
    except ProxyConnectionError:
        raise Failure(REFUSED, "by the proxy, which is not there") from None
    except ProxyError as error:
        code = f" ({error.error_code})" if getattr(error, "error_code", None) else ""
        raise Failure(NOT_CONNECTED, f"the proxy refuses{code}") from None


def proxy_header(address: str) -> str | None:
    """What shows a proxy of HTTP who asks, where its address says that."""
    parts = urlsplit(address)
    if parts.username is None:
        return None
    told = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return f"Basic {base64.b64encode(told.encode()).decode()}"


async def _encrypted(stream: Made, origin: Origin, context: ssl.SSLContext, seconds: float) -> None:
    """Shake hands on an established connection."""
    plain, made, loop = stream.transport, None, asyncio.get_running_loop()
    try:
        async with asyncio.timeout(seconds):
            made = await loop.start_tls(plain, stream, context, server_hostname=origin.host)
    except ssl.SSLError as error:
        raise Failure(TLS, tls_reason(error)) from None
    except TimeoutError:
        raise Failure(TLS, f"no end of the handshake within {seconds:.1f} s") from None
    except OSError:
        raise Failure(TLS, "the connection was closed in the handshake") from None
    finally:
        if made is None:
            plain.abort()
    assert made is not None
    stream.transport = made


def connect_failure(error: Exception) -> Failure:
    """Why a connection cannot be made."""
    if isinstance(error, socket.gaierror | UnicodeError):
        return Failure(NAME)
    numbers = {int(each) for each in _ERRNO.findall(str(error))} | {getattr(error, "errno", None)}
    if errno.ECONNREFUSED in numbers:
        return Failure(REFUSED)
    if isinstance(error, ConnectionError):
        return Failure(RESET)
    text = getattr(error, "strerror", None) or _ERRNO.sub("", str(error)).strip()
    return Failure(UNREACHABLE, text.lower())
