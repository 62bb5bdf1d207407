"""The scenes of faults that resources have: each does what shows its fault, and looks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.sandbox.wire import Headers, Wire, created

Scene = Callable[[Wire], Any]
HOOK = {
    "active": True,
    "subscriberUrl": "https://people.example/hook",
    "triggers": "BOOKING_CREATED",
    "payloadTemplate": "{}",
}
FIELD = {"name": "Field", "slug": "field", "type": "TEXT", "options": [], "enabled": False}


def _hook(wire: Wire, **more: Any) -> str:
    made = wire.data("POST", wire.acme.webhooks, wire.acme.client, json=HOOK | more)
    return f"{wire.acme.webhooks}/{made['id']}"


def _hooks_left(wire: Wire) -> list[str]:
    return [row["subscriberUrl"] for row in wire.data("GET", wire.acme.webhooks, wire.acme.client)]


def _user(wire: Wire, *bodies: dict[str, Any]) -> Any:
    """A user after some updates: as it is read, and as it is listed."""
    made = created(wire, wire.acme, avatarUrl="https://people.example/a.png", metadata={"kept": "yes"})["user"]
    path = f"{wire.acme.users}/{made['id']}"
    statuses = [wire.status("PATCH", path, wire.acme.client, json=body) for body in bodies]
    listed = [row for row in wire.data("GET", wire.acme.users, wire.acme.client) if row["id"] == made["id"]]
    return statuses, wire.data("GET", path, wire.acme.client), listed


def _updated(*bodies: dict[str, Any]) -> Scene:
    return lambda wire: _user(wire, *bodies)


def _taken(wire: Wire) -> Any:
    created(wire, wire.acme, email="taken@people.example")
    return _user(wire, {"name": "Half", "email": "taken@people.example"})


def _at_once(wire: Wire) -> int:
    request = ("POST", wire.acme.users, wire.acme.client, {"json": {"email": "one@people.example", "name": "One"}})
    return sum(answer.is_success for answer in wire.together([request] * 3))


def _options_at_once(wire: Wire) -> list[int]:
    path = f"{wire.acme.attributes}/{wire.acme.attribute('SINGLE_SELECT')}/options"
    request = ("POST", path, wire.acme.admin, {"json": {"value": "Once", "slug": "once"}})
    return sorted(answer.status_code for answer in wire.together([request] * 3))


def _changes_at_once(wire: Wire) -> Any:
    path = f"{wire.acme.users}/{created(wire, wire.acme)['user']['id']}"
    bodies: list[dict[str, Any]] = [{"name": "Other"}, {"bio": "Other"}]
    wire.together([("PATCH", path, wire.acme.client, {"json": body}) for body in bodies])
    return wire.data("GET", path, wire.acme.client)


def _deleted_member(wire: Wire) -> int:
    user = created(wire, wire.acme)["user"]
    body = {"userId": user["id"], "role": "MEMBER"}
    membership = wire.data("POST", wire.acme.memberships, wire.acme.admin, json=body)
    wire.data("DELETE", f"{wire.acme.users}/{user['id']}", wire.acme.client)
    return wire.status("GET", f"{wire.acme.memberships}/{membership['id']}", wire.acme.admin)


def _membership(**changes: Any) -> Scene:
    def scene(wire: Wire) -> Any:
        body = {"userId": created(wire, wire.acme)["user"]["id"], "role": "MEMBER", "accepted": True}
        made = wire.data("POST", wire.acme.memberships, wire.acme.admin, json=body | {"disableImpersonation": True})
        path = f"{wire.acme.memberships}/{made['id']}"
        wire.status("PATCH", path, wire.acme.admin, json=changes)
        answer = wire.ask("GET", path, wire.acme.admin)
        return answer.status_code, answer.json()

    return scene


def _hook_after(*steps: tuple[str, dict[str, Any]]) -> Scene:
    def scene(wire: Wire) -> Any:
        path = _hook(wire)
        statuses = [wire.status(method, path, wire.acme.client, **more) for method, more in steps]
        answer = wire.ask("GET", path, wire.acme.client)
        return statuses, answer.json(), _hooks_left(wire)

    return scene


def _all_deleted(wire: Wire) -> int:
    path = _hook(wire)
    wire.data("DELETE", wire.acme.webhooks, wire.acme.client)
    return wire.status("GET", path, wire.acme.client)


def _neighbours(wire: Wire) -> list[str]:
    first = _hook(wire, subscriberUrl="https://people.example/first")
    _hook(wire, subscriberUrl="https://people.example/second")
    wire.data("DELETE", first, wire.acme.client)
    return _hooks_left(wire)


def _field(*bodies: dict[str, Any], headers: Headers | None = None) -> Scene:
    """Attributes after some creations: the statuses, and what is listed."""

    def scene(wire: Wire) -> Any:
        asked = [
            wire.status("POST", wire.acme.attributes, wire.acme.admin if headers is None else headers, json=body)
            for body in bodies
        ]
        listed = wire.data("GET", wire.acme.attributes, wire.acme.admin)
        return asked, [(row["slug"], row["enabled"]) for row in listed]

    return scene


def _half_applied(wire: Wire) -> str:
    path = f"{wire.acme.attributes}/{wire.acme.attribute('TEXT')}"
    wire.status("PATCH", path, wire.acme.admin, json={"name": "Half", "type": "NONE"})
    return str(wire.data("GET", path, wire.acme.admin)["name"])


def _spared(wire: Wire) -> int:
    path = f"{wire.acme.attributes}/{wire.acme.attribute('TEXT')}"
    wire.status("DELETE", path)
    return wire.status("GET", path, wire.acme.admin)


def _orphans(of: str) -> Scene:
    """What a user has left of an attribute when it, or the option, is deleted."""

    def scene(wire: Wire) -> Any:
        attribute = wire.acme.attribute("SINGLE_SELECT")
        held = next(each for each in wire.acme.tenant.assignments.values() if each.attribute_id == attribute)
        path = f"{wire.acme.attributes}/{attribute}"
        wire.data("DELETE", path if of == "attribute" else f"{path}/options/{held.option_id}", wire.acme.admin)
        answer = wire.ask("GET", f"{wire.acme.attributes}/options/{held.user_id}", wire.acme.admin)
        return len(answer.json()["data"])

    return scene


def _moved(wire: Wire) -> int:
    attribute = wire.acme.attribute("SINGLE_SELECT")
    options = f"{wire.acme.attributes}/{attribute}/options"
    option = next(wire.acme.tenant.options_of(attribute))["id"]
    wire.status("PATCH", f"{options}/{option}", wire.acme.admin, json={"attributeId": "elsewhere"})
    return len(wire.data("GET", options, wire.acme.admin))


SCENES_OF_STATE: dict[str, Scene] = {
    "patch-of-several-loses-one": _updated({"name": "A", "bio": "B", "locale": "de"}),
    "update-not-in-list": _updated({"name": "Other"}),
    "conflicting-update-half-applied": _taken,
    "concurrent-creations-make-two": _at_once,
    "concurrent-creations-500": _options_at_once,
    "concurrent-updates-lose-one": _changes_at_once,
    "optional-member-ignored": _updated(),
    "patch-empties-metadata": _updated({"name": "Other"}),
    "patch-undoes-earlier-patch": _updated({"name": "Other"}, {"bio": "Other"}),
    "deleted-user-stays-member": _deleted_member,
    "patch-clears-unsent-member": _hook_after(("PATCH", {"json": {"active": False}})),
    "creation-ignores-optional-member": _hook_after(),
    "owner-changed-by-body": _hook_after(("PATCH", {"json": {"oAuthClientId": "other"}})),
    "second-deletion-500": _hook_after(("DELETE", {}), ("DELETE", {})),
    "deleted-still-in-list": _hook_after(("DELETE", {})),
    "deleted-accepts-changes": _hook_after(("DELETE", {}), ("PATCH", {"json": {"active": False}})),
    "delete-all-leaves-them-readable": _all_deleted,
    "deletion-takes-the-next-with-it": _neighbours,
    "deleted-attribute-stays-assigned": _orphans("attribute"),
    "deleted-option-stays-assigned": _orphans("option"),
    "conflicting-creation-stored": _field(FIELD, FIELD),
    "creation-echoes-what-it-does-not-store": _field(FIELD),
    "invalid-creation-stored": _field(FIELD | {"type": "NONE"}),
    "invalid-update-half-applied": _half_applied,
    "refused-deletion-carried-out": _spared,
    "parent-changed-by-body": _moved,
    "id-changed-by-body": _membership(id=987654),
    "patch-resets-one-member": _membership(role="ADMIN"),
    "created-with-default": _membership(),
}
