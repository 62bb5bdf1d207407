"""What other people copy: every template keeps the public schema of its system and says what the suite understands."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from check_jsonschema.cli.main_command import main as check_jsonschema
from click.testing import CliRunner

from reports.render import RENDERERS
from tests.ci.act import ROOT

LOCK = (ROOT / "requirements.lock").read_text("utf-8")
PINNED = dict(re.findall(r"^([\w.-]+)==(\S+)", LOCK, re.MULTILINE))
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
TEMPLATES = {
    "action.yml": ["vendor.github-actions"],
    "ci/github-workflow.yml": ["vendor.github-workflows"],
    "ci/gitlab-ci.yml": ["vendor.gitlab-ci", "--data-transform", "gitlab-ci"],
    "ci/azure-pipelines.yml": [
        "vendor.azure-pipelines", "--data-transform", "azure-pipelines", "--regex-variant", "python",
    ],
}  # fmt: skip
COPIED = [*TEMPLATES, "ci/Jenkinsfile"]


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_keeps_the_public_schema_of_its_system(name):
    result = CliRunner().invoke(check_jsonschema, ["--builtin-schema", *TEMPLATES[name], str(ROOT / name)])
    assert result.exit_code == 0, result.output


def test_a_misspelt_template_does_not_keep_it(tmp_path):
    wrong = tmp_path / "action.yml"
    wrong.write_text((ROOT / "action.yml").read_text("utf-8").replace("using:", "useing:"), "utf-8")
    result = CliRunner().invoke(check_jsonschema, ["--builtin-schema", *TEMPLATES["action.yml"], str(wrong)])
    assert result.exit_code == 1


@pytest.mark.parametrize("name", COPIED)
def test_a_template_names_only_reports_that_a_run_writes(name):
    named = set(re.findall(r"contract-report/([\w-]+\.\w+)", (ROOT / name).read_text("utf-8")))
    assert named <= RENDERERS.keys()


@pytest.mark.parametrize("name", COPIED)
def test_a_template_has_no_secret_in_it(name):
    text = (ROOT / name).read_text("utf-8")
    assert not re.search(r"(?i)(secret|key|token)\w*\s*[:=]\s*['\"]?(?!\$|credentials)[A-Za-z0-9_-]{12,}", text)


def test_the_workflow_gives_the_action_inputs_that_it_has():
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    steps: list[Any] = yaml.safe_load((ROOT / "ci/github-workflow.yml").read_text("utf-8"))["jobs"]["gate"]["steps"]
    given = next(step["with"] for step in steps if "calcom-contracts" in step.get("uses", ""))
    assert given.keys() <= action["inputs"].keys()


def test_every_dependency_is_pinned_with_its_hash():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    names = [re.split(r"[\[<>=;! ]", each)[0].lower() for each in project["dependencies"]]
    assert [each for each in names if each not in PINNED] == []
    blocks = re.split(r"\n(?=\S)", LOCK)
    assert [each.partition("==")[0] for each in blocks if "==" in each and "--hash=sha256:" not in each] == []


def test_the_image_runs_as_nobody_special_is_labelled_and_takes_only_what_is_pinned():
    instructions = re.findall(r"^([A-Z]+) ((?:.*\\\n)*.+)", DOCKERFILE, re.MULTILINE)
    by_name: dict[str, list[str]] = {}
    for word, told in instructions:
        by_name.setdefault(word, []).append(told)
    assert by_name["USER"][-1].isdigit()
    assert re.fullmatch(r"python:3\.\d+-slim-\w+", by_name["FROM"][-1])
    assert "org.opencontainers.image.licenses" in by_name["LABEL"][0]
    assert "ADD" not in by_name
    assert all("--require-hashes" in each for each in by_name["RUN"] if "pip install" in each)
    assert by_name["ENTRYPOINT"][0].startswith("[")


def test_what_the_image_copies_is_what_the_wheel_has(tmp_path):
    """The steps of the Dockerfile that copy, carried out; its entry point then starts from them alone."""
    suite = _copied(tmp_path)
    told = {path.relative_to(suite).as_posix() for path in suite.rglob("*.py")}
    ours = {
        path.relative_to(ROOT).as_posix()
        for folder in ("specs", "contracts", "load", "reports", "sandbox")
        for path in (ROOT / folder).rglob("*.py")
    }
    assert ours | {"__init__.py", "__main__.py", "conftest.py"} == told
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    for source, _ in _copies():
        assert f"!{source.rstrip('/')}" in ignored


def _copies() -> list[tuple[str, str]]:
    found = [line.split()[1:] for line in DOCKERFILE.splitlines() if line.startswith("COPY ")]
    return [(source, sources[-1]) for sources in found for source in sources[:-1]]


def _copied(root: Path) -> Path:
    for source, target in _copies():
        place, here = root / target.lstrip("/"), ROOT / source
        files = [here] if here.is_file() else [path for path in here.rglob("*") if path.is_file()]
        for path in files:
            if "__pycache__" in path.parts or (here.name == "reports" and "out" in path.relative_to(here).parts[:1]):
                continue
            end = place / (path.name if here.is_file() and target.endswith("/") else path.relative_to(here).as_posix())
            end = place if end == place / "." else end
            end.parent.mkdir(parents=True, exist_ok=True)
            end.write_bytes(path.read_bytes())
    return root / "opt" / "suite" / "calcom_contracts"
