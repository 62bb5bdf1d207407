#!/usr/bin/env bash
# fastapi-pagination 0.16.1 (LimitOffsetPage of its links, with fastapi 0.142.2) and django-tastypie 0.15.1 (django 5.2.19):
# from offset 2 by threes there are two things before the page, and no link to them. Both give a previous link only where a
# whole page fits before this one, so who came to an offset that is no multiple of the size walks back and never sees the
# beginning. Past the end fastapi-pagination gives a previous link to another page past the end.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
    fastapi-pagination==0.16.1 fastapi==0.142.2 httpx==0.28.1 django-tastypie==0.15.1 django==5.2.19
timeout 60 "$work/venv/bin/python" -W ignore - <<'PY'
import django
from django.conf import settings
from fastapi import FastAPI
from fastapi.testclient import TestClient
from fastapi_pagination import add_pagination, paginate
from fastapi_pagination.links import LimitOffsetPage

settings.configure()
django.setup()
from tastypie.paginator import Paginator

app = FastAPI()


@app.get("/things", response_model=LimitOffsetPage[int])
def things():
    return paginate(list(range(10)))


add_pagination(app)
client = TestClient(app)


def walk_back(address: str) -> tuple[list[int], int]:
    """What is seen from here back to where no previous link is, and how many pages that are."""
    seen: list[int] = []
    pages = 0
    while address:
        page = client.get(address).json()
        seen, address, pages = page["items"] + seen, page["links"]["prev"], pages + 1
    return seen, pages


def by_tastypie(offset: int) -> list[int]:
    seen: list[int] = []
    while True:
        page = Paginator({"limit": "3", "offset": str(offset)}, list(range(10)), resource_uri="/things/").page()
        seen = page["objects"] + seen
        if page["meta"]["previous"] is None:
            return seen
        offset -= 3


seen, _ = walk_back("/things?limit=3&offset=8")
far, pages = walk_back("/things?limit=3&offset=20")
print("back from 8 by threes:", seen, by_tastypie(8), "back from 20:", far, "in", pages, "pages")
assert seen == by_tastypie(8) == [2, 3, 4, 5, 6, 7, 8, 9]
assert (far, pages) == ([2, 3, 4, 5, 6, 7, 8, 9], 7)
PY
