"""Broken documents, deployment files and command lines: one clear line that names the fault, never a traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from contracts.__main__ import main as contracts
from specs.__main__ import main as specs
from tests.contracts.laws.credentials.judging import answers, document, judged
from tests.others.serving import DOCUMENTS

GOOD = (DOCUMENTS / "projects.yaml").read_text()
ROOT = Path(__file__).resolve().parents[2]
HEAD = "openapi: 3.0.0\ninfo: {title: It, version: '1'}\n"
USELESS = {
    "empty.yaml": ("", "before anything was said"),
    "cut.yaml": (GOOD[: len(GOOD) // 2 - 7], "line 143"),
    "twice.yaml": (f"{GOOD}\ninfo: {{title: Again}}\n", "info stands twice"),
    "tabs.yaml": (GOOD.replace("      operationId", "\toperationId", 1), "line 12"),
    "old.json": ('{"swagger": "1.2", "info": {}, "paths": {}}', "`swagger` 1.2"),
    "list.yaml": ("- a\n- b\n", "an object was expected"),
    "text.yaml": ("just text\n", "an object was expected"),
    "four.yaml": ("openapi: 4.0.0\npaths: {}\n", "4.0.0"),
    "no-paths.yaml": (f"{HEAD}paths:\n", "#/paths has to be an object"),
    "null-operation.yaml": (f"{HEAD}paths: {{/a: {{get: null}}}}\n", "#/paths/~1a/get"),
    "elsewhere.yaml": (
        f"{HEAD}paths: {{/a: {{$ref: 'gone.yaml#/a'}}}}\n",
        "gone.yaml#/a cannot be followed",
    ),
    "other-server.yaml": (
        f"{HEAD}paths: {{/a: {{$ref: 'https://elsewhere.example/a.yaml#/a'}}}}\n",
        "leads out of the document",
    ),
}
NOTHING_TO_ASK = {"empty-paths.yaml": f"{HEAD}paths: {{}}\n", "no-key.yaml": HEAD.replace("3.0.0", "3.1.0")}
SAYS = '[deployment]\nbase_url = "http://127.0.0.1:9"\n'
WHO = '[[principals]]\nname = "a"\ntenant = "a"\nkind = "bearer"\ntoken = "a-token-of-some-length"\n'
FILES = {
    "[deployment": "not valid TOML",
    "": "[deployment] is missing",
    "deployment = 5": "deployment: a table is needed",
    f"{SAYS}colour = 1": "deployment.colour: unknown key",
    f"{SAYS}[extra]\na = 1": "extra: unknown key",
    f"{SAYS}[budget]\nspeed = 1": "budget.speed: unknown key",
    f"{SAYS}[budget]\npace = 'wild'": "budget.pace: one of declared, none",
    f"{SAYS}writes = 'yes'": "deployment.writes: true or false",
    f"{SAYS}time_scale = 'fast'": "deployment.time_scale: a number",
    f"{SAYS}limits = false": "deployment.limits: one of on, off",
    f"{SAYS}overlay = 5": "deployment.overlay: the name of a file",
    f"{SAYS}overlay = 'gone.yaml'": "gone.yaml: there is no such file",
    f"{SAYS}document = 7": "deployment.document: a name",
    f"{SAYS}document = 'gone'": "gone: there is no such file",
    f"{SAYS}[parameters]\nx = [1]": "parameters.x: a text or a number",
    f"{SAYS}{WHO.replace('a-token-of-some-length', 'env:NOT_SET_ANYWHERE')}": "NOT_SET_ANYWHERE is not set",
    f"{SAYS}{WHO.replace('a-token-of-some-length', 'file:gone.txt')}": "gone.txt cannot be read",
    f"{SAYS}{WHO}{WHO}": "two are named 'a'",
    f"{SAYS}[principals]\nname = 'a'": "write each as [[principals]]",
    '[deployment]\nbase_url = "127.0.0.1:9"': "an http or https address",
    '[deployment]\nbase_url = "http://a.example:99999"': "an http or https address",
    '[deployment]\nbase_url = "http://me:secret@a.example"': "without user, query and fragment",
}


def told(command, *arguments):
    """The exit code and what a command says; its exceptions are the test's."""
    done = CliRunner().invoke(command, [str(each) for each in arguments], catch_exceptions=False)
    return done.exit_code, done.output.strip()


def deployment(folder, document):
    file = folder / "deployment.toml"
    file.write_text(f'{SAYS}document = "{document}"\n{WHO}')
    return file


@pytest.mark.parametrize("name", USELESS)
def test_a_useless_document_is_refused_in_one_line(tmp_path, name):
    text, words = USELESS[name]
    file = tmp_path / name
    file.write_text(text)
    for command, *arguments in (
        (specs, "promises", file),
        (contracts, "plan", "--deployment", deployment(tmp_path, file)),
    ):
        code, said = told(command, *arguments)
        assert (code, len(said.splitlines())) == (2, 1)
        assert words in said
        assert name in said
    assert told(specs, "check", file)[0] in (1, 2)


@pytest.mark.parametrize("name", NOTHING_TO_ASK)
def test_a_document_without_operations_leaves_nothing_to_ask(tmp_path, name):
    file = tmp_path / name
    file.write_text(NOTHING_TO_ASK[name])
    assert told(specs, "promises", file)[0] == 0
    code, said = told(contracts, "plan", "--deployment", deployment(tmp_path, file))
    assert (code, len(said.splitlines())) == (2, 1)
    assert "it has no operations" in said


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b""], ids=["with a byte order mark", "without one"])
def test_a_byte_order_mark_is_no_fault(tmp_path, mark):
    file = tmp_path / "it.yaml"
    file.write_bytes(mark + GOOD.encode())
    assert told(specs, "check", file)[0] == 0


@pytest.mark.parametrize("text", FILES)
def test_a_mistake_in_a_deployment_file_is_told_in_one_line(tmp_path, text):
    file = tmp_path / "it.toml"
    file.write_text(text)
    code, said = told(contracts, "plan", "--deployment", file)
    assert (code, len(said.splitlines())) == (2, 1)
    assert FILES[text] in said


def test_a_principal_that_nobody_asks_for_is_told(tmp_path):
    file = deployment(tmp_path, DOCUMENTS / "projects.yaml")
    file.write_text(file.read_text().replace('kind = "bearer"', 'kind = "wizard"'))
    code, said = told(contracts, "plan", "--deployment", file)
    assert code == 2
    assert "it.toml:7" in said.replace("deployment.toml", "it.toml")
    assert "principals.a.kind: unknown kind 'wizard'; the document's schemes take bearer (token)" in said


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('kind = "oauth_klient"\nclient_id = "c"', ".kind: unknown kind 'oauth_klient', did you mean 'oauth_client'?"),
        ('kind = "oauth_client"\ncleint_id = "c"', ".cleint_id: unknown key, did you mean 'client_id'?"),
    ],
)
def test_a_principal_with_a_word_misspelt_is_told(tmp_path, line, words):
    file = tmp_path / "it.toml"
    secret = 'secret = "a-secret-of-some-length"'
    file.write_text(f"{SAYS}[[principals]]\nname = 'a'\ntenant = 'a'\n{line}\n{secret}\n")
    code, said = told(contracts, "plan", "--deployment", file)
    assert (code, len(said.splitlines())) == (2, 1)
    assert f"principals.a{words}" in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("plan", "--depth", "nonsense"), "is not one of"),
        (("plan", "--deployment", "gone.toml"), "gone.toml: cannot be read"),
        (("law", "nonsense"), "no law or check is called 'nonsense'"),
        (("judge", "gone"), "gone: cannot be read"),
        (("judge", str(DOCUMENTS / "projects.yaml")), "projects.yaml: its header does not name the document"),
    ],
)
def test_an_odd_command_line_is_refused(arguments, words):
    code, said = told(contracts, *arguments)
    assert code == 2
    assert words in said


def gate(*arguments):
    """The gate, run by itself."""
    line = [sys.executable, "-m", "contracts", "gate", "-q", *map(str, arguments)]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=120)


def test_a_deployment_that_is_not_there_blocks_and_is_reported(tmp_path):
    file = deployment(tmp_path, DOCUMENTS / "projects.yaml")
    done = gate("--deployment", file, "--out", tmp_path / "run")
    assert done.returncode == 3
    assert "does not answer" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert (tmp_path / "run" / "report.html").exists()
    code, said = told(contracts, "judge", tmp_path / "run")
    assert (code, "blocked" in said) == (3, True)
    other = told(contracts, "judge", tmp_path / "run", "--document", "calcom-v2")
    assert (other[0], "another document" in other[1]) == (2, True)


def test_a_run_that_asks_nothing_is_no_success(tmp_path):
    file = tmp_path / "nobody.toml"
    file.write_text(f'{SAYS}document = "{DOCUMENTS / "projects.yaml"}"\n')
    done = gate("--deployment", file, "--out", tmp_path / "run")
    assert done.returncode == 3
    assert "no request was sent" in done.stdout


def test_a_schema_that_is_none_blames_nobody_and_stops_nothing(tmp_path):
    broken_schema = {"type": "strange", "pattern": "([", "minLength": -1}
    paths = {
        "/things": {"get": {"responses": answers({"type": "array", "items": broken_schema})}},
        "/things/{id}": {
            "get": {
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": broken_schema}],
                "responses": answers(broken_schema),
            }
        },
    }
    run = judged(tmp_path, lambda _: (200, [{"id": 1}]), document(paths, {}), "", "")
    verdicts = {each.verdict for each in run.verdicts if each.item.rule.id == "schema/body-fits-its-schema"}
    assert verdicts == {"not observable"}
    assert any(each.verdict == "upheld" for each in run.verdicts)


NULLABLE = [
    {"type": "integer", "nullable": True},
    {"type": ["integer", "null"]},
    {"type": ["string", "null"], "enum": ["a", "b", None]},
    {"type": ["boolean", "null"]},
    {"anyOf": [{"type": "integer"}, {"type": "null"}]},
]


@pytest.mark.parametrize("schema", NULLABLE, ids=str)
def test_a_parameter_that_may_be_null_is_asked_like_any_other(tmp_path, schema):
    """The deployment takes what the schema allows but null, which no query can carry, and refuses the rest."""
    parameter = {"name": "x", "in": "query", "schema": schema}
    refused = {"400": {"description": "Refused."}}
    thing = {"type": "array", "items": {"type": "object"}}
    paths = {"/things": {"get": {"parameters": [parameter], "responses": {**answers(thing), **refused}}}}

    def takes(asked):
        text = asked.query.get("x", "")
        choices = ("true", "false") if "boolean" in str(schema) else ("a", "b")
        right = text.lstrip("-").isdigit() if "integer" in str(schema) else text in choices
        return (200, []) if right or "x" not in asked.query else (400, {"error": "x"})

    run = judged(tmp_path, takes, document(paths, {}), "", "input/")
    verdicts = {each.item.rule.id: each.verdict for each in run.verdicts}
    assert verdicts["input/what-the-document-forbids-is-refused"] == "upheld"
    assert "broken" not in verdicts.values()


def test_a_malformed_answer_is_one_defect_and_the_rest_is_judged(tmp_path):
    void = {"200": {"description": "Nothing.", "content": {"type": "void"}}}
    thing = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}
    paths = {"/void": {"get": {"responses": void}}, "/thing": {"get": {"responses": answers(thing)}}}
    run = judged(tmp_path, lambda asked: (200, {"id": 1}), document(paths, {}), "", "")
    assert {each.verdict for each in run.verdicts} <= {"upheld", "not observable", "not asked", "observed"}
    fits = {
        each.item.operation.key: each for each in run.verdicts if each.item.rule.id == "schema/body-fits-its-schema"
    }
    assert {key: each.verdict for key, each in fits.items()} == {"GET /void": "not observable", "GET /thing": "upheld"}


def test_a_body_that_nothing_fits_blames_nobody(tmp_path):
    thing = {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}}
    never = {"allOf": [thing, {"type": "array"}]}
    body = {"required": True, "content": {"application/json": {"schema": never}}}
    paths = {"/things": {"post": {"requestBody": body, "responses": answers(never)}}}
    run = judged(tmp_path, lambda asked: (500, {"error": "x"}), document(paths, {}), "", "")
    assert {each.verdict for each in run.verdicts} == {"not observable"}
    assert all("defect of the document" in str(each.reason) for each in run.verdicts)


def test_a_folder_that_cannot_be_made_is_told_before_anything_is_asked(tmp_path):
    done = gate("--deployment", deployment(tmp_path, DOCUMENTS / "projects.yaml"), "--out", DOCUMENTS / "atlas.yaml")
    assert done.returncode == 2
    assert "atlas.yaml: cannot be made a folder" in done.stderr
