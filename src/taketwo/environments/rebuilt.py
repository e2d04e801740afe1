"""Compares a rebuilt environment with the captured one, file by file; a file that did not change is not read again."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from taketwo.environments.sites import Site
from taketwo.environments.snapshot import Snapshots
from taketwo.formats import listing
from taketwo.model.environment import Environment, Interpreter
from taketwo.model.manifest import Rebuilt

_NAMED = 200


def compare(
    site_packages_dirs: Sequence[Path],
    environment: Environment,
    open_listing: Callable[[str], bytes],
    *,
    interpreter: Interpreter | None = None,
    snapshots: Snapshots | None = None,
) -> Rebuilt:
    """How far the files equal the captured ones. Every file is looked at now, whoever built the environment.

    ``open_listing`` gives the bytes of a listing blob by digest. ``interpreter`` is the rebuilt one, when
    known. Lists name at most 200 files each; ``files`` and ``identical`` count them all. ``snapshots``
    remember the digests of files by device, inode, size and both times, as for a captured environment:
    a byte that is changed and dated back still has a new ctime, and is read. Without them all are read.
    """
    sites = tuple(
        Site(str(path), str(path.parents[2]), private=True, confined=True)
        for path in (directory.resolve() for directory in site_packages_dirs)
    )
    here = {file.path: file.sha256 for file in listing.decode(_found(sites, snapshots or Snapshots(None)))}
    captured = {file.path: file.sha256 for file in _listed(environment, open_listing)}
    different = [path for path, sha256 in captured.items() if here.get(path, sha256) != sha256]
    missing = [path for path in captured if path not in here]
    added = sorted(here.keys() - captured.keys() - _of_editables(environment, open_listing))
    return Rebuilt(
        files=len(captured),
        identical=len(captured) - len(different) - len(missing),
        different=tuple(different[:_NAMED]),
        missing=tuple(missing[:_NAMED]),
        added=tuple(added[:_NAMED]),
        interpreter=_how_equal(environment.interpreter, interpreter),
        interpreter_version=(interpreter or environment.interpreter).version,
    )


def _found(sites: tuple[Site, ...], snapshots: Snapshots) -> bytes:
    """The listing of what is there now."""
    scan, known = snapshots.load(sites)
    if scan is None:
        from taketwo.environments import scanner  # noqa: PLC0415 - its parsers load only when something changed

        looked = scanner.look(sites, known, stray_limit=sys.maxsize)
        snapshots.save(sites, looked)
        scan = looked.scan
    return scan.listing


def _listed(environment: Environment, open_listing: Callable[[str], bytes]) -> tuple[listing.Listed, ...]:
    return listing.decode(open_listing(environment.listing.sha256)) if environment.listing else ()


def _of_editables(environment: Environment, open_listing: Callable[[str], bytes]) -> set[str]:
    """What editable installs have in site-packages: it holds paths, and is no part of the identity."""
    return {
        file.path
        for d in environment.distributions
        if d.origin == "editable" and d.content
        for file in listing.decode(open_listing(d.content.sha256))
    }


def _how_equal(
    captured: Interpreter, rebuilt: Interpreter | None
) -> Literal["exact", "same minor", "different"]:
    if rebuilt is None:
        return "exact"
    if rebuilt.implementation != captured.implementation or rebuilt.minor != captured.minor:
        return "different"
    return "exact" if rebuilt.version == captured.version else "same minor"
