"""Many processes at once: nothing is lost, nothing is left half done, garbage collection included."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from taketwo.formats.run_id import new_run_id
from taketwo.model.data import Output
from taketwo.model.manifest import Streams
from taketwo.store import locks
from taketwo.store.blobs import BlobFiles
from taketwo.store.layout import Layout
from taketwo.store.local import LocalStore
from tests.support.manifests import small_manifest

PROCESSES = 50
RUNS_EACH = 3


def _capture(root: Path, number: int, barrier) -> None:
    store = LocalStore(root)
    barrier.wait(60)
    for turn in range(RUNS_EACH):
        shared = store.put_bytes(b"the same output in every run")
        own = store.put_bytes(f"output {turn} of process {number}".encode())
        outputs = (Output(name="own", path="$PROJECT/own", content=own),)
        run_id = new_run_id(datetime.now(UTC))
        store.add_manifest(small_manifest(run_id=run_id, streams=Streams(stdout=shared), outputs=outputs))


@pytest.mark.slow
def test_fifty_processes_capturing_at_once_lose_nothing_while_others_list_and_collect(tmp_path):
    store = LocalStore(tmp_path / "store")
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(PROCESSES)
    processes = [
        context.Process(target=_capture, args=(store.root, number, barrier)) for number in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    while any(process.is_alive() for process in processes):
        store.runs()
        store.collect_garbage()
        time.sleep(0.05)
    assert [process.exitcode for process in processes] == [0] * PROCESSES
    listed = store.runs()
    assert len(listed) == len({row.run_id for row in listed}) == PROCESSES * RUNS_EACH
    contents = {store.read(store.manifest(row.run_id).manifest.outputs[0].content.sha256) for row in listed}
    assert len(contents) == PROCESSES * RUNS_EACH
    assert list(store.verify()) == []
    assert len(list(store.digests())) == PROCESSES * RUNS_EACH + 1
    assert list((store.root / "temporary").iterdir()) == []


def test_a_blob_that_is_kept_again_while_garbage_is_removed_is_there_afterwards(tmp_path):
    store = LocalStore(tmp_path / "store")
    blob = store.put_bytes(b"old")
    path = store.root / "blobs" / blob.sha256[:2] / blob.sha256[2:]
    with locks.exclusive(store.root / "lock"):  # as garbage collection holds it
        capture = threading.Thread(target=store.put_bytes, args=(b"old",))
        capture.start()
        capture.join(0.05)
        assert capture.is_alive()
        path.unlink()
    capture.join(60)
    assert store.read(blob.sha256) == b"old"


def test_a_blob_that_became_young_after_it_was_found_old_is_not_removed(tmp_path):
    layout = Layout(tmp_path / "store")
    blobs = BlobFiles(layout, used_by=lambda _: ())
    renewed, old = blobs.put_bytes(b"renewed"), blobs.put_bytes(b"old")
    found = list(blobs.files())
    for _, path in found:
        os.utime(path, (1, 1))
    assert blobs.has(renewed.sha256)
    assert blobs.remove_older(found, time.time() - 60) == [old.sha256]
    assert list(blobs.digests()) == [renewed.sha256]


def _write_until_killed(root: Path, ready) -> None:
    store = LocalStore(root)
    number = 0
    while True:
        store.put_bytes(os.urandom(200_000))
        store.add_manifest(small_manifest())
        number += 1
        if number == 3:
            ready.set()


def test_a_process_that_is_killed_leaves_a_sound_store(tmp_path):
    store = LocalStore(tmp_path / "store")
    context = multiprocessing.get_context("fork")
    for delay in (0.0, 0.003, 0.007, 0.011):
        ready = context.Event()
        process = context.Process(target=_write_until_killed, args=(store.root, ready))
        process.start()
        assert ready.wait(60)
        time.sleep(delay)
        os.kill(process.pid, signal.SIGKILL)
        process.join(60)
        assert list(store.verify()) == []
        assert all(row.status == "completed" for row in store.runs())
    assert len(store.runs()) >= 12
