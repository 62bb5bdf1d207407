"""What inputs have to look like. Written from the prose and the schemas, without reading either at run time."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

ROLES = ("MEMBER", "ADMIN", "OWNER")
TYPES = ("TEXT", "NUMBER", "SINGLE_SELECT", "MULTI_SELECT")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
STATUSES = ("upcoming", "recurring", "past", "cancelled", "unconfirmed")
PLATFORMS = ("google_calendar", "office365_calendar")
TRIGGERS = (
    "BOOKING_CREATED",
    "BOOKING_PAYMENT_INITIATED",
    "BOOKING_PAID",
    "BOOKING_RESCHEDULED",
    "BOOKING_REQUESTED",
    "BOOKING_CANCELLED",
    "BOOKING_REJECTED",
    "BOOKING_NO_SHOW_UPDATED",
    "FORM_SUBMITTED",
    "FORM_SUBMITTED_NO_EVENT",
    "MEETING_ENDED",
    "MEETING_STARTED",
    "RECORDING_READY",
    "INSTANT_MEETING",
    "RECORDING_TRANSCRIPTION_GENERATED",
    "OOO_CREATED",
    "AFTER_HOSTS_CAL_VIDEO_NO_SHOW",
    "AFTER_GUESTS_CAL_VIDEO_NO_SHOW",
    "DELEGATION_CREDENTIAL_ERROR",
)
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_EMAIL = re.compile(
    rf"{_ATOM}(\.{_ATOM})*@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*"
)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
_WEB = re.compile(r"[Hh][Tt][Tt][Pp][Ss]?://[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
Rule = Callable[[Any], bool]


def text(value: Any) -> bool:
    return isinstance(value, str)


def flag(value: Any) -> bool:
    return isinstance(value, bool)


def number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def thing(value: Any) -> bool:
    return isinstance(value, dict)


def email(value: Any) -> bool:
    return text(value) and bool(_EMAIL.fullmatch(value))


def uri(value: Any) -> bool:
    return text(value) and bool(_URI.fullmatch(value))


def web(value: Any) -> bool:
    return text(value) and bool(_WEB.fullmatch(value))


def one_of(*allowed: Any) -> Rule:
    return lambda value: not isinstance(value, bool | list | dict) and value in allowed


def triggers(value: Any) -> bool:
    each = value if isinstance(value, list) else [value]
    return all(text(one) and one in TRIGGERS for one in each)


def options(value: Any) -> bool:
    return isinstance(value, list) and all(thing(one) and not faults(one, OPTION, ("value", "slug")) for one in value)


def keys(value: Any) -> bool:
    def google(one: Any) -> bool:
        return text(one.get("private_key")) and email(one.get("client_email")) and text(one.get("client_id"))

    def microsoft(one: Any) -> bool:
        return all(text(one.get(name)) for name in ("tenantId", "clientId", "clientSecret"))

    return isinstance(value, list) and all(thing(one) and (google(one) or microsoft(one)) for one in value)


USER: dict[str, Rule] = {
    "email": email,
    "name": text,
    "timeFormat": one_of(12, 24),
    "weekStart": one_of(*DAYS),
    "timeZone": text,
    "locale": text,
    "avatarUrl": uri,
    "bio": text,
    "metadata": thing,
}
USER_CHANGE = USER | {"defaultScheduleId": number}
WEBHOOK: dict[str, Rule] = {
    "active": flag,
    "subscriberUrl": web,
    "triggers": triggers,
    "secret": text,
    "payloadTemplate": text,
}
OPTION: dict[str, Rule] = {"value": text, "slug": text}
ATTRIBUTE_CHANGE: dict[str, Rule] = {"name": text, "slug": text, "type": one_of(*TYPES), "enabled": flag}
ATTRIBUTE = ATTRIBUTE_CHANGE | {"options": options}
ASSIGNMENT: dict[str, Rule] = {"attributeId": text, "attributeOptionId": text, "value": text}
CREDENTIAL_CHANGE: dict[str, Rule] = {"enabled": flag, "serviceAccountKey": keys}
CREDENTIAL: dict[str, Rule] = {"workspacePlatformSlug": one_of(*PLATFORMS), "domain": text, "serviceAccountKey": keys}
MEMBERSHIP_CHANGE: dict[str, Rule] = {"accepted": flag, "role": one_of(*ROLES), "disableImpersonation": flag}
MEMBERSHIP = MEMBERSHIP_CHANGE | {"userId": number}


def faults(body: dict[str, Any], rules: dict[str, Rule], needed: tuple[str, ...] = ()) -> list[str]:
    """What is wrong with a body, a line each."""
    missing = [f"{name} is required" for name in needed if name not in body]
    return missing + [f"{name} is invalid" for name, rule in rules.items() if name in body and not rule(body[name])]


def parsed(raw: bytes) -> Any:
    """JSON as the standard has it. Raises ValueError."""

    def no_constant(name: str) -> Any:
        raise ValueError(name)

    def finite(digits: str) -> float:
        if math.isinf(value := float(digits)):
            raise ValueError(digits)
        return value

    try:
        return json.loads(raw.decode("utf-8"), parse_constant=no_constant, parse_float=finite)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def moment(value: str, *, late: bool) -> datetime | None:
    """A time, or a bare date: its start, or its end if `late`. None for anything else."""
    try:
        if _DATE.fullmatch(value):
            start = datetime.fromisoformat(value).replace(tzinfo=UTC)
            return start + timedelta(days=1, microseconds=-1) if late else start
        if _TIME.fullmatch(value):
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return None


def whole(value: str) -> int | None:
    """A whole number in decimal digits, or None."""
    return int(value) if re.fullmatch(r"-?[0-9]{1,60}", value) else None
