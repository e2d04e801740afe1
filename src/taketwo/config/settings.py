"""Every setting of taketwo: its name, its kind and its default, and how the four sources combine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import msgspec

from taketwo.config import sources
from taketwo.config.sources import Source
from taketwo.config.values import (
    ADDRESSES,
    COUNT,
    ENGINE,
    PATH,
    PATHS,
    RULES,
    SECONDS,
    SIZE,
    TEXT,
    TEXTS,
    Kind,
)
from taketwo.errors import ConfigurationError

_NOT_IN_FILES = "project"
_VARIABLES = {"store": "TAKETWO_HOME"}


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that can be configured, resolved: absolute paths, sizes in bytes, times in seconds.

    ``tolerance`` holds rules as they were written, by target; ``taketwo.verify`` reads them.
    ``None`` is no limit, or (``base_image``) that the engine chooses.
    """

    project: Annotated[Path, PATH]
    store: Annotated[Path, PATH]
    experiment: Annotated[str, TEXT]
    engine: Annotated[str, ENGINE] = "auto"
    base_image: Annotated[str | None, TEXT] = None
    input_limit: Annotated[int, SIZE] = 1024**3
    output_limit: Annotated[int, SIZE] = 1024**3
    preimage_limit: Annotated[int, SIZE] = 256 * 1024**2
    lock_timeout: Annotated[float, SECONDS] = 10.0
    memory_limit: Annotated[int | None, SIZE] = None
    process_limit: Annotated[int, COUNT] = 4096
    disk_limit: Annotated[int, SIZE] = 64 * 1024**3
    time_limit: Annotated[float | None, SECONDS] = None
    data: Annotated[Mapping[str, Path], PATHS] = {}
    origins: Annotated[Mapping[str, str], ADDRESSES] = {}
    tolerance: Annotated[Mapping[str, Any], RULES] = {}
    ignore: Annotated[tuple[str, ...], TEXTS] = ()
    variables: Annotated[tuple[str, ...], TEXTS] = ()


KINDS: Mapping[str, Kind] = {
    name: hint.__metadata__[0] for name, hint in get_type_hints(Settings, include_extras=True).items()
}
"""How each setting is read."""

VARIABLES: Mapping[str, str] = {name: _VARIABLES.get(name, f"TAKETWO_{name.upper()}") for name in KINDS}
"""The environment variable of each setting."""


def load(cwd: Path, environ: Mapping[str, str], overrides: Mapping[str, object]) -> Settings:
    """The settings that hold in ``cwd``: defaults, then the project's file, the environment, ``overrides``.

    Tables (``data``, ``tolerance``) are combined name by name, everything else is replaced. In ``overrides``
    (what the command line said) ``None`` is not given, and text is read as in the environment. Relative
    paths start from the project in a file, from ``cwd`` elsewhere. ``ConfigurationError`` names the
    place, the key, what is expected and the nearest valid name.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    outer = [
        sources.from_environment(environ, VARIABLES, cwd),
        Source("the command line", given, cwd, text=True),
    ]
    _refuse_misspelt_variables(environ)
    values: dict[str, Any] = {}
    for source in outer:
        _merge(values, source)
    project = values.get("project") or sources.find_project(cwd)
    in_file = sources.read_file(project)
    below: dict[str, Any] = {
        "project": project,
        "store": project / sources.STORE_DIRECTORY,
        "experiment": project.name or "experiment",
    }
    if in_file is not None:
        if _NOT_IN_FILES in in_file.values:
            raise ConfigurationError(
                f"{in_file.place}: `project` cannot be set in a file",
                why="The file is found by way of the project, so it cannot move it.",
                todo=f"Remove the key; set {VARIABLES['project']} in the environment if you need it.",
            )
        _merge(below, in_file)
    for name, value in values.items():
        below[name] = below.get(name, {}) | value if isinstance(value, dict) else value
    return Settings(**below)


def _merge(values: dict[str, Any], source: Source) -> None:
    for name, raw in source.values.items():
        kind = KINDS.get(name)
        if kind is None:
            raise _unknown(source, name)
        value = _read(source, name, raw, kind)
        values[name] = values.get(name, {}) | value if isinstance(value, dict) else value


def _read(source: Source, name: str, raw: Any, kind: Kind) -> Any:
    try:
        return kind.read(kind.parse(raw) if source.text and isinstance(raw, str) else raw, source.base)
    except (ValueError, TypeError) as error:
        raise ConfigurationError(
            f"{source.place}: `{source.name(name)}` is {raw!r}, and {kind.expected} is expected",
            why="A setting that is half understood would change what is recorded or how it is judged.",
            todo=f"Correct `{source.name(name)}`, or leave it out to get the default.",
        ) from error


def _unknown(source: Source, name: str) -> ConfigurationError:
    nearest = _nearest(name, (known for known in KINDS if known != _NOT_IN_FILES))
    if name == "tool":
        advice = "In taketwo.toml the settings stand at the top level, without [tool.taketwo]."
    elif nearest:
        advice = f"Did you mean `{nearest}`?"
    else:
        advice = "The settings are: " + ", ".join(sorted(set(KINDS) - {_NOT_IN_FILES})) + "."
    return ConfigurationError(
        f"{source.place}: there is no setting `{name}`",
        why="It has no effect, and whoever wrote it expects one.",
        todo=advice,
    )


def _refuse_misspelt_variables(environ: Mapping[str, str]) -> None:
    """Only what looks like a misspelling is refused: other parts of taketwo have variables of their own."""
    for name in sources.unknown_variables(environ, VARIABLES):
        nearest = _nearest(name[len("TAKETWO_") :], (v[len("TAKETWO_") :] for v in VARIABLES.values()))
        if nearest:
            raise ConfigurationError(
                f"the environment: there is no setting `{name}`",
                why="It has no effect, and whoever set it expects one.",
                todo=f"Did you mean `TAKETWO_{nearest}`?",
            )


def _nearest(name: str, names: Iterable[str]) -> str | None:
    import difflib  # noqa: PLC0415  only needed to word an error

    found = difflib.get_close_matches(name, list(names), n=1, cutoff=0.75)
    return found[0] if found else None
