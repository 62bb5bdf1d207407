"""What goes on the wire and what is kept of the answer: secrets on the one side, placeholders on the other."""

from __future__ import annotations

import pytest

from contracts.config.vault import Vault
from contracts.core.exchange import Request
from contracts.transport.wire_format import decode_response, encode_body, encode_headers, encode_target

SECRET = 's3cr"t & more'


@pytest.fixture
def vault():
    made = Vault()
    made.keep("KEY", SECRET)
    return made


def test_a_secret_is_spelled_as_its_place_needs_it(vault, contract):
    request = Request(contract.operations[0], "/v2?key=$KEY", (("X-Key", "$KEY"),), '{"key": "$KEY"}')
    assert encode_target(request, vault) == "/v2?key=s3cr%22t%20%26%20more"
    assert ("X-Key", SECRET) in encode_headers(request, vault)
    assert encode_body(request, vault) == b'{"key": "s3cr\\"t & more"}'


def test_a_form_is_percent_encoded(vault, contract):
    form = (("Content-Type", "application/x-www-form-urlencoded"),)
    assert encode_body(Request(contract.operations[0], "/v2", form, "key=$KEY"), vault) == b"key=s3cr%22t%20%26%20more"


def test_a_request_without_a_body_has_none(vault, contract):
    assert encode_body(Request(contract.operations[0], "/v2"), vault) is None


def test_an_answer_shows_no_secret_and_keeps_its_size_and_bytes(vault):
    content = b'{"key": "s3cr\\"t & more", "raw": "\xff"}'
    answer = decode_response(200, [("X-Key", SECRET), ("X-Key", "other")], content, vault)
    assert answer.headers == (("X-Key", "$KEY"), ("X-Key", "other"))
    assert answer.body.startswith('{"key": "$KEY"')
    assert answer.body.encode("utf-8", "surrogateescape").endswith(b'"\xff"}')
    assert answer.length == len(content)
