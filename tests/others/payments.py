"""Payments: form-encoded bodies, cursors that are ids, updates by POST, answers 200 or default, idempotency keys."""

from __future__ import annotations

import base64
from typing import Any

from tests.others.serving import Answer, Asked, Server, answers

KEYS = {"sk_test_acme_0123456789": "acme", "sk_test_rival_987654321": "rival"}
LISTED = ("limit", "starting_after", "ending_before", "expand")


class Payments(Server):
    """Keeps `payments.yaml`, but for the faults of `FAULTS`."""

    document = "payments.yaml"
    base = "/v1"
    principals = (
        ("acme", "bearer", "token", "sk_test_acme_0123456789"),
        ("rival", "bearer", "token", "sk_test_rival_987654321"),
    )

    def __init__(self, *faults: str) -> None:
        super().__init__(*faults)
        self.customers: dict[str, dict[str, Any]] = {}
        self.charges: dict[str, dict[str, Any]] = {}
        self.owners: dict[str, str] = {}
        self.done: dict[tuple[str, str, str], tuple[bytes, Answer]] = {}
        for user in KEYS.values():
            for number in range(9):
                customer = self._customer(user, {"name": f"{user} {number}", "email": f"c{number % 4}@{user}.example"})
                self._charge(user, {"amount": 100 + number, "currency": "eur", "customer": customer["id"]})

    def error(self, status: int, message: str, **more: Any) -> Answer:
        kind = "api_error" if status >= 500 else "invalid_request_error"
        if self.has("error-type-unknown") and status == 404:
            kind = "not_found"
        return Answer(status, {"error": {"type": kind, "message": message}})

    def who(self, asked: Asked) -> str:
        scheme, _, told = asked.headers.get("authorization", "").partition(" ")
        if scheme == "Basic":
            try:
                told = base64.b64decode(told, validate=True).decode().removesuffix(":")
            except ValueError:
                told = ""
        user = KEYS.get(told) if scheme in ("Basic", "Bearer") else None
        if user is None and self.has("prefix-suffices") and told.startswith("sk_test_acme"):
            return "acme"
        if user is None:
            raise self.error(401, "You did not provide an API key.")
        return user

    def _owned(self, kind: str, user: str) -> list[dict[str, Any]]:
        things = {"customers": self.customers, "charges": self.charges}[kind].values()
        return [each for each in reversed(things) if self.owners[each["id"]] == user]

    def _one(self, kind: str, number: str, user: str) -> dict[str, Any]:
        found = {"customers": self.customers, "charges": self.charges}[kind].get(number)
        open_to_all = kind == "charges" and self.has("charges-of-others")
        if found is None or (self.owners[number] != user and not open_to_all):
            raise self.error(404, f"No such {kind[:-1]}.")
        return found

    def _customer(self, user: str, body: dict[str, Any]) -> dict[str, Any]:
        number = f"cus_{self.next():06}"
        plain = {"email": None, "name": None, "description": None, "balance": 0, "address": None, "metadata": {}}
        made = {**plain, "preferred_locales": [], **body}
        made |= {"id": number, "object": "customer", "created": 1_900_000_000 + self.numbers, "livemode": False}
        self.customers[number], self.owners[number] = made, user
        return made

    def _charge(self, user: str, body: dict[str, Any]) -> dict[str, Any]:
        number = f"ch_{self.next():06}"
        made = {"customer": None, "description": None, "metadata": {}, **body, "id": number, "object": "charge"}
        made |= {
            "amount_refunded": 0,
            "refunded": False,
            "status": "succeeded",
            "created": 1_900_000_000 + self.numbers,
        }
        self.charges[number], self.owners[number] = made, user
        return made

    def _listed(self, asked: Asked, kind: str) -> Answer:
        things = self._owned(kind, asked.user)
        for name, value in asked.given.items():
            if name not in LISTED:
                things = [each for each in things if each[name] == value]
        ids = [each["id"] for each in things]
        size, start = asked.given["limit"], 0
        after, before = asked.given.get("starting_after"), asked.given.get("ending_before")
        for cursor in (after, before):
            if cursor is not None and cursor not in ids:
                raise self.error(400, f"No such {kind[:-1]}: {cursor}")
        if after:
            start = ids.index(after) + (0 if self.has("cursor-inclusive") else 1)
        if before:
            start = max(0, ids.index(before) - size)
            size = min(size, ids.index(before))
        rows = things[start : start + size]
        more = start + size < len(things)
        if self.has("ends-early") and start:
            more = False
        return Answer(200, {"object": "list", "data": rows, "has_more": more, "url": f"/v1/{kind}"})

    def _once(self, asked: Asked, make: Any) -> Answer:
        key = asked.headers.get("idempotency-key")
        if key is None or self.has("key-ignored"):
            return Answer(200, make())
        place = (asked.user, asked.path, key)
        if place not in self.done:
            self.done[place] = asked.raw, Answer(200, dict(make()))
        raw, answer = self.done[place]
        if raw != asked.raw:
            raise self.error(400, "Keys for idempotent requests can only be used with the same parameters.")
        return answer

    @answers("GET /customers")
    def list_customers(self, asked: Asked) -> Answer:
        return self._listed(asked, "customers")

    @answers("POST /customers")
    def create_customer(self, asked: Asked) -> Answer:
        body = asked.body or {}
        if self.has("nested-lost"):
            body = {name: value for name, value in body.items() if name != "address"}
        return self._once(asked, lambda: self._customer(asked.user, body))

    @answers("GET /customers/{customer}")
    def read_customer(self, asked: Asked) -> Answer:
        return Answer(200, self._one("customers", asked.values["customer"], asked.user))

    @answers("POST /customers/{customer}")
    def change_customer(self, asked: Asked) -> Answer:
        found = self._one("customers", asked.values["customer"], asked.user)
        if self.has("change-clears-email") and "email" not in (asked.body or {}):
            found["email"] = None
        found |= asked.body or {}
        return Answer(200, found)

    @answers("DELETE /customers/{customer}")
    def delete_customer(self, asked: Asked) -> Answer:
        found = self._one("customers", asked.values["customer"], asked.user)
        if not self.has("delete-keeps"):
            del self.customers[found["id"]]
        return Answer(200, {"deleted": True, "id": found["id"], "object": "customer"})

    @answers("GET /charges")
    def list_charges(self, asked: Asked) -> Answer:
        return self._listed(asked, "charges")

    @answers("POST /charges")
    def create_charge(self, asked: Asked) -> Answer:
        if (customer := asked.body.get("customer")) is not None:
            try:
                self._one("customers", customer, asked.user)
            except Answer:
                raise self.error(400, f"No such customer: {customer}") from None
        return self._once(asked, lambda: self._charge(asked.user, asked.body))

    @answers("GET /charges/{charge}")
    def read_charge(self, asked: Asked) -> Answer:
        return Answer(200, self._one("charges", asked.values["charge"], asked.user))

    @answers("POST /charges/{charge}/refund")
    def refund(self, asked: Asked) -> Answer:
        found = self._one("charges", asked.values["charge"], asked.user)
        if found["refunded"]:
            raise self.error(400, "This charge has been refunded already.")
        found |= {"refunded": True, "amount_refunded": found["amount"]}
        return Answer(200, found)


FAULTS = {
    "error-type-unknown": "errors/error-fits-its-schema",
    "prefix-suffices": "credentials/nothing-with-a-damaged",
    "charges-of-others": "credentials/another-tenant-is-refused",
    "cursor-inclusive": "pagination/",
    "ends-early": "pagination/",
    "key-ignored": "state/",
    "nested-lost": "state/",
    "change-clears-email": "state/",
    "delete-keeps": "state/",
}
