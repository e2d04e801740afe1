"""Listings: the files of a directory or an environment, one line each, sorted; equal trees, equal bytes."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from taketwo.errors import FormatError

_LINE = re.compile(rb"([0-9a-f]{64})  ([0-9]+)  (.+)")


@dataclass(frozen=True, order=True)
class Listed:
    """One file of a listing: its path (relative, ``/`` between parts), SHA-256 and size in bytes."""

    path: str
    sha256: str
    size: int


def encode(files: Iterable[Listed]) -> bytes:
    r"""The bytes of a listing; newlines and backslashes in names are escaped as ``\n`` and ``\\``."""
    lines = (f"{f.sha256}  {f.size}  {_escape(f.path)}\n" for f in sorted(files))
    return "".join(lines).encode("utf-8", "surrogateescape")


def decode(content: bytes) -> tuple[Listed, ...]:
    """The files of a listing. Bad lines, unsorted lines and paths that lead out are ``FormatError``."""
    found = []
    for number, line in enumerate(content.split(b"\n")[:-1] if content else [], start=1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise FormatError("a listing line is `sha256  size  path`", path=f"line {number}")
        path = _unescape(match[3].decode("utf-8", "surrogateescape"))
        if path.startswith("/") or "\0" in path or any(part in {"", ".", ".."} for part in path.split("/")):
            raise FormatError(f"the path {path!r} leads out of the listed directory", path=f"line {number}")
        found.append(Listed(path, match[1].decode(), int(match[2])))
    if content and not content.endswith(b"\n"):
        raise FormatError("the last line of a listing is cut off")
    if any(a.path >= b.path for a, b in itertools.pairwise(found)):
        raise FormatError("the lines of a listing are sorted by path, each path once")
    return tuple(found)


def _escape(path: str) -> str:
    return path.replace("\\", "\\\\").replace("\n", "\\n")


def _unescape(path: str) -> str:
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], path)
