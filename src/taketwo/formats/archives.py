"""Members of gzip and zip files, decompressed within limits that the file cannot talk us out of."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from taketwo.errors import FormatError

_MOST_MEMBERS = 10_000


def gunzip(content: bytes, *, limit: int) -> bytes:
    """The decompressed bytes of a gzip file, all members joined; more than ``limit`` is ``FormatError``."""
    found, size, rest = [], 0, content
    while rest:
        decompressor = zlib.decompressobj(wbits=31)
        try:
            part = decompressor.decompress(rest, limit - size + 1)
        except zlib.error as error:
            raise FormatError(f"this is not a gzip file: {error}") from error
        size += len(part)
        if size > limit:
            raise FormatError(f"decompressed it has more than {limit:,} bytes")
        if not decompressor.eof:
            raise FormatError("the gzip file is cut off")
        found.append(part)
        rest = decompressor.unused_data.lstrip(b"\0")  # tape-style padding is allowed by gzip itself
    return b"".join(found)


def unzip(content: bytes, *, limit: int) -> dict[str, bytes]:
    """The files of a zip archive by name; more than ``limit`` bytes together is ``FormatError``.

    The sizes that the archive states are not believed. Names are keys here, never paths to write to.
    """
    members: dict[str, bytes] = {}
    size = 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if len(archive.infolist()) > _MOST_MEMBERS:
                raise FormatError(f"the archive has more than {_MOST_MEMBERS:,} members")
            for info in archive.infolist():
                if info.filename in members:
                    raise FormatError(f"the archive has two members {info.filename!r}")
                with archive.open(info) as member:
                    found = member.read(limit - size + 1)
                size += len(found)
                if size > limit:
                    raise FormatError(f"decompressed it has more than {limit:,} bytes")
                members[info.filename] = found
    except (
        zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, OverflowError, ValueError,
        RuntimeError, IndexError, LookupError,
    ) as error:  # fmt: skip
        # zipfile raises all of these on damaged, encrypted or exotic archives.
        raise FormatError(f"this is not a zip archive that can be read: {error}") from error
    return members
