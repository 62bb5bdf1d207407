"""The Kubernetes manifests: valid, consistent with each other, and with commands and a file that the suite takes."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from contracts.config import deployment as deployments
from load.runtime.setup import KNOBS
from load.service_levels import settings

FOLDER = Path(__file__).resolve().parents[2] / "load" / "deploy"
MANIFESTS: list[dict[str, Any]] = list(yaml.safe_load_all((FOLDER / "load.yaml").read_text("utf-8")))


def named(kind: str, name: str) -> dict[str, Any]:
    return next(each for each in MANIFESTS if each["kind"] == kind and each["metadata"]["name"] == name)


def container(job: str) -> dict[str, Any]:
    return named("Job", job)["spec"]["template"]["spec"]["containers"][0]


@pytest.mark.parametrize("number", range(len(MANIFESTS)))
def test_every_manifest_keeps_the_schema(number):
    schema = json.loads((FOLDER / "schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(MANIFESTS[number], schema)


def test_a_misspelt_field_does_not_keep_it():
    schema = json.loads((FOLDER / "schema.json").read_text("utf-8"))
    wrong = json.loads(json.dumps(named("Job", "load-worker")).replace("parallelism", "paralelism"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schema)


def test_workers_find_their_master_and_are_as_many_as_it_expects():
    service, master, worker = named("Service", "load-master"), container("load-master"), container("load-worker")
    count = named("Job", "load-worker")["spec"]["parallelism"]
    assert service["spec"]["selector"] == {"job-name": "load-master"}
    assert service["spec"]["ports"][0]["port"] in [each["containerPort"] for each in master["ports"]]
    assert worker["args"][worker["args"].index("--master-host") + 1] == service["metadata"]["name"]
    assert master["args"][master["args"].index("--expect-workers") + 1] == str(count)
    assert master["image"] == worker["image"]


def test_every_volume_that_is_mounted_is_there():
    for job in ("load-master", "load-worker"):
        volumes = {each["name"] for each in named("Job", job)["spec"]["template"]["spec"]["volumes"]}
        assert {each["name"] for each in container(job)["volumeMounts"]} == volumes


def test_the_deployment_file_in_it_can_be_read(tmp_path, monkeypatch, contract):
    monkeypatch.setenv("ACME_SECRET", "s" * 20)
    monkeypatch.setenv("ACME_KEY", "k" * 20)
    file = tmp_path / "staging.toml"
    file.write_text(named("ConfigMap", "load-deployment")["data"]["staging.toml"], "utf-8")
    read = deployments.load(file)
    assert len(settings.read(read.load, str(file), contract).thresholds) == 3
    assert not read.warnings


def test_its_options_are_those_of_the_suite_and_of_locust():
    parser = ArgumentParser()
    for name in ("--headless", "--master", "--worker"):
        parser.add_argument(name, action="store_true")
    for name in (
        "--expect-workers",
        "--master-host",
        "--scenario",
        "--deployment",
        "--out",
        *(f"--{k}" for k in KNOBS),
    ):
        parser.add_argument(name)
    for job in ("load-master", "load-worker"):
        command, *options = container(job)["args"]
        _, unknown = parser.parse_known_args(options)
        assert (command, unknown) == ("load", [])
