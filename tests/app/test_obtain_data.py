"""What a run read is found, kept, and put where the program looks for it before a replay runs anything."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.author import Author, sealed_or_not

pytestmark = pytest.mark.slow

READS = """
import pathlib, sys
total = sum(int(path.read_text()) for name in sys.argv[1:] for path in (
    sorted(pathlib.Path(name).rglob("*.txt")) if pathlib.Path(name).is_dir() else [pathlib.Path(name)]))
pathlib.Path("total.csv").write_text(f"total\\n{total}\\n")
"""


def inputs(manifest: dict) -> dict[str, dict]:
    return {item["path"]: item for item in manifest["inputs"]}


@pytest.fixture
def reader(author: Author) -> Author:
    """A project that reads files which git ignores."""
    author.write(
        {"read.py": READS, ".gitignore": "raw/\nscratch.txt\n", "raw/a.txt": "1", "raw/deep/b.txt": "20"}
    )
    author.write({"scratch.txt": "300", "tracked.txt": "4000"})
    author.commit()
    return author


@pytest.mark.parametrize("engine", ["docker", "bubblewrap", "venv"])
def test_declared_and_undeclared_data_are_captured_and_restored(reader: Author, engine: str) -> None:
    sealed_or_not(engine)
    run = reader.capture(
        *("python", "read.py", "raw", "scratch.txt", "tracked.txt"), options=("--data", "cohort=raw")
    )
    found = inputs(reader.manifest(run))
    assert found["$PROJECT/raw"]["kind"] == "directory"
    assert (found["$PROJECT/raw"]["name"], found["$PROJECT/raw"]["files"]) == ("cohort", 2)
    assert (found["$PROJECT/raw"]["declared"], found["$PROJECT/raw"].get("kept", "store")) == (True, "store")
    assert found["$PROJECT/scratch.txt"].get("kept", "store") == "store"
    assert not found["$PROJECT/scratch.txt"].get("declared")
    assert found["$PROJECT/tracked.txt"]["kept"] == "source"
    for name in ("raw", "scratch.txt", "tracked.txt"):
        path = reader.project / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    verdict = reader.replay(run, engine)
    assert verdict["outcome"] == "reproduced"
    assert [each for each in verdict["differences"] if each["area"] == "input"] == []
    second = inputs(reader.manifest(verdict["replay"]["run_id"]))
    assert {path: item["content"]["sha256"] for path, item in second.items()} == {
        path: item["content"]["sha256"] for path, item in found.items()
    }


@pytest.mark.parametrize("engine", ["docker", "bubblewrap"])
def test_a_file_outside_the_project_is_restored_at_its_absolute_path(
    author: Author, tmp_path: Path, engine: str
) -> None:
    sealed_or_not(engine)
    outside = tmp_path / "shared disk" / "cohort.txt"
    outside.parent.mkdir()
    outside.write_text("77")
    author.write({"read.py": READS})
    author.commit()
    run = author.capture("python", "read.py", str(outside))
    outside.unlink()
    verdict = author.replay(run, engine)
    assert verdict["outcome"] == "reproduced"
    replay = author.manifest(verdict["replay"]["run_id"])
    assert not outside.exists()
    assert [item["path"] for item in replay["inputs"]] == [str(outside)]
    assert [o["path"] for o in replay["outputs"]] == ["$PROJECT/total.csv"]


@pytest.mark.parametrize("engine", ["docker", "bubblewrap"])
def test_the_manifest_of_a_replay_names_the_same_inputs_as_the_original(
    reader: Author, tmp_path: Path, engine: str
) -> None:
    sealed_or_not(engine)
    outside = tmp_path / "cohort.txt"
    outside.write_text("77")
    run = reader.capture(
        *("python", "read.py", "raw", "scratch.txt", "tracked.txt", str(outside)),
        options=("--data", "cohort=raw", "--data", "marks=tracked.txt"),
    )
    verdict = reader.replay(run, engine, "--data", f"cohort.txt={outside}")
    told = [
        (item["name"], item["path"], item["content"]["sha256"]) for item in reader.manifest(run)["inputs"]
    ]
    replay = reader.manifest(verdict["replay"]["run_id"])
    assert [(item["name"], item["path"], item["content"]["sha256"]) for item in replay["inputs"]] == told
    assert [each for each in verdict["differences"] if each["area"] == "input"] == []
    assert str(reader.store) not in str(replay)


def test_of_a_file_that_the_program_rewrites_the_earlier_content_is_the_input(author: Author) -> None:
    author.write(
        {
            "count.py": "import pathlib\np = pathlib.Path('state.txt')\nn = int(p.read_text())\n"
            "p.write_text(str(n + 1))\nprint(n)\n",
            ".gitignore": "state.txt\n",
            "state.txt": "41",
        }
    )
    author.commit()
    run = author.capture("python", "count.py")
    assert (author.project / "state.txt").read_text() == "42"
    (item,) = [i for i in author.manifest(run)["inputs"] if i["path"] == "$PROJECT/state.txt"]
    assert (item["content"]["size"], item.get("kept", "store")) == (2, "store")
    verdict = author.replay(run, "venv")
    assert verdict["outcome"] == "reproduced"
    assert "state.txt" in {check["subject"] for check in verdict["checks"]}


@pytest.fixture
def referenced(author: Author, tmp_path: Path) -> tuple[Author, str, Path]:
    """A run whose data was too large for the store, the data moved away, and whoever has a copy."""
    author.write(
        {
            "read.py": READS,
            "taketwo.toml": 'input_limit = "1KiB"\n',
            ".gitignore": "big.txt\n",
            "big.txt": "7" * 2000,
        }
    )
    author.commit()
    run = author.capture("python", "-X", "int_max_str_digits=0", "read.py", "big.txt")
    copy = tmp_path / "copies" / "mine.txt"
    copy.parent.mkdir()
    shutil.move(author.project / "big.txt", copy)
    return author, run, copy


def test_data_above_the_limit_is_referenced_and_a_replay_without_it_says_what_to_do(
    referenced: tuple[Author, str, Path],
) -> None:
    author, run, _ = referenced
    item = inputs(author.manifest(run))["$PROJECT/big.txt"]
    assert (item["kept"], item["content"]["stored"]) == ("reference", False)
    error = author.replay(run, "venv", exit_code=30)["error"]
    assert "big.txt" in error["what"]
    assert "--data" in error["todo"]


def test_the_right_copy_of_referenced_data_is_accepted(referenced: tuple[Author, str, Path]) -> None:
    author, run, copy = referenced
    verdict = author.replay(run, "venv", "--data", f"big.txt={copy}")
    assert verdict["outcome"] == "reproduced"
    assert copy.read_text() == "7" * 2000


def test_a_wrong_copy_stops_the_replay_before_anything_runs_and_names_the_file(
    referenced: tuple[Author, str, Path],
) -> None:
    author, run, copy = referenced
    copy.write_text("8" * 2000)
    before = len(author.runs())
    error = author.replay(run, "venv", "--data", f"big.txt={copy}", exit_code=31)["error"]
    assert "big.txt" in error["what"]
    assert len(author.runs()) == before
    assert list((author.store / "replays").iterdir()) == []


def test_a_name_that_is_no_input_is_a_usage_error_that_lists_the_inputs(
    referenced: tuple[Author, str, Path],
) -> None:
    author, run, copy = referenced
    error = author.replay(run, "venv", "--data", f"small.txt={copy}", exit_code=2)["error"]
    assert "big.txt" in error["todo"]


def test_a_copy_of_a_directory_with_one_wrong_file_is_refused_by_the_name_of_that_file(
    reader: Author, tmp_path: Path
) -> None:
    run = reader.capture("python", "read.py", "raw", options=("--data", "cohort=raw"))
    copy = tmp_path / "copy"
    shutil.copytree(reader.project / "raw", copy)
    assert reader.replay(run, "venv", "--data", f"cohort={copy}")["outcome"] == "reproduced"
    (copy / "deep" / "b.txt").write_text("21")
    error = reader.replay(run, "venv", "--data", f"cohort={copy}", exit_code=31)["error"]
    assert "deep/b.txt" in f"{error['what']} {error['why']}"
