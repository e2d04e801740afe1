"""The README of a run to be rebuilt by hand: the same bytes, and nothing foreign becomes markup."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taketwo.formats.places import Places
from taketwo.model.base import Notice
from taketwo.model.manifest import Metric, Parameter, Streams
from taketwo.report.rebuild_readme import RebuildReadme, render_rebuild_readme
from tests.support.studies import blob, manifest, rule

ABOUT = RebuildReadme(
    manifest=manifest(rules=(rule("auc", "tolerance", atol=0.001),)),
    image="taketwo-20260301t101500-7f3k9q",
    base="python:3.11.7-slim",
    places=Places(
        project="/taketwo/project",
        home="/taketwo/home",
        python="/taketwo/env/bin/python",
        environment="/taketwo/env",
    ),
    seal=blob(b"manifest").sha256,
    contents=("Dockerfile", "requirements.txt", "pylock.toml", "source", "manifest.json"),
    notices=("2 system packages are known by name and version only: apt, six",),
)


def test_is_byte_for_byte_what_it_was(golden):
    golden("rebuild-README.md", render_rebuild_readme(ABOUT))


def test_names_only_what_is_there():
    assert "`root`" not in render_rebuild_readme(ABOUT)
    assert "`root`" in render_rebuild_readme(replace(ABOUT, contents=("root",)))


def test_a_series_is_one_row_with_its_last_value():
    text = render_rebuild_readme(ABOUT)
    assert "| `loss` | `0.3125` | the last of 3 |" in text


def test_a_run_that_left_nothing_says_so():
    empty = manifest(metrics=(), outputs=(), streams=Streams())
    assert "left no metrics" in render_rebuild_readme(replace(ABOUT, manifest=empty))


def test_what_the_capture_could_not_record_is_told():
    told = manifest(notices=(Notice(topic="data", text="b.csv was too large"),))
    text = render_rebuild_readme(replace(ABOUT, manifest=told))
    assert text.index("could not record") < text.index("apt, six") < text.index("b.csv was too large")
    assert "could not record" not in render_rebuild_readme(replace(ABOUT, notices=()))


@pytest.mark.parametrize("name", ["a\n```console\n$ rm -rf .\n```", "``x`", "`", "a|b", "\x1b[2J", ""])
def test_a_foreign_name_adds_no_command_and_no_cell(name):
    _check(name)


@given(st.text(max_size=40))
def test_any_foreign_name_adds_no_command_and_no_cell(name):
    _check(name)


def _check(name):
    hostile = manifest(
        metrics=(Metric(name=name, value=1.0),),
        parameters=(Parameter(name=name, value=name),),
        experiment=name,
    )
    text = render_rebuild_readme(replace(ABOUT, manifest=hostile))
    plain = render_rebuild_readme(ABOUT)
    assert re.findall(r"^\$ .*", text, re.MULTILINE) == re.findall(r"^\$ .*", plain, re.MULTILINE)
    assert re.findall(r"^```.*", text, re.MULTILINE) == re.findall(r"^```.*", plain, re.MULTILINE)
    row = next(line for line in text.split("\n") if line.endswith("| `1.0` |  |"))
    assert len(re.findall(r"(?<!\\)\|", row)) == 4
