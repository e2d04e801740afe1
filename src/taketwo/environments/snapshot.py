"""The scan of an environment as it was last seen, so that an unchanged one is not read again.

One file for each environment. It answers twice: when no file and no directory changed, with the whole
scan; otherwise with the digests of those files that did not change, whatever their paths are now.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import time
from collections.abc import Mapping
from pathlib import Path

import msgspec

from taketwo.environments import file_digests
from taketwo.environments.memo import write_whole
from taketwo.environments.scan import Looked, Scan
from taketwo.environments.sites import Site
from taketwo.version import __version__

_WIDTH = file_digests.WIDTH
_LATELY: dict[Path | None, tuple[float, Scan]] = {}
"""The last scan that this process found to hold, and when it began to look; at most one."""


class _Saved(msgspec.Struct, frozen=True):
    version: str
    sites: bytes
    paths: list[str]
    keys: bytes
    digests: bytes
    directories: list[str]
    directory_keys: bytes
    scan: Scan


class Snapshots:
    """Saved scans below ``directory``; with ``None`` nothing is saved and every look is a full one.

    ``trusted_for`` is for how many seconds this process takes its last look as the present state. A
    hundred short calls then share one look at ten thousand files; what changes in between is seen by the
    first call after that time.
    """

    def __init__(self, directory: Path | None, *, trusted_for: float = 0.0) -> None:
        self._directory = directory
        self._trusted_for = trusted_for

    def load(self, sites: tuple[Site, ...]) -> tuple[Scan | None, Mapping[bytes, bytes]]:
        """The scan if it still holds, and the digests that are known by key."""
        path = self._path(sites)
        looked_at, scan = _LATELY.get(path, (-math.inf, None))
        if scan is not None and 0 <= time.monotonic() - looked_at < self._trusted_for:
            return scan, {}
        began = time.monotonic()
        saved = self._read(sites)
        if saved is None:
            return None, {}
        keys = file_digests.packed_keys(saved.paths)
        if keys == saved.keys and file_digests.packed_keys(saved.directories) == saved.directory_keys:
            self._remember(path, began, saved.scan)
            return saved.scan, {}
        known = {
            saved.keys[i * _WIDTH : (i + 1) * _WIDTH]: saved.digests[i * 32 : (i + 1) * 32]
            for i in range(len(saved.paths))
        }
        nothing = bytes(32)
        return None, {key: digest for key, digest in known.items() if digest != nothing}

    def save(self, sites: tuple[Site, ...], looked: Looked) -> None:
        """Keep what was seen. Files touched within the last second are not trusted, and not kept."""
        path = self._path(sites)
        if path is None:
            return
        keys = looked.keys
        digests = b"".join(digest or bytes(32) for digest in looked.digests)
        directory_keys = file_digests.packed_keys(looked.directories)
        if not (file_digests.settled(keys) and file_digests.settled(directory_keys)):
            keys = b"".join(
                key if file_digests.settled(key) else bytes(_WIDTH) for key in file_digests.split_keys(keys)
            )
            directory_keys = b""
        saved = _Saved(
            __version__,
            _identify(sites),
            looked.paths,
            keys,
            digests,
            looked.directories,
            directory_keys,
            looked.scan,
        )
        with contextlib.suppress(
            OSError
        ):  # a cache that cannot be written makes the next capture slower only
            write_whole(path, msgspec.msgpack.encode(saved))

    def _remember(self, path: Path | None, began: float, scan: Scan) -> None:
        if path is not None and self._trusted_for:
            _LATELY.clear()
            _LATELY[path] = began, scan

    def _read(self, sites: tuple[Site, ...]) -> _Saved | None:
        path = self._path(sites)
        if path is None:
            return None
        try:
            saved = msgspec.msgpack.decode(path.read_bytes(), type=_Saved)
        except (OSError, msgspec.MsgspecError):
            return None
        return saved if saved.version == __version__ and saved.sites == _identify(sites) else None

    def _path(self, sites: tuple[Site, ...]) -> Path | None:
        return self._directory and self._directory / f"{_identify(sites).hex()[:32]}.snapshot"


def _identify(sites: tuple[Site, ...]) -> bytes:
    return hashlib.sha256(repr(sites).encode("utf-8", "surrogateescape")).digest()
