"""What the two tenants own before anyone asks: the same for the same seed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import cycle
from random import Random

from sandbox.state import Assignment, Booking, Form, Row, Tenant, World
from sandbox.times import seconds

_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
_FIRST = (
    "Amira",
    "Bengt",
    "Chidi",
    "Dörte",
    "Eloïse",
    "Farid",
    "Grace",
    "Hana",
    "Ilse",
    "Jun",
    "Kofi",
    "Łucja",
    "Mateo",
    "Noor",
)
_LAST = ("Okafor", "Lindqvist", "Ståhl", "Moreau", "Haddad", "Tanaka", "O'Neill", "Silva", "Novák", "Weiß", "Mensah")
_ZONES = ("Europe/Berlin", "America/New_York", "Asia/Tokyo", "Africa/Accra", "UTC")
_DAYS = ("Monday", "Sunday", "Saturday")
_ATTRIBUTES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Department", "TEXT", ()),
    ("Role Level", "SINGLE_SELECT", ("Junior", "Senior", "Principal", "Manager", "Director")),
    ("Languages", "MULTI_SELECT", ("Arabic", "Deutsch", "English", "Français", "日本語", "Português", "Twi")),
    ("Floor", "NUMBER", ()),
    ("Office", "SINGLE_SELECT", ("Accra", "Berlin", "Tokyo", "Remote")),
    ("Skills", "MULTI_SELECT", ("Sales", "Support", "Python", "Design")),
    ("Badge", "TEXT", ()),
)
_STATUSES = ("upcoming", "past", "cancelled", "unconfirmed", "recurring", "past", "upcoming")
_FUTURE = datetime(2031, 3, 3, 9, tzinfo=UTC)
_PAST = datetime(2024, 5, 6, 9, tzinfo=UTC)
_TRIGGERS = ("BOOKING_CREATED", "BOOKING_CANCELLED", "MEETING_ENDED")
_STAFF, _MANAGED, _BOOKINGS, _FORMS, _WEBHOOKS = 10, 9, 48, 27, 5


def populate(world: World) -> None:
    """Add the tenants acme and rival."""
    for name in ("acme", "rival"):
        tenant = _tenant(world, name)
        world.add(tenant)
        _people(world, tenant)
        _attributes(world, tenant)
        _webhooks(world, tenant)
        _bookings(world, tenant)
        _forms(world, tenant)
        _credentials(world, tenant)
    _expired(world)


def _expired(world: World) -> None:
    """A pair that ran out a while ago, of the first client's first user."""
    tenant = next(iter(world.tenants.values()))
    access, refresh = world.tokens.outlived(tenant.client_id, next(iter(tenant.managed)), world.clock())
    world.expired = {"expired_access": access, "expired_refresh": refresh}


def _text(random: Random, length: int) -> str:
    return "".join(random.choices(_ALPHABET, k=length))


def _tenant(world: World, name: str) -> Tenant:
    random = world.random
    return Tenant(
        name=name,
        client_id=f"cl{_text(random, 23)}",
        secret=_text(random, 48),
        org_id=world.number(),
        admin_key=f"cal_live_{_text(random, 32)}",
        member_key=f"cal_live_{_text(random, 32)}",
    )


def _people(world: World, tenant: Tenant) -> None:
    teams = [world.number() for _ in range(4)]
    for index in range(_STAFF + _MANAGED):
        managed = index >= _STAFF
        user = _user(world, tenant, index, managed)
        tenant.users[user["id"]] = user
        if managed:
            tenant.managed[user["id"]] = user
        tenant.teams_of[user["id"]] = frozenset(world.random.sample(teams, k=index % 3))
        if not managed or index % 2:
            _membership(world, tenant, user, index)


def _user(world: World, tenant: Tenant, index: int, managed: bool) -> Row:
    random = world.random
    first, last = random.choice(_FIRST), random.choice(_LAST)
    login = f"{'managed' if managed else 'staff'}.{index}"
    return {
        "id": world.number(),
        "email": f"{login}@{tenant.name}.example",
        "username": None if index % 5 == 4 else f"{login}-{tenant.name}",
        "name": f"{first} {last}",
        "bio": None if index % 3 else f"Works with {random.choice(_FIRST)}.",
        "timeZone": random.choice(_ZONES),
        "weekStart": random.choice(_DAYS),
        "createdDate": f"2024-05-{10 + index:02}T10:00:00.000Z",
        "timeFormat": (12, 24, None)[index % 3],
        "defaultScheduleId": world.number() if index % 2 else None,
        "locale": ("en", "de", "pt-BR")[index % 3],
        "avatarUrl": None if index % 2 else f"https://{tenant.name}.example/avatars/{index}.png",
        "metadata": {"department": random.choice(("Sales", "Support"))} if index % 3 else {},
    }


def _membership(world: World, tenant: Tenant, user: Row, index: int) -> None:
    membership = {
        "id": world.number(),
        "userId": user["id"],
        "teamId": None,
        "accepted": index % 4 != 3,
        "role": ("OWNER", "MEMBER", "ADMIN", "MEMBER")[index % 4] if index < 4 else "MEMBER",
        "disableImpersonation": index % 5 == 0,
    }
    tenant.memberships[membership["id"]] = membership


def _attributes(world: World, tenant: Tenant) -> None:
    for index, (name, kind, values) in enumerate(_ATTRIBUTES):
        attribute: Row = {
            "id": world.uuid(),
            "teamId": tenant.org_id,
            "type": kind,
            "name": name,
            "slug": name.lower().replace(" ", "-"),
            "enabled": index != 4,
            "usersCanEditRelation": index % 2 == 0,
        }
        tenant.attributes[attribute["id"]] = attribute
        options = [_option(world, tenant, attribute, value) for value in values or ("Central", "42")]
        _assign(world, tenant, attribute, options)


def _option(world: World, tenant: Tenant, attribute: Row, value: str) -> Row:
    slug = value.lower() if value.isascii() else f"{attribute['slug']}-{len(tenant.options)}"
    option = {"id": world.uuid(), "attributeId": attribute["id"], "value": value, "slug": slug}
    tenant.options[option["id"]] = option
    return option


def _assign(world: World, tenant: Tenant, attribute: Row, options: list[Row]) -> None:
    """Give members options, so that all but the last option of an attribute are in use."""
    taken = cycle(options[:-1])
    for index, membership in enumerate(tenant.memberships.values()):
        several = 2 if attribute["type"] == "MULTI_SELECT" and index % 2 else 1
        for _ in range(several if index % 4 != 3 else 0):
            option = next(taken)
            made = Assignment(world.uuid(), membership["id"], membership["userId"], attribute["id"], option["id"])
            tenant.assignments[made.id] = made


def _webhooks(world: World, tenant: Tenant) -> None:
    for index in range(_WEBHOOKS):
        number = world.number()
        tenant.webhooks[number] = {
            "id": number,
            "oAuthClientId": tenant.client_id,
            "subscriberUrl": f"https://{tenant.name}.example/hooks/{index}",
            "triggers": list(_TRIGGERS[: 1 + index % 3]),
            "active": index != 3,
            "secret": f"hook-{tenant.name}-{index}" if index % 2 else None,
            "payloadTemplate": '{"type":"{{type}}"}' if index % 2 else None,
        }


def _bookings(world: World, tenant: Tenant) -> None:
    events = [(world.number(), slug) for slug in ("intro", "demo", "team-sync", "support")]
    guests = [
        (f"{first} {last}", f"{first.lower()}@guests.example") for first, last in zip(_FIRST, _LAST, strict=False)
    ]
    guests = [(name, email) for name, email in guests if email.isascii()]
    for index in range(_BOOKINGS):
        row = _booking(world, tenant, index, events[index % 4 if index % 9 else 0], guests)
        teams = frozenset().union(*(tenant.teams_of[host["id"]] for host in row["hosts"]))
        times = (seconds(row[name]) for name in ("start", "end", "createdAt", "updatedAt"))
        tenant.bookings.append(Booking(row, teams, *times))


def _booking(world: World, tenant: Tenant, index: int, event: tuple[int, str], guests: list[tuple[str, str]]) -> Row:
    random, status = world.random, _STATUSES[index % len(_STATUSES)]
    minutes = (15, 30, 60)[index % 3]
    start = (_PAST if status == "past" else _FUTURE) + timedelta(days=random.randrange(20), hours=index % 4)
    created = _PAST - timedelta(days=20 + index // 3)  # three bookings each share a time of creation
    updated = created + timedelta(hours=random.randrange(3))
    hosts = random.sample(list(tenant.users.values())[: _STAFF + _MANAGED], k=1 + index % 2)
    cancelled = status == "cancelled"
    attendees = random.sample(guests, k=1 + index % 3)
    return {
        "id": world.number(),
        "uid": f"{tenant.name}-{_text(random, 16)}",
        "title": f"{event[1]} with {attendees[0][0]}",
        "description": None if index % 4 == 0 else f"Booking {index}.",
        "hosts": [{name: host[name] for name in ("id", "name", "email", "username", "timeZone")} for host in hosts],
        "status": status,
        "cancellationReason": "No longer needed" if cancelled else None,
        "cancelledByEmail": attendees[0][1] if cancelled else None,
        "reschedulingReason": None,
        "rescheduledByEmail": None,
        "rescheduledFromUid": None,
        "start": _time(start),
        "end": _time(start + timedelta(minutes=minutes)),
        "duration": minutes,
        "eventTypeId": event[0],
        "eventType": {"id": event[0], "slug": event[1]},
        "location": "https://meet.example/room" if index % 2 else "Room 4",
        "absentHost": index % 11 == 0,
        "createdAt": _time(created),
        "updatedAt": _time(updated),
        "metadata": {},
        "rating": 1 + index % 5 if status == "past" else None,
        "icsUid": f"{index}@{tenant.name}.example",
        "attendees": [_attendee(name, email, random) for name, email in attendees],
        "guests": [f"guest{index}@guests.example"] if index % 6 == 0 else [],
        "bookingFieldsResponses": {"notes": "See agenda"} if index % 5 == 0 else {},
    }


def _attendee(name: str, email: str, random: Random) -> Row:
    return {
        "name": name,
        "email": email,
        "timeZone": random.choice(_ZONES),
        "phoneNumber": None,
        "language": "en",
        "absent": False,
        "seatUid": None,
        "bookingFieldsResponses": {},
    }


def _forms(world: World, tenant: Tenant) -> None:
    staff, teams = list(tenant.users), sorted(set().union(*tenant.teams_of.values()))
    uids = [booking.row["uid"] for booking in tenant.bookings]
    for index in range(_FORMS):
        created = _PAST + timedelta(days=index // 2 * 3)  # two forms each share a time of creation
        row = {
            "id": world.uuid(),
            "name": f"Form {index}",
            "description": None if index % 3 == 0 else f"Routes requests of kind {index}.",
            "position": index,
            "createdAt": _time(created),
            "updatedAt": _time(created + timedelta(days=world.random.randrange(40))),
            "userId": staff[index % _STAFF],
            "teamId": None if index % 4 == 0 else teams[index % len(teams)],
            "disabled": index % 7 == 0,
            "routes": None if index % 5 == 0 else [{"id": f"route-{index}", "action": {"type": "customPageMessage"}}],
            "fields": [] if index % 2 else [{"id": f"field-{index}", "type": "text", "label": "Company"}],
            "settings": None if index % 6 == 0 else {"emailOwnerOnSubmission": True},
        }
        led_to = frozenset(world.random.sample(uids, k=index % 3))
        tenant.forms.append(Form(row, seconds(str(row["createdAt"])), seconds(str(row["updatedAt"])), led_to))


def _credentials(world: World, tenant: Tenant) -> None:
    for slug, name in (("google_calendar", "Google Calendar"), ("office365_calendar", "Office 365 Calendar")):
        number = world.uuid()
        tenant.credentials[number] = {
            "id": number,
            "enabled": True,
            "domain": f"{tenant.name}.example",
            "organizationId": tenant.org_id,
            "workspacePlatform": {"name": name, "slug": slug},
            "createdAt": _time(_PAST),
            "updatedAt": _time(_PAST),
        }


def _time(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
