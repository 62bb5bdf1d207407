"""What the deployment keeps, per tenant, and what it has to begin with."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import time
import uuid
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs

Row = dict[str, Any]
EPOCH = datetime(2024, 3, 1, 9, 0, tzinfo=UTC)
NAMES = (
    "Zoë Ångström",
    "Müller, Jürgen",
    "O'Brien",
    "李小龍",
    "Nur \u202eab",
    "Ana-María 🎈",
    "x",
    "Søren Kierkegaard",
)


def stamp(when: datetime) -> str:
    """A time as it is written in answers."""
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@attrs.define
class Tenant:
    """One organization with its OAuth client, its keys and all its rows, by id."""

    name: str
    org: int
    client: str
    secret: str
    second_secret: str
    admin_key: str
    member_key: str
    users: dict[Any, Row] = attrs.field(factory=dict)
    webhooks: dict[Any, Row] = attrs.field(factory=dict)
    attributes: dict[Any, Row] = attrs.field(factory=dict)
    options: dict[Any, Row] = attrs.field(factory=dict)
    assignments: dict[Any, Row] = attrs.field(factory=dict)
    memberships: dict[Any, Row] = attrs.field(factory=dict)
    bookings: dict[Any, Row] = attrs.field(factory=dict)
    credentials: dict[Any, Row] = attrs.field(factory=dict)
    forms: dict[Any, Row] = attrs.field(factory=dict)
    managed: set[Any] = attrs.field(factory=set)
    """Ids of the users that belong to the OAuth client."""


class Store:
    """Both tenants, their tokens, and where ids come from."""

    def __init__(self, choices: Collection[str], scale: float) -> None:
        self.choices, self.scale = choices, scale
        self.luck = random.Random(11)
        self._key = self.luck.randbytes(32)
        self.access: dict[str, Row] = {}
        self.refresh: dict[str, Row] = {}
        self.tenants = [self._tenant(name) for name in ("north", "south")]
        for tenant in self.tenants:
            _Seed(self, tenant).sow()

    def _tenant(self, name: str) -> Tenant:
        def letters(size: int) -> str:
            return base64.b32encode(self.luck.randbytes(size)).decode().rstrip("=")

        return Tenant(
            name,
            self.number(),
            f"cm{letters(14).lower()}",
            f"sk-{letters(30)}",
            f"sk-{letters(30)}",
            f"cal_{letters(20)}",
            f"cal_{letters(20)}",
        )

    def number(self) -> int:
        """A number for an id; in no order."""
        return self.luck.randrange(10**5, 2**53 if "large-numbers" in self.choices else 10**9)

    def text(self) -> str:
        """A text for an id."""
        if "uuid-ids" in self.choices:
            return str(uuid.UUID(int=self.luck.getrandbits(128), version=4))
        return f"{self.luck.getrandbits(40):x}"

    def now(self) -> datetime:
        """The time on the deployment's clock."""
        return datetime.now(UTC) + timedelta(seconds=3 if "clock-ahead" in self.choices else 0)

    # -- tokens -----------------------------------------------------------------------------------------------------

    def pair(self, tenant: Tenant, user: Any) -> Row:
        """A new pair of tokens for a managed user."""
        now = self.now().timestamp()
        ends, refresh_ends = int(now + 3600 / self.scale), int(now + 31536000 / self.scale)
        if "rounded-expiries" in self.choices and self.scale == 1:
            ends, refresh_ends = ends - ends % 60, refresh_ends - refresh_ends % 86400
        payload = {"jti": self.text(), "clientId": tenant.client, "ownerId": user, "iat": int(now), "expiresAt": ends}
        access = self.signed(payload)
        refresh = f"rt.{self.luck.getrandbits(200):050x}"
        self.access[access] = {"tenant": tenant, "user": user, "ends": ends}
        self.refresh[refresh] = {"tenant": tenant, "user": user, "ends": refresh_ends, "spent": False, "access": access}
        return {
            "accessToken": access,
            "refreshToken": refresh,
            "accessTokenExpiresAt": ends,
            "refreshTokenExpiresAt": refresh_ends,
        }

    def signed(self, payload: Row) -> str:
        """A JWT with this payload."""
        parts = [_base64(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, payload)]
        signature = hmac.new(self._key, ".".join(parts).encode(), hashlib.sha256).digest()
        return ".".join([*parts, _base64(signature)])

    def forget(self, user: Any) -> None:
        """End all tokens of a user."""
        for tokens in (self.access, self.refresh):
            for text in [text for text, row in tokens.items() if row["user"] == user]:
                del tokens[text]

    def alive(self, tokens: dict[str, Row], text: str) -> Row | None:
        """What is known of a token, unless it has expired."""
        row = tokens.get(text)
        return row if row and row["ends"] > self.now().timestamp() else None


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


class _Seed:
    def __init__(self, store: Store, tenant: Tenant) -> None:
        self.store, self.tenant, self.luck = store, tenant, store.luck
        self.tiny, self.big = "tiny-data" in store.choices, "big-data" in store.choices

    def sow(self) -> None:
        """Fill the tenant."""
        owner = self.user(0, managed=False)
        people = [owner, *(self.user(number, managed=True) for number in range(1, 1 if self.tiny else 8))]
        for number, person in enumerate(people if not self.tiny else people[:1]):
            self.membership(person, "OWNER" if number == 0 else ("MEMBER", "ADMIN")[number % 2])
        for number in range(0 if self.tiny else 5):
            self.webhook(number)
        for number in range(0 if self.tiny else 6):
            self.attribute(number)
        for number in range(1 if self.tiny else 1300 if self.big else 14):
            self.booking(number, people)
        for number in range(0 if self.tiny else 7):
            self.form(number, owner)

    def moment(self, number: int) -> datetime:
        """Some time in the past; every third one is the same as the one before."""
        return EPOCH + timedelta(hours=7 * (number - number % 3 // 2), seconds=11)

    def user(self, number: int, *, managed: bool) -> Row:
        identity = self.store.number()
        row = {
            "id": identity,
            "email": f"{self.tenant.name}.{number}@people.example",
            "username": None if number % 3 == 1 else f"{self.tenant.name}-{number}",
            "name": None if number % 5 == 4 else NAMES[number % len(NAMES)],
            "bio": None if number % 2 else "Likes long walks.",
            "timeZone": "Europe/Berlin",
            "weekStart": "Sunday",
            "createdDate": stamp(self.moment(number)),
            "timeFormat": (12, 24, None)[number % 3],
            "defaultScheduleId": None if number % 2 else self.store.number(),
            "locale": "de",
            "avatarUrl": None,
            "metadata": {"plan": "gold", "nested": {"deep": [1, None, "x"]}},
        }
        self.tenant.users[identity] = row
        if managed:
            self.tenant.managed.add(identity)
        return row

    def membership(self, user: Row, role: str) -> None:
        identity = self.store.number()
        self.tenant.memberships[identity] = {
            "id": identity,
            "userId": user["id"],
            "teamId": self.tenant.org,
            "accepted": True,
            "role": role,
            "disableImpersonation": False,
            "attributes": [],
        }

    def webhook(self, number: int) -> None:
        identity: Any = self.store.number()
        identity = f"wh_{identity}" if "text-webhook-ids" in self.store.choices else identity
        self.tenant.webhooks[identity] = {
            "id": identity,
            "oAuthClientId": self.tenant.client,
            "subscriberUrl": f"https://hooks.example/{self.tenant.name}/{number}",
            "triggers": ["BOOKING_CREATED", "FORM_SUBMITTED"][: 1 + number % 2],
            "active": number % 2 == 0,
            "secret": None if number % 2 else "whisper",
            "payloadTemplate": None if number % 3 else '{"text": "{{title}}"}',
        }

    def attribute(self, number: int) -> None:
        identity = self.store.text()
        self.tenant.attributes[identity] = {
            "id": identity,
            "teamId": self.tenant.org,
            "type": ("SINGLE_SELECT", "MULTI_SELECT", "TEXT", "NUMBER")[number % 4],
            "name": f"Attribute {number}",
            "slug": f"attribute-{number}",
            "enabled": number != 3,
            "usersCanEditRelation": number % 2 == 0,
        }
        for choice in range(3 if number % 4 < 2 else 0):
            option = {"id": self.store.text(), "attributeId": identity, "value": f"V {choice}", "slug": f"v-{choice}"}
            self.tenant.options[option["id"]] = option
            members = list(self.tenant.memberships.values())
            for member in members[choice :: 3 if number % 4 == 0 else 2]:
                self.assign(member, option)

    def assign(self, member: Row, option: Row) -> None:
        identity = self.store.text()
        self.tenant.assignments[identity] = {
            "id": identity,
            "memberId": member["id"],
            "attributeOptionId": option["id"],
        }

    def booking(self, number: int, people: list[Row]) -> None:
        identity = self.store.number()
        host = people[number % len(people)]
        start = self.moment(number * 5 % 17) + timedelta(days=number % 40)
        kind = (2200, 2201, 2203)[number % 3]
        self.tenant.bookings[identity] = {
            "id": identity,
            "uid": f"bk{self.luck.getrandbits(50):x}",
            "title": f"Talk {number}",
            "description": None if number % 2 else "About this and that",
            "hosts": [
                {key: host[key] for key in ("id", "name", "email", "username", "timeZone")},
            ],
            "status": ("upcoming", "past", "cancelled", "unconfirmed", "recurring")[number % 5],
            **({"cancellationReason": None} if number % 4 == 0 else {}),
            "start": stamp(start),
            "end": stamp(start + timedelta(minutes=30)),
            "duration": 30,
            "eventTypeId": kind,
            "eventType": {"id": kind, "slug": f"kind-{kind}"},
            "location": "https://meet.example/x",
            "absentHost": False,
            "createdAt": stamp(self.moment(number % 9)),
            "updatedAt": stamp(self.moment(number % 9) + timedelta(hours=number)),
            "metadata": {},
            "attendees": [
                {
                    "name": NAMES[(number + 2) % len(NAMES)],
                    "email": f"guest{number % 6}@elsewhere.example",
                    "timeZone": "Asia/Tokyo",
                    "phoneNumber": None,
                    "language": "en",
                    "absent": False,
                    "seatUid": None,
                    "bookingFieldsResponses": {},
                }
            ],
            "guests": [],
            "bookingFieldsResponses": {"notes": "none"},
            "_team": 40 + number % 2,
        }

    def form(self, number: int, owner: Row) -> None:
        identity = self.store.text()
        self.tenant.forms[identity] = {
            "id": identity,
            "name": f"Form {number}",
            "description": None,
            "position": number,
            "createdAt": stamp(self.moment(number)),
            "updatedAt": stamp(self.moment(number) + timedelta(days=9 - number)),
            "userId": owner["id"],
            "teamId": (None, 40, 41)[number % 3],
            "disabled": number % 2 == 1,
            "routes": None,
            "fields": [{"id": "f", "type": "text"}],
            "settings": None if number % 2 else {"emailOwnerOnSubmission": True},
            "_led": "",
        }


def seconds() -> float:
    """The clock that limits are counted on."""
    return time.time()
