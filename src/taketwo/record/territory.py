"""Which of the files that a run opened can be its data, and which belong to the machine or to a person.

Files of the system and of tools are not data: a replay brings its own. Hidden files in a home directory and
files that usually hold secrets are not taken unless somebody names them: a token must never end up in a
record. Temporary directories are not excluded: what lay there before the run began was data, and what the
run put there itself is left out because the run made it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Literal

from taketwo.formats.secret_files import may_hold_secrets
from taketwo.record.files import TOOL_DIRECTORIES, is_environment

Belonging = Literal["data", "private", "machine"]

_SYSTEM = (
    *("/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/proc", "/run", "/sbin", "/sys", "/usr"),
    *(
        "/var/cache",
        "/var/lib",
        "/var/log",
        "/var/run",
        "/nix/store",
        "/gnu/store",
        "/snap",
        "/System",
        "/Library",
    ),
)
_HUBS = (
    *(".cache/huggingface/hub", ".cache/huggingface/datasets", ".cache/torch/hub", ".cache/kagglehub"),
    *(".cache/openml", ".cache/clip", ".cache/whisper", ".keras/datasets", ".keras/models"),
)
"""Hidden directories of home that hold data sets and trained models, which do decide results."""


class Territory:
    """Tells what an absolute path belongs to. ``outside`` are directories of interpreters and of taketwo."""

    def __init__(self, project: str, *, home: str = "", outside: Iterable[str] = ()) -> None:
        self._project = _spellings(project)
        self._home = _spellings(home) if home not in {"", "/"} else ()
        self._outside = tuple(each for root in outside for each in _spellings(root))
        # A project below an interpreter's prefix (/usr/src/app) is a project nevertheless.
        self._outside_in_project = tuple(
            each for each in self._outside if all(_relative(p, [each]) is None for p in self._project)
        )
        self._environments: dict[str, bool] = {}

    def belonging(self, path: str) -> Belonging:
        """Whose file this is: ``data`` of the run, ``private`` to a person, or of the ``machine``."""
        inside = _relative(path, self._project)
        outside = self._outside if inside is None else self._outside_in_project
        if _relative(path, outside) is not None or path.endswith(".pyc"):
            return "machine"
        in_home = _relative(path, self._home)
        if (
            in_home is not None
            and (inside is None or len(in_home) <= len(inside))
            and in_home.startswith(".")
        ):
            return "data" if _relative(in_home, _HUBS) is not None else "private"
        if inside is not None:
            return self._in_tree(inside, path)
        if _relative(path, _SYSTEM) is not None:
            return "machine"
        return self._in_tree(path.lstrip("/"), path)

    def _in_tree(self, relative: str, path: str) -> Belonging:
        *directories, name = relative.split("/")
        if not TOOL_DIRECTORIES.isdisjoint(directories) or self._in_environment(path, len(directories)):
            return "machine"
        return "private" if may_hold_secrets(name) else "data"

    def _in_environment(self, path: str, depth: int) -> bool:
        """Whether one of the innermost ``depth`` directories above ``path`` is an environment's root."""
        directory = path
        for _ in range(depth):
            directory = directory.rpartition("/")[0]
            if directory not in self._environments:
                self._environments[directory] = is_environment(directory)
            if self._environments[directory]:
                return True
        return False


def _relative(path: str, roots: Iterable[str]) -> str | None:
    for root in roots:
        if path == root:
            return ""
        if path.startswith(f"{root}/"):
            return path[len(root) + 1 :]
    return None


def _spellings(path: str) -> tuple[str, ...]:
    if not path or path == "/":
        return ()
    return tuple(dict.fromkeys((path, os.path.realpath(path))))
