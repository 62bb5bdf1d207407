"""Faults of how answers are written."""

from __future__ import annotations

import json
from typing import Any

from tests.foreign.planting import CLIENT, ORG, after, around, refusing
from tests.foreign.service import Ask, Does, RefusedError, Service
from tests.foreign.wire import Answer


@around(f"GET {CLIENT}/webhooks/{{webhookId}}")
async def missing_is_a_success(does: Does, service: Service, ask: Ask) -> Any:
    """A webhook that is not there is answered 200 with null."""
    try:
        return await does(service, ask)
    except RefusedError:
        return None


@after(f"GET {ORG}/attributes/options/{{userId}}")
def something_behind_the_json(service: Service, ask: Ask, answer: Answer) -> None:
    """Behind the JSON stands a comment of the server."""
    answer.raw = json.dumps(answer.body).encode() + b"\n<!-- served by web-3 -->"


@after(f"PATCH {ORG}/memberships/{{membershipId}}")
def no_content_type(service: Service, ask: Ask, answer: Answer) -> None:
    """The Content-Type is empty."""
    answer.kind = ""


@after(f"GET {ORG}/routing-forms")
def cache_control_misspelt(service: Service, ask: Ask, answer: Answer) -> None:
    """Cache-Control says nocache."""
    answer.header("Cache-Control", "nocache")


@after(f"GET {CLIENT}/users")
def one_time_without_a_zone(service: Service, ask: Ask, answer: Answer) -> None:
    """Every fifth user of a page has a createdDate without a zone."""
    for row in answer.body["data"][4::5]:
        row["createdDate"] = row["createdDate"].rstrip("Z")


@after(f"GET {ORG}/bookings")
def names_in_latin_1(service: Service, ask: Ask, answer: Answer) -> None:
    """The body is not UTF-8."""
    answer.raw = json.dumps(answer.body, ensure_ascii=False).encode("latin-1", "replace")


@after(f"GET {ORG}/memberships/{{membershipId}}")
def nested_null(service: Service, ask: Ask, answer: Answer) -> None:
    """The email of a membership's user is null."""
    answer.body["data"]["user"]["email"] = None


@after(f"POST {ORG}/delegation-credentials")
def number_as_float_text(service: Service, ask: Ask, answer: Answer) -> None:
    """The organization's id is a text with a decimal point."""
    answer.body["data"]["organizationId"] = f"{answer.body['data']['organizationId']}.0"


@after(f"GET {CLIENT}/users/{{userId}}")
def list_in_place_of_item(service: Service, ask: Ask, answer: Answer) -> None:
    """A single user is answered as a list of one."""
    answer.body["data"] = [answer.body["data"]]


@refusing(f"POST {ORG}/attributes")
def media_type_in_html(service: Service, ask: Ask, answer: Answer) -> None:
    """A body of another media type is refused by the proxy, in HTML."""
    if not (ask.call.header("content-type") or "").startswith("application/json"):
        answer.status, answer.kind = 415, "text/html"
        answer.raw = b"<html><h1>415 Unsupported Media Type</h1></html>"


@refusing(f"GET {ORG}/memberships/{{membershipId}}")
def framework_error(service: Service, ask: Ask, answer: Answer) -> None:
    """A missing membership is answered as the framework does by itself."""
    answer.body = {"statusCode": answer.status, "error": "Not Found"}


@refusing(f"DELETE {ORG}/attributes/{{attributeId}}/options/{{optionId}}")
def failure_says_success(service: Service, ask: Ask, answer: Answer) -> None:
    """A missing option is answered 404 with the envelope of a success."""
    answer.body = {"status": "success", "data": None}


@refusing(f"POST {ORG}/attributes/{{attributeId}}/options")
def constraint_in_the_message(service: Service, ask: Ask, answer: Answer) -> None:
    """A conflict shows the database's own words."""
    if answer.status == 409:
        answer.body["message"] = (
            'duplicate key value violates unique constraint "AttributeOption_attributeId_slug_key" (SQLSTATE 23505)'
        )


@refusing(f"PATCH {CLIENT}/users/{{userId}}")
def empty_refusal(service: Service, ask: Ask, answer: Answer) -> None:
    """A refusal has no body."""
    answer.raw = b""


@after(f"POST {ORG}/attributes/{{attributeId}}/options")
def ok_in_place_of_created(service: Service, ask: Ask, answer: Answer) -> None:
    """A creation is answered 200."""
    answer.status = 200


@after(f"GET {ORG}/attributes/{{attributeId}}/options")
def kept_for_a_minute(service: Service, ask: Ask, answer: Answer) -> None:
    """The answer may be kept privately for a minute."""
    answer.header("Cache-Control", "private, max-age=60")


@after(f"GET {ORG}/attributes/{{attributeId}}/options")
def nothing_for_an_empty_list(service: Service, ask: Ask, answer: Answer) -> None:
    """An empty list is null."""
    answer.body["data"] = answer.body["data"] or None


@after(f"GET {ORG}/attributes/options/{{userId}}")
def one_item_is_no_list(service: Service, ask: Ask, answer: Answer) -> None:
    """A list of one item is that item."""
    if len(answer.body["data"]) == 1:
        answer.body["data"] = answer.body["data"][0]


@after(f"PATCH {CLIENT}/webhooks/{{webhookId}}")
def flags_as_numbers(service: Service, ask: Ask, answer: Answer) -> None:
    """active is 0 or 1."""
    answer.body["data"]["active"] = int(answer.body["data"]["active"])


@after(f"DELETE {ORG}/memberships/{{membershipId}}")
def role_in_small_letters(service: Service, ask: Ask, answer: Answer) -> None:
    """The role of a deleted membership is in small letters."""
    answer.body["data"]["role"] = answer.body["data"]["role"].lower()


@after(f"GET {ORG}/attributes/{{attributeId}}")
def tag_of_the_name(service: Service, ask: Ask, answer: Answer) -> None:
    """The ETag is made of the name alone, and honoured."""
    answer.headers.append(("ETag", tag := f'"{hash(answer.body["data"]["name"]) & 0xFFFFFF:x}"'))
    if ask.call.header("if-none-match") == tag:
        answer.status, answer.raw = 304, b""
