"""Webhooks of an OAuth client. Nothing is ever sent to their subscribers."""

from __future__ import annotations

from sandbox import rush
from sandbox.calls import Call, Page, handles
from sandbox.faults import fault
from sandbox.pages import page
from sandbox.refusals import RefusalError, failure
from sandbox.state import Row

DELETE = "OAuthClientWebhooksController_deleteOAuthClientWebhook"
DELETE_ALL = "OAuthClientWebhooksController_deleteAllOAuthClientWebhooks"
CREATE = "OAuthClientWebhooksController_createOAuthClientWebhook"
UPDATE = "OAuthClientWebhooksController_updateOAuthClientWebhook"
LIST = "OAuthClientWebhooksController_getOAuthClientWebhooks"
READ = "OAuthClientWebhooksController_getOAuthClientWebhook"

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
TEMPLATE_CLEARED = fault(
    "patch-clears-unsent-member",
    family="state",
    scope=(UPDATE,),
    text="An update that does not send payloadTemplate sets it to null.",
)
TEMPLATE_IGNORED = fault(
    "creation-ignores-optional-member",
    family="state",
    scope=(CREATE,),
    text="The payloadTemplate of a new webhook is answered and not stored.",
)
OWNER_FROM_BODY = fault(
    "owner-changed-by-body",
    family="state",
    scope=(UPDATE,),
    text="An update may set oAuthClientId.",
)
SECOND_DELETE_500 = fault(
    "second-deletion-500",
    family="state",
    scope=(DELETE,),
    text="Deleting a webhook that is gone already is answered 500.",
)
DELETED_LISTED = fault(
    "deleted-still-in-list",
    family="state",
    scope=(DELETE, LIST),
    text="A deleted webhook cannot be read and stays in the list.",
)
DELETED_CHANGES = fault(
    "deleted-accepts-changes",
    family="state",
    scope=(UPDATE,),
    text="An update of a webhook that is gone is answered 200.",
)
ALL_STILL_READABLE = fault(
    "delete-all-leaves-them-readable",
    family="state",
    scope=(DELETE_ALL, LIST),
    text="Deleting all webhooks empties the list; each can still be read by its address.",
)
NEIGHBOUR_DELETED = fault(
    "deletion-takes-the-next-with-it",
    family="state",
    scope=(DELETE,),
    text="Deleting a webhook deletes the one behind it in the list, too.",
    needs="depth",
)
TRIGGERS_NOT_ARRAY = fault(
    "triggers-answered-as-string",
    family="exchange",
    scope=(CREATE,),
    text="A webhook that was created with one trigger as a string is answered with a string.",
)


@handles(LIST)
def list_webhooks(call: Call) -> Page:
    """The client's webhooks, oldest first."""
    webhooks = call.tenant.webhooks.values()
    if DELETED_LISTED in call.faults:
        return page(call, [*webhooks, *call.tenant.deleted])
    return page(call, [webhook for webhook in webhooks if webhook["id"] not in call.tenant.hidden])


ONE_AN_ADDRESS = fault(
    "one-webhook-an-address",
    family="state",
    scope=(CREATE,),
    text="A creation with the subscriberUrl of a webhook is answered with that one, whatever else was sent.",
    needs="depth",
)


@handles(CREATE)
def create_webhook(call: Call) -> Row:
    """A new webhook."""
    if ONE_AN_ADDRESS in call.faults:
        there = (row for row in call.tenant.webhooks.values() if row["subscriberUrl"] == call.body["subscriberUrl"])
        if known := next(there, None):
            return known
    webhook = {
        "id": call.world.number(),
        "oAuthClientId": call.tenant.client_id,
        "subscriberUrl": call.body["subscriberUrl"],
        "triggers": _triggers(call.body["triggers"]),
        "active": call.body["active"],
        "secret": call.body.get("secret"),
        "payloadTemplate": call.body.get("payloadTemplate"),
    }
    if not call.world.rush.hit(rush.NOT_STORED, 2):
        call.tenant.webhooks[webhook["id"]] = webhook
    if TEMPLATE_IGNORED in call.faults:
        shown, webhook["payloadTemplate"] = dict(webhook), None
        return shown
    if TRIGGERS_NOT_ARRAY in call.faults:
        return {**webhook, "triggers": call.body["triggers"]}
    return webhook


UNKNOWN_IS_FIRST = fault(
    "unknown-id-shows-the-first",
    family="state",
    scope=(READ,),
    text="A webhook id that is no number shows the first webhook.",
)


@handles(READ)
def get_webhook(call: Call) -> Row:
    """One webhook."""
    if UNKNOWN_IS_FIRST in call.faults and not call.path["webhookId"].isdecimal():
        return next(iter(call.tenant.webhooks.values()))
    return _find(call)


FALSE_LOST = fault(
    "false-is-not-stored",
    family="state",
    scope=(UPDATE,),
    text="An update to false is taken for a member that was not sent.",
    needs="depth",
)


@handles(UPDATE)
def update_webhook(call: Call) -> Row:
    """Change what was sent."""
    if DELETED_CHANGES in call.faults and call.path["webhookId"] in call.tenant.gone:
        return {**call.tenant.gone[call.path["webhookId"]], **call.body, "triggers": []}
    webhook = _find(call)
    closed = {"id"} if OWNER_FROM_BODY in call.faults else {"id", "oAuthClientId"}
    known = {name: value for name, value in call.body.items() if name in webhook and name not in closed}
    if TEMPLATE_CLEARED in call.faults and "payloadTemplate" not in known:
        known["payloadTemplate"] = None
    if FALSE_LOST in call.faults:
        known = {name: value for name, value in known.items() if value is not False}
    if "triggers" in known:
        known["triggers"] = _triggers(known["triggers"])
    webhook.update(known)
    return webhook


@handles(DELETE)
def delete_webhook(call: Call) -> Row:
    """Forget one webhook."""
    if SECOND_DELETE_500 in call.faults and call.path["webhookId"] in call.tenant.gone:
        raise failure()
    webhook = _find(call)
    if NEIGHBOUR_DELETED in call.faults:
        _drop_next(call.tenant.webhooks, webhook["id"])
    if DELETE_NOOP not in call.faults:
        del call.tenant.webhooks[webhook["id"]]
        call.tenant.gone[call.path["webhookId"]] = webhook
        call.tenant.deleted.append(webhook)
    return webhook


def _drop_next(webhooks: dict[int, Row], number: int) -> None:
    following = [each for each in webhooks if each > number]
    if following:
        del webhooks[following[0]]


@handles(DELETE_ALL)
def delete_all_webhooks(call: Call) -> str:
    """Forget every webhook of the client."""
    if ALL_STILL_READABLE in call.faults:
        call.tenant.hidden.update(call.tenant.webhooks)
        return "All webhooks deleted successfully."
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
