"""The files below a site directory, byte code left out."""

from __future__ import annotations

import os
from collections.abc import Callable

import msgspec

BYTE_CODE = (".pyc", ".pyo")


class Tree(msgspec.Struct):
    """What lies below ``root``: files by their path relative to it, and every directory looked into."""

    root: str
    files: dict[str, str] = {}
    directories: list[str] = []
    top: list[str] = []


def walk(
    root: str, *, nested: frozenset[str] = frozenset(), allows: Callable[[str], bool] = lambda _: True
) -> Tree:
    """Look through ``root``, following links to directories once, and never into those of ``nested``.

    Links to what is not ``allowed`` are passed over.
    """
    tree = Tree(root)
    visited: set[str] = set()
    stack = [(root, "")]
    while stack:
        directory, relative = stack.pop()
        try:
            entries = list(os.scandir(directory))
        except OSError:
            continue
        tree.directories.append(directory)
        for entry in entries:
            name = entry.name
            if entry.is_dir(follow_symlinks=False):
                if name != "__pycache__" and not (not relative and name.startswith("~")):
                    stack.append((entry.path, relative + name + "/"))
            elif name.endswith(BYTE_CODE) or (entry.is_symlink() and not allows(entry.path)):
                continue
            elif entry.is_symlink() and entry.is_dir():
                target = os.path.realpath(entry.path)
                if target not in visited and target not in nested and not directory.startswith(target):
                    visited.add(target)
                    stack.append((entry.path, relative + name + "/"))
            elif entry.is_file():
                tree.files[relative + name] = entry.path
    tree.top = sorted({path.split("/", 1)[0] for path in tree.files})
    return tree
