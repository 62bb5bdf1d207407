"""Webhooks."""

from __future__ import annotations

from typing import Any

from tests.foreign import rules
from tests.foreign.operations.reading import CLIENT, SKIP, one, optional, paged, stored
from tests.foreign.service import Ask, Service, operation
from tests.foreign.store import Row


def hook(service: Service, row: Row) -> Row:
    """A webhook as answered."""
    return {
        name: value
        for name, value in row.items()
        if name != "secret" or "optional-members-missing" not in service.choices
    }


def webhook(ask: Ask) -> Row:
    """The webhook the path names."""
    text = ask.path["webhookId"]
    return one(ask.tenant.webhooks, text if text in ask.tenant.webhooks else rules.whole(text), "webhook")


def listed(body: Row) -> Row:
    """The body with its triggers in a list."""
    if isinstance(body.get("triggers"), str):
        return body | {"triggers": [body["triggers"]]}
    return body


@operation(
    "POST",
    f"{CLIENT}/webhooks",
    "client",
    10,
    body=rules.WEBHOOK,
    needed=("active", "subscriberUrl", "triggers"),
    status=201,
    knows_404=False,
)
async def create_webhook(service: Service, ask: Ask) -> Any:
    identity: Any = service.store.number()
    identity = f"wh_{identity}" if "text-webhook-ids" in service.choices else identity
    known = {name: value for name, value in ask.body.items() if name in rules.WEBHOOK}
    ask.tenant.webhooks[identity] = row = {
        "id": identity,
        "oAuthClientId": ask.tenant.client,
        "secret": None,
        "payloadTemplate": None,
    } | stored(service, listed(known))
    return hook(service, row)


@operation("GET", f"{CLIENT}/webhooks", "client", 60, query=SKIP)
async def list_webhooks(service: Service, ask: Ask) -> Any:
    rows = list(ask.tenant.webhooks.values())
    return [hook(service, row) for row in paged(service, ask, rows, told=optional(service))]


@operation("DELETE", f"{CLIENT}/webhooks", "client", 5)
async def delete_webhooks(service: Service, ask: Ask) -> Any:
    count = len(ask.tenant.webhooks)
    ask.tenant.webhooks.clear()
    return f"{count} webhooks are gone."


@operation("PATCH", f"{CLIENT}/webhooks/{{webhookId}}", "client", 10, body=rules.WEBHOOK)
async def change_webhook(service: Service, ask: Ask) -> Any:
    row = webhook(ask)
    row |= stored(service, listed({name: value for name, value in ask.body.items() if name in rules.WEBHOOK}))
    return hook(service, row)


@operation("GET", f"{CLIENT}/webhooks/{{webhookId}}", "client", 60)
async def show_webhook(service: Service, ask: Ask) -> Any:
    return hook(service, webhook(ask))


@operation("DELETE", f"{CLIENT}/webhooks/{{webhookId}}", "client", 5)
async def delete_webhook(service: Service, ask: Ask) -> Any:
    row = webhook(ask)
    del ask.tenant.webhooks[row["id"]]
    return hook(service, row)
