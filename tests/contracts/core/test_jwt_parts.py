"""What a JWT says openly is read, with its signature hidden too; anything else is none."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode

import jwt
import pytest

from contracts.core.jwt_parts import claims, parts

CLAIMS = {"sub": 7, "exp": 1}
TOKEN = jwt.encode(CLAIMS, "a-key-that-is-long-enough-for-hs-256", algorithm="HS256")


def _encoded(part: object) -> str:
    return urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize("signature", ["$ACME_TOKEN", "", "${TOKEN_1%?}", TOKEN.rpartition(".")[2]])
def test_header_and_payload_are_read_whatever_became_of_the_signature(signature: str) -> None:
    found = parts(f"{TOKEN.rpartition('.')[0]}.{signature}")
    assert found is not None
    assert (found.header["alg"], found.payload, found.signature) == ("HS256", CLAIMS, signature)
    assert claims(TOKEN) == CLAIMS


@pytest.mark.parametrize(
    "token",
    [
        "",
        "opaque",
        "a.b.c",
        "..",
        "жетон.х.у",
        "\udcff.a.b",
        f"{_encoded({'alg': 'none'})}.{_encoded([1])}.x",
        f"{TOKEN}.x",
    ],
)
def test_what_is_no_jwt_says_nothing(token: str) -> None:
    assert parts(token) is None
    assert claims(token) == {}
