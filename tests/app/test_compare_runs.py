"""``taketwo diff`` names everything that two runs do not share."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.author import Author, Authors, make_environment

pytestmark = pytest.mark.slow

STUDY = "import sys, six\nprint(len(open('data.txt').read()), {}, sys.argv[1:])\n"


def test_changed_code_package_data_and_parameter_are_all_named(
    authors: Authors, author: Author, tmp_path: Path
) -> None:
    author.write({"study.py": STUDY.format(1), ".gitignore": "data.txt\n", "data.txt": "first"})
    author.commit()
    first = author.capture("python", "study.py", "--rate=0.1")
    older = replace(author, python=make_environment(tmp_path / "older", "six==1.16.0"))
    older.write({"study.py": STUDY.format(2), "data.txt": "second"})
    second = older.capture("python", "study.py", "--rate=0.2")
    done = author.taketwo("diff", first, second, "--json")
    assert done.exit_code == 1, done.said
    found = done.json
    assert found["same"] is False
    assert "-print(len(open('data.txt').read()), 1, sys.argv[1:])" in found["patch"]
    (package,) = found["packages"]
    assert (package["subject"], package["before"], package["after"]) == ("six", "1.17.0", "1.16.0")
    assert [each["subject"] for each in found["data"]] == ["data.txt"]
    (parameter,) = found["parameters"]
    assert (parameter["subject"], parameter["before"], parameter["after"]) == ("rate", "0.1", "0.2")
    text = author.taketwo("diff", first, second)
    assert text.exit_code == 1
    for word in (b"study.py", b"six", b"data.txt", b"rate"):
        assert word in text.stdout


def test_two_runs_of_the_same_do_not_differ(author: Author) -> None:
    author.write({"study.py": "print(1)\n"})
    first, second = author.capture("python", "study.py"), author.capture("python", "study.py")
    done = author.taketwo("diff", first, second, "--json")
    assert (done.exit_code, done.json["same"], done.json["patch"]) == (0, True, "")
