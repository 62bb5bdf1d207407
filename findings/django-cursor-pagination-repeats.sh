#!/usr/bin/env bash
# django-cursor-pagination 0.3.0 (django 5.2.19, SQLite): the values in a cursor are joined by | and compared as text. Of a
# name with a | in it the cursor reads the first half: a page that ends there is followed by one that begins there. A time
# is written with +00:00, as time zones are on by default, and SQLite keeps it without: of things made at one time the
# ordering of its own page, ('-created', '-id'), gives the first page for ever, and ('created', 'id') nothing after it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check django-cursor-pagination==0.3.0 django==5.2.19
timeout 60 "$work/venv/bin/python" -W ignore - <<'PY'
from datetime import UTC, datetime

import django
from django.conf import settings

settings.configure(DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}})
django.setup()

from cursor_pagination import CursorPaginator
from django.db import connection, models


class Thing(models.Model):
    name = models.CharField(max_length=50)
    created = models.DateTimeField()

    class Meta:
        app_label = "things"


with connection.schema_editor() as editor:
    editor.create_model(Thing)
for name in ("a", "a|b", "b", "c", "d"):
    Thing.objects.create(name=name, created=datetime(2026, 1, 1, tzinfo=UTC))


def walk(*ordering: str) -> list[str]:
    """The names on five pages of two things, or on as many as there are."""
    paginator, after, names = CursorPaginator(Thing.objects.all(), ordering), None, []
    for _ in range(5):
        page = paginator.page(first=2, after=after)
        names.append(" ".join(each.name for each in page))
        if not page.has_next:
            break
        after = paginator.cursor(page[-1])
    return names


found = {ordering: walk(*ordering) for ordering in (("id",), ("name", "id"), ("-created", "-id"), ("created", "id"))}
for ordering, pages in found.items():
    print(ordering, pages)
assert list(found.values()) == [
    ["a a|b", "b c", "d"],
    ["a a|b", "a|b b", "c d"],
    ["d c", "d c", "d c", "d c", "d c"],
    ["a a|b", ""],
]
PY
