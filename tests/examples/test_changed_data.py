"""The example that must fail: as a plain program, and with every ending that its README promises."""

import json
import os

import pytest

from tests.support.examples import copy_of, python


@pytest.fixture
def project(tmp_path):
    return copy_of("changed-data", tmp_path)


def summary(project, *arguments):
    done = python(project, "analysis.py", *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads((project / "summary.json").read_text())


def test_the_program_alone_gives_the_effect(project):
    assert summary(project) == {"control": 0.5, "tutored": 5 / 6, "effect": 5 / 6 - 0.5}


def test_one_changed_value_changes_the_effect(project):
    data = project / "students.csv"
    before = summary(project)
    data.write_text(data.read_text().replace("s05,control,0", "s05,control,1"))
    assert summary(project)["effect"] != before["effect"]


def test_the_stamped_result_hangs_on_the_date_of_the_file_alone(project):
    data = project / "students.csv"
    os.utime(data, (1_700_000_000, 1_700_000_000))
    before = summary(project, "--stamp")
    os.utime(data, (1_800_000_000, 1_800_000_000))
    after = summary(project, "--stamp")
    assert {name for name in before if before[name] != after[name]} == {"data_as_of"}


@pytest.mark.slow
def test_every_part_of_the_story_ends_as_it_should(project):
    done = python(project, "verify.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line[0] for line in done.stdout.splitlines()] == ["1", "2", "3", "4"]
