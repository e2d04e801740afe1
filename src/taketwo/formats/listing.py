"""Listings: the files of a directory or an environment, one line each, sorted; equal trees, equal bytes.

A listing is written and read under the same rules, so each set of files has exactly one form: paths are
relative and stay inside, every path stands once, no file is also a directory, and names that are not
UTF-8 are held as ``os.fsdecode`` holds them.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence

import msgspec

from taketwo.errors import FormatError

_LINE = re.compile(rb"([0-9a-f]{64})  ([0-9]{1,18})  (.+)")
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


class Listed(msgspec.Struct, frozen=True, order=True):
    """One file of a listing: its path (relative, ``/`` between parts), SHA-256 and size in bytes."""

    path: str
    sha256: str
    size: int


def encode(files: Iterable[Listed]) -> bytes:
    r"""The bytes of a listing; newlines and backslashes in names are escaped as ``\n`` and ``\\``.

    ``FormatError`` for whatever ``decode`` would refuse.
    """
    ordered = sorted(files)
    _check_paths(ordered)
    for file in ordered:
        if not _DIGEST.fullmatch(file.sha256) or not 0 <= file.size < 10**18:
            raise FormatError("a listed file has a SHA-256 in lower case and a size", path=file.path)
    return b"".join(_line(file) for file in ordered)


def decode(content: bytes) -> tuple[Listed, ...]:
    """The files of a listing. Bad lines, unsorted lines and paths that lead out are ``FormatError``."""
    found = []
    lines = content.split(b"\n")
    if lines.pop():
        raise FormatError("the last line of a listing is cut off")
    for number, line in enumerate(lines, start=1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise FormatError("a listing line is `sha256  size  path`", path=f"line {number}")
        path = _unescape(match[3].decode("utf-8", "surrogateescape"))
        file = Listed(path, match[1].decode(), int(match[2]))
        if _line(file) != line + b"\n":
            raise FormatError("this line is not in its one canonical form", path=f"line {number}")
        found.append(file)
    if any(before.path > after.path for before, after in itertools.pairwise(found)):
        raise FormatError("the lines of a listing are sorted by path")
    _check_paths(found)
    return tuple(found)


def _check_paths(files: Sequence[Listed]) -> None:
    """``FormatError`` unless the sorted ``files`` can all be written below one directory."""
    names = {file.path for file in files}
    if len(names) != len(files):
        twice = next(a.path for a, b in itertools.pairwise(files) if a.path == b.path)
        raise FormatError("a path stands once in a listing", path=repr(twice))
    for path in names:
        parts = path.split("/")
        if "\0" in path or any(part in {"", ".", ".."} for part in parts):
            raise FormatError("the path leads out of the listed directory", path=repr(path))
        if not _is_file_name(path):
            raise FormatError("this is not how a file system's name reads in UTF-8", path=repr(path))
        # Every directory above, "a" and "a/b" for "a/b/c".
        above = itertools.islice(itertools.accumulate(parts, "{}/{}".format), len(parts) - 1)
        if not names.isdisjoint(above):
            raise FormatError("the path leads through another file", path=repr(path))


def _is_file_name(path: str) -> bool:
    """Whether reading back the bytes of ``path`` gives ``path``: false for lone or misplaced surrogates."""
    try:
        return path.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape") == path
    except UnicodeEncodeError:
        return False


def _line(file: Listed) -> bytes:
    return f"{file.sha256}  {file.size}  {_escape(file.path)}\n".encode("utf-8", "surrogateescape")


def _escape(path: str) -> str:
    return path.replace("\\", "\\\\").replace("\n", "\\n")


def _unescape(path: str) -> str:
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], path)
