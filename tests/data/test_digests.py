"""Digests of files: right, remembered only where that is safe, and never stopped by a damaged cache."""

import hashlib
import multiprocessing
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taketwo.data import digests as digests_module
from taketwo.data.digests import FileDigests
from taketwo.errors import DataError


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "digests.sqlite"


def old_file(path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that no longer counts as freshly changed; ctime cannot be set, so the rule is relaxed."""
    path.write_bytes(content)
    monkeypatch.setattr(digests_module, "_RACY_NS", 0)
    time.sleep(0.02)
    return path


def forge(cache: Path) -> None:
    """Put a digest into the cache that no file has, to see whether an answer came from there."""
    import sqlite3

    with sqlite3.connect(cache) as connection:
        changed = connection.execute("UPDATE digest SET digest = 'remembered'").rowcount
    connection.close()
    assert changed > 0


@settings(max_examples=30)
@given(content=st.binary(max_size=300), times=st.sampled_from([0, 1, 17, 40_000]))
def test_the_digest_is_the_sha256_of_the_bytes(tmp_path_factory, content, times):
    path = tmp_path_factory.mktemp("any") / "file"
    path.write_bytes(content * times)
    assert FileDigests(None).digest(path) == (sha256(content * times), len(content * times))


def test_many_files_are_answered_in_the_order_in_which_they_were_named(tmp_path):
    paths = [tmp_path / f"{n}" for n in (3, 1, 2)]
    for path in paths:
        path.write_bytes(path.name.encode() * 2_000_000)
    found = FileDigests(None, threads=2).digest_many([*paths, paths[0]])
    assert list(found) == paths
    assert [d.sha256 for d in found.values()] == [sha256(p.read_bytes()) for p in paths]


def test_an_unchanged_file_is_not_read_again(tmp_path, cache, monkeypatch):
    path = old_file(tmp_path / "file", b"content", monkeypatch)
    FileDigests(cache).digest(path)
    forge(cache)
    assert FileDigests(cache).digest(path) == ("remembered", 7)


def test_a_few_small_files_are_read_and_not_looked_up(tmp_path, cache, monkeypatch):
    path = old_file(tmp_path / "file", b"content", monkeypatch)
    FileDigests(cache).digest(path)
    forge(cache)
    assert FileDigests(cache, read_at_once=100).digest(path) == (sha256(b"content"), 7)
    assert FileDigests(cache, read_at_once=7).digest(path) == ("remembered", 7)


def test_a_few_small_files_need_no_database(tmp_path):
    code = (
        "import sys; from pathlib import Path; from taketwo.data.digests import FileDigests;"
        "FileDigests(Path('c'), read_at_once=100).digest(Path(sys.argv[1])); print('sqlite3' in sys.modules)"
    )
    (tmp_path / "file").write_text("content")
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "file"], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
    assert not Path("c").exists()


def test_full_reads_the_file_whatever_is_remembered(tmp_path, cache, monkeypatch):
    path = old_file(tmp_path / "file", b"content", monkeypatch)
    FileDigests(cache).digest(path)
    forge(cache)
    assert FileDigests(cache).digest(path, full=True) == (sha256(b"content"), 7)
    assert FileDigests(cache).digest(path) == (sha256(b"content"), 7)


def test_a_flipped_byte_with_size_and_mtime_put_back_is_noticed(tmp_path, cache, monkeypatch):
    path = old_file(tmp_path / "file", b"content", monkeypatch)
    before = path.stat()
    FileDigests(cache).digest(path)
    time.sleep(0.02)
    with path.open("r+b") as file:
        file.write(b"C")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert FileDigests(cache).digest(path).sha256 == sha256(b"Content")


def test_a_file_replaced_under_the_same_name_is_noticed(tmp_path, cache, monkeypatch):
    path = old_file(tmp_path / "file", b"content", monkeypatch)
    FileDigests(cache).digest(path)
    other = tmp_path / "other"
    other.write_bytes(b"CONTENT")
    other.replace(path)
    assert FileDigests(cache).digest(path).sha256 == sha256(b"CONTENT")


def test_a_file_that_has_just_changed_is_not_remembered(tmp_path, cache):
    path = tmp_path / "file"
    path.write_bytes(b"content")
    FileDigests(cache).digest(path)
    with pytest.raises(AssertionError):
        forge(cache)


def test_md5_and_sha256_of_one_file_do_not_mix(tmp_path, cache, monkeypatch):
    path = old_file(tmp_path / "file", b"content", monkeypatch)
    for _ in range(2):
        assert FileDigests(cache).md5(path) == hashlib.md5(b"content").hexdigest()
        assert FileDigests(cache).digest(path).sha256 == sha256(b"content")


@pytest.mark.parametrize("damage", ["garbage", "truncated", "flipped", "another version", "a directory"])
def test_a_damaged_cache_costs_a_rehash_and_nothing_else(tmp_path, cache, monkeypatch, damage):
    path = old_file(tmp_path / "file", b"content", monkeypatch)
    FileDigests(cache).digest(path)
    content = cache.read_bytes()
    match damage:
        case "garbage":
            cache.write_bytes(b"not a database at all" * 100)
        case "truncated":
            cache.write_bytes(content[: len(content) // 2])
        case "flipped":
            cache.write_bytes(content[:100] + b"\xff" * 3000 + content[3100:])
        case "another version":
            import sqlite3

            with sqlite3.connect(cache) as connection:
                connection.execute("PRAGMA user_version = 99")
            connection.close()
        case _:
            cache.unlink()
            cache.mkdir()
    for _ in range(2):
        assert FileDigests(cache).digest(path) == (sha256(b"content"), 7)
    if damage != "a directory":
        forge(cache)  # it was made anew, and is used again
        assert FileDigests(cache).digest(path).sha256 == "remembered"


def _hash_some(arguments: tuple[str, str]) -> list[str]:
    folder, cache = arguments
    digests_module._RACY_NS = 0  # in a process of its own: everything is remembered, all write at once
    digests = FileDigests(Path(cache), threads=2)
    paths = sorted(Path(folder).iterdir())
    return [digests.digest_many(paths)[path].sha256 for path in paths]


def test_processes_that_share_a_cache_all_get_the_right_answer(tmp_path, cache):
    folder = tmp_path / "files"
    folder.mkdir()
    for n in range(20):
        (folder / f"{n:02}").write_bytes(b"x" * n)
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        answers = pool.map(_hash_some, [(str(folder), str(cache))] * 8)
    assert all(answer == [sha256(b"x" * n) for n in range(20)] for answer in answers)


def test_a_missing_file_and_a_pipe_are_errors_with_advice(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for name in ("missing", "pipe", "."):
        with pytest.raises(DataError) as caught:
            FileDigests(None).digest(tmp_path / name)
        assert caught.value.todo


def test_names_that_are_not_utf8_are_files_like_any_other(tmp_path, cache, monkeypatch):
    path = old_file(tmp_path / os.fsdecode(b"caf\xe9 \n"), b"content", monkeypatch)
    FileDigests(cache).digest(path)
    forge(cache)
    assert FileDigests(cache).digest(path).sha256 == "remembered"
