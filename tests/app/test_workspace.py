import pytest

from taketwo.app.workspace import workspace
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
