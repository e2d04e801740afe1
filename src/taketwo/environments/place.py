"""Puts into a rebuilt environment what no index gives: kept content, edits by hand, editable sources.

Every path is checked: nothing is written through a symbolic link, nor outside the environment.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from taketwo.environments.content import SHEBANG
from taketwo.environments.editable import SOURCE_MARK
from taketwo.environments.scan import PREFIX
from taketwo.errors import RebuildError
from taketwo.formats import dist_info, listing
from taketwo.formats.listing import Listed
from taketwo.model.base import Blob
from taketwo.model.environment import Distribution, Environment

_LARGEST_REWRITTEN = 4 * 1024 * 1024
_SCRIPT = """\
{shebang}
import sys
from {module} import {first}
if __name__ == "__main__":
    sys.exit({attribute}())
"""


@dataclass(frozen=True)
class Placing:
    """Where the rebuilt environment is, and how kept content is read.

    ``site_packages`` and ``prefix`` are directories of this machine; ``python`` is the interpreter as scripts
    will find it when they run (``/taketwo/env/bin/python``). ``sources`` maps the names of editable
    distributions to the place of their source at run time. ``read`` gives the checked bytes of a blob,
    ``copy_out`` writes a blob to a new file, checked.
    """

    site_packages: Path
    prefix: Path
    python: str
    read: Callable[[str], bytes]
    copy_out: Callable[[str, Path], None]
    sources: Mapping[str, str] = field(default_factory=dict)


def place(environment: Environment, placing: Placing) -> int:
    """Complete an environment in which the lock was installed; returns how many files were written.

    Content distributions first, then editable ones, then the files of the overlay, then files that were
    missing are removed. ``RebuildError`` when a path leads out or an editable source has no place.
    """
    written = 0
    for distribution in environment.distributions:
        if distribution.origin == "content" and distribution.content:
            written += _content(distribution.content, placing)
        elif distribution.origin == "editable" and distribution.content:
            written += _editable(distribution, distribution.content, placing)
    if environment.overlay:
        written += _files(environment.overlay, placing)
    for distribution in environment.distributions:
        for path in distribution.missing:
            target = _target(path, placing)
            if target.is_dir() and not target.is_symlink():
                continue  # the manifest speaks of files, whatever it names; verifying tells what differs
            target.unlink(missing_ok=True)
            _forget_byte_code(target)
    return written


def sources_needed(environment: Environment) -> tuple[Distribution, ...]:
    """Editable distributions whose ``source_tree`` must be materialised before ``place``.

    Each may have a directory of its name; ``RebuildError`` for a name that would lead elsewhere.
    """
    needed = tuple(d for d in environment.distributions if d.origin == "editable" and d.source_tree)
    for distribution in needed:
        if distribution.name in {"", ".", ".."} or "/" in distribution.name or "\0" in distribution.name:
            raise _leads_out(distribution.name)
    return needed


def _files(blob: Blob, placing: Placing) -> int:
    files = listing.decode(placing.read(blob.sha256))
    for file in files:
        _write(file, placing)
    return len(files)


def _content(blob: Blob, placing: Placing) -> int:
    files = listing.decode(placing.read(blob.sha256))
    for file in files:
        if file.path.startswith(PREFIX + "bin/"):
            script = placing.read(file.sha256)
            _write_script(file.path, script.replace(SHEBANG, f"#!{placing.python}".encode(), 1), placing)
            continue
        _write(file, placing)
        if file.path.endswith(".dist-info/entry_points.txt"):
            for name, reference in dist_info.scripts(placing.read(file.sha256).decode()).items():
                _write_script(f"{PREFIX}bin/{name}", _entry_point(reference, placing.python), placing)
    return len(files)


def _editable(distribution: Distribution, blob: Blob, placing: Placing) -> int:
    source = placing.sources.get(distribution.name)
    if source is None and not (distribution.source_tree or distribution.direct_url.get("path")):
        return 0  # it could not be captured, and the manifest says so
    if source is None:
        raise RebuildError(
            f"there is no place for the source of the editable install {distribution.name}",
            why="Python would not find it in the rebuilt environment.",
            todo="This is a mistake in the replay: give its directory in `sources`.",
        )
    files = listing.decode(placing.read(blob.sha256))
    for file in files:
        content = placing.read(file.sha256) if file.size < _LARGEST_REWRITTEN else b""
        if SOURCE_MARK.encode() in content:
            _write_bytes(_target(file.path, placing), content.replace(SOURCE_MARK.encode(), source.encode()))
        else:
            _write(file, placing)
        if file.path.endswith(".dist-info/entry_points.txt"):
            for name, reference in dist_info.scripts(content.decode()).items():
                _write_script(f"{PREFIX}bin/{name}", _entry_point(reference, placing.python), placing)
    return len(files)


def _write(file: Listed, placing: Placing) -> None:
    target = _target(file.path, placing)
    target.parent.mkdir(parents=True, exist_ok=True)
    _forget_byte_code(target)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".taketwo-") as directory:
        fresh = Path(directory, "file")
        placing.copy_out(file.sha256, fresh)
        fresh.chmod(0o644)
        fresh.replace(target)


def _write_bytes(target: Path, content: bytes, mode: int = 0o644) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    _forget_byte_code(target)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".taketwo-") as directory:
        fresh = Path(directory, "file")
        fresh.write_bytes(content)
        fresh.chmod(mode)
        fresh.replace(target)


def _write_script(path: str, content: bytes, placing: Placing) -> None:
    _write_bytes(_target(path, placing), content, 0o755)


def _entry_point(reference: str, python: str) -> bytes:
    module, _, attribute = reference.partition(":")
    first = attribute.split(".", 1)[0]
    if not all(part.isidentifier() for part in (*module.split("."), *attribute.split("."))):
        raise RebuildError(
            f"{reference!r} is not an entry point", why="A script made of it would run something else."
        )
    return _SCRIPT.format(shebang=f"#!{python}", module=module, first=first, attribute=attribute).encode()


def _target(path: str, placing: Placing) -> Path:
    """Where a listing path goes; no part of it may be a symbolic link, and none may lead upwards."""
    root, relative = (
        (placing.prefix, path.removeprefix(PREFIX))
        if path.startswith(PREFIX)
        else (placing.site_packages, path)
    )
    parts = relative.split("/")
    if any(part in {"", ".", ".."} or "\0" in part for part in parts):
        raise _leads_out(path)
    current = root
    for part in parts[:-1]:
        current /= part
        if current.is_symlink() or (current.exists() and not current.is_dir()):
            raise _leads_out(path)
    return current / parts[-1]


def _leads_out(path: str) -> RebuildError:
    return RebuildError(
        f"the kept file {path!r} would be written outside the environment",
        why="The record was made by somebody else, and is not trusted that far.",
        todo="Check where the run came from: taketwo show RUN",
    )


def _forget_byte_code(target: Path) -> None:
    """Byte code of a replaced file: same size and same second, and Python would go on using it."""
    if target.suffix == ".py":
        cache = target.parent / "__pycache__"
        if cache.is_dir() and not cache.is_symlink():
            for entry in os.scandir(cache):
                if entry.name.startswith(target.stem + ".") and entry.name.endswith(".pyc"):
                    Path(entry.path).unlink(missing_ok=True)
