"""The index follows the manifests: it may be missing, damaged, behind or read-only, and nobody notices."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from taketwo.formats.run_id import new_run_id
from taketwo.store.local import LocalStore
from tests.support.manifests import NOON, small_manifest


@pytest.fixture
def store(tmp_path):
    return LocalStore(tmp_path / "store")


def _add(store, count=1, **fields):
    return [store.add_manifest(small_manifest(**fields)).manifest.run_id for _ in range(count)]


def _listed(store):
    return [row.run_id for row in store.runs()]


def _index_files(store):
    return sorted(path.name for path in store.root.glob("index.sqlite*"))


def _settle(store):
    """As if the last change were long ago, so that the index trusts the time of change."""
    long_ago = time.time() - 3600
    os.utime(store.root / "manifests", (long_ago, long_ago))


def test_captures_do_not_touch_the_index(store):
    _add(store)
    assert _index_files(store) == []


def test_importing_the_store_does_not_import_sqlite(tmp_path):
    code = "import sys, taketwo.store.local; sys.exit('sqlite3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, env=os.environ).returncode == 0


def test_the_index_is_private_and_kept_in_wal_mode(store):
    _add(store)
    store.runs()
    assert (store.root / "index.sqlite").stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(store.root / "index.sqlite") as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_a_deleted_index_is_made_again(store):
    expected = sorted(_add(store, 3), reverse=True)
    assert _listed(store) == expected
    for name in _index_files(store):
        (store.root / name).unlink()
    assert _listed(store) == expected
    assert "index.sqlite" in _index_files(store)


@pytest.mark.parametrize("content", [b"", b"nonsense" * 1000, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_index_is_made_again(store, content):
    expected = sorted(_add(store, 3), reverse=True)
    _listed(store)
    (store.root / "index.sqlite").write_bytes(content)
    assert _listed(store) == expected
    with sqlite3.connect(store.root / "index.sqlite") as connection:
        assert connection.execute("SELECT count(*) FROM runs").fetchone() == (3,)
    connection.close()


def test_an_index_with_a_page_destroyed_is_made_again(store):
    expected = sorted(_add(store, 200), reverse=True)
    _settle(store)
    _listed(store)
    path = store.root / "index.sqlite"
    content = bytearray(path.read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)
    path.write_bytes(content)
    assert _listed(store) == expected


def test_an_index_of_another_version_is_made_again(store):
    expected = _add(store)
    _listed(store)
    with sqlite3.connect(store.root / "index.sqlite") as connection:
        connection.execute("DROP TABLE state")
        connection.execute("ALTER TABLE runs DROP COLUMN command")
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    assert _listed(store) == expected


def test_an_index_that_is_behind_takes_in_what_it_lacks(store):
    first = _add(store)
    assert _listed(store) == first
    second = _add(LocalStore(store.root))
    assert sorted(_listed(store)) == sorted(first + second)


def test_a_run_that_is_gone_from_disk_is_not_listed(store):
    gone, stays = _add(store, 2)
    assert len(_listed(store)) == 2
    _settle(store)
    assert len(_listed(store)) == 2
    (store.root / "manifests" / f"{gone}.json").unlink()
    assert _listed(store) == [stays]


def test_a_change_in_the_very_moment_of_a_listing_is_seen_by_the_next(store):
    # Times of change have the granularity of the clock's tick: several changes can share one.
    stamp = None
    for expected in range(1, 6):
        _add(store)
        if stamp:
            os.utime(store.root / "manifests", ns=stamp)
        found = (store.root / "manifests").stat()
        stamp = (found.st_atime_ns, found.st_mtime_ns)
        assert len(_listed(store)) == expected


def test_a_settled_store_is_listed_without_looking_at_its_manifests(store):
    _add(store, 3)
    _settle(store)
    assert len(_listed(store)) == 3
    # Emptied behind the back of the time of change: only a listing that trusts it still shows three.
    for path in (store.root / "manifests").iterdir():
        path.unlink()
    _settle(store)
    stamp = (store.root / "manifests").stat().st_mtime_ns
    with sqlite3.connect(store.root / "index.sqlite") as connection:
        connection.execute("UPDATE state SET stamp = ?", [stamp])
    connection.close()
    assert len(_listed(store)) == 3


def test_a_damaged_manifest_is_listed_as_unreadable(store):
    (run_id,) = _add(store)
    path = store.root / "manifests" / f"{run_id}.json"
    path.chmod(0o600)
    path.write_bytes(b"{")
    (row,) = store.runs()
    assert (row.run_id, row.status) == (run_id, "unreadable")
    assert row.started_at.startswith("2026-11-23T12:00:00")


def test_files_that_are_no_manifests_are_not_listed(store):
    expected = _add(store)
    for name in ("notes.json", "..json", ".json", "20269999-000000-0000000000.json", "README"):
        (store.root / "manifests" / name).write_text("{}")
    assert _listed(store) == expected
    assert store.resolve("latest") == expected[0]


def test_a_limit_and_an_experiment_are_obeyed_from_the_index(store):
    _add(store, 5, experiment="a")
    newest = sorted(_add(store, 5, experiment="b"), reverse=True)
    assert [row.run_id for row in store.runs(experiment="b", limit=3)] == newest[:3]


def _list_as_another_user(root, queue):
    if os.geteuid() == 0:
        os.setgid(65534)
        os.setuid(65534)
    store = LocalStore(root)
    rows = store.runs()
    queue.put(([row.run_id for row in rows], os.access(root, os.W_OK), store.manifest(rows[0].run_id).sha256))


@pytest.fixture
def public_directory():
    """A directory that other users can enter, which those of pytest are not."""
    directory = Path(tempfile.mkdtemp())
    directory.chmod(0o755)
    yield directory
    for path in [directory, *directory.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    shutil.rmtree(directory)


@pytest.mark.parametrize("indexed", ["no index", "index", "index behind", "index damaged"])
def test_another_user_lists_a_store_that_he_may_only_read(indexed, public_directory):
    store = LocalStore(public_directory / "store")
    run_ids = _add(store, 3)
    if indexed != "no index":
        store.runs()
    if indexed == "index behind":
        run_ids += _add(store)
    if indexed == "index damaged":
        (store.root / "index.sqlite").write_bytes(b"nonsense" * 1000)
    for path in [store.root, *store.root.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = sorted(path.name for path in store.root.iterdir())
    context = multiprocessing.get_context("fork")
    queue = context.SimpleQueue()
    process = context.Process(target=_list_as_another_user, args=(store.root, queue))
    process.start()
    process.join(60)
    assert process.exitcode == 0
    listed, writable, sha256 = queue.get()
    assert not writable
    assert sorted(listed) == sorted(run_ids)
    assert sha256 == store.manifest(listed[0]).sha256
    assert sorted(path.name for path in store.root.iterdir()) == before


@pytest.mark.slow
def test_the_first_page_of_many_runs_is_quick(store):
    template = store.add_manifest(small_manifest()).content
    count = 20_000
    (own,) = store.run_ids()
    for _ in range(count):
        run_id = new_run_id(NOON)
        path = store.root / "manifests" / f"{run_id}.json"
        path.write_bytes(template.replace(own.encode(), run_id.encode()))
    _settle(store)
    assert len(store.runs(limit=50)) == 50
    begun = time.perf_counter()
    assert len(store.runs(limit=50)) == 50
    assert time.perf_counter() - begun < 0.5  # the budget is 0.05 s; a busy machine gets ten times that
