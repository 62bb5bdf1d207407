"""The suite's own document is whole, valid, and keeps what it says about itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from jsonschema import FormatChecker
from openapi_schema_validator import OAS30Validator
from openapi_spec_validator import validate

SOURCE = Path(__file__).parents[2] / "specs" / "calcom-v2.yaml"
TEXT = SOURCE.read_text(encoding="utf-8")
DOCUMENT: dict[str, Any] = yaml.load(TEXT, yaml.CSafeLoader)
METHODS = ("get", "put", "post", "delete", "patch")

NAMED = [
    "AssignOptionUserOutput",
    "AssignOrganizationAttributeOptionToUserInput",
    "CreateAttributeOptionOutput",
    "CreateDelegationCredentialInput",
    "CreateDelegationCredentialOutput",
    "CreateManagedUserInput",
    "CreateManagedUserOutput",
    "CreateOrgMembershipDto",
    "CreateOrgMembershipOutput",
    "CreateOrganizationAttributeInput",
    "CreateOrganizationAttributeOptionInput",
    "CreateOrganizationAttributesOutput",
    "CreateWebhookInputDto",
    "DeleteAttributeOptionOutput",
    "DeleteManyWebhooksOutputResponseDto",
    "DeleteOrgMembership",
    "DeleteOrganizationAttributesOutput",
    "ErrorResponse",
    "GetAllAttributeAssignedOptionOutput",
    "GetAllAttributeOptionOutput",
    "GetAllOrgMemberships",
    "GetBookingsOutput_2024_08_13",
    "GetManagedUserOutput",
    "GetManagedUsersOutput",
    "GetOptionUserOutput",
    "GetOrgMembership",
    "GetOrganizationAttributesOutput",
    "GetRoutingFormsOutput",
    "GetSingleAttributeOutput",
    "KeysResponseDto",
    "OAuthClientWebhookOutputResponseDto",
    "OAuthClientWebhooksOutputResponseDto",
    "RefreshTokenInput",
    "UnassignOptionUserOutput",
    "UpdateAttributeOptionOutput",
    "UpdateDelegationCredentialInput",
    "UpdateDelegationCredentialOutput",
    "UpdateManagedUserInput",
    "UpdateOrgMembership",
    "UpdateOrgMembershipDto",
    "UpdateOrganizationAttributeInput",
    "UpdateOrganizationAttributeOptionInput",
    "UpdateOrganizationAttributesOutput",
    "UpdateWebhookInputDto",
]
RESPONSES = {
    "BadRequestError",
    "UnauthorizedError",
    "ForbiddenError",
    "NotFoundError",
    "TooManyRequestsError",
    "InternalServerError",
}
SCHEMES = {"api_key", "managed_user_access_token", "oauth_client_secret", "oauth_client_id"}
LIMIT_HEADERS = {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"}
PAGINATED = {
    "GetManagedUsersOutput",
    "GetOrganizationAttributesOutput",
    "GetAllAttributeAssignedOptionOutput",
    "GetBookingsOutput_2024_08_13",
}

FORMATS = FormatChecker()


@FORMATS.checks("uri")
def is_uri(value: object) -> bool:
    """jsonschema checks URIs only where a further package is installed."""
    return not isinstance(value, str) or bool(urlsplit(value).scheme and urlsplit(value).netloc)


def follow(node: Any) -> Any:
    while isinstance(node, dict) and "$ref" in node:
        node = at(DOCUMENT, node["$ref"].removeprefix("#"))
    return node


def at(node: Any, pointer: str) -> Any:
    """What a JSON pointer leads to; `*` takes the first element of an array."""
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        node = node[0 if name == "*" else int(name)] if isinstance(node, list) else node[name]
    return node


def errors(value: Any, schema: dict[str, Any]) -> list[str]:
    whole = {"allOf": [schema], "components": DOCUMENT["components"]}
    return [error.message for error in OAS30Validator(whole, format_checker=FORMATS).iter_errors(value)]


def operations() -> dict[str, dict[str, Any]]:
    """Every operation by its key, such as `GET /v2/…`."""
    return {
        f"{method.upper()} {path}": item[method]
        for path, item in DOCUMENT["paths"].items()
        for method in METHODS
        if method in item
    }


OPERATIONS = operations()
BY_ID = {operation["operationId"]: operation for operation in OPERATIONS.values()}


def parameters(operation: dict[str, Any]) -> list[dict[str, Any]]:
    return [follow(parameter) for parameter in operation.get("parameters", [])]


def success(operation: dict[str, Any]) -> dict[str, Any]:
    [answer] = [follow(answer) for status, answer in operation["responses"].items() if status.startswith("2")]
    return dict(answer)


def success_headers() -> dict[str, set[str]]:
    """The header names that the success answer of each operation declares."""
    return {key: set(success(operation).get("headers", {})) for key, operation in OPERATIONS.items()}


def examples(holder: dict[str, Any]) -> list[Any]:
    """The examples of a media type, of either form."""
    several = [example["value"] for example in holder.get("examples", {}).values()]
    return [*several, holder["example"]] if "example" in holder else several


def media(holder: dict[str, Any]) -> dict[str, Any]:
    return dict(holder["content"]["application/json"])


def walk(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from walk(child)


def resources(operation: dict[str, Any]) -> list[Any]:
    """The resource objects in the first success example of an operation."""
    place = operation.get("x-contract", {}).get("data", DOCUMENT["x-contract"]["data"])
    data = at(examples(media(success(operation)))[0], place)
    return data if isinstance(data, list) else [data]


def test_is_valid_openapi() -> None:
    validate(DOCUMENT)
    assert DOCUMENT["openapi"] == "3.0.3"


def test_is_plain_yaml() -> None:
    assert not [event for event in yaml.parse(TEXT) if getattr(event, "anchor", None)]
    json.dumps(DOCUMENT)  # a time that lost its quotes would not pass


def test_has_all_operations() -> None:
    assert len(OPERATIONS) == len(BY_ID) == 36
    assert len(DOCUMENT["paths"]) == 20


def test_has_all_named_components() -> None:
    components = DOCUMENT["components"]
    assert len(NAMED) == len(set(NAMED)) == 44
    assert set(NAMED) <= set(components["schemas"])
    assert set(components["responses"]) == RESPONSES
    assert set(components["securitySchemes"]) == SCHEMES


def test_every_component_is_used() -> None:
    used = {node["$ref"] for node in walk(DOCUMENT) if isinstance(node.get("$ref"), str)}
    kept = {
        f"#/components/{kind}/{name}"
        for kind, components in DOCUMENT["components"].items()
        for name in components
        if kind != "securitySchemes"
    }
    assert kept == used


def test_tags_are_listed() -> None:
    listed = [tag["name"] for tag in DOCUMENT["tags"]]
    assert len(listed) == len(set(listed)) == 43
    assert {tag for operation in OPERATIONS.values() for tag in operation["tags"]} <= set(listed)


@pytest.mark.parametrize("key", OPERATIONS)
def test_every_answer_has_examples_that_validate(key: str) -> None:
    for status, answer in OPERATIONS[key]["responses"].items():
        content = media(follow(answer))
        found = examples(content)
        assert found, status
        assert [errors(example, content["schema"]) for example in found] == [[]] * len(found), status


@pytest.mark.parametrize("key", [key for key, operation in OPERATIONS.items() if "requestBody" in operation])
def test_every_body_has_examples_that_validate(key: str) -> None:
    content = media(OPERATIONS[key]["requestBody"])
    found = examples(content)
    assert found
    assert [errors(example, content["schema"]) for example in found] == [[]] * len(found)


@pytest.mark.parametrize("key", OPERATIONS)
def test_every_parameter_has_an_example_that_validates(key: str) -> None:
    for parameter in parameters(OPERATIONS[key]):
        assert errors(parameter["example"], parameter["schema"]) == [], parameter["name"]


@pytest.mark.parametrize("key", OPERATIONS)
def test_path_parameters_are_those_of_the_path(key: str) -> None:
    declared = {parameter["name"] for parameter in parameters(OPERATIONS[key]) if parameter["in"] == "path"}
    assert declared == set(re.findall(r"{(\w+)}", key))


@pytest.mark.parametrize("key", OPERATIONS)
def test_every_operation_has_its_limits(key: str) -> None:
    info = OPERATIONS[key]["x-server-conversion-info"]
    limits = {limit["period"]: limit["requests"] for limit in info["rate_limiting"]["limits"]}
    factor = 20 if key.endswith("force-refresh") else 60
    assert set(limits) == {"minute", "hour"}
    assert limits["hour"] == factor * limits["minute"] > 0
    assert info["response_caching"]["strategy"] == "No-Cache"


@pytest.mark.parametrize("key", OPERATIONS)
def test_every_operation_can_be_authorized(key: str) -> None:
    schemes = DOCUMENT["components"]["securitySchemes"]
    alternatives = OPERATIONS[key]["security"]
    assert alternatives
    for alternative in alternatives:
        assert sum(schemes[name]["type"] == "http" for name in alternative) <= 1
    assert "Authorization" not in {parameter["name"] for parameter in parameters(OPERATIONS[key])}


@pytest.mark.parametrize("key", OPERATIONS)
def test_every_operation_may_be_limited_and_refused(key: str) -> None:
    answers = OPERATIONS[key]["responses"]
    assert {"400", "401", "403", "429", "500"} <= set(answers)
    assert answers["429"] == {"$ref": "#/components/responses/TooManyRequestsError"}


def test_limit_headers_are_declared_where_they_are_promised() -> None:
    refusal = DOCUMENT["components"]["responses"]["TooManyRequestsError"]
    on_429 = {name: follow(header) for name, header in refusal["headers"].items()}
    assert set(on_429) == LIMIT_HEADERS
    assert all(header["required"] for header in on_429.values())
    declaring = {key for key, names in success_headers().items() if names >= LIMIT_HEADERS}
    assert declaring == {"GET /v2/oauth-clients/{clientId}/users", "GET /v2/oauth-clients/{clientId}/webhooks"}


def test_cache_control_is_required_on_all_reads_but_two() -> None:
    declaring = {key for key, names in success_headers().items() if "Cache-Control" in names}
    reads = {key for key in OPERATIONS if key.startswith("GET ")}
    assert declaring == {key for key in reads if not key.endswith("/options/assigned")}
    assert len(declaring) == 12
    assert DOCUMENT["components"]["headers"]["NoCache"]["required"] is True


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("no-cache, private", True),
        ("no-store", True),
        ("No-Cache", True),
        ("private, max-age=0, no-cache", True),
        ("private", False),
        ("", False),
        ("no-cache, public", False),
        ("no-cache, max-age=60", False),
        ("no-store, s-maxage=0", False),
    ],
)
def test_cache_control_pattern(value: str, kept: bool) -> None:
    assert (errors(value, DOCUMENT["components"]["headers"]["NoCache"]["schema"]) == []) is kept


def test_pagination_is_required_on_five_lists() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    assert {name for name in schemas if "pagination" in schemas[name].get("required", [])} == PAGINATED
    asking = {
        key: operation.get("x-contract", {}).get("pagination")
        for key, operation in OPERATIONS.items()
        if {"skip", "offset"} & {parameter["name"] for parameter in parameters(operation)}
    }
    assert len(asking) == 8
    assert sorted(key.rsplit("/", 1)[1] for key, mode in asking.items() if mode == "optional") == [
        "memberships",
        "routing-forms",
        "webhooks",
    ]


def test_extension_names_what_exists() -> None:
    contract = DOCUMENT["x-contract"]
    tokens = contract["tokens"]
    assert {*tokens["issue"], tokens["refresh"], tokens["force"]} <= set(BY_ID)
    assert tokens["access"]["scheme"] in SCHEMES
    assert follow({"$ref": contract["error"]})["required"] == ["status", "message"]
    schemes = DOCUMENT["components"]["securitySchemes"].values()
    assert all(set(scheme["x-contract"]) == {"principal", "member"} for scheme in schemes)


def test_extension_finds_pages_and_tokens() -> None:
    contract = DOCUMENT["x-contract"]
    [page] = examples(media(success(BY_ID["OAuthClientUsersController_getManagedUsers"])))
    assert all(at(at(page, contract["pagination"]), place) is not None for place in contract["pages"].values())
    for issue in contract["tokens"]["issue"]:
        [answer] = examples(media(success(BY_ID[issue])))
        for token in (contract["tokens"]["access"], contract["tokens"]["refresh_token"]):
            assert isinstance(at(at(answer, contract["data"]), token["token"]), str)
            assert isinstance(at(at(answer, contract["data"]), token["expires"]), int)
    [body] = examples(media(BY_ID[contract["tokens"]["refresh"]]["requestBody"]))
    assert at(body, contract["tokens"]["present"])


def test_sources_find_valid_values() -> None:
    holders = [node for node in walk(DOCUMENT) if "from" in node.get("x-contract", {})]
    assert len(holders) == 13
    for node in holders:
        source = node["x-contract"]
        found = [at(resource, source["value"]) for resource in resources(BY_ID[source["from"]])]
        schema = node.get("schema", {"type": node.get("type")})
        if node.get("name") != "webhookId":  # a number in the answer, text in the path
            assert found and all(errors(value, schema) == [] for value in found), node


@pytest.mark.parametrize("key", OPERATIONS)
def test_filters_and_sorts_name_members_of_the_items(key: str) -> None:
    for parameter in parameters(OPERATIONS[key]):
        told = parameter.get("x-contract", {})
        for rule in (told[kind] for kind in ("filter", "sort") if kind in told):
            assert parameter["in"] == "query"
            assert rule.get("by", "in") in {"in", "equals", "contains", "after", "before"}
            at(resources(OPERATIONS[key])[0], rule["member"])
