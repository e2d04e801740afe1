"""A replay of what is not as it was sealed stops before anything runs, with an exit code that says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.author import Author

pytestmark = pytest.mark.slow


@pytest.fixture
def captured(author: Author) -> tuple[Author, str]:
    """A run with an input that only the store has."""
    author.write(
        {"study.py": "print(open('data.txt').read())", ".gitignore": "data.txt\n", "data.txt": "41\n"}
    )
    author.commit()
    return author, author.capture("python", "study.py")


def blob(author: Author, run: str) -> Path:
    """The file in the store that holds the input."""
    (item,) = [i for i in author.manifest(run)["inputs"] if i["path"] == "$PROJECT/data.txt"]
    sha256 = item["content"]["sha256"]
    (path,) = [p for p in author.store.rglob("*") if p.is_file() and sha256 in str(p).replace("/", "")]
    return path


def flip_last_byte(path: Path) -> None:
    content = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


def test_a_deleted_blob_is_named_with_exit_code_22(captured: tuple[Author, str]) -> None:
    author, run = captured
    path = blob(author, run)
    path.parent.chmod(0o755)
    path.unlink()
    error = author.replay(run, "venv", exit_code=22)["error"]
    assert error["type"] == "MissingBlob"
    assert error["todo"]
    assert len(author.runs()) == 1


def test_a_flipped_bit_in_a_blob_is_exit_code_21(captured: tuple[Author, str]) -> None:
    author, run = captured
    flip_last_byte(blob(author, run))
    assert author.replay(run, "venv", exit_code=21)["error"]["type"] == "Tampered"
    verified = author.taketwo("store", "verify", "--json")
    assert verified.exit_code == 21
    assert [damage["runs"] for damage in verified.json] == [[run]]


def test_a_changed_manifest_is_exit_code_21(captured: tuple[Author, str]) -> None:
    author, run = captured
    (path,) = (author.store / "manifests").rglob(f"{run}.json")
    path.chmod(0o644)
    path.write_bytes(path.read_bytes().replace(b'"completed"', b'"completex"'))
    assert author.replay(run, "venv", exit_code=21)["error"]["type"] == "Tampered"


def test_an_unknown_run_is_exit_code_4_and_so_is_an_ambiguous_one(captured: tuple[Author, str]) -> None:
    author, run = captured
    author.capture("python", "study.py")
    unknown = author.replay("19990101-000000-aaaaaaaaaa", "venv", exit_code=4)["error"]
    assert unknown["type"] == "UnknownRun"
    ambiguous = author.replay(run[:4], "venv", exit_code=4)["error"]
    assert ambiguous["type"] == "AmbiguousRun"
    assert run in f"{ambiguous['what']} {ambiguous['why']} {ambiguous['todo']}"


def test_an_unambiguous_prefix_is_enough(captured: tuple[Author, str]) -> None:
    author, run = captured
    assert author.manifest(run[:18])["run_id"] == run
