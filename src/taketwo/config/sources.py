"""Where settings come from: the root of the project, its configuration file, the environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from taketwo.errors import ConfigurationError

STORE_DIRECTORY = ".taketwo"
OWN_FILE = "taketwo.toml"
SHARED_FILE = "pyproject.toml"


class Source(msgspec.Struct, frozen=True):
    """Raw values by setting name, and the words for where they stand.

    ``text`` says that the values are plain text, to be parsed first. ``names`` holds what a person
    wrote for a setting where that is not its name.
    """

    place: str
    values: Mapping[str, Any]
    base: Path
    text: bool = False
    names: Mapping[str, str] | None = None

    def name(self, setting: str) -> str:
        """What a person writes in this source for ``setting``."""
        return (self.names or {}).get(setting, setting)


def find_project(directory: Path) -> Path:
    """The nearest ancestor of ``directory`` (itself included) that is a project, else ``directory``."""
    for candidate in (directory, *directory.parents):
        if any((candidate / name).exists() for name in (STORE_DIRECTORY, OWN_FILE, ".git")):
            return candidate
        if _shared_table(candidate / SHARED_FILE) is not None:
            return candidate
    return directory


def read_file(project: Path) -> Source | None:
    """The settings of ``taketwo.toml``, or of ``[tool.taketwo]`` in ``pyproject.toml``; both is an error."""
    own, shared = project / OWN_FILE, project / SHARED_FILE
    table = _shared_table(shared)
    if not own.is_file():
        return None if table is None else Source(str(shared), table, project)
    if table is not None:
        raise ConfigurationError(
            f"both {own} and [tool.taketwo] in {shared} configure taketwo",
            why="Two files may contradict each other, and no order between them is obvious.",
            todo=f"Move the settings into one of them; {OWN_FILE} has them at its top level.",
        )
    return Source(str(own), _parse(own, _bytes(own)), project)


def from_environment(environ: Mapping[str, str], variables: Mapping[str, str], base: Path) -> Source:
    """The settings that the environment holds; ``variables`` maps each setting to its variable.

    An empty variable counts as not set, as it does for most programs.
    """
    found = {setting: environ[name] for setting, name in variables.items() if environ.get(name)}
    return Source("the environment", found, base, text=True, names=variables)


def unknown_variables(environ: Mapping[str, str], variables: Mapping[str, str]) -> Iterator[str]:
    """Variables that begin with ``TAKETWO_`` and set nothing."""
    known = set(variables.values())
    return (name for name in sorted(environ) if name.startswith("TAKETWO_") and name not in known)


def _shared_table(path: Path) -> dict[str, Any] | None:
    """``[tool.taketwo]`` of a ``pyproject.toml``; ``None`` when there is none.

    Files that do not mention taketwo are not parsed: that is faster, and a broken file that has
    nothing to do with us must not stop anybody's run.
    """
    if not path.is_file():
        return None
    content = _bytes(path)
    if b"taketwo" not in content:
        return None
    tool = _parse(path, content).get("tool", {})
    table = tool.get("taketwo") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise ConfigurationError(f"{path}: `tool.taketwo` is not a table", todo="Write it as [tool.taketwo].")
    return table


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be read: {error.strerror}",
            why="It may hold settings of taketwo.",
            todo="Make the file readable, or move it away.",
        ) from error


def _parse(path: Path, content: bytes) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415  most projects have no settings, and then it is not needed

    try:
        return tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{path} is not valid TOML: {error}",
            why="It holds the settings of taketwo, and guessing them would change what is recorded.",
            todo="Correct the file at that place.",
        ) from error
