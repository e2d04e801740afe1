"""Whether DVC may know a file is told from the names of files alone, and never wrongly denied."""

from __future__ import annotations

from pathlib import Path

import pytest

from taketwo.data.dvc_files import may_be_tracked, tracked

MD5 = "ab" * 16
ENTRY = f"outs:\n- md5: {MD5}\n  hash: md5\n  path: NAME\n"


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("data/scores.csv.dvc", ENTRY.replace("NAME", "scores.csv")),
        ("data.dvc", ENTRY.replace("NAME", "data")),
        ("dvc.lock", f"stages:\n  s:\n    outs:\n    - path: data/scores.csv\n      md5: {MD5}\n"),
        ("data/dvc.lock", f"stages:\n  s:\n    outs:\n    - path: scores.csv\n      md5: {MD5}\n"),
    ],
)
def test_whatever_makes_a_file_tracked_is_seen(tmp_path: Path, file: str, content: str) -> None:
    path = tmp_path / "data" / "scores.csv"
    path.parent.mkdir()
    path.write_text("1,2")
    assert not may_be_tracked(path, tmp_path)
    assert tracked(path, tmp_path) is None
    (tmp_path / file).write_text(content)
    assert tracked(path, tmp_path) is not None
    assert may_be_tracked(path, tmp_path)


def test_files_of_dvc_outside_the_project_and_of_other_files_say_nothing(tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "data").mkdir(parents=True)
    (tmp_path / "dvc.lock").write_text("")
    (tmp_path / "project.dvc").write_text("")
    (project / "data" / "other.csv.dvc").write_text("")
    assert not may_be_tracked(project / "data" / "scores.csv", project)
