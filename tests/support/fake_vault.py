"""A source vault in memory: trees are dictionaries, ids are those that git would give."""

from __future__ import annotations

import difflib
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from taketwo.errors import SourceError, Tampered
from taketwo.model.source import Source
from taketwo.vcs.interface import FileChange, SourceVault
from taketwo.vcs.names import printable
from taketwo.vcs.rehash import file_id, tree_id

_EMPTY = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
_LEFT_OUT = frozenset({".git", ".taketwo", "__pycache__"})
_LINK = "120000"


@dataclass(frozen=True)
class _File:
    mode: str
    oid: str
    content: bytes


@dataclass
class FakeVault(SourceVault):
    """Knows no repositories: every file of the directory belongs to it. ``sources`` overrides ``snapshot``.

    ``trees`` may be edited by a test, to see what damage does: ``damage`` flips a byte.
    """

    trees: dict[str, dict[bytes, _File]] = field(default_factory=dict)
    sources: Mapping[Path, Source] = field(default_factory=dict)

    def snapshot(self, project: Path) -> Source:
        if not project.is_dir():
            raise SourceError(f"there is no directory {project}")
        tree = self.keep_directory(project)
        files = self.trees[tree].values()
        described = self.sources.get(project)
        return described or Source(
            tree=tree, files=len(files), size=sum(len(file.content) for file in files), proven=True
        )

    def keep_directory(self, directory: Path) -> str:
        with tempfile.TemporaryDirectory() as scratch:
            copy = Path(scratch) / "copy"
            shutil.copytree(
                directory, copy, symlinks=True, ignore=lambda _, names: _LEFT_OUT.intersection(names)
            )
            tree = tree_id(os.fsencode(copy), "sha1") or _EMPTY
            self.trees[tree] = dict(_read(copy))
        return tree

    def materialise(self, tree: str, destination: Path) -> None:
        files = self._tree(tree)
        if destination.is_dir() and any(destination.iterdir()):
            raise SourceError(f"{destination} is not empty")
        destination.mkdir(parents=True, exist_ok=True)
        for name, file in files.items():
            path = destination / os.fsdecode(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            if file.mode == _LINK:
                path.symlink_to(os.fsdecode(file.content))
            else:
                path.write_bytes(file.content)
                path.chmod(int(file.mode, 8) & 0o777)
            if file_id(os.fsencode(path), "sha1")[1] != file.oid:
                shutil.rmtree(destination)
                raise Tampered(f"the source object {file.oid} is damaged")

    def files(self, tree: str) -> Sequence[tuple[str, str, str]]:
        files = self._tree(tree)
        return [(files[name].mode, files[name].oid, os.fsdecode(name)) for name in sorted(files)]

    def changes(self, before: str, after: str) -> Sequence[FileChange]:
        left, right = self._tree(before), self._tree(after)
        return [
            FileChange(status=_status(left.get(name), right.get(name)), path=printable(name))
            for name in sorted(left.keys() | right.keys())
            if _facts(left.get(name)) != _facts(right.get(name))
        ]

    def diff(self, before: str, after: str) -> str:
        lines: list[str] = []
        for change in self.changes(before, after):
            old, new = (
                self._tree(tree).get(os.fsencode(change.path), _File("100644", "", b""))
                for tree in (before, after)
            )
            if b"\0" in old.content + new.content:
                lines.append(f"Binary files a/{change.path} and b/{change.path} differ")
                continue
            lines += difflib.unified_diff(
                old.content.decode("utf-8", "backslashreplace").splitlines(),
                new.content.decode("utf-8", "backslashreplace").splitlines(),
                f"a/{change.path}",
                f"b/{change.path}",
                lineterm="",
            )
        return "".join(f"{line}\n" for line in lines)

    def keep_only(self, trees: Sequence[str]) -> None:
        self.trees = {tree: files for tree, files in self.trees.items() if tree in trees}

    def damage(self, tree: str, path: str) -> None:
        """Flip a bit of the kept content of a file."""
        file = self.trees[tree][os.fsencode(path)]
        content = bytes([file.content[0] ^ 1]) + file.content[1:]
        self.trees[tree][os.fsencode(path)] = _File(file.mode, file.oid, content)

    def _tree(self, tree: str) -> dict[bytes, _File]:
        if tree not in self.trees:
            raise SourceError(f"the source tree {tree} is not in this store")
        return self.trees[tree]


def _read(root: Path) -> list[tuple[bytes, _File]]:
    found = []
    for path in root.rglob("*"):
        if path.is_symlink():
            content = os.fsencode(os.readlink(path))  # noqa: PTH115 - exact, Path tidies it
        elif path.is_file():
            content = path.read_bytes()
        else:
            continue
        mode, oid, _ = file_id(os.fsencode(path), "sha1")
        found.append((os.fsencode(path.relative_to(root)), _File(mode.decode(), oid, content)))
    return found


def _facts(file: _File | None) -> tuple[str, str] | None:
    return (file.mode, file.oid) if file else None


def _status(before: _File | None, after: _File | None) -> str:
    if before is None:
        return "A"
    if after is None:
        return "D"
    return "T" if (before.mode == _LINK) != (after.mode == _LINK) else "M"
