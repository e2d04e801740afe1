"""Walking trees: every file of one, or what two do not share, every tree object verified on the way."""

from __future__ import annotations

from collections.abc import Iterator

from taketwo.errors import SourceError
from taketwo.vcs.objects import DIRECTORY, Entry, ObjectReader

MOST_FILES = 5_000_000
DEEPEST = 512


def files_of(reader: ObjectReader, tree: str) -> Iterator[Entry]:
    """Every file and symbolic link of ``tree``, with its path from the root."""
    for _, entry in difference(reader, None, tree):
        yield entry


def difference(reader: ObjectReader, before: str | None, after: str) -> Iterator[tuple[bool, Entry]]:
    """``(True, entry)`` for what only ``after`` has and ``(False, entry)`` for what only ``before`` has.

    A changed file gives both. Subtrees that are equal are not read, so this costs what changed.
    """
    pending: list[tuple[str | None, str | None, bytes, int]] = [(before, after, b"", 0)]
    found = 0
    while pending:
        left, right, prefix, depth = pending.pop()
        if left == right:
            continue
        if depth > DEEPEST or found > MOST_FILES:
            raise SourceError(
                f"a source tree has more than {MOST_FILES} files or {DEEPEST} levels",
                why="A tree may be made so that it fills any disk.",
                todo="Do not use this run unless you trust whoever gave it to you",
            )
        old = {entry.path: entry for entry in reader.tree(left)} if left else {}
        new = {entry.path: entry for entry in reader.tree(right)} if right else {}
        for name in old.keys() | new.keys():
            a, b = old.get(name), new.get(name)
            if a == b:
                continue
            path = prefix + name
            a_tree = a.oid if a and a.mode == DIRECTORY else None
            b_tree = b.oid if b and b.mode == DIRECTORY else None
            if a_tree or b_tree:
                pending.append((a_tree, b_tree, path + b"/", depth + 1))
            for added, entry in ((False, a), (True, b)):
                if entry and entry.mode != DIRECTORY:
                    found += 1
                    yield added, Entry(entry.mode, entry.oid, path)
