"""Results outside the project are named, because nothing else would show that they were made."""

from __future__ import annotations

from pathlib import Path

import pytest

from taketwo.formats.places import Places
from taketwo.record.files import Opened
from taketwo.record.outputs import OutputRequest
from taketwo.record.written_elsewhere import written_elsewhere


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "repo" / "study").mkdir(parents=True)
    return tmp_path


def texts(home: Path, *written: str, time: float = 10.0, sealed: bool = False) -> list[str]:
    for name in written:
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text("x")
    places = Places(project=f"{home}/repo/study", root=f"{home}/repo", home=str(home))
    opens = [Opened(f"{home}/{name}", "w", None, time) for name in written]
    request = OutputRequest(places=places, started_ns=5_000_000_000, opens=opens, sealed=sealed)
    return [n.text for n in written_elsewhere(request, outside=[f"{home}/env"])]


def test_a_result_outside_the_project_is_named_by_its_place(home: Path) -> None:
    (text,) = texts(home, "result.json", "deep/table.csv")
    assert text.endswith(": $HOME/deep/table.csv, $HOME/result.json")


@pytest.mark.parametrize(
    "name",
    ["repo/study/x", "repo/lib/x", ".cache/x", ".config/x", "env/x", "tmpab12cd_9/x", "a/__pycache__/m.pyc"],
)
def test_what_belongs_to_the_project_or_to_tools_is_not_named(home: Path, name: str) -> None:
    assert texts(home, name) == []


def test_what_is_gone_or_was_written_before_is_not_named(home: Path) -> None:
    assert texts(home, "early.txt", time=1.0) == []
    places = Places(project=f"{home}/repo/study", home=str(home))
    opens = [Opened(f"{home}/gone", "w", None, 10.0)]
    assert written_elsewhere(OutputRequest(places=places, started_ns=0, opens=opens)) == ()


def test_of_a_replay_nothing_is_said(home: Path) -> None:
    assert texts(home, "result.json", sealed=True) == []


def test_many_are_counted(home: Path) -> None:
    (text,) = texts(home, *(f"out/{n}.txt" for n in range(8)))
    assert text.endswith("and 3 more")
