"""Reading objects out of the database, each one hashed and compared with its id before it is believed.

Git itself does not check the hash of a file when it prints it, only the checksum of its compression; a
well-formed object under a wrong name would go through. Here nothing does.
"""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from collections.abc import Generator, Iterable, Iterator, Sequence
from types import TracebackType
from typing import IO, Self

import msgspec

from taketwo.errors import SourceError, Tampered
from taketwo.vcs.command import Git, end
from taketwo.vcs.names import is_safe, printable

FILE, EXECUTABLE, LINK, DIRECTORY = b"100644", b"100755", b"120000", b"40000"
_KINDS = frozenset({FILE, EXECUTABLE, LINK, DIRECTORY})
_CHUNK = 1 << 20
_LARGEST_TREE_OBJECT = 256 << 20


class Entry(msgspec.Struct, frozen=True):
    """One name in a tree; ``path`` is relative to the directory that was asked for."""

    mode: bytes
    oid: str
    path: bytes


class ObjectReader:
    """Reads verified objects. Use as a context: it keeps one git process for the trees."""

    def __init__(self, git: Git, object_format: str) -> None:
        self._git = git
        self._format = object_format
        self._trees: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._trees is not None:
            end(self._trees)

    def tree(self, oid: str) -> list[Entry]:
        """The entries of one tree object, names checked."""
        if self._trees is None:
            self._trees = self._git.open("cat-file", "--batch", stdin=subprocess.PIPE)
        process = self._trees
        requests, answers = _pipes(process)
        try:
            requests.write(f"{oid}\n".encode())
            requests.flush()
        except BrokenPipeError as exc:
            raise damaged(oid, _complaint(process)) from exc
        size = self._header(process, oid, b"tree")
        if size > _LARGEST_TREE_OBJECT:
            raise SourceError(
                f"the tree {oid} is larger than any that we would write", why=_LIMIT, todo=_REFUSE
            )
        content = answers.read(size + 1)[:-1]
        digest = hashlib.new(self._format, b"tree %d\0" % size, usedforsecurity=False)
        digest.update(content)
        if digest.hexdigest() != oid:
            raise damaged(oid, "its content has another hash")
        return parse_tree(content, digest.digest_size)

    def blobs(self, oids: Sequence[str]) -> Generator[tuple[int, Iterator[bytes]], None, None]:
        """Size and content in chunks of each blob, in order; the chunks must be used up before going on.

        The last chunk has been given when a wrong hash is noticed, as ``Tampered``: whoever writes the
        chunks somewhere removes them again then.
        """
        with tempfile.TemporaryFile() as requests:
            requests.write("".join(f"{oid}\n" for oid in oids).encode())
            requests.seek(0)
            process = self._git.open("cat-file", "--batch", "--buffer", stdin=requests)
        try:
            for oid in oids:
                size = self._header(process, oid, b"blob")
                yield size, self._content(process, oid, size)
        finally:
            end(process)

    def sizes(self, oids: Iterable[str]) -> list[int]:
        """The size of each object, which must be there; content is not read."""
        wanted = list(oids)
        if not wanted:
            return []
        stdin = "".join(f"{oid}\n" for oid in wanted).encode()
        lines = self._git.run("cat-file", "--batch-check=%(objectsize)", "--buffer", stdin=stdin).splitlines()
        for oid, line in zip(wanted, lines, strict=True):
            if not line.isdigit():
                raise damaged(oid, "it is missing")
        return [int(line) for line in lines]

    def _header(self, process: subprocess.Popen[bytes], oid: str, kind: bytes) -> int:
        _, answers = _pipes(process, reading=True)
        words = answers.readline().split()
        if not words:
            raise damaged(oid, _complaint(process))
        if len(words) != 3:
            raise damaged(oid, "it is missing")
        if words[1] != kind:
            raise damaged(oid, f"it is a {words[1].decode()} and not a {kind.decode()}")
        return int(words[2])

    def _content(self, process: subprocess.Popen[bytes], oid: str, size: int) -> Iterator[bytes]:
        _, answers = _pipes(process, reading=True)
        digest = hashlib.new(self._format, b"blob %d\0" % size, usedforsecurity=False)
        left = size
        while left:
            chunk = answers.read(min(left, _CHUNK))
            if not chunk:
                raise damaged(oid, _complaint(process))
            left -= len(chunk)
            digest.update(chunk)
            yield chunk
        answers.read(1)  # the newline that ends every answer
        if digest.hexdigest() != oid:
            raise damaged(oid, "its content has another hash")


def parse_tree(content: bytes, digest_size: int) -> list[Entry]:
    """The entries of a tree object's bytes; what we would never write is a ``SourceError``."""
    entries: list[Entry] = []
    names: set[bytes] = set()
    position = 0
    while position < len(content):
        space = content.find(b" ", position)
        zero = content.find(b"\0", space)
        stop = zero + 1 + digest_size
        if space < 0 or zero < 0 or stop > len(content):
            raise _foreign("it is cut off")
        mode, name = content[position:space], content[space + 1 : zero]
        if mode not in _KINDS:
            raise _foreign(f"{printable(name)!r} has the mode {printable(mode)}")
        if not is_safe(name) or name in names:
            # A second entry of the same name could be a symbolic link through which files are written.
            raise _foreign(f"it has the name {printable(name)!r}, or has it twice")
        names.add(name)
        entries.append(Entry(mode, content[zero + 1 : stop].hex(), name))
        position = stop
    return entries


def damaged(oid: str, how: str) -> Tampered:
    """The error for an object that is not what its id says."""
    return Tampered(
        f"the source object {oid} is damaged: {how}",
        why="The code of a run would not be the code that was captured.",
        todo="Run `taketwo store verify`, and take the store or the bundle from a copy that is intact",
    )


_LIMIT = "trees that come from elsewhere may be made to fill a disk or to write outside their directory"
_REFUSE = "do not use this run unless you trust whoever gave it to you; ask them for a new bundle"


def _foreign(how: str) -> SourceError:
    return SourceError(f"a source tree cannot be written to a disk: {how}", why=_LIMIT, todo=_REFUSE)


def _complaint(process: subprocess.Popen[bytes]) -> str:
    errors = process.stderr.read() if process.stderr is not None else b""
    lines = errors.decode("utf-8", "backslashreplace").strip().splitlines()
    return lines[0].removeprefix("error: ").removeprefix("fatal: ") if lines else "git stopped reading it"


def _pipes(process: subprocess.Popen[bytes], *, reading: bool = False) -> tuple[IO[bytes], IO[bytes]]:
    requests, answers = process.stdin, process.stdout
    if answers is None or (requests is None and not reading):
        raise SourceError(
            "git was started without pipes", why="Objects are read through them.", todo="Report this"
        )
    return requests or answers, answers
