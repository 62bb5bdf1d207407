"""What the deployment remembers: two tenants and everything that belongs to them."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

from attrs import define, field, frozen

from sandbox.document import Document
from sandbox.limiter import Limiter
from sandbox.rush import Rush
from sandbox.switches import Switch
from sandbox.tokens import TokenBook

Row = dict[str, Any]
Clock = Callable[[], float]  # seconds since the epoch


@frozen(eq=False)
class Principal:
    """Whoever a valid credential stands for; `credential` names its buckets."""

    name: str
    kind: str
    tenant: Tenant
    role: str
    credential: str
    named: bool = False  # a client whose id came in a header beside a path that names a client


@define
class Assignment:
    """An option a member of the organization has."""

    id: str
    member_id: int
    user_id: int
    attribute_id: str
    option_id: str

    def row(self) -> Row:
        """As the document shows it."""
        return {"id": self.id, "memberId": self.member_id, "attributeOptionId": self.option_id}


@define
class Booking:
    """A booking, and what its filters need besides what it shows. Times are seconds since the epoch."""

    row: Row
    teams: frozenset[int]
    start: float
    end: float
    created: float
    updated: float

    def host_ids(self) -> set[int]:
        """The users who host it."""
        return {host["id"] for host in self.row["hosts"]}


@define
class Form:
    """A routing form, and the bookings its answers led to."""

    row: Row
    created: float
    updated: float
    booking_uids: frozenset[str]


@define(eq=False)
class Tenant:
    """An OAuth client and its organization."""

    name: str
    client_id: str
    secret: str
    org_id: int
    admin_key: str
    member_key: str
    users: dict[int, Row] = field(factory=dict)
    managed: dict[int, Row] = field(factory=dict)
    teams_of: dict[int, frozenset[int]] = field(factory=dict)
    memberships: dict[int, Row] = field(factory=dict)
    attributes: dict[str, Row] = field(factory=dict)
    options: dict[str, Row] = field(factory=dict)
    assignments: dict[str, Assignment] = field(factory=dict)
    webhooks: dict[int, Row] = field(factory=dict)
    bookings: list[Booking] = field(factory=list)
    forms: list[Form] = field(factory=list)
    credentials: dict[str, Row] = field(factory=dict)
    former: dict[int, Row] = field(factory=dict)  # users as they were created, for faults that remember
    deleted: list[Row] = field(factory=list)  # what a fault keeps showing
    gone: dict[str, Row] = field(factory=dict)  # what was deleted, by its id in a path
    hidden: set[int] = field(factory=set)  # numbers a fault keeps out of lists
    doubled: set[int] = field(factory=set)  # users a fault shows twice in lists
    uncounted: int = 0  # users a fault leaves out of the total
    hidden_ids: set[str] = field(factory=set)  # the same for string ids

    def membership_of(self, user_id: float) -> Row | None:
        """The membership of a user, if there is one."""
        return next((row for row in self.memberships.values() if row["userId"] == user_id), None)

    def options_of(self, attribute_id: str) -> Iterator[Row]:
        """The options of one attribute, oldest first."""
        return (row for row in self.options.values() if row["attributeId"] == attribute_id)

    def drop_assignments(self, doomed: Callable[[Assignment], bool]) -> None:
        """Forget every assignment the predicate names."""
        for assignment in [each for each in self.assignments.values() if doomed(each)]:
            del self.assignments[assignment.id]

    def drop_option(self, option_id: str) -> None:
        """Forget an option and who has it."""
        del self.options[option_id]
        self.drop_assignments(lambda each: each.option_id == option_id)

    def drop_attribute(self, attribute_id: str) -> None:
        """Forget an attribute, its options and who has them."""
        del self.attributes[attribute_id]
        for option in list(self.options_of(attribute_id)):
            self.drop_option(option["id"])

    def drop_membership(self, membership_id: int) -> None:
        """Forget a membership and the options that came with it."""
        del self.memberships[membership_id]
        self.drop_assignments(lambda each: each.member_id == membership_id)

    def drop_user(self, user_id: int) -> None:
        """Forget a user and all that is only theirs."""
        self.users.pop(user_id, None)
        self.managed.pop(user_id, None)
        self.teams_of.pop(user_id, None)
        if membership := self.membership_of(user_id):
            self.drop_membership(membership["id"])
        for booking in self.bookings:
            booking.row["hosts"] = [host for host in booking.row["hosts"] if host["id"] != user_id]
        self.bookings = [booking for booking in self.bookings if booking.row["hosts"]]


@define(eq=False)
class World:
    """One deployment."""

    document: Document
    clock: Clock
    random: random.Random
    faults: frozenset[Switch]
    variations: frozenset[Switch]
    tokens: TokenBook
    limiter: Limiter
    rush: Rush
    tenants: dict[str, Tenant] = field(factory=dict)
    numbers: Iterator[int] = field(factory=lambda: count(1000))
    requests: Iterator[int] = field(factory=lambda: count(1))
    by_client: dict[str, Tenant] = field(factory=dict)
    by_org: dict[float, Tenant] = field(factory=dict)
    by_secret: dict[str, Principal] = field(factory=dict)
    by_key: dict[str, Principal] = field(factory=dict)
    memory: dict[str, Any] = field(factory=dict)  # what planted faults keep from one request to the next
    expired: dict[str, str] = field(factory=dict)  # tokens nobody needs to wait for, by their name in a deployment file

    def add(self, tenant: Tenant) -> None:
        """Let a tenant in, with its three principals."""
        self.tenants[tenant.name] = tenant
        self.by_client[tenant.client_id] = self.by_org[tenant.org_id] = tenant
        client = Principal(tenant.name, "oauth_client", tenant, "client", tenant.secret)
        self.by_secret[tenant.secret] = client
        for role, key in (("admin", tenant.admin_key), ("member", tenant.member_key)):
            self.by_key[key] = Principal(f"{tenant.name}-{role}", "api_key", tenant, role, key)

    def number(self) -> int:
        """A new numeric id; never used twice, whichever tenant asks."""
        return next(self.numbers)

    def uuid(self) -> str:
        """A new string id."""
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def now(self) -> str:
        """The time as the document writes it."""
        return timestamp(self.clock())

    def others(self, tenant: Tenant) -> Iterable[Tenant]:
        """The tenants that have no business with this one."""
        return (other for other in self.tenants.values() if other is not tenant)


def timestamp(seconds: float) -> str:
    """RFC 3339 in UTC with milliseconds."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
