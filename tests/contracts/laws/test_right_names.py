"""Things that are known by other names than one thinks, and are right all the same, each beside what is wrong."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import attrs
import pytest

from contracts.core.verdicts import BROKEN, NOT_OBSERVABLE, OBSERVED, UPHELD
from contracts.judging.severity import severity_of
from tests.contracts.laws.credentials.judging import NO_BODY, Asked, answers, broken, document, judged, verdicts
from tests.contracts.laws.shelf import ANN, KEY, NOBODY, TEXT, Shelf, held, shelf, thing

READ = "state/what-was-created-can-be-read"
BOB = ANN.replace("ann", "bob")


def slug(text: str) -> str:
    """A text as it stands in an address."""
    return re.sub(r"[^a-z0-9]+", "-", text.encode("ascii", "ignore").decode().lower()).strip("-")


# -- ids that stand elsewhere ------------------------------------------------------------------------------------------


class Beside(Shelf):
    """Answers a creation with the id beside what was created. `forgets`: nothing is there afterwards."""

    def __init__(self, *, forgets: bool, whole: bool) -> None:
        super().__init__()
        self.forgets, self.whole = forgets, whole

    def __call__(self, asked: Asked) -> tuple[int, Any]:
        status, answer = super().__call__(asked)
        if asked.method == "POST" and status == 201:
            if self.forgets:
                self.things.clear()
            inside = {"result": {key: each for key, each in answer.items() if key != "id"}} if self.whole else {}
            return 201, {"id": answer["id"], **inside}
        return status, answer


@pytest.mark.parametrize(
    ("whole", "forgets", "told"), [(True, False, UPHELD), (True, True, BROKEN), (False, False, NOT_OBSERVABLE)]
)
def test_an_id_may_stand_beside_what_was_created(tmp_path: Path, whole: bool, forgets: bool, told: str) -> None:
    """As at Superset: `{"id": 7, "result": {"name": …}}`, though the result alone has a member in it."""
    paths = shelf(thing(name=TEXT))
    inside = {"type": "object", "required": ["name"], "properties": {"name": TEXT}}
    shown = {"type": "object", "properties": {"id": TEXT, "result": inside}}
    paths["/things"]["post"]["responses"] = answers(shown, "201")
    server = Beside(forgets=forgets, whole=whole)
    made = judged(tmp_path, server, document(paths, KEY), ANN, READ)
    assert verdicts(made, READ)["POST /things"] == told
    assert (server.things, made.left_behind) == ({}, [])


def test_an_id_beside_what_was_created_may_be_that_of_the_request(tmp_path: Path) -> None:
    """What has the same id is somebody else's, and stays."""

    class Numbered(Shelf):
        def __call__(self, asked: Asked) -> tuple[int, Any]:
            status, answer = super().__call__(asked)
            return (status, {"id": "t0", "result": {"name": answer["name"]}}) if status == 201 else (status, answer)

    paths = shelf(thing(name=TEXT))
    inside = {"type": "object", "required": ["name"], "properties": {"name": TEXT}}
    shown = {"type": "object", "properties": {"id": TEXT, "result": inside}}
    paths["/things"]["post"]["responses"] = answers(shown, "201")
    server = Numbered()
    server.things["/things/t0"] = {"id": "t0", "name": "of somebody"}
    judged(tmp_path, server, document(paths, KEY), ANN, READ)
    assert server.things["/things/t0"] == {"id": "t0", "name": "of somebody"}


class Pages(Shelf):
    """Knows what it has by a slug of its title, which is all that a creation answers; twins get a number."""

    def __init__(self, *, forgets: bool = False, loses: bool = False) -> None:
        super().__init__(kept=lambda sent: {**sent, "slug": self.free(slug(sent["title"]))}, member="slug")
        self.forgets, self.loses = forgets, loses

    def free(self, wanted: str) -> str:
        taken = {each["slug"] for each in self.things.values()}
        if wanted not in taken or self.loses:
            return wanted
        return next(name for number in range(1, 99) if (name := f"{wanted}-{number}") not in taken)

    def __call__(self, asked: Asked) -> tuple[int, Any]:
        if asked.method == "PATCH":
            return 403, {"error": "no"}
        status, answer = super().__call__(asked)
        if asked.method != "POST" or status != 201:
            return status, answer
        if asked.body["title"] != answer["slug"] and answer["slug"] != slug(asked.body["title"]):
            self.things[f"/pages/{answer['slug']}"]["title"] += " (1)"
        if self.forgets:
            self.things.clear()
        return 201, answer["slug"]


def pages() -> dict[str, Any]:
    """A collection whose creation answers a bare text."""
    paths = shelf(thing(title=TEXT, slug=TEXT), "/pages", "page_slug")
    body = paths["/pages"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    body["properties"], body["required"] = {"title": TEXT}, ["title"]
    paths["/pages"]["post"]["responses"] = answers(TEXT, "201")
    return paths


@pytest.mark.parametrize("forgets", [False, True])
def test_a_creation_may_answer_with_the_name_alone_by_which_a_thing_is_known(tmp_path: Path, forgets: bool) -> None:
    """As at Mealie: a slug, though there is an id too."""
    server = Pages(forgets=forgets)
    made = judged(tmp_path, server, document(pages(), KEY), ANN, READ, "pagination/items-read")
    assert verdicts(made, READ)["POST /pages"] == (BROKEN if forgets else UPHELD)
    assert [each for each in broken(made) if each.startswith("pagination/")] == []
    assert (server.things, made.left_behind) == ({}, [])


@pytest.mark.parametrize("loses", [False, True])
def test_equal_things_may_be_called_otherwise(tmp_path: Path, loses: bool) -> None:
    law = "state/of-equal-creations-at-once-one-is-made"
    found = held(tmp_path, Pages(loses=loses), pages(), law)
    assert bool(found) is loses


# -- values that come back in another form -----------------------------------------------------------------------------


@pytest.mark.parametrize(("keeps", "found"), [("slug", False), ("zone", False), ("neither", True)])
def test_a_slug_is_made_of_a_title_and_a_time_of_day_may_lose_its_zone(tmp_path: Path, keeps: str, found: bool) -> None:
    def kept(sent: dict[str, Any]) -> dict[str, Any]:
        made = {"slug": slug(sent["title"])} if keeps == "slug" and "title" in sent else {}
        made |= {"at": sent["at"].removesuffix("Z")} if keeps == "zone" and "at" in sent else {}
        made |= {"slug": "a-name", "at": "00:00:00"} if keeps == "neither" else {}
        return {**sent, **made}

    class Changing(Shelf):
        def __call__(self, asked: Asked) -> tuple[int, Any]:
            if isinstance(asked.body, dict) and not all(isinstance(each, str) for each in asked.body.values()):
                return 400, {"error": "a text is wanted"}
            if asked.method == "PATCH" and isinstance(asked.body, dict):
                status, answer = super().__call__(attrs.evolve(asked, body=kept(asked.body)))
                return status, answer
            return super().__call__(asked)

    paths = shelf(thing(title=TEXT, slug=TEXT, at={"type": "string", "format": "time"}))
    body = paths["/things"]["post"]["requestBody"]["content"]["application/json"]
    body["example"] = {"title": "A title", "slug": "a-slug", "at": "06:07:08Z"}
    assert bool(held(tmp_path, Changing(kept), paths, "state/")) is found


# -- what is granted to anybody, and refused in other words ------------------------------------------------------------


@pytest.mark.parametrize("acts", [False, True])
def test_what_does_not_look_at_what_it_names_lets_nobody_in(tmp_path: Path, acts: bool) -> None:
    owners: dict[str, str] = {}

    class Owned(Shelf):
        def __call__(self, asked: Asked) -> tuple[int, Any]:
            who, path = asked.headers.get("x-key", ""), asked.path.rstrip("/")
            if "canary-key" not in who:
                return 401, {"error": "who are you"}
            if path.endswith("/ping"):
                known = path.removesuffix("/ping")
                return (200, {"ok": True}) if not acts or known in self.things else (404, {"error": "no such thing"})
            if path in self.things and owners[path] != who:
                return 404, {"error": "no such thing"}
            before = set(self.things)
            status, told = super().__call__(asked)
            owners.update(dict.fromkeys(set(self.things) - before, who))
            if isinstance(told, list):
                told = [each for at, each in self.things.items() if owners[at] == who]
            return status, told

    paths = shelf(thing(name=TEXT))
    paths["/things/{id}/ping"] = {
        "parameters": paths["/things/{id}"]["parameters"],
        "post": {"operationId": "ping", "responses": answers({"type": "object"})},
    }
    law = "credentials/another-tenant-is-refused"
    made = judged(tmp_path, Owned(), document(paths, KEY, security=[{"key": []}]), ANN + BOB, law)
    assert verdicts(made, law)["POST /things/{id}/ping"] == (BROKEN if acts else OBSERVED)


@pytest.mark.parametrize(("owner", "found"), [("", False), ("created_by", False), ("owner", True)])
def test_what_everybodys_list_shows_may_be_read_by_everybody(tmp_path: Path, owner: str, found: bool) -> None:
    """Tags that all share, and notes that name an owner and are shown to all by mistake."""

    class Shared(Shelf):
        def __call__(self, asked: Asked) -> tuple[int, Any]:
            who = asked.headers.get("x-key", "")
            if "canary-key" not in who:
                return 401, {"error": "who are you"}
            self.kept = lambda sent: {**sent, owner: who[-5:]} if owner else sent
            return super().__call__(asked)

    server = Shared()
    server.things["/things/t0"] = {"id": "t0", "name": "there before", **({owner: "ann"} if owner else {})}
    law = "credentials/another-tenant-is-refused"
    paths = shelf(thing(name=TEXT, **({owner: {**TEXT, "readOnly": True}} if owner else {})))
    made = judged(tmp_path, server, document(paths, KEY, security=[{"key": []}]), ANN + BOB, law)
    assert any(law in each for each in broken(made)) is found


@pytest.mark.parametrize(("known", "found"), [(True, False), (False, True)])
def test_a_401_in_words_of_its_own_refuses_somebody_known(tmp_path: Path, known: bool, found: bool) -> None:
    schemes = {"one": {"type": "apiKey", "in": "header", "name": "X-One"}, "two": {**KEY["key"], "name": "X-Two"}}
    shown = {"operationId": "t", "responses": answers({"type": "array", "items": thing()})}
    security = [{"one": []}, {"two": []}]

    def server(asked: Asked) -> tuple[int, Any]:
        if asked.headers.get("x-one") == "canary-one-of-ann":
            return 200, []
        if known and asked.headers.get("x-two") == "canary-two-of-ann":
            return 401, {"error": "this is not for you"}
        return 401, {"error": "who are you"}

    told = document({"/things": {"get": shown}}, schemes, security=security)
    file = ANN.replace('key = "canary-key-of-ann-1"', 'one = "canary-one-of-ann"\ntwo = "canary-two-of-ann"')
    made = judged(tmp_path, server, told, file, "credentials/every-alternative-suffices", depth="standard")
    assert bool(broken(made)) is found


def test_two_schemes_that_are_shown_by_one_token_are_one(tmp_path: Path) -> None:
    flow = {"password": {"tokenUrl": "/token", "scopes": {}}}
    schemes = {"bearer": {"type": "http", "scheme": "bearer"}, "oauth2": {"type": "oauth2", "flows": flow}}
    shown = {"operationId": "t", "responses": answers({"type": "array", "items": thing()})}
    told = document({"/things": {"get": shown}}, schemes, security=[{"oauth2": []}, {"bearer": []}])
    file = ANN.replace('"api_key"\nkey', '"bearer"\ntoken')
    stub = {"Bearer canary-key-of-ann-1": (200, [])}
    made = judged(
        tmp_path, lambda asked: stub.get(asked.headers.get("authorization", ""), (401, {"error": "no"})), told, file, ""
    )
    assert broken(made) == {}


# -- examples, redirects, and what no client sends ---------------------------------------------------------------------


@pytest.mark.parametrize(("form", "found"), [("large", True), ("LARGE", False)])
def test_an_example_that_its_own_schema_forbids_may_be_refused(tmp_path: Path, form: str, found: bool) -> None:
    paths = shelf(thing(size={"type": "string", "enum": ["small", "large"]}))
    paths["/things"]["post"]["requestBody"]["content"]["application/json"]["example"] = {"size": form}

    def refuses(asked: Asked) -> tuple[int, Any] | None:
        return (422, {"error": "no such size"}) if asked.method == "POST" else None

    law = "input/what-the-document-allows-is-accepted"
    assert bool(held(tmp_path, Shelf(first=refuses), paths, law)) is found


@pytest.mark.parametrize(("body", "found"), [(NO_BODY, False), ({}, True)])
def test_a_redirect_needs_no_body(tmp_path: Path, body: Any, found: bool) -> None:
    told = {"operationId": "t", "responses": answers({"type": "object"}, "307")}

    def server(_: Asked) -> Any:
        return 307, body, {"content-type": "text/plain", "location": "/elsewhere"}

    law = "schema/content-type-is-declared"
    made = broken(judged(tmp_path, server, document({"/login": {"get": told}}, {}), NOBODY, law))
    assert any(law in each for each in made) is found


@pytest.mark.parametrize(
    ("law", "expected", "got", "level"),
    [
        ("status/no-server-error", "an answer below 500 to a number out of range", "500, twice", "minor"),
        ("status/no-server-error", "an answer below 500 to half of a surrogate pair", "500, twice", "minor"),
        ("status/no-server-error", "an answer below 500", "500, twice", "major"),
        ("pagination/an-impossible-page-is-refused", f"no server error for page=1{20 * '0'}", "500", "minor"),
        ("pagination/an-impossible-page-is-refused", "400 for page=0", "500", "major"),
        ("pagination/past-the-end-is-an-empty-page", f"no server error from {2**63} of 7", "500", "minor"),
        ("pagination/past-the-end-is-an-empty-page", "no server error from 8 of 7", "500", "major"),
        ("schema/body-fits-its-schema", "a body that fits the schema at /at", '"06:07:08" is not a "time"', "minor"),
        ("schema/body-fits-its-schema", "a body that fits the schema at /at", '"noon" is not a "time"', "major"),
        ("state/an-id-with-more-behind-it-is-no-id", "a refusal of id 7x", "200", "minor"),
        ("state/an-id-with-more-behind-it-is-no-id", "nothing done to 7 at id 7x", "200", "major"),
        ("state/a-resource-does-not-conflict-with-itself", "no conflict for the slug it has already", "409", "major"),
    ],
)
def test_what_no_client_sends_is_minor(law: str, expected: str, got: str, level: str) -> None:
    assert severity_of(law, "GET /things", expected, got).level == level


# -- headers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("wants", "found"), [(True, False), (False, True)])
def test_a_header_that_is_left_out_is_left_out(tmp_path: Path, wants: bool, found: bool) -> None:
    """A deletion that wants If-Match, as at flask-smorest: where it is missing, 428."""
    paths = shelf(thing(name=TEXT))
    paths["/things/{id}"]["delete"]["parameters"] = [
        {"name": "If-Match", "in": "header", "required": True, "schema": TEXT}
    ]
    paths["/things/{id}"]["delete"]["responses"]["428"] = {"description": "Which one?"}

    def careful(asked: Asked) -> tuple[int, Any] | None:
        missing = wants and asked.method == "DELETE" and "if-match" not in asked.headers
        return (428, {"error": "which one"}) if missing else None

    law = "input/what-the-document-forbids-is-refused"
    found_now = held(tmp_path, Shelf(first=careful), paths, law)
    assert any("DELETE" in each for each in found_now) is found


@pytest.mark.parametrize(("value", "found"), [('{"total": 0}', False), ('{"total": "none"}', True), ("total", True)])
def test_a_header_that_is_an_object_may_be_json(tmp_path: Path, value: str, found: bool) -> None:
    told = answers({"type": "array", "items": thing()})
    rule = {"type": "object", "properties": {"total": {"type": "integer"}}}
    told["200"]["headers"] = {"X-Pagination": {"schema": rule}}
    paths = {"/things": {"get": {"operationId": "t", "responses": told}}}

    def server(_: Asked) -> Any:
        return 200, [], {"x-pagination": value}

    assert bool(held(tmp_path, server, paths, "headers/", "schemathesis/")) is found
