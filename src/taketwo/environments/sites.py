"""Which directories of an interpreter hold installed distributions, in the order in which it imports."""

# Paths are plain strings here: there are ten thousand of them, and a Path costs more than a stat.
# ruff: noqa: PTH112, PTH119
from __future__ import annotations

import os
from pathlib import Path

import msgspec

from taketwo.environments.interface import InterpreterFacts

_NAMES = frozenset({"site-packages", "dist-packages"})


class Site(msgspec.Struct, frozen=True):
    """One site directory. ``prefix`` is the tree it belongs to (``share/``, ``bin/`` lie there).

    ``private`` is true where only installers and people write: a virtual environment, a user site. In
    any other, the operating system's packages may lie, whose files no RECORD lists. Of a ``confined`` one,
    nothing is read that lies outside ``prefix``, whatever its links and records say.
    """

    path: str
    prefix: str
    private: bool
    confined: bool = False

    def allows(self, path: str) -> bool:
        """Whether what ``path`` leads to may be read."""
        return not self.confined or within(os.path.realpath(path), os.path.realpath(self.prefix))

    def allowed(self, path: str) -> str:
        """``path`` if what it leads to may be read, else a path at which nothing is."""
        return path if self.allows(path) else "/dev/null/nothing"


def site_directories(facts: InterpreterFacts, project: Path | None = None) -> tuple[Site, ...]:
    """The site directories on ``facts.path``, the first to be imported from first.

    A directory that somebody put on the path by hand counts when it is named like a site directory
    (modules of clusters do that) and does not lie in the project, whose files are source.
    """
    user = os.path.realpath(facts.user_site) if facts.user_site else None
    prefixes = [os.path.realpath(p) for p in (facts.prefix, facts.base_prefix) if p]
    inside = os.path.realpath(project) if project else None
    found: dict[str, Site] = {}
    for entry in facts.path:
        if not entry or not os.path.isdir(entry):
            continue
        path = os.path.realpath(entry)
        if path in found or (os.path.basename(path) not in _NAMES and path != user):
            continue
        prefix = next((p for p in prefixes if within(path, p)), None)
        if prefix is None and path != user and inside and within(path, inside):
            continue
        if prefix is None and facts.confined:
            continue
        private = path == user or (prefix == prefixes[0] and prefixes[0] not in prefixes[1:])
        found[path] = Site(path, prefix or _above(path), private, facts.confined)
    return tuple(found.values())


def within(path: str, directory: str) -> bool:
    """Whether the real path lies in the real directory, or is it."""
    return path == directory or path.startswith(directory.rstrip("/") + "/")


def _above(site: str) -> str:
    """``/opt/tools`` of ``/opt/tools/lib/python3.11/site-packages``."""
    parts = site.split("/")
    return "/".join(parts[: parts.index("lib")]) or "/" if "lib" in parts else site
