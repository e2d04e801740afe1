"""RECORD files of installed distributions: one row a file, its hash and its size (PEP 376 and PEP 427)."""

from __future__ import annotations

import base64
import binascii

import msgspec

from taketwo.errors import FormatError


class Recorded(msgspec.Struct, frozen=True):
    """One row: ``path`` as it stands there, relative to site-packages, ``/`` between its parts.

    ``sha256`` is hexadecimal; ``None`` when the row has no hash or one of another algorithm.
    """

    path: str
    sha256: str | None = None
    size: int | None = None


def parse(text: str) -> tuple[Recorded, ...]:
    """The rows of a RECORD file, in order; ``FormatError`` names the line that is not one."""
    import csv  # noqa: PLC0415 - not needed where nothing changed since the last look

    rows = csv.reader(text.splitlines())
    found: list[Recorded] = []
    try:
        found.extend(_row(row) for row in rows if row)
    except (csv.Error, ValueError) as error:
        raise FormatError(
            f"a RECORD row is `path,hash,size`: {error}", path=f"line {rows.line_num}"
        ) from error
    return tuple(found)


def _row(row: list[str]) -> Recorded:
    path, hashed, size = row if len(row) == 3 else [*row, "", ""][:3]
    if not path or "\0" in path:
        raise ValueError("the path is empty")
    sha256 = _hexadecimal(hashed[7:]) if hashed.startswith("sha256=") else None
    return Recorded(path.replace("\\", "/"), sha256, int(size) if size.isdecimal() else None)


def _hexadecimal(encoded: str) -> str:
    try:
        digest = binascii.a2b_base64(encoded.translate(_URLSAFE) + "=")
    except binascii.Error as error:
        raise ValueError(f"the hash {encoded!r} is not base64") from error
    if len(digest) != 32:
        raise ValueError(f"the hash {encoded!r} is not a SHA-256")
    return digest.hex()


def encoded(sha256: str) -> str:
    """The hexadecimal digest in the spelling of RECORD: ``sha256=`` and base64 without padding."""
    return "sha256=" + base64.urlsafe_b64encode(bytes.fromhex(sha256)).rstrip(b"=").decode("ascii")


_URLSAFE = str.maketrans("-_", "+/")
