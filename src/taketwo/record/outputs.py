"""Which files a run made: what changed inside the project while it ran, and what it said that it made.

The run's own code decided what lies in the project now, so nothing there is trusted: a link that leads out of
the project would carry a file of this machine into the record, and is refused.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec

from taketwo.formats.places import Places
from taketwo.model.base import Blob, Notice
from taketwo.model.data import Input, Output
from taketwo.record.files import (
    CLOCK_LAG_NS,
    TOOL_DIRECTORIES,
    UNSEARCHED_DIRECTORIES,
    FileStat,
    Keeping,
    Opened,
    is_environment,
    stat_now,
)

SEALED_ENTRIES = 500_000
"""How many files and directories are looked at of what a replay left: its program could make them for ever."""
_GLOB = frozenset("*?[")


class Artifact(msgspec.Struct, frozen=True):
    """A file that the run logged under a name."""

    name: str
    path: str


class OutputRequest(msgspec.Struct, frozen=True):
    """What is known of a run when its outputs are looked for.

    ``opens`` may include those from before the start, which are known to be no outputs. ``declared``
    are paths or globs relative to the project; ``ignored`` are globs of files that are none. ``inputs``
    are the inputs of the same run: a file that was only read is no output, even when its dates changed.
    ``sealed`` says that the run's code is not trusted (a replay): artifacts outside the project are
    then not taken, because the path would be read on this machine and not where the run wrote it.
    ``source_files``, relative to ``source_root``, are the files of the source tree that was captured
    just before the start. ``before`` are files of a replay as they were put there: handing them to the
    user of the sandbox changes their ctime. ``outside`` are directories in the project whose files are
    never outputs: the store, when it lies there.
    """

    places: Places
    started_ns: int
    opens: Sequence[Opened] = ()
    artifacts: Sequence[Artifact] = ()
    declared: Sequence[str] = ()
    ignored: Sequence[str] = ()
    inputs: Sequence[Input] = ()
    sealed: bool = False
    source_root: Path | None = None
    source_files: Collection[str] = ()
    before: Mapping[str, FileStat] = {}
    outside: Collection[str] = ()


class FoundOutputs(msgspec.Struct, frozen=True):
    """The outputs, sorted by path, and what a reader should know about them."""

    outputs: tuple[Output, ...]
    notices: tuple[Notice, ...] = ()


Claims = Callable[[], Mapping[str, str | None]]
"""Files that other runs wrote at the same time, by path, with their digest if it is known."""


def find_outputs(request: OutputRequest, keeping: Keeping, *, claims: Claims = dict) -> FoundOutputs:
    """Find what the run made, digest it, and keep the bytes; whatever is gone by now is no output.

    A file that merely changed meanwhile, without this run having been seen to write it, belongs to another
    run that ``claims`` it. Nothing here is an error: what cannot be read, or must not be followed, is a notice.
    """
    search = _Search(request)
    files = search.files()
    digests, unreadable = keeping.digests([Path(real) for real in files.values()])
    notices = [*search.notices, *unreadable]
    before = {item.path: item.content.sha256 for item in request.inputs}
    names = {request.places.tokenise_path(os.path.normpath(a.path)): a.name for a in request.artifacts}
    claimed = claims() if search.unexplained else {}
    outputs = []
    for path, real in sorted(files.items()):
        blob: Blob | None = digests.get(Path(real))
        if blob is not None and real in search.unexplained and claimed.get(real, "") in {None, blob.sha256}:
            continue
        if blob is None or (before.get(path) == blob.sha256 and path not in names):
            continue
        kept, complaints = keeping.keep(Path(real), blob)
        notices += complaints
        name = names.get(path, path.removeprefix("$PROJECT/"))
        outputs.append(Output(name=name, path=path, content=kept, artifact=path in names))
    said = {msgspec.structs.replace(n, text=request.places.tokenise(n.text)): None for n in notices}
    return FoundOutputs(tuple(outputs), tuple(said))


class _Search:
    """One search for outputs."""

    def __init__(self, request: OutputRequest) -> None:
        self._request = request
        self._project = request.places.project
        self._real_root = os.path.realpath(request.places.root or self._project)
        self._outside = {each for root in request.outside for each in (root, os.path.realpath(root))}
        self.notices: list[Notice] = []
        self.unexplained: set[str] = set()
        """Files, by their real path, that changed without having been seen to be written."""

    def files(self) -> Mapping[str, str]:
        """Every output by its place, with the path to read it from, which holds no link any more."""
        found: dict[str, str] = {}
        started = self._request.started_ns
        writes = [opened for opened in self._request.opens if opened.writes]
        # Times of files are too coarse to tell the last write before the start from the first one after it;
        # what was there before is known from the opens and from the source.
        earlier = {opened.path for opened in writes if opened.time * 1e9 < started}
        for path, changed_ns in self._changed(started - CLOCK_LAG_NS):
            if self._as_it_was(path):
                continue
            if changed_ns >= started or not (path in earlier or self._in_source(path)):
                self._add(found, path)
        self.unexplained = set(found.values())
        for opened in writes:
            if opened.time * 1e9 >= started and self._counts(opened.path):
                self._add(found, opened.path)
                self.unexplained.discard(os.path.realpath(opened.path))
        for pattern in self._request.declared:
            for path in self._matching(pattern):
                self._add(found, path)
        for artifact in self._request.artifacts:
            if not os.path.lexists(artifact.path):
                self._say(f"the artifact {artifact.name} is gone: {artifact.path}")
            self._add(found, artifact.path, artifact=True)
        return found

    def _add(self, found: dict[str, str], path: str, *, artifact: bool = False) -> None:
        path = os.path.normpath(path)
        token = self._request.places.tokenise_path(path)
        if token in found or not os.path.lexists(path):
            return
        inside = token.removeprefix("$PROJECT/")
        if not artifact and any(fnmatchcase(inside, glob) for glob in self._request.ignored):
            return
        real = os.path.realpath(path)
        if not self._may_be_read(path, real, artifact=artifact):
            self._say(f"{path} leads out of the project: it is not recorded")
            return
        try:
            mode = os.lstat(real).st_mode
        except OSError:
            self._say(f"{path} is a link that leads to nothing: it is not recorded")
            return
        if stat.S_ISREG(mode):
            found[token] = real
        elif stat.S_ISDIR(mode) and artifact:
            self._say(f"the artifact {path} is a directory: its files are outputs if they are in the project")
        elif not stat.S_ISDIR(mode):
            self._say(f"{path} is a socket, a pipe or a device: it has no content to record")

    def _may_be_read(self, path: str, real: str, *, artifact: bool) -> bool:
        """Whether ``real``, which ``path`` leads to, is a file of the run and not one of this machine."""
        if real.startswith(f"{self._real_root}/"):
            # A link into .git or into the store would lead out of what counts as the project.
            below = real[len(self._real_root) + 1 :].split("/")[:-1]
            return TOOL_DIRECTORIES.isdisjoint(below) or not TOOL_DIRECTORIES.isdisjoint(path.split("/"))
        inside = self._request.places.inside_source(path)
        # The author may name an artifact that lies elsewhere; a link in the project is no such name.
        return artifact and not inside and not self._request.sealed and not os.path.islink(path)  # noqa: PTH114

    def _changed(self, since: int) -> Iterator[tuple[str, int]]:
        """Files and links in the project that changed, and when; one walk, no link followed."""
        pending = [self._project]
        seen = 0
        while pending:
            directory = pending.pop()
            if self._request.sealed and seen > SEALED_ENTRIES:
                self._say(
                    f"the project holds more than {SEALED_ENTRIES} files now: not all of them were looked at"
                )
                return
            try:
                with os.scandir(directory) as scan:
                    for seen, entry in enumerate(scan, start=seen + 1):  # noqa: B020 - it goes on counting
                        if self._request.sealed and seen > SEALED_ENTRIES:
                            break
                        if entry.is_dir(follow_symlinks=False):
                            if entry.name not in UNSEARCHED_DIRECTORIES and not self._is_foreign(entry.path):
                                pending.append(entry.path)
                        elif not entry.name.endswith(".pyc") and (changed := _changed_at(entry)) >= since:
                            yield entry.path, changed
            except OSError as error:
                self._say(f"{directory} cannot be searched for outputs: {error.strerror}")

    def _as_it_was(self, path: str) -> bool:
        before = self._request.before.get(path)
        now = stat_now(path) if before is not None else None
        return before is not None and now is not None and now.same_content(before)

    def _counts(self, path: str) -> bool:
        """Whether an observed write is one to the project or its repository, outside what belongs to tools."""
        path = os.path.normpath(path)
        places = self._request.places
        inside, root = places.inside_project(path), self._project
        if inside is None and places.inside_source(path):
            # The rest of the repository is not searched, only what was seen to be written there counts.
            root = os.path.commonpath([path, places.root or path])
            inside = os.path.relpath(path, root)
        if not inside or inside.endswith(".pyc"):
            return False
        directories = inside.split("/")[:-1]
        roots = ("/".join(directories[: n + 1]) for n in range(len(directories)))
        return TOOL_DIRECTORIES.isdisjoint(directories) and not any(
            self._is_foreign(f"{root}/{each}") for each in roots
        )

    def _is_foreign(self, directory: str) -> bool:
        return directory in self._outside or is_environment(directory)

    def _matching(self, pattern: str) -> list[str]:
        if os.path.isabs(pattern) or ".." in pattern.split("/"):  # noqa: PTH117
            self._say(f"the declared output {pattern} is not inside the project")
            return []
        path = f"{self._project}/{pattern}"
        if not _GLOB.isdisjoint(pattern) and not os.path.lexists(path):
            matches = sorted(str(match) for match in Path(self._project).glob(pattern))
        elif os.path.isdir(path) and not os.path.islink(path):  # noqa: PTH112, PTH114
            matches = [f"{top}/{name}" for top, _, names in os.walk(path) for name in sorted(names)]
        else:
            matches = [path] if os.path.lexists(path) else []
        if not matches:
            self._say(f"the declared output {pattern} was not made")
        return matches

    def _in_source(self, path: str) -> bool:
        if self._request.source_root is None:
            return False
        root = os.path.realpath(self._request.source_root)
        parent, _, name = path.rpartition("/")
        return os.path.relpath(f"{os.path.realpath(parent)}/{name}", root) in self._request.source_files

    def _say(self, text: str) -> None:
        self.notices.append(Notice(topic="outputs", text=text))


def _changed_at(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_ctime_ns
    except OSError:  # removed since
        return -1
