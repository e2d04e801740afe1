"""The places of the machine that a run was observed on."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from taketwo.formats.places import Places

_FIRST_LINE = 256
_SHARED_PREFIXES = ("/usr", "/usr/local")


def observed_places(
    project: Path,
    *,
    subdirectory: str = "",
    home: Path | None = None,
    executable: str = "",
    prefix: str = "",
    argv: Sequence[str] = (),
    project_link: str = "",
) -> Places:
    """Where the project, home and interpreter of a run are, under every name that the run may have used.

    ``subdirectory`` leads from the root of the repository to the project. ``executable`` and ``prefix`` are
    those of the observed interpreter (empty when there was none). A console script of an interpreter in a
    shared prefix is recognised when it is the first of ``argv``. ``project_link`` is another path of the
    project.
    """
    named = {"PROJECT": str(project), "HOME": str(home or ""), "ENV": prefix}
    shared = prefix in _SHARED_PREFIXES
    aliases = tuple(
        (real, name)
        for name, path in named.items()
        if path and not (name == "ENV" and shared) and (real := os.path.realpath(path)) != path
    )
    depth = len(Path(subdirectory).parts)
    behind = Path(os.path.realpath(project))
    within = str(project).endswith(f"/{subdirectory}") if subdirectory else False
    if depth and behind != project:
        aliases += tuple((str(behind.parents[n]), f"PROJECT{'/..' * (n + 1)}") for n in range(depth))
    if project_link:
        aliases = (*aliases, (project_link, "PROJECT"))
    script = _console_script(argv[0], prefix) if shared and argv else None
    return Places(
        project=named["PROJECT"],
        root=str(project.parents[depth - 1]) if within else "",
        home=named["HOME"],
        python=executable,
        environment=prefix,
        shared=shared,
        scripts=(script,) if script else (),
        aliases=aliases,
    )


def _console_script(program: str, prefix: str) -> str | None:
    """The name of ``program`` when it is a Python script in the ``bin`` of ``prefix``."""
    directory, _, name = program.rpartition("/")
    if directory != f"{prefix}/bin":
        return None
    try:
        with Path(program).open("rb") as file:
            first = file.readline(_FIRST_LINE)
    except OSError:
        return None
    return name if first.startswith(b"#!") and b"python" in first else None
