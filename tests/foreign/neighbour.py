"""Somebody else who uses the same deployment: creates, changes and deletes rows of their own in the same lists."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.foreign.service import Service
from tests.foreign.store import Row, Tenant, stamp


async def disturb(service: Service, every: float = 0.25) -> None:
    """One thing after the other, until cancelled."""
    mine: list[tuple[dict[Any, Row], Any]] = []
    turn = 0
    while True:
        await asyncio.sleep(every)
        tenant = service.store.tenants[turn % 2]
        if len(mine) > 8:
            rows, identity = mine.pop(service.store.luck.randrange(len(mine) - 4))
            _remove(service, rows, identity)
        for rows, identity in mine[-1:]:
            if "bio" in rows.get(identity, {}):
                rows[identity] = rows[identity] | {"bio": f"Turn {turn}"}
        mine += _made(service, tenant, turn // 2 % 4, turn)
        turn += 1


def _remove(service: Service, rows: dict[Any, Row], identity: Any) -> None:
    rows.pop(identity, None)
    for tenant in service.store.tenants:
        tenant.managed.discard(identity)


def _made(service: Service, tenant: Tenant, what: int, turn: int) -> list[tuple[dict[Any, Row], Any]]:
    store = service.store
    rows = (tenant.users, tenant.webhooks, tenant.attributes, tenant.bookings)[what]
    if not rows:
        return []
    row = dict(next(iter(rows.values())))
    identity: Any = store.text() if what == 2 else store.number()
    row["id"] = f"wh_{identity}" if what == 1 and "text-webhook-ids" in service.choices else identity
    row |= (
        {"email": f"busy{turn}@people.example", "username": f"busy-{turn}", "createdDate": stamp(store.now())},
        {"subscriberUrl": f"https://hooks.example/busy/{turn}"},
        {"slug": f"busy-{turn}", "name": f"Busy {turn}"},
        {"uid": f"busy{turn}", "createdAt": stamp(store.now()), "updatedAt": stamp(store.now())},
    )[what]
    rows[row["id"]] = row
    if what == 0:
        tenant.managed.add(row["id"])
    return [(rows, row["id"])]
