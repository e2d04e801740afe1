"""Locks hold others off for as long as their holder lives and holds them, and not longer."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from taketwo.vcs.lease import Lease, leased
from taketwo.vcs.locks import is_held, locked


def test_who_holds_it_alone_holds_off_everybody(tmp_path: Path) -> None:
    lock = tmp_path / "deep" / "lock"
    with locked(lock, exclusive=True, patience=0) as mine:
        for exclusive in (True, False):
            with locked(lock, exclusive=exclusive, patience=0.01) as theirs:
                assert (mine, theirs) == (True, False)
    with locked(lock, exclusive=True, patience=0) as mine:
        assert mine


def test_it_can_be_shared(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with locked(lock, exclusive=False, patience=0) as one, locked(lock, exclusive=False, patience=0) as two:
        assert (one, two) == (True, True)


def test_it_is_obtained_as_soon_as_it_is_free(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    free = threading.Event()

    def hold() -> None:
        with locked(lock, exclusive=True, patience=0):
            holding.set()
            free.wait(5)

    holding = threading.Event()
    holder = threading.Thread(target=hold)
    holder.start()
    holding.wait(5)
    threading.Timer(0.1, free.set).start()
    started = time.monotonic()
    with locked(lock, exclusive=True, patience=5) as mine:
        assert mine
    assert 0.05 < time.monotonic() - started < 4
    holder.join()


def test_a_forked_child_does_not_go_on_holding_it(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    reading, writing = os.pipe()
    with locked(lock, exclusive=True, patience=0):
        child = os.fork()
        if child == 0:
            os.close(writing)
            os.read(reading, 1)  # lives on, with a copy of the descriptor, until told otherwise
            os._exit(0)
    try:
        with locked(lock, exclusive=True, patience=0) as mine:
            assert mine
    finally:
        os.close(writing)
        os.close(reading)
        os.waitpid(child, 0)


def test_a_place_where_nothing_can_be_written_needs_no_lock(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no directory")
    with locked(tmp_path / "file" / "lock", exclusive=True, patience=0) as mine:
        assert mine


def test_leases_name_the_trees_of_the_living(tmp_path: Path) -> None:
    place = tmp_path / "leases"
    mine = Lease(place)
    mine.add("a" * 40)
    mine.add("b" * 64)
    code = (
        "import os, sys, pathlib\nfrom taketwo.vcs.lease import Lease\n"
        "lease = Lease(pathlib.Path(sys.argv[1]))\nlease.add('c' * 40)\nos._exit(9)"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", code, str(place)], check=False, env=environment)
    assert len(list(place.iterdir())) == 2
    assert leased(place) == {"a" * 40, "b" * 64}
    assert [is_held(path) for path in place.iterdir()] == [True]
    mine.release()
    assert leased(place) == set()
    assert list(place.iterdir()) == []
