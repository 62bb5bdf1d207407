"""Pages lead where they say, and generated ones are what the code says."""

from __future__ import annotations

import json
import re

import pytest

from contracts import laws
from contracts.traffic.laws import LAWS
from tests.docs.commands import PAGES, ROOT
from tests.power import rows
from tests.power.catalogue import FILE, catalogue

LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)(?:#([\w-]+))?\)")
_ROW = re.compile(r"\| \[`(?P<law>[^`]+)`\]\((?P<source>[^)]+)\)(?P<rest>.*)\| (?P<faults>[^|]*) \|")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_to_a_file_and_a_heading(page):
    for name, heading in LINK.findall(page.read_text("utf-8")):
        target = page.parent / name
        target = target if target.exists() else target.with_name(f"{target.name}.md")
        assert target.exists(), name
        if heading:
            heads = re.findall(r"^#+ (.+)$", target.read_text("utf-8"), re.MULTILINE)
            assert heading in {re.sub(r"[^\w-]+", "", each.lower().replace(" ", "-")) for each in heads}


def test_the_readme_is_short_and_shows_the_report():
    text = (ROOT / "README.md").read_text("utf-8")
    assert len(text.splitlines()) < 150
    (picture,) = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text)
    assert (ROOT / picture).read_bytes().startswith(b"\x89PNG")


def test_the_catalogue_is_that_of_the_laws():
    written, made = (
        {each["law"]: each for each in _ROW.finditer(text)} for text in (FILE.read_text("utf-8"), catalogue())
    )
    assert written.keys() == made.keys()
    # faults come and go with the matrix, which has a test of its own: here those named have to be in it
    of_load = json.loads((ROOT / "tests" / "power" / "load_matrix.json").read_text("utf-8"))
    known = {*rows.kept(), *of_load, ""}
    for law, row in made.items():
        assert (written[law]["source"], written[law]["rest"]) == (row["source"], row["rest"])
        named = re.split(r", | and \d+ more", written[law]["faults"])
        assert set(named) <= known
        assert (ROOT / "docs" / row["source"]).is_file()


def test_the_page_on_recorded_traffic_names_every_law_that_judges_it():
    text = (ROOT / "docs" / "recorded-traffic.md").read_text("utf-8")
    named = set(re.findall(r"`([a-z]+/[a-z-]+)`", text))
    assert named & {*laws.load(), *LAWS} == LAWS.keys()
