"""What is installed for a user is used by somebody."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import packages_distributions

from tests.house.modules import FILES, ROOT, imported

CALLED_BY_NAME = {
    "httptools", "uvloop",
    "fqdn", "idna", "isoduration", "rfc3339-validator", "rfc3986-validator", "uri-template", "webcolors",
}  # fmt: skip
"""What uvicorn and jsonschema take by themselves where it is there."""


def test_every_dependency_is_imported() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = {_name(re.split(r"[\[<>=;! ]", each)[0]) for each in project["dependencies"]}
    modules = {module.partition(".")[0] for path in FILES.values() for module in imported(path)}
    distributions = packages_distributions()
    used = {_name(each) for module in modules for each in distributions.get(module, ())}
    assert wanted - used - CALLED_BY_NAME == set()


def _name(text: str) -> str:
    return re.sub(r"[-_.]+", "-", text).lower()
