"""What a JWT says openly: its header and its payload, which need no key to be read."""

from __future__ import annotations

from typing import Any

import attrs


@attrs.frozen
class Parts:
    """Header, payload and the text of the signature."""

    header: dict[str, Any]
    payload: dict[str, Any]
    signature: str


def parts(token: str) -> Parts | None:
    """A JWT taken apart, unverified; None where the token is none.

    The signature stays as it is: in a recorded token it is a placeholder, which nothing could decode.
    """
    import jwt  # only here: its cryptography takes long to load

    signed, _, signature = token.rpartition(".")
    try:
        found = jwt.decode_complete(f"{signed}.", options={"verify_signature": False})
    except (jwt.InvalidTokenError, ValueError):  # the latter for text that is no Unicode
        return None
    return Parts(found["header"], found["payload"], signature)


def claims(token: str) -> dict[str, Any]:
    """The payload of a JWT; empty where the token is none."""
    found = parts(token)
    return found.payload if found else {}
