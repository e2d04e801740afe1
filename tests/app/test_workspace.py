import subprocess
import sys

import pytest

from taketwo.app.workspace import OWNER, remove, workspace
from taketwo.errors import StoreError


def test_a_workspace_is_gone_afterwards_whatever_its_modes_are(tmp_path):
    with workspace(tmp_path / "replays") as space:
        space.tree.mkdir()
        (space.tree / "result").write_text("x")
        space.tree.chmod(0o500)
    assert list((tmp_path / "replays").iterdir()) == []


@pytest.mark.parametrize("reason", [KeyboardInterrupt, ValueError])
def test_a_workspace_is_gone_when_the_work_is_broken_off(tmp_path, reason):
    def broken_off():
        with workspace(tmp_path) as space:
            (space.scratch / "half").write_text("x")
            raise reason

    with pytest.raises(reason):
        broken_off()
    assert list(tmp_path.iterdir()) == []


def test_two_workspaces_do_not_meet(tmp_path):
    with workspace(tmp_path) as one, workspace(tmp_path) as other:
        assert one.root != other.root


def test_a_place_that_cannot_be_written_is_a_store_error_that_says_what_to_do(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError) as raised, workspace(tmp_path / "file"):
        pass
    assert "TAKETWO_HOME" in raised.value.todo


def left_behind(replays, owner):
    root = replays / f"replay-{owner[-4:]}"
    (root / "project").mkdir(parents=True)
    (root / "project" / "grades.csv").write_text("confidential")
    (root / OWNER).write_text(owner)
    return root


def test_workspaces_of_killed_processes_are_removed_and_those_of_others_are_left(tmp_path):
    code = "from taketwo.owner import this_process; print(this_process())"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    gone = left_behind(tmp_path, ended.stdout.strip())
    elsewhere = left_behind(tmp_path, "another-machine:1:1")
    (tmp_path / "replay-made").mkdir()
    with workspace(tmp_path) as mine, workspace(tmp_path) as other:
        assert not gone.exists()
        assert elsewhere.exists()
        assert (tmp_path / "replay-made").exists()
        assert mine.root.exists()
        assert other.root.exists()


def test_directories_deeper_than_python_nests_calls_are_removed(tmp_path):
    root = tmp_path / "replay-deep"
    root.mkdir()
    script = f"import os; os.chdir({str(root)!r})\nfor _ in range(3000): os.mkdir('d'); os.chdir('d')"
    subprocess.run([sys.executable, "-c", script], check=True)
    remove(root)
    assert not root.exists()
