"""What one look at the disk yields: distributions, the digest of every file that counts, strays."""

from __future__ import annotations

from typing import Literal

import msgspec

from taketwo.model.base import Notice, Value

INSTRUMENT = "taketwo"
"""The name of our own distribution, which belongs to the instrument and not to the experiment."""

PREFIX = "$PREFIX/"
"""How a listing path of a file outside site-packages begins (``share/``, ``etc/``, ``include/``)."""


class Kept(Value, frozen=True, kw_only=True):
    """A file that a replay needs as content: where it goes (a listing path), where it lies now."""

    path: str
    source: str
    sha256: str
    size: int


class Found(Value, frozen=True, kw_only=True):
    """One distribution as it lies on the disk. ``info``, ``site``, ``local_path`` are local paths.

    ``how``: ``record`` (a RECORD, verified), ``claimed`` (no RECORD; what lies below its top-level names),
    ``egg-link`` (``setup.py develop``), ``nothing`` (a package of the system).
    ``kept`` holds the files needed as content: all of them, or only those edited by hand.
    ``scripts`` (listing path, source) are programs in ``bin/`` that no entry point describes.
    """

    name: str
    version: str
    how: Literal["record", "claimed", "egg-link", "nothing"]
    info: str
    site: str
    prefix: str
    installer: str = ""
    requested: bool = False
    tags: tuple[str, ...] = ()
    direct_url: dict[str, str] = {}
    local_path: str | None = None
    files: int = 0
    files_sha256: str = ""
    modified: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    kept: tuple[Kept, ...] = ()
    scripts: tuple[tuple[str, str], ...] = ()

    @property
    def kind(self) -> str:
        """``vcs``, ``archive``, ``directory``, ``editable``, or empty for an install from an index."""
        return "editable" if self.how == "egg-link" else self.direct_url.get("kind", "")


class PathEntry(Value, frozen=True, kw_only=True):
    """A .pth file of no distribution that puts directories from elsewhere on the path."""

    source: str
    directories: tuple[str, ...]


class Scan(Value, frozen=True, kw_only=True):
    """Everything that was found. ``listing`` is the bytes whose digest is the environment's identity.

    ``rewritten`` are .pth files of no distribution without the lines that lead out: path and content.
    """

    found: tuple[Found, ...] = ()
    strays: tuple[Kept, ...] = ()
    path_entries: tuple[PathEntry, ...] = ()
    rewritten: tuple[tuple[str, bytes], ...] = ()
    listing: bytes = b""
    identity: str = ""
    files: int = 0
    notices: tuple[Notice, ...] = ()


class Looked(msgspec.Struct):
    """The scan, and what must be unchanged for it to hold: files with their keys and digests, directories."""

    scan: Scan
    paths: list[str]
    keys: bytes
    digests: list[bytes]
    directories: list[str]
