"""What DVC wrote down about a file: entries of ``.dvc`` files and of ``dvc.lock``; DVC itself is not needed.

Only the keys that identify content are read. The formats are those of DVC 1 to 3.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from taketwo.errors import DataError

_SIZE_LIMIT = 64 * 1024 * 1024
_MD5 = re.compile(r"[0-9a-f]{32}(\.dir)?")


class Tracked(msgspec.Struct, frozen=True):
    """One output that DVC tracks: where it lies, and its MD5 (``….dir`` for a directory)."""

    path: Path
    md5: str
    legacy: bool
    """Written by DVC 1 or 2, whose MD5 of a text file does not count carriage returns."""


def tracked(path: Path, project: Path) -> Tracked | None:
    """The entry that covers ``path``: its own, or that of a directory above it inside ``project``."""
    within = [parent for parent in path.parents if parent == project or parent.is_relative_to(project)]
    for candidate in (path, *(parent for parent in within if parent != project)):
        beside = candidate.with_name(f"{candidate.name}.dvc")
        for entry in _entries(beside, _outs):
            if entry.path == candidate:
                return entry
    covering = {path, *within}
    for directory in within:
        for entry in _entries(directory / "dvc.lock", _lock_outs):
            if entry.path in covering:
                return entry
    return None


def may_be_tracked(path: Path, project: Path) -> bool:
    """Whether there is any file of DVC that could speak of ``path``; where there is none, nothing need be read."""
    within = [parent for parent in path.parents if parent == project or parent.is_relative_to(project)]
    beside = [path, *(parent for parent in within if parent != project)]
    return any(candidate.with_name(f"{candidate.name}.dvc").exists() for candidate in beside) or any(
        (directory / "dvc.lock").exists() for directory in within
    )


def _entries(file: Path, outs: Any) -> Iterator[Tracked]:
    if not file.is_file():
        return
    document = _read_yaml(file)
    for base, out in outs(document, file.parent):
        md5, name = out.get("md5"), out.get("path")
        if isinstance(name, str) and isinstance(md5, str) and _MD5.fullmatch(md5):
            yield Tracked(Path(os.path.normpath(base / name)), md5, legacy=out.get("hash") != "md5")


def _outs(document: Any, folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    base = folder / str(document.get("wdir", ".")) if isinstance(document, dict) else folder
    yield from ((base, out) for out in _list(document, "outs"))


def _lock_outs(document: Any, folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    stages = document.get("stages", document) if isinstance(document, dict) else {}
    for stage in stages.values() if isinstance(stages, dict) else ():
        yield from ((folder, out) for out in _list(stage, "outs"))


def _list(document: Any, key: str) -> list[dict[str, Any]]:
    found = document.get(key) if isinstance(document, dict) else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def directory_members(content: bytes) -> dict[str, str]:
    """The files of a ``.dir`` object: relative path -> MD5."""
    try:
        members = {str(each["relpath"]): str(each["md5"]) for each in json.loads(content)}
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise DataError(f"a directory object of DVC cannot be read: {error}") from error
    return members


def directory_object(members: dict[str, str]) -> bytes:
    """The bytes of the ``.dir`` object of these files; their MD5 identifies the directory."""
    ordered = [{"md5": members[path], "relpath": path} for path in sorted(members)]
    return json.dumps(ordered, sort_keys=True).encode()


def _read_yaml(file: Path) -> Any:
    """The YAML document, by whichever of the two usual readers is there (DVC brings ruamel)."""
    try:
        text = file.read_bytes()[:_SIZE_LIMIT].decode("utf-8")
    except (OSError, ValueError) as error:
        raise DataError(f"{file} cannot be read: {error}") from error
    try:
        import yaml  # noqa: PLC0415 - heavy, only needed here
    except ImportError:
        return _read_with_ruamel(file, text)
    try:
        # The C reader is several times faster and not always built.
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - a safe loader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise DataError(f"{file} is not YAML: {error}") from error


def _read_with_ruamel(file: Path, text: str) -> Any:
    try:
        from ruamel.yaml import YAML  # noqa: PLC0415 - heavy, only needed here
        from ruamel.yaml.error import YAMLError  # noqa: PLC0415 - heavy, only needed here
    except ImportError as error:
        raise DataError(
            f"{file} shows that the data is tracked by DVC, and nothing here reads YAML",
            why="Without it a replay elsewhere cannot obtain the data through DVC.",
            todo="Install what is missing: pip install 'taketwo[dvc]'",
        ) from error
    try:
        return YAML(typ="safe", pure=True).load(text)
    except (YAMLError, ValueError, RecursionError) as error:
        raise DataError(f"{file} is not YAML: {error}") from error
