"""Which files make up a working tree: tracked ones, those not ignored, and those of nested repositories."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Sequence
from pathlib import Path

import msgspec

from taketwo.vcs.command import Git
from taketwo.vcs.database import translated
from taketwo.vcs.leaving_out import LeftOut, is_secret, sift
from taketwo.vcs.user_repository import Status, UserRepository, find_repository, parse_status

# Left out everywhere unless it is tracked: what Python writes beside the sources, and our own store.
ALWAYS_EXCLUDED = (".taketwo/", "__pycache__/")
# Left out where no repository says what belongs to the project.
EXCLUDED_WITHOUT_GIT = (
    ".DS_Store",
    ".Rproj.user/",
    ".cache/",
    ".dvc/cache/",
    ".dvc/tmp/",
    ".eggs/",
    ".hg/",
    ".hypothesis/",
    ".ipynb_checkpoints/",
    ".mypy_cache/",
    ".nox/",
    ".pytest_cache/",
    ".ruff_cache/",
    ".snakemake/",
    ".svn/",
    ".tox/",
    "*.pyc",
    "node_modules/",
)
_OWN = b".taketwo"
_ENVIRONMENT = b"pyvenv.cfg"
_LINK_TO_COMMIT = b"160000"
_STATUS = ("--porcelain=v2", "--branch", "-z", "--no-renames", "--no-ahead-behind", "--untracked-files=no")


class Nested(msgspec.Struct, frozen=True):
    """A repository inside the working tree. ``status`` is ``None`` for a submodule without a checkout."""

    path: bytes
    commit: str | None
    remote: str | None
    dirty: bool


class Survey(msgspec.Struct):
    """The files of a working tree, relative to its root, with what its repositories said."""

    paths: list[bytes] = []
    changed: list[bytes] = []
    nested: list[Nested] = []
    status: Status | None = None
    remotes: bytes = b""
    left_out: LeftOut = msgspec.field(default_factory=LeftOut)

    def adopt(self, prefix: bytes, inner: Survey) -> None:
        """Take in what was found below ``prefix``."""
        self.paths += [prefix + path for path in inner.paths]
        self.changed += [prefix + path for path in inner.changed]
        self.nested += [
            Nested(prefix + found.path, found.commit, found.remote, found.dirty) for found in inner.nested
        ]
        self.left_out.adopt(prefix, inner.left_out)


class Surveyor(msgspec.Struct, frozen=True):
    """Lists working trees. ``avoid`` are directories that are never part of one: the store itself.

    ``plain`` is the git program on an empty repository of ours, for directories that have none. Untracked
    files that are larger than ``largest`` bytes or may hold secrets are not listed but named.
    """

    plain: Git
    avoid: tuple[Path, ...] = ()
    largest: int | None = None

    def repository(self, repository: UserRepository, directory: Path) -> Survey:
        """The files of ``directory``, which is the root of the repository's working tree or lies in it."""
        git = Git(directory=directory, settings=repository.git.settings)
        listing = ("ls-files", "-z", "-t", "--stage", "--cached", "--others", "--exclude-standard")
        with (
            git.start(*listing, *self._exclusions(directory, ALWAYS_EXCLUDED)) as listed,
            repository.git.start("status", *_STATUS, "--ignore-submodules=all") as status,
            repository.git.start("for-each-ref", "--format=%(objectname)", "refs/remotes") as remotes,
        ):
            tracked, others = _parse(listed.output())
            survey = Survey(status=parse_status(status.output()), remotes=remotes.output())
        others = _without_environments(others)
        links = {path: commit for path, mode, commit in tracked if mode == _LINK_TO_COMMIT}
        nested = [path[:-1] for path in others if path.endswith(b"/")]
        untracked = self._sifted(survey, directory, [path for path in others if not path.endswith(b"/")])
        survey.left_out.tracked_secrets = [path for path, _, _ in tracked if is_secret(path)]
        survey.paths = [path for path, mode, _ in tracked if mode != _LINK_TO_COMMIT] + untracked
        survey.changed = [*(survey.status.changed if survey.status else ()), *untracked]
        self._descend(survey, directory, nested, links)
        return self._finished(survey, directory)

    def directory(self, directory: Path) -> Survey:
        """The files of a directory that belongs to no repository."""
        patterns = (*ALWAYS_EXCLUDED, *EXCLUDED_WITHOUT_GIT)
        git = Git(
            directory=directory, variables={**self.plain.variables, "GIT_WORK_TREE": os.fspath(directory)}
        )
        listed = git.run(
            "ls-files",
            "-z",
            "--others",
            "--exclude-per-directory=.gitignore",
            *self._exclusions(directory, patterns),
        )
        found = _without_environments(listed.split(b"\0")[:-1])
        survey = Survey()
        survey.paths = self._sifted(survey, directory, [path for path in found if not path.endswith(b"/")])
        self._descend(survey, directory, [path[:-1] for path in found if path.endswith(b"/")], {})
        return self._finished(survey, directory)

    def _sifted(self, survey: Survey, directory: Path, untracked: Sequence[bytes]) -> list[bytes]:
        left_out = survey.left_out
        kept, left_out.secrets, left_out.large = sift(directory, untracked, self.largest)
        return kept

    def _descend(
        self, survey: Survey, directory: Path, nested: Sequence[bytes], links: dict[bytes, str]
    ) -> None:
        for path in sorted({*nested, *links}):
            place = Path(os.fsdecode(os.path.join(os.fsencode(directory), path)))  # noqa: PTH118
            commit = links.get(path)
            try:
                kind = place.lstat().st_mode
            except OSError:
                survey.changed.append(path)  # a submodule whose directory was removed
                survey.nested.append(Nested(path, commit, None, dirty=True))
                continue
            if not stat.S_ISDIR(kind):
                survey.paths.append(path)
                survey.changed.append(path)
                continue
            self._enter(survey, place, path, commit)

    def _enter(self, survey: Survey, place: Path, path: bytes, commit: str | None) -> None:
        repository = find_repository(place)
        if repository is None or repository.root != place.resolve():
            # A submodule that was never checked out, or whose repository is gone: files are files.
            inner = self.directory(place)
            survey.nested.append(Nested(path, commit, None, dirty=bool(inner.paths)))
            survey.changed += [path + b"/" + found for found in inner.paths]
            survey.adopt(path + b"/", inner)
            return
        inner = self.repository(repository, place)
        status = inner.status or Status(None, None, ())
        if status.commit != commit:
            survey.changed.append(path)
        survey.nested.append(
            Nested(path, status.commit or commit, repository.remote(status.branch), dirty=bool(inner.changed))
        )
        survey.adopt(path + b"/", inner)

    def _finished(self, survey: Survey, directory: Path) -> Survey:
        """Without what belongs to us, and each path once (an unfinished merge lists a path three times)."""
        avoided = [path + b"/" for path in self._avoided(directory)]
        survey.paths = _without(survey.paths, avoided)
        survey.changed = sorted(_without(survey.changed, avoided))
        survey.nested = [found for found in survey.nested if _without([found.path], avoided)]
        return survey

    def _exclusions(self, directory: Path, patterns: Sequence[str]) -> list[bytes | str]:
        environments = [b"/%s/" % _literal(name) for name in _environments(directory)]
        avoided = [b"/%s/" % _literal(path) for path in self._avoided(directory)]
        return [f"--exclude={pattern}" for pattern in patterns] + [
            b"--exclude=" + pattern for pattern in environments + avoided
        ]

    def _avoided(self, directory: Path) -> list[bytes]:
        root = directory.resolve()
        return [
            os.fsencode(place.relative_to(root))
            for place in (avoided.resolve() for avoided in self.avoid)
            if place != root and place.is_relative_to(root)
        ]


def _parse(output: bytes) -> tuple[list[tuple[bytes, bytes, str]], list[bytes]]:
    """``(path, mode, object id)`` of what is tracked, and the paths of everything else."""
    tracked, others = [], []
    for record in output.split(b"\0")[:-1]:
        if record.startswith(b"? "):
            others.append(record[2:])
        else:
            facts, _, path = record.partition(b"\t")
            _, mode, oid, _ = facts.split(b" ")
            tracked.append((path, mode, oid.decode()))
    return tracked, others


def _without(paths: Sequence[bytes], avoided: Sequence[bytes]) -> list[bytes]:
    return [
        path
        for path in dict.fromkeys(paths)
        if not (_OWN in path and _OWN in path.split(b"/")) and not path.startswith(tuple(avoided))
    ]


def _without_environments(paths: list[bytes]) -> list[bytes]:
    """Leave out virtual environments: they are captured as what they are, and hold paths of this machine."""
    tails = (_ENVIRONMENT, b"/" + _ENVIRONMENT)
    roots = tuple(path.removesuffix(_ENVIRONMENT) for path in paths if path.endswith(tails[1]))
    return [path for path in paths if not path.startswith(roots)] if roots else paths


def _environments(directory: Path) -> list[bytes]:
    """Virtual environments right below ``directory``: git need not walk their thousands of files."""
    with translated(f"{directory} cannot be listed"), os.scandir(os.fsencode(directory)) as found:
        return [
            item.name
            for item in found
            if item.is_dir(follow_symlinks=False) and os.path.exists(item.path + b"/" + _ENVIRONMENT)  # noqa: PTH110
        ]


def _literal(path: bytes) -> bytes:
    """A path as a pattern that matches it and nothing else."""
    return re.sub(rb"([\\*?\[ ])", rb"\\\1", path)
