"""What somebody's own git repository says, asked without writing into it or starting a program of theirs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

import msgspec

from taketwo.errors import SourceError
from taketwo.vcs.command import Git
from taketwo.vcs.remote_url import public_address

_NO_REPOSITORY = ("not a git repository", "must be run in a work tree", "no path specified")
_ASKED = (
    r"^(core\.excludesfile|filter\..*\.(clean|smudge|process|required)|remote\..*\.url|branch\..*\.remote)$"
)


class Status(msgspec.Struct, frozen=True):
    """Commit, branch and what differs from the commit among tracked files, as git tells it."""

    commit: str | None
    branch: str | None
    changed: tuple[bytes, ...]


class UserRepository(msgspec.Struct, frozen=True, dict=True):
    """A repository with a working tree at ``root``. ``configured`` holds the settings that we look at."""

    root: Path
    object_format: str
    shallow: bool
    configured: Mapping[str, tuple[str, ...]]

    @cached_property
    def git(self) -> Git:
        """The git program in it, honouring the user's ignore rules and no other setting of theirs."""
        settings = {
            key: "false" if key.endswith(".required") else ""
            for key in self.configured
            if key.startswith("filter.")  # an empty command is how git is told to use none
        }
        excludes = self.configured.get("core.excludesfile")
        if excludes and excludes[-1]:
            settings["core.excludesFile"] = os.path.expanduser(excludes[-1])  # noqa: PTH111 - as git does
        return Git(directory=self.root, settings=settings)

    def remote(self, branch: str | None) -> str | None:
        """The public address of the remote that ``branch`` follows, else of ``origin``, else of the first."""
        wanted = [*self.configured.get(f"branch.{branch}.remote", ())[-1:], "origin"]
        addresses = {
            key.removeprefix("remote.").removesuffix(".url"): values[0]
            for key, values in self.configured.items()
            if key.startswith("remote.")
        }
        for name in (*wanted, *addresses):
            if name in addresses:
                return public_address(addresses[name])
        return None


def find_repository(directory: Path) -> UserRepository | None:
    """The repository whose working tree ``directory`` lies in, ``None`` when there is none.

    A repository that is there and that git cannot read is a ``SourceError``: capturing its files as if
    it were none would leave out what its index knows.
    """
    asking = Git(directory=directory, as_configured=True)
    with (
        Git(directory=directory).start(
            "rev-parse", "--show-object-format", "--is-shallow-repository", "--show-toplevel"
        ) as place,
        asking.start("config", "-z", "--get-regexp", _ASKED) as configuration,
    ):
        found = place.finish()
        configured = configuration.finish()
    if found.code:
        if any(text in found.complaint for text in _NO_REPOSITORY):
            return None
        raise SourceError(
            f"git cannot read the repository of {directory}: {found.complaint}",
            why="Which files belong to a project is known to its repository alone.",
            todo="Run `git status` there and repair what it reports",
        )
    object_format, shallow, root = found.output.split(b"\n", 2)
    return UserRepository(
        root=Path(os.fsdecode(root.removesuffix(b"\n"))),
        object_format=object_format.decode(),
        shallow=shallow == b"true",
        configured=_settings(configured.output),
    )


def parse_status(output: bytes) -> Status:
    """Read ``git status --porcelain=v2 --branch -z --no-renames``."""
    commit = branch = None
    changed = []
    for record in output.split(b"\0"):
        if record.startswith(b"# branch.oid "):
            commit = record[13:].decode()
        elif record.startswith(b"# branch.head "):
            branch = record[14:].decode("utf-8", "backslashreplace")
        elif record.startswith(b"1 "):
            changed.append(record.split(b" ", 8)[8])
        elif record.startswith(b"u "):
            changed.append(record.split(b" ", 10)[10])
    return Status(
        commit=None if commit == "(initial)" else commit,
        branch=None if branch == "(detached)" else branch,
        changed=tuple(changed),
    )


def _settings(output: bytes) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for record in output.split(b"\0")[:-1]:
        key, _, value = os.fsdecode(record).partition("\n")
        found[key] = (*found.get(key, ()), value)
    return found
