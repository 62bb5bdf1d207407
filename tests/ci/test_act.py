"""The action, step by step, as a runner would carry it out."""

from __future__ import annotations

import shutil

import pytest

from tests.ci.act import DryRun


@pytest.fixture(scope="module")
def judged(tmp_path_factory, sandbox):
    """A dry run of the action on the sandbox, a few items of it."""
    workspace = tmp_path_factory.mktemp("workspace")
    shutil.copy(sandbox.deployment, workspace / "staging.toml")
    arguments = "-m caching --max-requests 40"
    made = DryRun(workspace, {"deployment": "staging.toml", "arguments": arguments, "upload-sarif": "true"})
    made.run()
    return made


def test_every_step_is_carried_out_and_the_result_is_that_of_the_gate(judged):
    assert [each.outcome for each in judged.done] == ["success"] * 7, "\n".join(judged.lines())
    assert judged.outputs()["exit-code"] == "0"


def test_its_outputs_summary_and_uploads_are_of_the_run(judged):
    outputs = judged.outputs()
    assert outputs["problems"] == "0"
    assert int(outputs["upheld"]) > 0
    assert judged.summary.startswith("## ")
    sarif, artifact = (each.used for each in judged.done[-3:-1])
    assert (judged.workspace / sarif["sarif_file"]).is_file()
    assert (judged.workspace / artifact["path"] / "report.html").is_file()


def test_a_mistake_fails_the_job_with_its_code_and_uploads_nothing(tmp_path):
    made = DryRun(tmp_path, {"deployment": "nowhere.toml"})
    made.run()
    assert made.failed
    assert made.outputs()["exit-code"] == "2"
    assert [each.outcome for each in made.done[-3:]] == ["skipped", "skipped", "failure"]
