"""Which files a run took as input, decided from the opens that were observed and what its author named."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from taketwo.errors import DataError, StoreError
from taketwo.formats.places import Places
from taketwo.model.base import Blob, Notice
from taketwo.model.data import Input, Location
from taketwo.record.files import Declared, FileStat, Keeping, Opened, Preimage, stat_now
from taketwo.record.input_names import named
from taketwo.record.territory import Territory

if TYPE_CHECKING:  # it brings the machinery of digests along
    from taketwo.data.directory import Directory

Locate = Callable[[Path], tuple[tuple[Location, ...], tuple[Notice, ...]]]
"""Where a file may be had later, besides the store."""

_CODE = (".py", ".pyi", ".pyx", ".pxd", ".so")


class InputRequest(msgspec.Struct, frozen=True):
    """What is known of a run when its inputs are looked for.

    ``opens`` are all opens, in any order. ``source_files`` are the files of the captured source tree,
    relative to ``source_root``. ``outside`` are directories whose files are never data: interpreter
    prefixes, standard library, site-packages, taketwo itself and its store. ``started_ns`` is when the
    run began, in nanoseconds. ``before`` are files of a replay as they were put there: handing them to the
    sandboxed user afterwards changes their ctime. ``sealed`` says that the run's code is not trusted (a
    replay): then only files that really lie in the rebuilt source or in one of the ``placed`` inputs are
    taken, because it could claim to have read any other.
    """

    opens: Sequence[Opened]
    places: Places
    started_ns: int
    source_root: Path
    source_files: Collection[str]
    declared: Sequence[Declared] = ()
    outside: Sequence[str] = ()
    preimages: Mapping[str, Preimage] = {}
    sealed: bool = False
    before: Mapping[str, FileStat] = {}
    placed: Collection[str] = ()


class FoundInputs(msgspec.Struct, frozen=True):
    """The inputs, sorted by path, and what a reader should know about them."""

    inputs: tuple[Input, ...]
    notices: tuple[Notice, ...] = ()


def find_inputs(
    request: InputRequest,
    keeping: Keeping,
    *,
    list_directory: Callable[[Path], Directory],
    locate: Locate = lambda _: ((), ()),
) -> FoundInputs:
    """Find the inputs of a run, digest them, and keep their bytes as far as they are not kept already.

    What cannot be read any more is a notice and never an error: the run itself has ended well or badly
    on its own.
    """
    search = _Search(request, keeping, list_directory, locate)
    inputs = named([*search.declared(), *search.observed()])
    notices = {msgspec.structs.replace(n, text=request.places.tokenise(n.text)): None for n in search.notices}
    return FoundInputs(tuple(inputs), tuple(notices))


def first_reads(
    opens: Sequence[Opened], started_ns: int, before: Mapping[str, FileStat] | None = None
) -> dict[str, FileStat]:
    """Every file that was there before the run and was read before the run overwrote it, with its stat then.

    A file that the run made is none, whether it was seen to make it or, below Python, only the time of
    the file's last change tells; not so for a file that is as it was ``before``.
    """
    found: dict[str, FileStat] = {}
    made: set[str] = set()
    for opened in sorted(opens, key=lambda each: each.time):
        if opened.path in found or opened.path in made:
            continue
        if opened.stat is None:
            if opened.writes:
                made.add(opened.path)
        elif opened.mode == "w" or _is_newer(opened, started_ns, before or {}):
            made.add(opened.path)
        else:
            found[opened.path] = opened.stat
    return found


def _is_newer(opened: Opened, started_ns: int, before: Mapping[str, FileStat]) -> bool:
    placed = before.get(opened.path)
    if opened.stat is None or opened.stat.ctime_ns < started_ns:
        return False
    return placed is None or not opened.stat.same_content(placed)


class _Search:
    """One search for inputs: what it has taken already, and what it has to say."""

    def __init__(
        self,
        request: InputRequest,
        keeping: Keeping,
        list_directory: Callable[[Path], Directory],
        locate: Locate,
    ) -> None:
        self._request = request
        self._keeping = keeping
        self._list_directory = list_directory
        self._locate = locate
        self._source_root = os.path.realpath(request.source_root)
        self._reads = first_reads(request.opens, request.started_ns, request.before)
        self._taken: set[str] = set()
        self._taken_directories: list[str] = []
        self.notices: list[Notice] = []

    def declared(self) -> list[Input]:
        """What the author named, in the order of naming; a directory is one input."""
        found = []
        for item in self._request.declared:
            if self._request.sealed and not self._really_ours(item.path):
                continue
            if os.path.isdir(item.path):  # noqa: PTH112 - text paths throughout
                found += self._directory(item)
            elif self._request.places.tokenise_path(item.path) not in self._taken:
                stat = item.stat or self._reads.get(item.path)
                found += self._files({item.path: stat}, name=item.name, declared=True)
        return found

    def observed(self) -> list[Input]:
        """What was read, is data, and is not covered by a declared input."""
        places = self._request.places
        territory = Territory(places.root or places.project, home=places.home, outside=self._request.outside)
        wanted = {}
        for path, stat in sorted(self._reads.items()):
            if self._request.sealed and not self._really_ours(path):
                continue
            token = places.tokenise_path(path)
            if token in self._taken or any(token.startswith(f"{root}/") for root in self._taken_directories):
                continue
            # What a replay placed lies in the store, whose own files are never data.
            match "data" if self._is_placed(path) else territory.belonging(path):
                case "data" if not (path.endswith(_CODE) and self._in_source(path)):
                    wanted[path] = stat
                case "private" if not self._in_source(path):
                    self._say(
                        f"{path} was read and may hold secrets: it is not recorded unless it is declared"
                    )
        return self._files(wanted)

    def _files(
        self, wanted: Mapping[str, FileStat | None], *, name: str | None = None, declared: bool = False
    ) -> list[Input]:
        preimages = self._request.preimages
        now = [Path(p) for p in wanted if p not in preimages and os.path.isfile(p)]  # noqa: PTH113
        digests, notices = self._keeping.digests(now)
        self.notices += notices
        found = []
        for path, before in wanted.items():
            preimage = preimages.get(path)
            if preimage is not None:
                blob: Blob | None = Blob(sha256=preimage.sha256, size=preimage.size, stored=False)
            else:
                blob = digests.get(Path(path))
            if blob is not None:
                found += self._file(path, before, blob, name=name, declared=declared)
            elif not os.path.lexists(path):
                reason = "does not exist" if declared and before is None else "was read and is gone"
                self._say(f"{path} {reason}: it is not recorded")
        return found

    def _file(
        self, path: str, before: FileStat | None, blob: Blob, *, name: str | None, declared: bool
    ) -> list[Input]:
        token = self._request.places.tokenise_path(path)
        if token in self._taken:  # the same file under another name of the project
            return []
        self._taken.add(token)
        preimage = self._request.preimages.get(path)
        changed = before is not None and not self._is_unchanged(path, before)
        if changed and preimage is None:
            self._say(f"{path} changed while the run used it: what is recorded is how it was afterwards")
        in_source = self._in_source(path)
        if not in_source:
            blob = self._keep(preimage.kept if preimage else Path(path), blob)
        locations, notices = self._locate(Path(path))
        self.notices += notices
        if not blob.stored and not in_source:
            locations = (*locations, Location(kind="file", reference=token))
        return [
            Input(
                name=name or "",
                path=token,
                kind="file",
                content=blob,
                kept="source" if in_source else "store" if blob.stored else "reference",
                declared=declared,
                locations=locations,
                changed_during_run=changed,
                relative=self._relative(path, token),
            )
        ]

    def _directory(self, item: Declared) -> list[Input]:
        root = Path(item.path)
        token = self._request.places.tokenise_path(item.path)
        try:
            directory = self._list_directory(root)
            content = self._keeping.put_bytes(directory.listing)
        except (DataError, StoreError) as error:
            self.notices.append(Notice(topic="data", text=error.what))
            return []
        self._taken_directories.append(token)
        self.notices += directory.skipped
        in_source = all(self._in_source(f"{root}/{file.path}") for file in directory.files)
        blobs = [Blob(sha256=file.sha256, size=file.size, stored=False) for file in directory.files]
        if not in_source:
            blobs = [self._keep(root / f.path, b) for f, b in zip(directory.files, blobs, strict=True)]
        stored = all(blob.stored for blob in blobs)
        locations, notices = self._locate(root)
        self.notices += notices
        if not stored and not in_source:
            locations = (*locations, Location(kind="file", reference=token))
        return [
            Input(
                name=item.name or "",
                path=token,
                kind="directory",
                content=content,
                kept="source" if in_source else "store" if stored else "reference",
                declared=True,
                locations=locations,
                files=len(directory.files),
                changed_during_run=self._changed_below(root, directory),
                relative=self._relative(item.path, token),
            )
        ]

    def _changed_below(self, root: Path, directory: Directory) -> bool:
        for file in directory.files:
            path = f"{root}/{file.path}"
            now, placed = stat_now(path), self._request.before.get(path)
            if now is None or (placed is not None and now.same_content(placed)):
                continue
            if now.ctime_ns >= self._request.started_ns:
                return True
        return False

    def _is_unchanged(self, path: str, before: FileStat) -> bool:
        now = stat_now(path)
        return now == before or (
            path in self._request.before and now is not None and now.same_content(before)
        )

    def _keep(self, path: Path | None, blob: Blob) -> Blob:
        if path is None:  # only the digest of the earlier content was recorded
            return blob
        kept, notices = self._keeping.keep(path, blob)
        self.notices += notices
        if kept.sha256 != blob.sha256:
            self._say(f"{path} changed while it was being recorded: its earlier content is not kept")
            return blob
        return kept

    def _in_source(self, path: str) -> bool:
        """Whether the bytes are part of the source tree; a link in the tree is not what it leads to."""
        real = os.path.realpath(path)
        return (
            real.startswith(f"{self._source_root}/")
            and real[len(self._source_root) + 1 :] in self._request.source_files
        )

    def _really_ours(self, path: str) -> bool:
        return _lies_in(path, (self._source_root, *self._request.placed))

    def _is_placed(self, path: str) -> bool:
        return bool(self._request.placed) and _lies_in(path, self._request.placed)

    def _relative(self, path: str, token: str) -> str | None:
        """``../`` as often as needed and a part of what ``token`` says anyway: it must betray nothing more."""
        if self._request.sealed or token.startswith("$PROJECT/"):
            return None
        relative = os.path.relpath(path, self._request.places.project)
        below = relative.removeprefix("../" * relative.count("../"))
        return relative if token.endswith(f"/{below}") else None

    def _say(self, text: str) -> None:
        self.notices.append(Notice(topic="data", text=text))


def _lies_in(path: str, roots: Collection[str]) -> bool:
    """Whether ``path`` really is one of ``roots`` or below one, links followed."""
    real = os.path.realpath(path)
    return any(f"{real}/".startswith(f"{os.path.realpath(root)}/") for root in roots)
