"""Keeps installed files as content: of distributions that no index has, and of edited ones."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from taketwo.environments.scan import PREFIX, Found, Kept
from taketwo.formats import dist_info, listing
from taketwo.formats.listing import Listed
from taketwo.model.base import Blob

SHEBANG = b"#!python"
"""The first line of a kept script, as in the ``.data/scripts`` of a wheel; a replay writes its own."""

_TRAMPOLINE = re.compile(rb"\A#!/bin/sh\n'''exec' [^\n]*\n' '''\n")
_PYTHON_LINE = re.compile(rb"\A#![^\n]*python[^\n/]*\n")


class ContentKeeper:
    """Puts files into the store through callables; ``has`` saves reading those that are there."""

    def __init__(
        self,
        put_bytes: Callable[[bytes], Blob],
        put_file: Callable[[Path], Blob],
        has: Callable[[str], bool] | None = None,
    ) -> None:
        self.put_bytes = put_bytes
        self._put_file = put_file
        self._has = has

    def file(self, kept: Kept) -> Listed:
        """Keep one file under the digest that was just found, or the newer one when it changed since."""
        if self._has is not None and self._has(kept.sha256):
            return Listed(kept.path, kept.sha256, kept.size)
        blob = self._put_file(Path(kept.source))
        return Listed(kept.path, blob.sha256, blob.size)

    def text(self, path: str, content: bytes) -> Listed:
        """Keep generated or rewritten content."""
        blob = self.put_bytes(content)
        return Listed(path, blob.sha256, blob.size)

    def listing(self, files: Iterable[Listed]) -> Blob:
        """Keep a listing."""
        return self.put_bytes(listing.encode(files))

    def distribution(self, found: Found) -> Blob:
        """Keep all files of a distribution, its RECORD and hand-written scripts included."""
        files = [self.file(kept) for kept in found.kept]
        info = Path(found.info)
        if found.how == "record":
            files.append(self.text(f"{info.name}/RECORD", (info / "RECORD").read_bytes()))
        files += self._scripts(found)
        return self.listing(files)

    def _scripts(self, found: Found) -> Iterable[Listed]:
        entry_points = Path(found.info, "entry_points.txt")
        generated: set[str] = set()
        if entry_points.is_file():
            generated = set(
                dist_info.scripts(entry_points.read_text(encoding="utf-8", errors="surrogateescape"))
            )
        for path, source in found.scripts:
            if path.removeprefix(PREFIX + "bin/") not in generated and Path(source).is_file():
                yield self.text(path, portable(Path(source).read_bytes()))


def portable(script: bytes) -> bytes:
    """The script with the interpreter of this machine taken out of its first line."""
    for pattern in (_TRAMPOLINE, _PYTHON_LINE):
        replaced, count = pattern.subn(lambda _: SHEBANG + b"\n", script, count=1)
        if count:
            return replaced
    return script


def listing_digest(files: Iterable[Listed]) -> str:
    """The digest that identifies these files."""
    return hashlib.sha256(listing.encode(files)).hexdigest()
