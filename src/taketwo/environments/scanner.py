"""Looks at the site directories once: who owns which file, what its digest is, what differs from RECORD."""

# Paths are plain strings here: there are ten thousand of them, and a Path costs more than a stat.
# ruff: noqa: PTH116, PTH119
from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from taketwo.environments import discovery, file_digests, machine, path_files
from taketwo.environments.discovery import Owned
from taketwo.environments.scan import INSTRUMENT, Found, Kept, Looked, PathEntry, Scan
from taketwo.environments.sites import Site
from taketwo.environments.walk import Tree, walk
from taketwo.formats import listing
from taketwo.formats.listing import Listed
from taketwo.model.base import Notice

STRAY_LIMIT = 64 * 1024 * 1024
"""Files of no distribution are kept up to this size together, the small groups first."""

_ALWAYS_THERE = frozenset(
    {
        "README.txt",
        "README",
        "_virtualenv.py",
        "_virtualenv.pth",
        "distutils-precedence.pth",
        "_distutils_hack",
    }
)
"""What creators of environments put there: a rebuilt environment has its own."""


@dataclass
class _View:
    """Everything on the path merged: the first site wins, as in an import."""

    files: dict[str, str] = field(default_factory=dict)
    owned: list[Owned] = field(default_factory=list)
    unowned: dict[str, str] = field(default_factory=dict)
    path_files: list[tuple[str, Site]] = field(default_factory=list)
    directories: list[str] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


def look(sites: tuple[Site, ...], known: Mapping[bytes, bytes], *, stray_limit: int = STRAY_LIMIT) -> Looked:
    """Scan the sites; files whose key is in ``known`` are not read."""
    view = _view(sites)
    strays = _small_enough(view, stray_limit)
    for one in view.owned:
        for path, file in one.files.items():
            view.files.setdefault(path, file.source)
    wanted = view.files | strays
    paths = list(wanted.values())
    watched = [*paths, *_bookkeeping(view)]
    packed = file_digests.packed_keys(watched)
    keys = file_digests.split_keys(packed)
    found = file_digests.digests(paths, keys[: len(paths)], known)
    facts = {
        path: Kept(path=path, source=source, sha256=digest.hex(), size=file_digests.size_of(key))
        for (path, source), digest, key in zip(wanted.items(), found, keys, strict=False)
        if digest
    }
    view.notices += machine.without_certificates(view.owned, facts)
    scan = _scan(view, facts, strays, sites)
    blank = [b""] * (len(watched) - len(paths))
    return Looked(scan, watched, packed, found + blank, view.directories)


def _view(sites: tuple[Site, ...]) -> _View:
    view = _View()
    roots = frozenset(site.path for site in sites)
    names: set[str] = set()
    for site in sites:
        tree = walk(site.path, nested=roots, allows=site.allows)
        view.directories += tree.directories
        everyone = list(discovery.distributions(tree, site))
        spoken_for: set[str] = set()
        for one in everyone:
            spoken_for.update(one.files, one.uncounted)
        unowned = {p for p in tree.files if p not in spoken_for and p.split("/", 1)[0] not in _ALWAYS_THERE}
        unowned -= {p for p in unowned if ".dist-info/" in p.split("/", 1)[0] + "/"}
        recordless = [one for one in everyone if one.found.how == "nothing"]
        if not site.private and recordless:
            recordless = [one for one in everyone if discovery.of_the_system(one)]
            for one in recordless:
                one.files.clear()
                one.found = msgspec.structs.replace(one.found, how="nothing")
        for one in recordless if site.private else ():
            discovery.claim(one, tree, unowned)
            if any(not path.startswith(os.path.basename(one.found.info)) for path in one.files):
                one.found = msgspec.structs.replace(one.found, how="claimed")
                unowned.difference_update(one.files)
            else:
                one.files.clear()
        _add(view, everyone, names)
        if recordless and not site.private:
            view.notices.append(_of_the_system(recordless))
        else:
            _add_unowned(view, site, tree, unowned)
    return view


def _add(view: _View, everyone: list[Owned], names: set[str]) -> None:
    for one in everyone:
        if one.found.name in names:
            continue  # hidden by one of the same name in an earlier site
        names.add(one.found.name)
        if one.found.name != INSTRUMENT and one.found.kind != "editable":
            # What an earlier site has under the same path is what gets imported.
            one.files = {p: f for p, f in one.files.items() if view.files.get(p, f.source) == f.source}
            view.files.update((path, file.source) for path, file in one.files.items())
        view.owned.append(one)


def _add_unowned(view: _View, site: Site, tree: Tree, unowned: set[str]) -> None:
    for path in sorted(unowned):
        if "/" not in path and path.endswith(".pth"):
            view.path_files.append((tree.files[path], site))
        elif path not in view.files:
            view.unowned.setdefault(path, tree.files[path])


def _of_the_system(recordless: list[Owned]) -> Notice:
    names = sorted({one.found.name for one in recordless})
    return Notice(
        topic="environment",
        text=f"{len(names)} system packages are known by name and version only: {', '.join(names)}",
    )


def _small_enough(view: _View, limit: int) -> dict[str, str]:
    """The unowned files to keep: whole top-level entries, small ones first, until ``limit`` is reached."""
    groups: dict[str, list[str]] = {}
    for path in view.unowned:
        groups.setdefault(path.split("/", 1)[0], []).append(path)
    sizes = {name: sum(_size(view.unowned[p]) for p in paths) for name, paths in groups.items()}
    kept: dict[str, str] = {}
    total = 0
    for name in sorted(groups, key=lambda n: (sizes[n], n)):
        total += sizes[name]
        if total <= limit:
            kept.update((path, view.unowned[path]) for path in groups[name])
            continue
        view.notices.append(
            Notice(
                topic="environment",
                text=f"{name} in site-packages belongs to no package and is too large to keep"
                f" ({sizes[name]} bytes): a replay will not have it",
            )
        )
    return kept


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def _bookkeeping(view: _View) -> list[str]:
    """Files that do not count and yet decide what a scan says: a change in them must be noticed.

    One that is not there needs no watching: when it comes, the directory that it comes into has changed.
    """
    names = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")
    infos = [f"{one.found.info}/{name}" for one in view.owned for name in names if one.found.how == "record"]
    infos = [path for path in infos if os.path.lexists(path)]
    links = [one.found.info for one in view.owned if one.found.how == "egg-link"]
    return infos + links + [path for path, _ in view.path_files]


def _scan(view: _View, facts: dict[str, Kept], strays: dict[str, str], sites: tuple[Site, ...]) -> Scan:
    counted = {path: facts[path] for path in view.files if path in facts}
    counted.update((path, facts[path]) for path in strays if path in facts)
    editable = {p for one in view.owned if _apart(one.found) for p in one.files}
    listed = [Listed(k.path, k.sha256, k.size) for k in counted.values() if k.path not in editable]
    rewritten, entries = _path_files(view, sites)
    listed += [Listed(path, hashlib.sha256(text).hexdigest(), len(text)) for path, text in rewritten]
    content = listing.encode(listed)
    return Scan(
        found=tuple(sorted((_verified(one, facts) for one in view.owned), key=lambda f: f.name)),
        strays=tuple(facts[path] for path in sorted(strays) if path in facts),
        path_entries=entries,
        rewritten=rewritten,
        listing=content,
        identity=hashlib.sha256(content).hexdigest(),
        files=len(listed),
        notices=tuple(view.notices),
    )


def _apart(found: Found) -> bool:
    """Whether the files of a distribution are no part of the identity: they hold paths, or are our own."""
    return found.name == INSTRUMENT or found.kind == "editable"


def _verified(one: Owned, facts: dict[str, Kept]) -> Found:
    found = one.found
    if found.how in {"nothing", "egg-link"}:
        known_by = f"{found.name}=={found.version}\n".encode()
        return msgspec.structs.replace(found, files_sha256=hashlib.sha256(known_by).hexdigest())
    here = [facts[path] for path in one.files if path in facts]
    modified = sorted(
        path
        for path, file in one.files.items()
        if file.sha256 and path in facts and facts[path].sha256 != file.sha256
    )
    whole = (
        found.kind in {"vcs", "archive", "directory"} or found.how == "claimed" or found.kind == "editable"
    )
    edited = set(modified)
    kept = here if whole else [k for k in here if k.path in edited]
    return msgspec.structs.replace(
        found,
        files=len(here),
        files_sha256=hashlib.sha256(
            listing.encode(Listed(k.path, k.sha256, k.size) for k in here)
        ).hexdigest(),
        modified=tuple(modified),
        missing=tuple(sorted(path for path in one.files if path not in facts)),
        scripts=tuple(sorted(one.scripts.items())) if whole else (),
        kept=() if found.name == INSTRUMENT else tuple(sorted(kept, key=lambda k: k.path)),
    )


def _path_files(
    view: _View, sites: tuple[Site, ...]
) -> tuple[tuple[tuple[str, bytes], ...], tuple[PathEntry, ...]]:
    roots = [site.path for site in sites]
    linked = {one.found.local_path for one in view.owned if one.found.how == "egg-link"}
    rewritten, entries = [], []
    for path, site in view.path_files:
        try:
            parsed = path_files.parse(Path(path).read_bytes(), site.path, sites=roots)
        except OSError:
            continue
        directories = tuple(d for d in parsed.directories if d not in linked and d != site.path)
        if parsed.places:
            name = os.path.basename(path)
            text = f"{name} runs code about places of this machine; these lines are not recorded"
            view.notices.append(Notice(topic="environment", text=text))
        if directories and not site.confined:
            entries.append(PathEntry(source=path, directories=directories))
        if parsed.effective:
            rewritten.append((os.path.basename(path), parsed.rest))
    return tuple(rewritten), tuple(entries)
