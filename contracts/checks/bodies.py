"""Checks on the body of an answer: its schema, the envelope of errors, and what was meant for requests only."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache, cached_property, partial
from itertools import islice
from typing import TYPE_CHECKING, Any

import attrs
import jsonschema_rs

from contracts.checks import check
from contracts.checks.helpers import (
    HIDDEN,
    asked_as_declared,
    declared,
    described,
    has_no_body,
    media_type,
    response,
    routed,
    sure,
    usable,
)
from contracts.core.conversation import Broken
from contracts.core.exchange import Exchange, Response
from contracts.core.json_text import read as parsed
from specs.contract import Answer, Contract, Operation
from specs.contract.member_names import Hint
from specs.contract.schema_queries import all_members, follow, members, rule_of

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError


@check(family="schema", kinds=("schema",), of="successes")
def body_fits_its_schema(exchange: Exchange, contract: Contract) -> bool:
    """The body of a successful response fits the document's schema, formats included."""
    answer = declared(exchange)
    if answer is None or answer.schema is None or not exchange.ok or has_no_body(exchange):
        return False
    if _of_another_kind(exchange, answer):
        return False
    _fits(response(exchange), _validators(contract, exchange.operation, answer.status))
    usable(answer)
    return True


@check(family="errors", kinds=("error", "status"), asserts=("error",), of="errors")
def error_fits_its_schema(exchange: Exchange, contract: Contract) -> bool:
    """Every error response is JSON that fits the document's schema of errors.

    Where one shape is stated for all errors, answers to undeclared methods and undeclared statuses are included; else
    what a status is declared to carry says nothing of another. A 5xx only when it came twice. Not judged: answers to
    paths that a server in front of the deployment may refuse by itself, with a zero byte or a hidden slash in them.
    """
    if exchange.status < 400 or exchange.request.verb == "HEAD" or not (sure(exchange) and routed(exchange, contract)):
        return False
    answer = declared(exchange)
    if answer != described(exchange):
        return False
    if answer is not None and _of_another_kind(exchange, answer):
        return False
    status = answer.status if answer and answer.schema is not None else ""
    if not status and not contract.errors_alike:
        return False
    _is_json(response(exchange))
    _fits(response(exchange), _validators(contract, exchange.operation, status))
    if answer is not None:
        usable(answer)
    return True


def _of_another_kind(exchange: Exchange, answer: Answer) -> bool:
    """Whether a body is of a type that is declared beside JSON, such as XML, and that nobody here can read."""
    sent = media_type(response(exchange))
    return "json" not in sent and sent in {each.partition(";")[0].strip().lower() for each in answer.media_types}


def _is_json(answer: Response) -> None:
    if "json" not in media_type(answer):
        raise Broken("an error as JSON", f"{media_type(answer) or 'no content type'}: {answer.body[:60]!r}")


@check(family="errors", kinds=("error", "status"), asserts=(), of="successes")
def a_success_is_no_error(exchange: Exchange, contract: Contract) -> bool:
    """A 2xx response does not carry the body of an error.

    Judged only where the document's error schema distinguishes the two, so that no success of the document's own would
    count as an error.
    """
    if not exchange.ok or has_no_body(exchange) or not asked_as_declared(exchange):
        return False
    body = parsed(response(exchange).body)
    telling = _telling(contract)
    if telling is None or not isinstance(body, dict):
        return False
    member, value, schema = telling
    if body.get(member) == value and _valid(schema, body):
        raise Broken("a success, or the status of an error", f"{exchange.status} with the body of an error")
    return True


def _valid(schema: jsonschema_rs.Validator, body: Any) -> bool:
    try:
        return bool(schema.is_valid(body))
    except ValueError:  # half of a character
        return False


@cache
def _telling(contract: Contract) -> tuple[str, Any, jsonschema_rs.Validator] | None:
    """The member that every error has with one fixed value, that value, and the schema of errors."""
    if contract.error_schema is None:
        return None
    schema = contract.json_schema(contract.error_schema)
    for name, member in members(schema, schema).items():
        rule = rule_of(schema, member.schema)
        values = [rule["const"]] if "const" in rule else rule.get("enum", [])
        if len(values) == 1 and member.required:
            return name, values[0], jsonschema_rs.Draft202012Validator(schema)
    return None


@check(family="schema", kinds=("schema",), asserts=(), of="successes")
def what_only_requests_carry_stays_out(exchange: Exchange, contract: Contract) -> bool:
    """A response contains no member that the document has in requests only, and no other secret.

    Proof: a member that is `writeOnly`; a member that requests of this resource carry, its answers are not declared to,
    and that is a secret by its name; a password, a private key, a client's secret. Other undeclared members are
    allowed, and what a member holds that the document leaves free is its owner's.
    """
    answer = declared(exchange)
    if not exchange.ok or answer is None or answer.schema is None or has_no_body(exchange):
        return False
    usable(answer)
    body = parsed(response(exchange).body)
    if _PEM in response(exchange).body and _PEM not in str(answer.schema) and _shows_a_key(body, contract, answer):
        raise Broken("no private key in an answer", "a PEM private key")
    names = _secret_names(contract, exchange.operation, answer.status)
    for each in objects_of(body, _free(contract, exchange.operation, answer.status)):
        for name in each if names & each.keys() else ():
            value = each[name]
            if name in names and isinstance(value, str) and value and not _MASKED.match(value):
                raise Broken(f"no {name} in an answer", f"the member {name}, which only requests carry")
    return True


_PEM = "PRIVATE KEY-----"


def _shows_a_key(body: Any, contract: Contract, answer: Answer) -> bool:
    """Whether a private key stands anywhere but in a member that the document has in this answer by its name."""
    named = {name for name, _ in all_members(contract.document.raw, answer.schema)}
    waiting = [body]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            waiting += [inner for name, inner in each.items() if not (name in named and isinstance(inner, str))]
        elif isinstance(each, list):
            waiting += each
        elif isinstance(each, str) and _PEM in each:
            return True
    return not isinstance(body, dict | list)


_ALWAYS = frozenset(
    (
        "password",
        "passwordHash",
        "password_hash",
        "hashedPassword",
        "passwd",
        "private_key",
        "privateKey",
        "clientSecret",
        "client_secret",
    )
)


MOST = 1000
"""Errors of one body that are looked at: each item of a long list may have its own."""
_MASKED = re.compile(r"[*•.xX]{3,}")
"""Stars or dots hide a secret well enough, with its last few letters or without."""


def objects_of(value: Any, closed: frozenset[str] = frozenset()) -> Iterator[dict[str, Any]]:
    """All objects, but for those inside the `closed` members."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            yield each
            waiting += [inner for name, inner in each.items() if isinstance(inner, dict | list) and name not in closed]
        elif isinstance(each, list):
            waiting += each


@cache
def _secret_names(contract: Contract, operation: Operation, status: str) -> frozenset[str]:
    """Members that no answer of this operation may have: written only, or secret and sent by requests alone."""
    answer = next(each for each in operation.answers if each.status == status)
    raw = contract.document.raw
    declared = {name for name, _ in all_members(raw, answer.schema)}
    resource = contract.resource_of(operation)
    requests = [each.body for each in (resource.operations if resource else (operation,)) if each.body]
    sent: set[str] = set()
    for body in requests:
        sent |= {name for name, _ in all_members(raw, body.schema)}
    secret = {name for name in sent - declared if contract.names.suggest(name, Hint.CONFIDENTIAL)}
    written = {name for name, member in all_members(raw, answer.schema) if follow(raw, member).get("writeOnly") is True}
    return frozenset(secret | (_ALWAYS - declared) | written)


@cache
def _free(contract: Contract, operation: Operation, status: str) -> frozenset[str]:
    """Members that an answer declares to be objects without saying what is in them, wherever it declares them."""
    answer = next(each for each in operation.answers if each.status == status)
    schema = contract.json_schema(answer.schema or {})
    silent: dict[str, bool] = {}
    for name, member in all_members(schema, schema):
        silent[name] = silent.get(name, True) and _says_nothing(member)
    return frozenset(name for name, free in silent.items() if free)


def _says_nothing(schema: Any) -> bool:
    """Whether a schema leaves what is in an object to whoever fills it."""
    if not isinstance(schema, dict):
        return True
    choices = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    if choices:
        return any(_says_nothing(each) for each in choices if each != {"type": "null"})
    if not _says_nothing(schema.get("additionalProperties")):
        return False
    return not schema.keys() & {"$ref", "allOf", "properties", "items", "prefixItems", "patternProperties"}


@attrs.define
class _Pair:
    """A fast validator to decide, a slow one to explain. `null`: members that examples of the document show as null."""

    schema: dict[str, Any]
    fast: jsonschema_rs.Validator
    null: Callable[[], frozenset[str]] = frozenset
    known: dict[tuple[int, int], Broken | None] = attrs.field(factory=dict)
    """What became of bodies seen before, by their fingerprints: lists and errors repeat."""

    @cached_property
    def slow(self) -> Draft202012Validator:
        """Loaded and made where something has to be explained."""
        from jsonschema import Draft202012Validator, FormatChecker

        return Draft202012Validator(self.schema, format_checker=FormatChecker())


def _fits(answer: Response, validators: _Pair) -> None:
    if (body := answer.fingerprint) not in validators.known:
        if len(validators.known) > 500:
            validators.known.clear()
        validators.known[body] = _misfit(answer, validators)
    if misfit := validators.known[body]:
        raise Broken(misfit.expected, misfit.actual)


def _misfit(answer: Response, validators: _Pair) -> Broken | None:
    body = parsed(answer.body)
    if isinstance(body, ValueError):
        return Broken("a JSON body", f"{media_type(answer) or 'no content type'}: {answer.body[:60]!r}")
    try:
        if validators.fast.is_valid(body):
            return None
    except ValueError:
        return None  # half of a character: that it is there is judged elsewhere
    from jsonschema.exceptions import best_match

    errors = list(islice(validators.slow.iter_errors(body), MOST))
    if errors and all(_is_hidden(each) for each in errors):
        return None  # a secret was replaced: nobody here knows what it looked like
    told = [each for each in errors if not _is_hidden(each)]
    null = validators.null() if told else frozenset()
    unforeseen = [each for each in told if not _is_exemplary(each, null)]
    error = best_match(unforeseen or told, key=_weight)
    if error is not None:
        exemplary = "" if unforeseen else ", as in the document's own example"
        return _told(error.absolute_path, error.message, exemplary)
    # the fast one knows more formats than the slow one
    others = (each for each in validators.fast.iter_errors(body) if not HIDDEN.search(str(each.instance)))
    return next((_told(each.instance_path, each.message) for each in others), None)


def _told(path: Iterable[str | int], message: str, more: str = "") -> Broken:
    place = "".join("/*" if isinstance(step, int) else f"/{step}" for step in path) or "the body"
    return Broken(f"a body that fits the schema at {place}", _short(message) + more)


def _is_exemplary(error: ValidationError, null: frozenset[str]) -> bool:
    """Whether an error is about a null that the document's own examples have there too."""
    names = [each for each in error.absolute_path if isinstance(each, str)]
    return error.instance is None and bool(names) and names[-1] in null


def _is_hidden(error: ValidationError) -> bool:
    """Whether an error is about the look of a secret, of which only the placeholder is known."""
    if error.context:
        return any(_is_hidden(each) for each in error.context)
    return isinstance(error.instance, str) and HIDDEN.search(error.instance) is not None


def _weight(error: ValidationError) -> tuple[int, bool]:
    """The misfit nearest to the top of the body explains best."""
    return -len(error.absolute_path), error.validator not in {"anyOf", "oneOf"}


def _short(text: str) -> str:
    return text if len(text) <= 160 else f"{text[:80]} … {text[-70:]}"


@cache
def _validators(contract: Contract, operation: Operation, status: str) -> _Pair:
    """The validators of one answer; "" is the document's common error schema."""
    answer = next((each for each in operation.answers if each.status == status), None)
    schema = contract.json_schema((answer.schema if answer else contract.error_schema) or {})
    null = partial(_shown_as_null, contract, answer) if answer else frozenset
    return _Pair(schema, jsonschema_rs.Draft202012Validator(schema, validate_formats=True), null)


def _shown_as_null(contract: Contract, answer: Answer) -> frozenset[str]:
    """Members that the document's own examples of an answer show as null, whatever their schemas say."""
    raw = contract.document.raw
    inner = [(name, follow(raw, member)) for name, member in all_members(raw, answer.schema)]
    rules = [follow(raw, answer.schema), *(rule for _, rule in inner)]
    shown = [*answer.examples, *(rule["example"] for rule in rules if "example" in rule)]
    objects = (each for example in shown for each in objects_of(example))
    found = {name for each in objects for name, value in each.items() if value is None}
    return frozenset(found | {name for name, rule in inner if rule.get("example", "") is None})
