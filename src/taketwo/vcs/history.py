"""Commits that nobody else has: counted, and packed as a git bundle so that they travel with the run."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import msgspec

from taketwo.model.base import Blob
from taketwo.vcs.command import Git
from taketwo.vcs.locks import locked
from taketwo.vcs.user_repository import UserRepository

_LARGEST = 64 << 20
_PATIENCE = 20.0
_BUNDLES = "unpushed-*.bundle"
_NOT_PUSHED = ("HEAD", "--not", "--remotes")


class Unpushed(msgspec.Struct, frozen=True):
    """What was found for one state of a repository: ``key`` is its commit and what its remotes have."""

    key: str
    commits: int
    bundled: bool


class History(msgspec.Struct, frozen=True):
    """Keeps bundles of unpushed commits. Up to ``largest`` bytes; beyond, the count alone is recorded.

    The last bundle of each repository is kept beside its index: git does not write the same bytes twice,
    and commits that did not change should not be packed at every run.
    """

    put_file: Callable[[Path], Blob]
    largest: int = _LARGEST

    def unpushed(
        self, repository: UserRepository, commit: str | None, remotes: bytes, home: Path, workshop: Path
    ) -> tuple[int, Blob | None]:
        """How many commits no remote has, and the bundle of them unless it is too large."""
        if commit is None:
            return 0, None
        key = hashlib.sha256(f"{commit} {self.largest} ".encode() + remotes).hexdigest()
        bundle = _bundle(home, key)
        # In turns, as for the files: the second finds the bundle packed.
        with locked(home / "lock", exclusive=True, patience=_PATIENCE):
            known = _known(home / "unpushed")
            if known is None or known.key != key or (known.bundled and not bundle.is_file()):
                known = self._look(repository.git, key, home, workshop)
            return known.commits, self.put_file(bundle) if known.bundled else None

    def _look(self, git: Git, key: str, home: Path, workshop: Path) -> Unpushed:
        commits = int(git.run("rev-list", "--count", *_NOT_PUSHED))
        draft, record = workshop / "unpushed.bundle", workshop / "unpushed"
        known = Unpushed(key, commits, bundled=bool(commits) and self._pack(git, draft))
        record.write_bytes(msgspec.json.encode(known))
        home.mkdir(parents=True, exist_ok=True)
        for outdated in home.glob(_BUNDLES):
            outdated.unlink(missing_ok=True)
        if known.bundled:
            draft.replace(_bundle(home, key))
        record.replace(home / "unpushed")
        return known

    def _pack(self, git: Git, draft: Path) -> bool:
        """Write the bundle; ``False`` when it would be too large or git cannot make it (a partial clone)."""
        with (
            git.start("bundle", "create", "--quiet", "-", *_NOT_PUSHED) as packing,
            draft.open("wb") as file,
        ):
            return packing.copy_to(file, limit=self.largest)


def _bundle(home: Path, key: str) -> Path:
    # The name says whose commits these are: a bundle can never be taken for that of another state.
    return home / f"unpushed-{key[:24]}.bundle"


def _known(record: Path) -> Unpushed | None:
    try:
        return msgspec.json.decode(record.read_bytes(), type=Unpushed)
    except (OSError, msgspec.DecodeError):
        return None
