"""Keeps editable installs: the source as a tree, and the files in site-packages that lead to it.

An editable distribution has ``direct_url`` with ``kind`` = ``editable``, ``mechanism`` (``record``: made by
a build backend, with a .pth or an import hook; ``egg-link``: ``setup.py develop``; ``path``: a .pth file
that somebody wrote, then ``version`` is empty) and, when the source lies in the project, ``path`` =
``$PROJECT/…`` instead of a ``source_tree``. ``content`` lists the files that go into site-packages,
with ``SOURCE_MARK`` wherever the author's source directory was named: a replay writes its own.
"""

# Paths are plain strings here: there are ten thousand of them, and a Path costs more than a stat.
# ruff: noqa: PTH112
from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from taketwo.environments.content import ContentKeeper, listing_digest
from taketwo.environments.scan import Found, PathEntry
from taketwo.environments.sites import within
from taketwo.formats.listing import Listed
from taketwo.formats.wheel_name import normalised
from taketwo.model.base import Notice
from taketwo.model.environment import Distribution

SOURCE_MARK = "@taketwo-source@"
"""Stands for the source directory in kept .pth files and import hooks."""

LARGEST_FILES = 50_000
LARGEST_BYTES = 2 * 1024**3
_GENERATED = 4 * 1024 * 1024


class EditableKeeper:
    """Keeps the sources of editable installs, unless they lie in ``project`` (and not in ``prefix``).

    In a ``confined`` environment no source is looked at: whoever made its record decided where it would be.
    """

    def __init__(
        self,
        keeper: ContentKeeper,
        keep_directory: Callable[[Path], str],
        *,
        project: Path | None,
        prefix: str,
        confined: bool = False,
    ) -> None:
        self._keeper = keeper
        self._keep_directory = keep_directory
        self._project = os.path.realpath(project) if project else None
        self._prefix = os.path.realpath(prefix)
        self._confined = confined
        self.notices: list[Notice] = []

    def distribution(self, found: Found) -> Distribution:
        """An editable install that a build backend or ``setup.py develop`` made."""
        source = found.local_path or ""
        mechanism = "egg-link" if found.how == "egg-link" else "record"
        files = self._egg_link(found, source) if mechanism == "egg-link" else self._recorded(found, source)
        return self._kept(found.name, found.version, mechanism, source, files, found)

    def paths(self, entry: PathEntry) -> Iterable[Distribution]:
        """Directories that a .pth file of no distribution puts on the path, one value each."""
        stem = Path(entry.source).stem
        for number, directory in enumerate(entry.directories, start=1):
            name = stem if number == 1 else f"{stem}-{number}"
            files = [self._keeper.text(f"{name}.pth", f"{SOURCE_MARK}\n".encode())]
            yield self._kept(normalised(name), "", "path", directory, files, None)

    def _kept(
        self, name: str, version: str, mechanism: str, source: str, files: list[Listed], found: Found | None
    ) -> Distribution:
        direct_url = {"kind": "editable", "mechanism": mechanism}
        real = os.path.realpath(source) if source else ""
        tree = None
        if self._project and within(real, self._project) and not self._in_environment(real):
            direct_url["path"] = "/".join(["$PROJECT", *os.path.relpath(real, self._project).split("/")])
            direct_url["path"] = direct_url["path"].removesuffix("/.")
        elif not self._confined and self._can_be_kept(name, real):
            tree = self._keep_directory(Path(real))
        return Distribution(
            name=name,
            version=version,
            origin="editable",
            content=self._keeper.listing(files),
            source_tree=tree,
            direct_url=direct_url,
            installer=found.installer if found else "",
            requested=found.requested if found else False,
            files=len(files),
            files_sha256=listing_digest(files),
        )

    def _in_environment(self, source: str) -> bool:
        """Sources that pip cloned into an environment inside the project are no part of its source."""
        return self._prefix != self._project and within(source, self._prefix)

    def _can_be_kept(self, name: str, source: str) -> bool:
        problem = _problem(source)
        if problem:
            text = f"the source directory of the editable install {name} {problem}: a replay will not have it"
            self.notices.append(Notice(topic="environment", text=text))
        return not problem

    def _recorded(self, found: Found, source: str) -> list[Listed]:
        files = []
        for kept in found.kept:
            content = Path(kept.source).read_bytes() if kept.size < _GENERATED else b""
            marked = _marked(content, source)
            files.append(
                self._keeper.file(kept) if marked == content else self._keeper.text(kept.path, marked)
            )
        info = Path(found.info)
        files.append(self._keeper.text(f"{info.name}/RECORD", (info / "RECORD").read_bytes()))
        return files

    def _egg_link(self, found: Found, source: str) -> list[Listed]:
        link = Path(found.info)
        files = [
            self._keeper.text(link.name, f"{SOURCE_MARK}\n.\n".encode()),
            self._keeper.text(f"__taketwo_{link.stem}.pth", f"{SOURCE_MARK}\n".encode()),
        ]
        for info in () if self._confined else sorted(Path(source).glob("*.egg-info")):
            files += [
                self._keeper.text(f"{info.name}/{file.name}", _marked(file.read_bytes(), source))
                for file in sorted(info.iterdir())
                if file.is_file()
            ]
        return files


def _marked(content: bytes, source: str) -> bytes:
    for spelling in sorted({source, os.path.realpath(source)} - {"", "/"}, key=len, reverse=True):
        content = content.replace(
            spelling.rstrip("/").encode("utf-8", "surrogateescape"), SOURCE_MARK.encode()
        )
    return content


def _problem(source: str) -> str:
    if not source or not os.path.isdir(source):
        return "is not there"
    files = size = 0
    for directory, _, names in os.walk(source):
        files += len(names)
        for name in names:
            try:
                size += os.lstat(f"{directory}/{name}").st_size
            except OSError:
                continue
        if files > LARGEST_FILES or size > LARGEST_BYTES:
            return f"is larger than {LARGEST_FILES} files or {LARGEST_BYTES} bytes"
    return ""
