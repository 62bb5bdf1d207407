"""Forms: what is written is what a server reads."""

from __future__ import annotations

from email import message_from_string

import pytest

from contracts.core.forms import content_type, read, written
from specs.contract import Body

MULTIPART = Body(True, "multipart/form-data", {}, (), "#", kinds={'a "file"': "binary"})


@pytest.mark.parametrize("name", ['say "hi"', "two\r\nlines", 'x"; filename="y', "plain", 'a "file"'])
def test_a_name_with_signs_of_its_own_stays_one_name(name: str) -> None:
    text = written(MULTIPART, {name: "value", "other": "second"})
    assert read(MULTIPART, text) == {name: "value", "other": "second"}
    message = message_from_string(f"Content-Type: {content_type(MULTIPART.media_type)}\r\n\r\n{text}")
    parts = message.get_payload()
    assert len(parts) == 2
    assert {key for key, _ in parts[0].get_params(header="content-disposition")} <= {"form-data", "name", "filename"}
    assert parts[0].get_payload().strip() == "value"
