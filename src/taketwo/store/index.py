"""The index of a local store: what a listing shows of each run, in SQLite, so that listings are quick.

The manifests are the truth, and the index follows them: every listing first takes in the runs that it
lacks and drops those that are gone. Captures never touch it, so it costs them nothing and cannot fail
them. It can be deleted at any time; damaged, it is built anew; where it cannot be written, a listing is
made in memory.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from taketwo.errors import StoreError, UnknownRun
from taketwo.formats.run_id import is_run_id
from taketwo.store import locks
from taketwo.store.disk import disk_errors
from taketwo.store.interface import RunSummary
from taketwo.store.layout import Layout
from taketwo.store.manifests import ManifestFiles
from taketwo.store.summaries import summarise

if TYPE_CHECKING:
    import sqlite3

_SCHEMA_VERSION = 2
_COLUMNS = (
    "run_id",
    "experiment",
    "status",
    "started_at",
    "finished_at",
    "command",
    "parent",
    "replay_of",
    "manifest_sha256",
    "call",
)
_TABLES = (
    f"CREATE TABLE runs ({', '.join(_COLUMNS)}, PRIMARY KEY (run_id)) WITHOUT ROWID",
    "CREATE INDEX runs_of_experiment ON runs (experiment, run_id)",
    "CREATE TABLE state (stamp INTEGER NOT NULL)",
    "INSERT INTO state VALUES (-1)",
    f"PRAGMA user_version = {_SCHEMA_VERSION}",
)
_BATCH = 1000
_NO_MATTER = "Nothing is lost: listings work without an index, and are slower."
_SETTLED_NS = 2_000_000_000
"""A directory that changed this recently may change again without its time of change showing it."""

Row = tuple[str, ...]


class Index:
    """What is known of every run without opening its manifest."""

    def __init__(self, layout: Layout, manifests: ManifestFiles) -> None:
        self._layout = layout
        self._manifests = manifests

    def runs(self, *, experiment: str | None = None, limit: int | None = None) -> list[RunSummary]:
        """Runs, newest first."""
        self._layout.check()
        if not self._manifests.stamp():
            return []
        where, values = ("WHERE experiment = ?", [experiment]) if experiment is not None else ("", [])
        question = f"SELECT {', '.join(_COLUMNS)} FROM runs {where} ORDER BY run_id DESC LIMIT ?"  # noqa: S608
        rows = self._answer(question, [*values, -1 if limit is None else max(limit, 0)])
        return [RunSummary(**dict(zip(_COLUMNS, row, strict=True))) for row in rows]

    def rebuild(self) -> int:
        """Build the index anew; returns how many runs it holds."""
        import sqlite3  # noqa: PLC0415 - captures never need it

        self._layout.check()
        if not self._manifests.stamp():
            return 0
        with disk_errors(f"the index of the store at {self._layout.root} cannot be rebuilt", why=_NO_MATTER):
            self._discard()
            try:
                return int(self._on_disk("SELECT count(*) FROM runs")[0][0])
            except sqlite3.Error as error:
                raise StoreError(
                    f"the index of the store at {self._layout.root} cannot be rebuilt: {error}",
                    why=_NO_MATTER,
                    todo="Check that the store can be written to and that the disk has space.",
                ) from error

    def _answer(self, question: str, values: Sequence[object]) -> list[Row]:
        """The answer of an index that holds every run: the one on disk, anew if need be, or in memory."""
        import sqlite3  # noqa: PLC0415 - captures never need it

        try:
            return self._on_disk(question, values)
        except (sqlite3.Error, OSError) as error:
            if _is_damage(error):
                with contextlib.suppress(sqlite3.Error, OSError):
                    self._discard()
                    return self._on_disk(question, values)
        return self._in_memory(question, values)

    def _on_disk(self, question: str, values: Sequence[object] = ()) -> list[Row]:
        import sqlite3  # noqa: PLC0415 - captures never need it

        # Nobody deletes the files of a database that somebody has open: SQLite would not notice.
        with locks.shared(self._layout.index_lock):
            with contextlib.suppress(FileExistsError):
                os.close(os.open(self._layout.index, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            with contextlib.closing(sqlite3.connect(self._layout.index, timeout=30)) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
                self._bring_up_to_date(connection)
                return connection.execute(question, values).fetchall()

    def _in_memory(self, question: str, values: Sequence[object]) -> list[Row]:
        import sqlite3  # noqa: PLC0415 - captures never need it

        # Start from the index on disk when there is one: what it lacks is added.
        with (
            contextlib.suppress(sqlite3.Error),
            contextlib.closing(sqlite3.connect(":memory:")) as connection,
        ):
            name = f"{self._layout.index.absolute().as_uri()}?mode=ro&immutable=1"
            with contextlib.closing(sqlite3.connect(name, uri=True)) as on_disk:
                on_disk.backup(connection)
            self._bring_up_to_date(connection)
            return connection.execute(question, values).fetchall()
        with contextlib.closing(sqlite3.connect(":memory:")) as connection:
            self._bring_up_to_date(connection)
            return connection.execute(question, values).fetchall()

    def _bring_up_to_date(self, connection: sqlite3.Connection) -> None:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version != _SCHEMA_VERSION:
            _create(connection)
        stamp = self._manifests.stamp()
        if connection.execute("SELECT stamp FROM state").fetchone()[0] == stamp:
            return
        # What is known is read before what is there: a run that appears in between is only taken in twice.
        known = {run_id for (run_id,) in connection.execute("SELECT run_id FROM runs")}
        there = set(self._manifests.names())
        with connection:
            gone = ((run_id,) for run_id in known - there)
            connection.executemany("DELETE FROM runs WHERE run_id = ?", gone)
        new = filter(is_run_id, sorted(there - known))
        marks = ", ".join("?" * len(_COLUMNS))
        while batch := list(itertools.islice(new, _BATCH)):
            rows = [_row(summary) for summary in map(self._summary, batch) if summary]
            with connection:
                connection.executemany(f"INSERT OR REPLACE INTO runs VALUES ({marks})", rows)  # noqa: S608
        settled = time.time_ns() - stamp > _SETTLED_NS
        with connection:
            connection.execute("UPDATE state SET stamp = ?", [stamp if settled else -1])

    def _summary(self, run_id: str) -> RunSummary | None:
        try:
            return summarise(run_id, self._manifests.content(run_id))
        except UnknownRun:  # gone again
            return None
        except StoreError:  # a file that cannot be read is a run that must not go unseen
            return summarise(run_id, b"")

    def _discard(self) -> None:
        with locks.exclusive(self._layout.index_lock):
            for suffix in ("", "-wal", "-shm"):
                self._layout.index.with_name(self._layout.index.name + suffix).unlink(missing_ok=True)


def _create(connection: sqlite3.Connection) -> None:
    """Make empty tables, whatever there was, and whoever else is doing the same."""
    connection.execute("BEGIN IMMEDIATE")
    with connection:
        if connection.execute("PRAGMA user_version").fetchone()[0] == _SCHEMA_VERSION:
            return
        for name in ("runs", "state"):
            connection.execute(f"DROP TABLE IF EXISTS {name}")
        for statement in _TABLES:
            connection.execute(statement)


def _row(summary: RunSummary) -> list[str | None]:
    return [getattr(summary, column) for column in _COLUMNS]


def _is_damage(error: Exception) -> bool:
    """Whether building the index anew would help: not when the disk or another process refuses."""
    import sqlite3  # noqa: PLC0415 - captures never need it

    refusals = {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,
    }
    return isinstance(error, sqlite3.Error) and error.sqlite_errorcode & 0xFF not in refusals
