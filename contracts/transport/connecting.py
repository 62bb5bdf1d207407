"""Connecting to a server, and the right word where that fails."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import re
import socket
import ssl
import time
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

import attrs

from contracts.core.failures import NAME, NOT_CONNECTED, REFUSED, RESET, TLS, UNREACHABLE, Failure

HAPPY_EYEBALLS = 0.25
"""Seconds after which another address of a name is tried beside the first."""
_ERRNO = re.compile(r"\[Errno (\d+)\]")


@attrs.frozen
class Origin:
    """Where connections go to. `context`: how TLS is spoken there, None where it is not."""

    host: str
    port: int
    name: bytes
    """The value of the header Host."""
    context: ssl.SSLContext | None = None

    @classmethod
    def of(cls, base_url: str) -> Origin:
        """The origin of an address of http or https."""
        parts = urlsplit(base_url)
        secure = parts.scheme.lower() == "https"
        host = parts.hostname or ""
        with contextlib.suppress(UnicodeError):  # a name that cannot be written so is not known either
            host = host if host.isascii() else host.encode("idna").decode("ascii")
        shown = f"[{host}]" if ":" in host else host
        name = f"{shown}:{parts.port}" if parts.port else shown
        context = ssl.create_default_context() if secure else None
        return cls(host, parts.port or (443 if secure else 80), name.encode("latin-1", "replace"), context)


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
            _, stream = await loop.create_connection(
                make, origin.host, origin.port, happy_eyeballs_delay=HAPPY_EYEBALLS
            )
    except TimeoutError:
        raise Failure(NOT_CONNECTED, f"not within {seconds:g} s") from None
    except (OSError, UnicodeError) as error:
        raise connect_failure(error) from None
    return stream


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


def tls_reason(error: ssl.SSLError) -> str:
    """Why TLS failed, in the words of the library that noticed, without its own names."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is not accepted ({error.verify_message})"
    return (error.reason or "the handshake failed").replace("_", " ").lower()
