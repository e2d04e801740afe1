"""The memory of ``FileDigests``: one SQLite table that may be lost, damaged or shared without harm.

Nothing here raises: a cache that cannot be used is a cache that knows nothing. Each call opens the file
anew, so that no connection is ever carried across a fork.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from taketwo.data.file_state import FileState

_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS digest (
    path BLOB NOT NULL,
    algorithm TEXT NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    ctime_ns INTEGER NOT NULL,
    inode TEXT NOT NULL,
    device TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (path, algorithm)
) WITHOUT ROWID
"""


class DigestCache:
    """Digests by path and algorithm, each with the state of the file that it belongs to."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def known(self, paths: Sequence[str], algorithm: str) -> dict[str, tuple[FileState, str]]:
        """What is remembered for those of ``paths`` that were seen before."""
        found: dict[str, tuple[FileState, str]] = {}
        with self._connection() as connection:
            if connection is None:
                return found
            for path in paths:
                row = connection.execute(
                    "SELECT size, mtime_ns, ctime_ns, inode, device, digest FROM digest"
                    " WHERE path = ? AND algorithm = ?",
                    [os.fsencode(path), algorithm],
                ).fetchone()
                if row is not None:
                    found[path] = (FileState(*row[:-1]), row[-1])
        return found

    def remember(self, rows: Sequence[tuple[str, FileState, str]], algorithm: str) -> None:
        """Keep digests for later."""
        if not rows:
            return
        with self._connection() as connection:
            if connection is not None:
                connection.executemany(
                    "INSERT OR REPLACE INTO digest VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    [(os.fsencode(path), algorithm, *state, digest) for path, state, digest in rows],
                )

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection | None]:
        """A connection in one transaction, or ``None`` when the cache cannot be used now."""
        connection = self._open()
        try:
            yield connection
            if connection is not None:
                connection.commit()
        except sqlite3.OperationalError:
            pass  # busy for too long, read-only, no space: nothing is remembered this time
        except sqlite3.DatabaseError:
            self._discard()
        finally:
            if connection is not None:
                with contextlib.suppress(sqlite3.Error):
                    connection.close()

    def _open(self) -> sqlite3.Connection | None:
        for _ in range(2):
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                return _connect(self._path)
            except (sqlite3.OperationalError, OSError):
                return None
            except sqlite3.DatabaseError:
                self._discard()
        return None

    def _discard(self) -> None:
        """Remove a damaged cache, unless another process has already put a sound one there."""
        lock_path = self._path.with_name(f"{self._path.name}.lock")
        with contextlib.suppress(OSError), lock_path.open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not _is_sound(self._path):
                for suffix in ("-wal", "-shm", ""):
                    Path(f"{self._path}{suffix}").unlink(missing_ok=True)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=5)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")  # losing it in a power cut costs a rehash, no more
        _prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == 0:
        connection.execute(_SCHEMA)
        connection.execute(f"PRAGMA user_version = {_VERSION}")
        connection.commit()
    elif version != _VERSION:
        raise sqlite3.DatabaseError(f"written by another version of taketwo: {version}")


def _is_sound(path: Path) -> bool:
    try:
        connection = _connect(path)
    except sqlite3.Error:
        return False
    try:
        return bool(connection.execute("PRAGMA quick_check").fetchone() == ("ok",))
    except sqlite3.Error:
        return False
    finally:
        connection.close()
