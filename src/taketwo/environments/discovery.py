"""Finds the distributions of one site directory and the files that each of them owns."""

# Paths are plain strings here: there are ten thousand of them, and a Path costs more than a stat.
# ruff: noqa: PTH118, PTH119
from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import msgspec

from taketwo.environments.scan import PREFIX, Found
from taketwo.environments.sites import Site, within
from taketwo.environments.walk import BYTE_CODE, Tree
from taketwo.errors import FormatError
from taketwo.formats import direct_url, dist_info, record
from taketwo.formats.direct_url import DirectUrl
from taketwo.formats.wheel_name import normalised

SCRIPTS = frozenset({"bin", "Scripts"})

_NOT_COUNTED = frozenset(
    {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json", "uv_build.json"}
)


class File(NamedTuple):
    """A file on the disk, with the digest and the size that RECORD gives."""

    source: str
    sha256: str | None = None
    size: int | None = None


@dataclass
class Owned:
    """A distribution with its files by listing path.

    ``scripts`` are the programs in ``bin/``, whose first line names an interpreter: never compared.
    ``uncounted`` are files of the installer's own bookkeeping.
    """

    found: Found
    files: dict[str, File] = field(default_factory=dict)
    scripts: dict[str, str] = field(default_factory=dict)
    uncounted: set[str] = field(default_factory=set)


def distributions(tree: Tree, site: Site) -> Iterator[Owned]:
    """Every distribution that lies in ``tree``, those with a RECORD first."""
    later = []
    below = _below_dist_infos(tree)
    for name in tree.top:
        path = f"{tree.root}/{name}"
        if name.endswith(".dist-info"):
            owned = _dist_info(name, path, tree, site, below.get(name, ()))
        elif name.endswith(".egg-info"):
            owned = _egg_info(name, path, tree, site)
        elif name.endswith(".egg-link"):
            owned = _egg_link(name, path, site)
        else:
            continue
        if owned is None:
            continue
        if owned.found.how == "record":
            yield owned
        else:
            later.append(owned)
    yield from later


def _below_dist_infos(tree: Tree) -> dict[str, list[str]]:
    """The files of every dist-info directory, gathered in one pass over all files."""
    found: dict[str, list[str]] = {}
    for path in tree.files:
        top, slash, _ = path.partition("/")
        if slash and top.endswith(".dist-info"):
            found.setdefault(top, []).append(path)
    return found


def _dist_info(name: str, path: str, tree: Tree, site: Site, below: Iterable[str]) -> Owned | None:
    told = dist_info.name_and_version(name)
    if told is None and f"{name}/METADATA" in tree.files:
        told = _from_metadata(f"{path}/METADATA")
    if told is None:
        return None
    origin = _direct_url(f"{path}/direct_url.json") if f"{name}/direct_url.json" in tree.files else None
    wheel = dist_info.headers(_text(f"{path}/WHEEL")) if f"{name}/WHEEL" in tree.files else {}
    has_record = f"{name}/RECORD" in tree.files
    found = Found(
        name=told[0],
        version=told[1],
        how="record" if has_record else "nothing",
        info=path,
        site=site.path,
        prefix=site.prefix,
        installer=_text(f"{path}/INSTALLER").strip() if f"{name}/INSTALLER" in tree.files else "",
        requested=f"{name}/REQUESTED" in tree.files,
        tags=tuple(sorted(wheel.get("tag", ()))),
        direct_url=origin.public if origin else {},
        local_path=origin.local_path if origin else None,
    )
    owned = Owned(found)
    owned.uncounted.update(below)
    if has_record and not _read_record(owned, f"{path}/RECORD", tree, site):
        owned.found = msgspec.structs.replace(found, how="nothing")
    return owned


def _read_record(owned: Owned, path: str, tree: Tree, site: Site) -> bool:
    """Fill in what RECORD tells; ``False`` when it tells nothing, because it is empty or damaged."""
    info = os.path.basename(owned.found.info) + "/"
    try:
        rows = record.parse(_text(path))
    except FormatError:
        return False
    for row in rows:
        relative = row.path
        if relative.endswith(BYTE_CODE) or os.path.basename(relative) == "__pycache__":
            continue  # virtualenv records the directories of its byte code as if they were files
        if relative.startswith(("../", "/", "./")) or "/../" in relative:
            absolute = os.path.normpath(os.path.join(site.path, relative))
            if within(absolute, site.path):
                relative = absolute[len(site.path) + 1 :]
            elif within(absolute, site.prefix) and absolute != site.prefix:
                below = absolute[len(site.prefix) + 1 :]
                if site.allows(absolute):
                    _own_outside(owned, below, File(absolute, row.sha256, row.size))
                continue
            else:
                continue
        if relative.startswith(info) and relative[len(info) :] in _NOT_COUNTED:
            continue
        source = tree.files.get(relative) or site.allowed(f"{site.path}/{relative}")
        owned.files[relative] = File(source, row.sha256, row.size)
        owned.uncounted.discard(relative)
    return bool(rows)


def _own_outside(owned: Owned, below: str, file: File) -> None:
    """Take a file that lies in the prefix and not in site-packages; ``below`` is where in the prefix."""
    if below.split("/", 1)[0] in SCRIPTS:
        owned.scripts[PREFIX + below] = file.source
    else:
        owned.files[PREFIX + below] = file


def _egg_info(name: str, path: str, tree: Tree, site: Site) -> Owned | None:
    single = name in tree.files
    if not single and f"{name}/PKG-INFO" not in tree.files:
        return None
    told = _from_metadata(path if single else f"{path}/PKG-INFO")
    if told is None:
        return None
    found = Found(name=told[0], version=told[1], how="nothing", info=path, site=site.path, prefix=site.prefix)
    own = {name} if single else {f for f in tree.files if f.startswith(f"{name}/")}
    return Owned(found, uncounted=own)


def _egg_link(name: str, path: str, site: Site) -> Owned | None:
    source = _text(path).split("\n", 1)[0].strip()
    infos = [] if site.confined else [f.path for f in _scan(source) if f.name.endswith(".egg-info")]
    told = next((t for t in map(_from_metadata, (f"{i}/PKG-INFO" for i in sorted(infos))) if t), None)
    found = Found(
        name=told[0] if told else normalised(name[: -len(".egg-link")]),
        version=told[1] if told else "",
        how="egg-link",
        info=path,
        site=site.path,
        prefix=site.prefix,
        direct_url={"kind": "editable"},
        local_path=source,
    )
    return Owned(found, uncounted={name})


def of_the_system(owned: Owned) -> bool:
    """Whether an operating system's package manager put it there, in a site that is not private.

    Some of their packages have a RECORD, of files that were changed since; installers of Python packages say
    who they are.
    """
    return owned.found.how == "nothing" or owned.found.installer in {"", "debian", "rpm", "apk"}


def claim(owned: Owned, tree: Tree, unowned: set[str]) -> None:
    """Give a distribution without RECORD its own records, and what nobody else owns below its names."""
    info = os.path.basename(owned.found.info)
    names = set(_text(f"{owned.found.info}/top_level.txt").split()) or {owned.found.name.replace("-", "_")}
    own = {path for path in owned.uncounted if path.rsplit("/", 1)[-1] not in _NOT_COUNTED}
    owned.uncounted -= own
    for path in sorted(unowned | own):
        first = path.split("/", 1)[0]
        if first == info or first in names or first.split(".", 1)[0] in names:
            owned.files[path] = File(tree.files[path])


def _direct_url(path: str) -> DirectUrl | None:
    try:
        return direct_url.parse(Path(path).read_bytes())
    except (OSError, FormatError):
        return None


def _from_metadata(path: str) -> tuple[str, str] | None:
    fields = dist_info.headers(_text(path))
    if not fields.get("name") or not fields.get("version"):
        return None
    return normalised(fields["name"][0]), fields["version"][0]


def _text(path: str) -> str:
    try:
        return Path(path).read_bytes().decode("utf-8", "surrogateescape")
    except OSError:
        return ""


def _scan(directory: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(directory) as entries:
            return list(entries)
    except OSError:
        return []
