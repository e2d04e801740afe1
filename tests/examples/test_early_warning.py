"""The early-warning study: a cohort that is as its generator says, and a run that can be replayed."""

import csv
import json
import runpy

import pytest

from tests.support.examples import copy_of, python

pytest.importorskip("sklearn", reason="the study uses scikit-learn")


@pytest.fixture
def project(tmp_path):
    return copy_of("early-warning", tmp_path)


@pytest.fixture
def make_cohort(project):
    return runpy.run_path(str(project / "cohort.py"))["make_cohort"]


def share(rows, column, group):
    members = [row for row in rows if row[1] == group]
    return sum(column(row) for row in members) / len(members)


def test_the_cohort_has_the_groups_that_its_description_promises(make_cohort):
    rows = make_cohort(20_000, 1)
    assert 0.68 < sum(row[1] == "direct" for row in rows) / len(rows) < 0.72
    assert share(rows, lambda row: row[5], "direct") == pytest.approx(1 / 6, abs=0.03)
    assert share(rows, lambda row: row[5], "return") == pytest.approx(1 / 3, abs=0.03)
    assert share(rows, lambda row: row[2] == "", "direct") == pytest.approx(0.05, abs=0.01)
    assert share(rows, lambda row: row[2] == "", "return") == pytest.approx(0.30, abs=0.03)
    assert all(row[2] == "" or 0 <= float(row[2]) <= 100 for row in rows)
    assert all(0 <= float(row[3]) <= 1 for row in rows)


def test_the_same_seed_gives_the_same_cohort_and_another_seed_another(make_cohort):
    assert make_cohort(50, 3) == make_cohort(50, 3)
    assert make_cohort(50, 3) != make_cohort(50, 4)


def test_the_program_measures_a_warning_that_is_useful_and_not_equally_good(project):
    assert python(project, "cohort.py").returncode == 0
    done = python(project, "train.py")
    assert done.returncode == 0, done.stderr
    measured = {name: float(value) for name, value in map(str.split, done.stdout.splitlines())}
    assert list(measured) == ["accuracy", "auc", "recall", "accuracy_gap", "recall_gap"]
    assert measured["auc"] > 0.7
    assert measured["accuracy_gap"] > 0.05
    with (project / "predictions.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 500
    right = sum(row["flagged"] == row["failed"] for row in rows) / len(rows)
    assert measured["accuracy"] == pytest.approx(right, abs=1e-4)


@pytest.mark.slow
def test_the_captured_call_replays_and_reproduces(project):
    python(project, "cohort.py")
    assert python(project, "train.py").returncode == 0
    done = python(project, "-m", "taketwo", "replay", "latest", "--json")
    assert done.returncode == 0, done.stderr
    verdict = json.loads(done.stdout)
    assert verdict["outcome"] == "reproduced"
    subjects = {check["subject"] for check in verdict["checks"]}
    assert {"accuracy", "auc", "accuracy_gap", "recall_gap", "predictions.csv"} <= subjects
