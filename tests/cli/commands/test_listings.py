"""The commands that only look: ls, show, schema, engines."""

import json

from jsonschema import Draft202012Validator

from taketwo.formats.manifest import seal
from tests.support.cli_runs import FIRST, SECOND, manifest
from tests.support.fake_store import FakeStore


def test_ls_lists_the_newest_run_first(typed):
    rows = typed("ls", "--json").document
    assert [row["run_id"] for row in rows] == [SECOND, FIRST]


def test_ls_can_be_limited_and_filtered(typed):
    assert [row["run_id"] for row in typed("ls", "--limit", "1", "--json").document] == [SECOND]
    rows = typed("ls", "--experiment", "early-warning", "--json").document
    assert [row["run_id"] for row in rows] == [FIRST]


def test_ls_as_text_names_every_run(typed):
    answer = typed("ls")
    assert SECOND in answer.out
    assert "early-warning" in answer.out


def test_an_empty_store_says_what_to_do_and_is_an_empty_list(typed):
    typed.application.store = FakeStore()
    answer = typed("ls")
    assert answer.code == 0
    assert "taketwo run" in answer.out
    assert typed("ls", "--json").document == []


def test_show_prints_the_manifest_as_it_was_sealed(typed):
    answer = typed("show", "20260301", "--json")
    assert answer.document == seal(manifest(FIRST)).document
    assert answer.document["run_id"] == FIRST


def test_show_as_text_names_the_run_and_its_metrics(typed):
    answer = typed("show", "latest")
    assert SECOND in answer.out
    assert "0.89" in answer.out


def test_an_ambiguous_id_is_exit_code_4(typed):
    answer = typed("show", "2026")
    assert answer.code == 4
    assert answer.err.startswith("taketwo: 2 runs match '2026'")


def test_schema_prints_a_schema_that_manifests_follow(typed):
    schema = typed("schema").document
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(json.loads(seal(manifest(FIRST)).content))


def test_engines_says_which_work_which_is_taken_and_what_is_missing(typed):
    lines = typed("engines").out.splitlines()
    assert lines[0].split() == ["docker", "does", "not", "work", "(sealed)"]
    assert lines[1].strip() == "No daemon answers."
    assert lines[2].strip() == "Start Docker or Podman."
    assert lines[3].endswith("works (sealed, taken by auto)")
    assert lines[4].endswith("works (not sealed)")
    rows = typed("engines", "--json").document
    assert [(row["name"], row["usable"], row["chosen"]) for row in rows] == [
        ("docker", False, False),
        ("bubblewrap", True, True),
        ("venv", True, False),
    ]
