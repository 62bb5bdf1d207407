"""Faults of bodies, planted."""

from __future__ import annotations

from sandbox.planted import operations as at
from sandbox.planted.inputs import (
    called_json,
    failing,
    filled,
    longest,
    member,
    one_of,
    refusing,
    taken_for_empty,
    text_of,
    truth_of,
    without_nulls,
)
from sandbox.planted.planting import Change, inside

_BODIES: tuple[tuple[str, str, str, Change], ...] = (
    (
        "any-time-format-taken-for-twelve",
        at.CREATE_USER,
        "A time format nobody knows is taken for 12.",
        member("timeFormat", one_of(12, 24)),
    ),
    (
        "any-weekday-taken-for-monday",
        at.UPDATE_USER,
        "A day nobody knows is taken for Monday.",
        member("weekStart", one_of(*["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"])),
    ),
    (
        "any-attribute-type-taken-for-text",
        at.CREATE_ATTRIBUTE,
        "A type nobody knows is taken for TEXT.",
        member("type", one_of("TEXT", "NUMBER", "SINGLE_SELECT", "MULTI_SELECT")),
    ),
    (
        "any-role-taken-for-member",
        at.CREATE_MEMBERSHIP,
        "A role nobody knows is taken for MEMBER.",
        member("role", one_of("MEMBER", "ADMIN", "OWNER")),
    ),
    (
        "number-taken-for-an-options-value",
        at.CREATE_OPTION,
        "A value that is a number is taken for its text.",
        member("value", text_of),
    ),
    (
        "number-taken-for-a-refresh-token",
        at.REFRESH,
        "A refresh token that is a number is answered 500.",
        failing(lambda sent: isinstance(sent, dict) and isinstance(sent.get("refreshToken"), int)),
    ),
    (
        "empty-refresh-token-500",
        at.REFRESH,
        "An empty refresh token is answered 500.",
        failing(lambda sent: isinstance(sent, dict) and sent.get("refreshToken") == ""),
    ),
    (
        "text-taken-for-enabled",
        at.UPDATE_CREDENTIAL,
        "Texts and numbers are taken for true and false in enabled.",
        member("enabled", truth_of),
    ),
    (
        "text-taken-for-active",
        at.UPDATE_WEBHOOK,
        "Texts and numbers are taken for true and false in active.",
        member("active", truth_of),
    ),
    (
        "number-taken-for-a-name",
        at.UPDATE_ATTRIBUTE,
        "A name that is a number is taken for its text.",
        member("name", text_of),
    ),
    (
        "null-taken-for-not-sent-in-an-option",
        at.UPDATE_OPTION,
        "A value or slug that is null is as if not sent.",
        without_nulls("value", "slug"),
    ),
    (
        "null-taken-for-not-sent-in-an-attribute",
        at.UPDATE_ATTRIBUTE,
        "A name, slug or type that is null is as if not sent.",
        without_nulls("name", "slug", "type", "enabled"),
    ),
    (
        "role-need-not-be-sent",
        at.CREATE_MEMBERSHIP,
        "A membership without a role is a MEMBER's.",
        filled("role", "MEMBER"),
    ),
    (
        "active-need-not-be-sent",
        at.CREATE_WEBHOOK,
        "A webhook that is not said to be active is.",
        filled("active", True),
    ),
    (
        "domain-need-not-be-sent",
        at.CREATE_CREDENTIAL,
        "A credential without a domain has an empty one.",
        filled("domain", ""),
    ),
    (
        "unnamed-attribute-500",
        at.ASSIGN,
        "Without an attributeId an assignment is answered 500.",
        failing(lambda sent: isinstance(sent, dict) and "attributeId" not in sent),
    ),
    ("form-of-a-user-taken-for-json", at.UPDATE_USER, "JSON is taken whatever it is called.", called_json),
    (
        "list-taken-for-an-empty-change",
        at.UPDATE_MEMBERSHIP,
        "A body that is an array is taken for {}.",
        taken_for_empty(lambda sent: isinstance(sent, list)),
    ),
    (
        "broken-json-taken-for-an-empty-change",
        at.UPDATE_CREDENTIAL,
        "A body that is no JSON is taken for {}.",
        taken_for_empty(lambda sent: sent is None),
    ),
    (
        "broken-json-500-on-assignment",
        at.ASSIGN,
        "A body that is no JSON is answered 500.",
        failing(lambda sent: sent is None),
    ),
    (
        "list-500-on-credentials",
        at.CREATE_CREDENTIAL,
        "A body that is an array is answered 500.",
        failing(lambda sent: isinstance(sent, list)),
    ),
    (
        "long-value-500",
        at.CREATE_OPTION,
        "A text of more than 5,000 letters is answered 500.",
        failing(lambda sent: longest(sent) > 5000),
    ),
    (
        "single-trigger-refused-on-update",
        at.UPDATE_WEBHOOK,
        "A trigger that is one text is refused.",
        refusing(lambda sent: isinstance(sent.get("triggers"), str)),
    ),
    (
        "multi-select-refused",
        at.CREATE_ATTRIBUTE,
        "The type MULTI_SELECT is refused.",
        refusing(lambda sent: sent.get("type") == "MULTI_SELECT"),
    ),
    (
        "second-platform-refused",
        at.CREATE_CREDENTIAL,
        "The platform office365_calendar is refused.",
        refusing(lambda sent: sent.get("workspacePlatformSlug") == "office365_calendar"),
    ),
    (
        "inactive-webhook-refused",
        at.CREATE_WEBHOOK,
        "A webhook that is not active is refused.",
        refusing(lambda sent: sent.get("active") is False),
    ),
    (
        "saturday-refused",
        at.CREATE_USER,
        "A week that begins on Saturday is refused.",
        refusing(lambda sent: sent.get("weekStart") == "Saturday"),
    ),
)

for _name, _at, _text, _does in _BODIES:
    inside(_name, _at, _text, _does)
