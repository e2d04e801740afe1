"""A process says who it is at the start and what decided its numbers at the end, however it ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.observing import SOURCE, observe


@pytest.fixture
def where(tmp_path: Path) -> Path:
    directory = tmp_path / "project"
    directory.mkdir()
    return directory


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_a_multiprocessing_child_says_how_it_ended(where: Path, method: str) -> None:
    (where / "p.py").write_text(
        "import multiprocessing as mp, sys\ndef f(): sys.exit(3)\n"
        f"if __name__ == '__main__':\n    p = mp.get_context('{method}').Process(target=f)\n"
        "    p.start(); p.join(); print(p.exitcode)\n"
    )
    seen = observe(["p.py"], where)
    assert (seen.stdout, seen.stderr) == ("3\n", "")
    ended = {event.journal for event in seen.recording.exits}
    assert len(ended) == len(seen.recording.exits)
    assert len(ended) >= 2


def test_the_end_names_modules_resources_and_the_error(where: Path) -> None:
    (where / "mine.py").write_text("")
    seen = observe(["-c", "import mine; raise ValueError('why')"], where)
    assert seen.exit_code == 1
    (end,) = seen.recording.exits
    assert end.modules["mine"] == str(where / "mine.py")
    assert end.error == "ValueError: why"
    assert end.cpu_seconds is not None
    assert end.peak_memory_bytes is not None
    assert end.peak_memory_bytes > 1 << 20


def test_what_a_program_registered_for_its_end_is_still_observed(where: Path) -> None:
    seen = observe(["-c", "import atexit; atexit.register(lambda: open('late', 'w').close())"], where)
    assert [Path(event.path).name for event in seen.recording.opens] == ["late"]


def test_a_program_that_logs_is_observed_also_where_python_ignores_its_environment(where: Path) -> None:
    (where / "p.py").write_text(
        f"import sys\nsys.path.insert(0, {str(SOURCE)!r})\nimport taketwo\ntaketwo.log_metric('m', 1)\n"
    )
    seen = observe(["-E", "p.py"], where)
    assert (seen.exit_code, seen.stderr) == (0, "")
    assert [metric.value for metric in seen.recording.metrics] == [1]
    assert len(seen.recording.processes) == 1
