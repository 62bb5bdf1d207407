"""Stock: a document as a bad converter leaves it; only `default` answers, no names, odd styles, trailing slashes."""

from __future__ import annotations

from typing import Any

from tests.others.serving import Answer, Asked, Server, answers

KEYS = {"Token acme-0123456789abcdef": "acme", "Token rival-fedcba9876543210": "rival"}
QUOTA = 100_000


class Stock(Server):
    """Keeps `stock.yaml`, but for the faults of `FAULTS`. Its errors are text, since nothing is said of errors."""

    document = "stock.yaml"
    principals = (
        ("acme", "api_key", "key", "Token acme-0123456789abcdef"),
        ("rival", "api_key", "key", "Token rival-fedcba9876543210"),
    )

    def __init__(self, *faults: str) -> None:
        super().__init__(*faults)
        self.items: dict[int, dict[str, Any]] = {}
        self.carriers: dict[int, dict[str, Any]] = {}
        self.owners: dict[int, str] = {}
        self.used: dict[str, int] = {}
        for user in ("acme", "rival"):
            for number in range(6):
                colour, tags = ("Red", "Green", "Blue")[number % 3], [["new"], ["sale", "rare"]][number % 2]
                self._item(user, {"Name": f"{user} {number}", "Price": number * 10, "Colour": colour, "Tags": tags})
            self._carrier(user, {"kind": "van", "plate": "UL-1", "seats": 3})
            self._carrier(user, {"kind": "bicycle", "electric": True})

    def error(self, status: int, message: str, **more: Any) -> Answer:
        return Answer(status, message, media="text/plain")

    def who(self, asked: Asked) -> str:
        told = asked.headers.get("authorization", "")
        user = KEYS.get(told)
        if user is None and self.has("open") and asked.method == "GET":
            return "acme"
        if user is None:
            raise self.error(403, "Forbidden")
        return user

    def spoiled(self, asked: Asked, answer: Answer) -> Answer:
        """With rate headers that the document does not name, of a limit that nobody reaches."""
        if 200 <= answer.status < 300:
            self.used[asked.user] = self.used.get(asked.user, 0) + 1
            answer.headers |= {
                "X-Rate-Limit-Limit": str(QUOTA),
                "X-Rate-Limit-Remaining": str(QUOTA - self.used[asked.user]),
            }
        return answer

    def _item(self, user: str, body: dict[str, Any]) -> dict[str, Any]:
        plain = {"Note": None, "Name": "", "Price": 0, "Colour": "Red", "Tags": [], "Active": True}
        made = {**plain, **self._known(body), "ItemID": self.next()}
        if self.has("price-as-text"):
            made["Price"] = str(made["Price"])
        self.items[made["ItemID"]], self.owners[made["ItemID"]] = made, user
        return made

    def _known(self, body: dict[str, Any]) -> dict[str, Any]:
        names = ("Note", "Name", "Price", "Colour", "Tags", "Active")
        return {name: value for name, value in body.items() if name in names}

    def _carrier(self, user: str, body: dict[str, Any]) -> dict[str, Any]:
        made = {**body, "id": self.next()}
        if self.has("wrong-kind") and made["kind"] == "bicycle":
            made["kind"] = "bike"
        self.carriers[made["id"]], self.owners[made["id"]] = made, user
        return made

    def _mine(self, asked: Asked, things: dict[int, dict[str, Any]], name: str) -> dict[str, Any]:
        found = things.get(asked.values[name])
        if found is None or (self.owners[asked.values[name]] != asked.user and not self.has("everybodys")):
            raise self.error(404, "Not found")
        return found

    @answers("GET /api/Items/")
    def list(self, asked: Asked) -> Answer:
        mine = [each for each in self.items.values() if self.owners[each["ItemID"]] == asked.user]
        told = asked.given.get("filter", {})
        mine = [each for each in mine if int(each["Price"]) >= told.get("minPrice", 0)]
        mine = [each for each in mine if told.get("colour") in (None, each["Colour"])]
        mine = [each for each in mine if set(asked.given.get("tags", [])) <= set(each["Tags"])]
        span = asked.given.get("range", {"from": 0})
        return Answer(200, mine[span["from"] :][: span.get("count", 500)])

    def _parameters(self, asked: Asked, declared: Any) -> None:
        if self.has("bad-range-500") and any(name == "range" for name, _ in asked.query):
            try:
                super()._parameters(asked, declared)
            except Answer:
                raise self.error(500, "Oops") from None
        if self.has("bad-tags-taken"):
            asked.query = [pair for pair in asked.query if pair[0] != "tags"]
        super()._parameters(asked, declared)

    @answers("POST /api/Items/")
    def create(self, asked: Asked) -> Answer:
        return Answer(201, self._item(asked.user, asked.body or {}))

    @answers("GET /api/Items/{ItemID}/")
    def read(self, asked: Asked) -> Answer:
        return Answer(200, self._mine(asked, self.items, "ItemID"))

    @answers("PUT /api/Items/{ItemID}/")
    def change(self, asked: Asked) -> Answer:
        found = self._mine(asked, self.items, "ItemID")
        changes = self._known(asked.body or {})
        if self.has("put-drops-colour"):
            changes.pop("Colour", None)
        found |= changes
        return Answer(200, found)

    @answers("DELETE /api/Items/{ItemID}/")
    def delete(self, asked: Asked) -> Answer:
        found = self._mine(asked, self.items, "ItemID")
        if not self.has("delete-keeps"):
            del self.items[found["ItemID"]]
        return Answer(204)

    @answers("GET /api/Carriers/")
    def list_carriers(self, asked: Asked) -> Answer:
        return Answer(200, [each for each in self.carriers.values() if self.owners[each["id"]] == asked.user])

    @answers("POST /api/Carriers/")
    def create_carrier(self, asked: Asked) -> Answer:
        if not isinstance(asked.body, dict):
            raise self.error(400, "A body is needed")
        return Answer(201, self._carrier(asked.user, asked.body))

    @answers("GET /api/Carriers/{carrierId}/")
    def read_carrier(self, asked: Asked) -> Answer:
        return Answer(200, self._mine(asked, self.carriers, "carrierId"))

    @answers("GET /api/Depot/")
    def depot(self, asked: Asked) -> Answer:
        return Answer(200, {"kind": "barn" if self.has("depot-of-no-kind") else "hall", "gates": 4})


FAULTS = {
    "open": "credentials/nothing-without-a-credential",
    "price-as-text": "schema/body-fits-its-schema",
    "wrong-kind": "schema/body-fits-its-schema",
    "depot-of-no-kind": "schemathesis/schemathesis-finds-nothing-more",
    "everybodys": "credentials/another-tenant-is-refused",
    "bad-range-500": "input/",
    "bad-tags-taken": "input/",
    "put-drops-colour": "state/",
    "delete-keeps": "state/",
}
