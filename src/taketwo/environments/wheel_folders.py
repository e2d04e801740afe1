"""Wheels on this machine that a distribution was installed from, for those that no index may have."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from taketwo.environments import file_digests
from taketwo.environments.content import ContentKeeper
from taketwo.environments.scan import Found, Kept
from taketwo.errors import FormatError
from taketwo.formats import record, wheel_name
from taketwo.model.base import Blob
from taketwo.model.environment import Artefact, Distribution

_LARGEST_RECORD = 64 * 1024 * 1024


class WheelFolders:
    """Finds and keeps the wheel of a distribution: the file it was installed from, or one in a wheel folder.

    ``memo`` is a file that remembers digests of wheels by inode and times, for they can be large.
    """

    def __init__(
        self,
        keeper: ContentKeeper,
        folders: Callable[[], Sequence[Path]] = tuple,
        *,
        memo: Path | None = None,
    ) -> None:
        self._keeper = keeper
        self._folders = folders
        self._memo = memo

    def wheel_of(self, found: Found) -> tuple[Artefact, Blob] | None:
        """The kept wheel, proven by its RECORD; ``None`` when there is none, or the index should be asked.

        Folders are asked for local versions (``2.13.0+cpu``) only, which no public index has.
        """
        if found.how != "record":
            return None
        candidates: list[Path] = []
        if found.kind == "archive" and found.local_path:
            candidates.append(Path(found.local_path))
        elif not found.kind and "+" in found.version:
            candidates += named(self._folders(), found.name, found.version, found.tags)
        installed: dict[str, str | None] = {}
        for wheel in candidates:
            text = Path(found.info, "RECORD").read_text("utf-8", "surrogateescape")
            installed = installed or {row.path: row.sha256 for row in record.parse(text)}
            if wheel.suffix == ".whl" and gives(wheel, installed):
                return self._keep(wheel)
        return None

    def _keep(self, wheel: Path) -> tuple[Artefact, Blob]:
        key = file_digests.packed_keys([str(wheel)])
        known = self._remembered()
        digest = file_digests.digests([str(wheel)], [key], known)[0]
        if self._memo and key not in known and file_digests.settled(key):
            self._memo.parent.mkdir(parents=True, exist_ok=True)
            self._memo.write_bytes(msgspec.msgpack.encode({**known, key: digest}))
        size = file_digests.size_of(key)
        listed = self._keeper.file(Kept(path=wheel.name, source=str(wheel), sha256=digest.hex(), size=size))
        artefact = Artefact(filename=wheel.name, sha256=listed.sha256, size=listed.size)
        return artefact, Blob(sha256=listed.sha256, size=listed.size)

    def _remembered(self) -> dict[bytes, bytes]:
        try:
            return (
                msgspec.msgpack.decode(self._memo.read_bytes(), type=dict[bytes, bytes]) if self._memo else {}
            )
        except (OSError, msgspec.MsgspecError):
            return {}


def named(folders: Sequence[Path], name: str, version: str, tags: Sequence[str]) -> Iterator[Path]:
    """Wheels in the folders whose name is that of the distribution; with ``tags``, of these tags."""
    for folder in folders:
        try:
            entries = sorted(path.name for path in folder.iterdir())
        except OSError:
            continue
        for entry in entries:
            try:
                wheel = wheel_name.parse(entry)
            except FormatError:
                continue
            same = wheel.name == name and wheel_name.same_version(wheel.version, version)
            if same and (not tags or wheel.tags & set(tags)):
                yield folder / entry


def from_folders(
    folders: Sequence[Path], put_file: Callable[[Path], Blob], installed: Mapping[str, str]
) -> Callable[[Distribution], Distribution]:
    """A rescue for ``taketwo.environments.lock.complete``: what the index does not have, from wheel folders.

    ``installed`` maps the paths of the environment's listing to digests; they prove that it is the wheel.
    """

    def rescue(distribution: Distribution) -> Distribution:
        edited = {*distribution.modified, *distribution.missing}
        for wheel in named(folders, distribution.name, distribution.version, distribution.tags):
            if gives(wheel, installed, edited=edited):
                blob = put_file(wheel)
                artefact = Artefact(filename=wheel.name, sha256=blob.sha256, size=blob.size)
                return msgspec.structs.replace(
                    distribution, origin="wheel", artefacts=(artefact,), wheel=blob
                )
        return distribution

    return rescue


def gives(wheel: Path, installed: Mapping[str, str | None], *, edited: Collection[str] = ()) -> bool:
    """Whether ``wheel`` gave these files: each that it has is installed under its path, with its hash."""
    import zipfile  # noqa: PLC0415 - heavy, and few environments have wheels of their own

    try:
        with zipfile.ZipFile(wheel) as archive:
            names = [n for n in archive.namelist() if n.endswith(".dist-info/RECORD") and n.count("/") == 1]
            if not names or archive.getinfo(names[0]).file_size > _LARGEST_RECORD:
                return False
            rows = record.parse(archive.read(names[0]).decode("utf-8", "surrogateescape"))
    except (OSError, zipfile.BadZipFile, FormatError):
        return False
    moved = names[0].removesuffix(".dist-info/RECORD") + ".data/"
    compared = [
        row
        for row in rows
        if row.sha256
        and not row.path.startswith(moved)
        and not row.path.endswith(".pyc")
        and row.path not in edited
    ]
    return bool(compared) and all(installed.get(row.path) == row.sha256 for row in compared)
