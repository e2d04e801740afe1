"""What differs between two trees, as names and as a unified diff."""

from __future__ import annotations

from taketwo.vcs.database import Database
from taketwo.vcs.interface import FileChange
from taketwo.vcs.names import printable

_DIFF = (
    "diff",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--no-renames",
    "--src-prefix=a/",
    "--dst-prefix=b/",
)


def changes(database: Database, before: str, after: str) -> tuple[FileChange, ...]:
    """Every path that is not the same in both, by path."""
    output = database.git().run("diff-tree", "-r", "-z", "--no-renames", "--name-status", before, after)
    words = output.split(b"\0")[:-1]
    found = sorted(zip(words[1::2], words[::2], strict=True))
    return tuple(FileChange(status=status.decode(), path=printable(path)) for path, status in found)


def diff(database: Database, before: str, after: str) -> str:
    r"""The unified diff; bytes that are not UTF-8 are written ``\xff``."""
    return database.git().run(*_DIFF, before, after).decode("utf-8", "backslashreplace")
