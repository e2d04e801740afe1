"""What of a working tree is not kept although git does not ignore it: untracked secrets and untracked big files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from taketwo.formats.secret_files import may_hold_secrets
from taketwo.model.base import Notice
from taketwo.vcs.names import printable

_NAMED = 5


class LeftOut(msgspec.Struct):
    """Paths by why somebody should know of them; those that are ``tracked`` are kept all the same."""

    secrets: list[bytes] = []
    tracked_secrets: list[bytes] = []
    large: list[tuple[bytes, int]] = []

    def adopt(self, prefix: bytes, inner: LeftOut) -> None:
        """Take in what was found below ``prefix``."""
        self.secrets += [prefix + path for path in inner.secrets]
        self.tracked_secrets += [prefix + path for path in inner.tracked_secrets]
        self.large += [(prefix + path, size) for path, size in inner.large]

    def notices(self) -> tuple[Notice, ...]:
        """What a reader of the record should know about them."""
        found = []
        if self.secrets:
            found.append(
                "not in the source, because they are untracked and may hold secrets: "
                f"{_named(map(printable, self.secrets))}; a replay does without them"
            )
        if self.tracked_secrets:
            found.append(
                "in the source, because git tracks them, although they may hold secrets: "
                f"{_named(map(printable, self.tracked_secrets))}; whoever gets this run gets them"
            )
        if self.large:
            sizes = [f"{printable(path)} ({size:,} bytes)" for path, size in self.large]
            found.append(
                f"not in the source, because they are untracked and above `input_limit`: {_named(sizes)}; "
                "one that the run reads is an input"
            )
        return tuple(Notice(topic="source", text=text) for text in found)


def sift(
    directory: Path, untracked: Sequence[bytes], largest: int | None
) -> tuple[list[bytes], list[bytes], list[tuple[bytes, int]]]:
    """Those of ``untracked`` that are kept, those that may hold secrets, and those above ``largest`` bytes."""
    root = os.fsencode(directory)
    kept, secrets, large = [], [], []
    for path in untracked:
        if is_secret(path):
            secrets.append(path)
        elif largest is not None and (size := _size(os.path.join(root, path))) > largest:  # noqa: PTH118 - bytes
            large.append((path, size))
        else:
            kept.append(path)
    return kept, secrets, large


def is_secret(path: bytes) -> bool:
    """Whether the name of this file says that it may hold secrets."""
    return may_hold_secrets(os.fsdecode(path.rpartition(b"/")[2]))


def _size(path: bytes) -> int:
    try:
        return os.lstat(path).st_size
    except OSError:
        return 0  # gone by now, which whoever reads it will find out


def _named(texts: Iterable[str]) -> str:
    names = list(texts)
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
