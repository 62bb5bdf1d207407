"""Webhooks of an OAuth client. Nothing is ever sent to their subscribers."""

from __future__ import annotations

from sandbox.calls import Call, Page, handles
from sandbox.faults import fault
from sandbox.pages import page
from sandbox.refusals import RefusalError
from sandbox.state import Row

DELETE = "OAuthClientWebhooksController_deleteOAuthClientWebhook"
DELETE_ALL = "OAuthClientWebhooksController_deleteAllOAuthClientWebhooks"
CREATE = "OAuthClientWebhooksController_createOAuthClientWebhook"

DELETE_NOOP = fault(
    "delete-is-a-no-op",
    family="state",
    scope=(DELETE,),
    text="A deletion is answered as done and the webhook stays.",
)
DELETE_ALL_EVERYWHERE = fault(
    "delete-all-empties-other-tenants",
    family="state",
    scope=(DELETE_ALL,),
    text="Deleting all webhooks of one client deletes those of the others too.",
)
DELETE_ALL_KEEPS_ONE = fault(
    "delete-all-keeps-one",
    family="state",
    scope=(DELETE_ALL,),
    text="Deleting all webhooks leaves the oldest.",
)
TRIGGERS_NOT_ARRAY = fault(
    "triggers-answered-as-string",
    family="exchange",
    scope=(CREATE,),
    text="A webhook that was created with one trigger as a string is answered with a string.",
)


@handles("OAuthClientWebhooksController_getOAuthClientWebhooks")
def list_webhooks(call: Call) -> Page:
    """The client's webhooks, oldest first."""
    return page(call, list(call.tenant.webhooks.values()))


@handles(CREATE)
def create_webhook(call: Call) -> Row:
    """A new webhook."""
    webhook = {
        "id": call.world.number(),
        "oAuthClientId": call.tenant.client_id,
        "subscriberUrl": call.body["subscriberUrl"],
        "triggers": _triggers(call.body["triggers"]),
        "active": call.body["active"],
        "secret": call.body.get("secret"),
        "payloadTemplate": call.body.get("payloadTemplate"),
    }
    call.tenant.webhooks[webhook["id"]] = webhook
    if TRIGGERS_NOT_ARRAY in call.faults:
        return {**webhook, "triggers": call.body["triggers"]}
    return webhook


@handles("OAuthClientWebhooksController_getOAuthClientWebhook")
def get_webhook(call: Call) -> Row:
    """One webhook."""
    return _find(call)


@handles("OAuthClientWebhooksController_updateOAuthClientWebhook")
def update_webhook(call: Call) -> Row:
    """Change what was sent."""
    webhook = _find(call)
    known = {
        name: value for name, value in call.body.items() if name in webhook and name not in {"id", "oAuthClientId"}
    }
    if "triggers" in known:
        known["triggers"] = _triggers(known["triggers"])
    webhook.update(known)
    return webhook


@handles(DELETE)
def delete_webhook(call: Call) -> Row:
    """Forget one webhook."""
    webhook = _find(call)
    if DELETE_NOOP not in call.faults:
        del call.tenant.webhooks[webhook["id"]]
    return webhook


@handles(DELETE_ALL)
def delete_all_webhooks(call: Call) -> str:
    """Forget every webhook of the client."""
    kept = list(call.tenant.webhooks.items())[:1] if DELETE_ALL_KEEPS_ONE in call.faults else []
    call.tenant.webhooks = dict(kept)
    if DELETE_ALL_EVERYWHERE in call.faults:
        for other in call.world.others(call.tenant):
            other.webhooks.clear()
    return "All webhooks deleted successfully."


def _find(call: Call) -> Row:
    text: str = call.path["webhookId"]
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else -1
    webhook = call.tenant.webhooks.get(number)
    if webhook is None or str(number) != text:
        raise RefusalError(404, "There is no such webhook.")
    return webhook


def _triggers(sent: str | list[str]) -> list[str]:
    return [sent] if isinstance(sent, str) else list(sent)
