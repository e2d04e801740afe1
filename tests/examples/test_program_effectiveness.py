"""The published study gives the published numbers, as a plain program and as a captured, replayed run."""

import json
import sys

import pytest

from taketwo.report.published import compare, numbers_of, read_table
from tests.support.examples import copy_of, python

pytest.importorskip("statsmodels", reason="the study's data and models are in statsmodels")


@pytest.fixture
def project(tmp_path):
    return copy_of("program-effectiveness", tmp_path)


def assert_published(project):
    table = read_table((project / "published.toml").read_bytes())
    rows = compare(table, numbers_of(json.loads((project / "coefficients.json").read_text())))
    assert len(rows) == 8
    assert [row for row in rows if not row.agrees] == []


def test_the_program_alone_gives_the_published_table(project):
    done = python(project, "analysis.py")
    assert done.returncode == 0, done.stderr
    assert_published(project)
    assert (project / "table.csv").read_text() == (
        "term,logit,probit\nconstant,-13.021,-7.452\nGPA,2.826,1.626\nTUCE,0.095,0.052\nPSI,2.379,1.426\n"
    )


def test_a_second_run_gives_the_same_bytes(project):
    contents = []
    for _ in range(2):
        python(project, "analysis.py")
        contents.append((project / "coefficients.json").read_bytes() + (project / "table.csv").read_bytes())
    assert contents[0] == contents[1]


@pytest.mark.slow
def test_the_captured_study_replays_and_reproduces(project):
    rule = "output:coefficients.json: 3 digits"
    done = python(project, "-m", "taketwo", "run", "--tolerance", rule, sys.executable, "analysis.py")
    assert done.returncode == 0, done.stderr
    done = python(project, "-m", "taketwo", "replay", "latest", "--json")
    assert done.returncode == 0, done.stderr
    verdict = json.loads(done.stdout)
    assert verdict["outcome"] == "reproduced"
    assert {"coefficients.json", "table.csv"} <= {check["subject"] for check in verdict["checks"]}


@pytest.mark.slow
def test_the_demo_prints_the_published_table_beside_the_replayed_one(tmp_path):
    project = tmp_path / "elsewhere"
    project.mkdir()
    done = python(project, "-m", "taketwo", "demo")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\nReproduced: " in done.stdout
    rows = {
        line.split()[1]: line.split()[2:] for line in done.stdout.splitlines() if line.startswith("  ok  ")
    }
    for name, printed in {"logit.constant": "-13.021", "probit.PSI": "1.426"}.items():
        published, replayed = rows[name]
        assert published == printed
        assert f"{float(replayed):.3f}" == printed
    assert "FAILED" not in done.stdout
