"""How a run ended survives in its recording until the manifest is sealed."""

from __future__ import annotations

from pathlib import Path

from taketwo.model.manifest import Ending, Resources
from taketwo.record.ended import ENDED, Ended, keep, kept

ENDING = Ended(
    ending=Ending(status="failed", exit_code=7), finished=12.5, resources=Resources(wall_seconds=2.0)
)


def test_what_is_kept_comes_back_without_the_streams(tmp_path: Path) -> None:
    keep(
        Ended(ending=ENDING.ending, finished=12.5, resources=ENDING.resources, stdout=tmp_path / "out"),
        tmp_path,
    )
    assert kept(tmp_path) == ENDING


def test_a_recording_without_an_end_or_with_half_of_one_has_none(tmp_path: Path) -> None:
    assert kept(tmp_path) is None
    keep(ENDING, tmp_path)
    (tmp_path / ENDED).write_bytes((tmp_path / ENDED).read_bytes()[:-9])
    assert kept(tmp_path) is None


def test_a_recording_that_is_gone_is_no_error(tmp_path: Path) -> None:
    keep(ENDING, tmp_path / "gone")
