"""Who may write where in a sandbox, and what is refused before a command would stumble over it."""

from __future__ import annotations

import os

import pytest

from taketwo.engine.handover import hand_over
from taketwo.engine.interface import Mount
from taketwo.errors import EngineError

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


@as_root
def test_a_writable_place_is_given_away_with_everything_in_it(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c").touch()
    hand_over([Mount(tmp_path / "a", "/a", writable=True)], 65532)
    assert {path.stat().st_uid for path in (tmp_path / "a").rglob("*")} == {65532}
    assert (tmp_path / "a").stat().st_uid == 65532
    assert tmp_path.stat().st_uid == 0


@as_root
def test_a_link_is_given_away_and_not_what_it_leads_to(tmp_path):
    outside = tmp_path / "outside"
    outside.touch()
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "link").symlink_to(outside)
    hand_over([Mount(tmp_path / "a", "/a", writable=True)], 65532)
    assert (tmp_path / "a" / "link").lstat().st_uid == 65532
    assert outside.stat().st_uid == 0


def test_a_read_only_place_that_others_cannot_read_is_refused(tmp_path):
    (tmp_path / "a").mkdir(mode=0o700)
    with pytest.raises(EngineError, match="may not read") as refused:
        hand_over([Mount(tmp_path / "a", "/a")], 65532)
    assert "chmod" in refused.value.todo
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o700


def test_owners_stay_as_they_are_for_an_ordinary_user(tmp_path):
    (tmp_path / "a").mkdir(mode=0o700)
    hand_over([Mount(tmp_path / "a", "/a", writable=True), Mount(tmp_path / "a", "/b")], None)
    assert (tmp_path / "a").stat().st_uid == os.geteuid()


def test_a_mount_of_nothing_is_refused(tmp_path):
    with pytest.raises(EngineError, match="does not exist"):
        hand_over([Mount(tmp_path / "missing", "/a")], None)
