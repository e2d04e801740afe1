"""Everything of a run that neither an index nor its source tree gives, laid out as it lies below ``/``."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

from taketwo.app.obtain_data import PlacedData
from taketwo.app.tools import Tools
from taketwo.environments.place import Placing, place, sources_needed
from taketwo.model.environment import Environment, Interpreter
from taketwo.model.manifest import Manifest
from taketwo.replay.places import ENVIRONMENT, LIBRARY, SOURCES
from taketwo.replay.plan import project_target

_PACKAGE = Path(__file__).resolve().parent.parent


def fill_root(
    root: Path, manifest: Manifest, environment: Environment, placed: PlacedData, tools: Tools
) -> None:
    """Fill ``root``, which is made only when there is something to lie in it.

    Files edited by hand or kept as content, the sources of editable installs, data outside the project (moved
    from where it was ``placed``), and taketwo itself when the program imports it.
    """
    _environment(root, manifest, environment, tools)
    wanted = Counter(mount.source for mount in placed.mounts)
    for mount in sorted(placed.mounts, key=lambda mount: mount.target):  # a directory before what lies in it
        wanted[mount.source] -= 1
        _put(mount.source, _below(root, mount.target), again=wanted[mount.source] > 0)
    if manifest.invocation.imports_taketwo:
        target = _below(root, f"{LIBRARY}/taketwo")
        shutil.copytree(_PACKAGE, target, ignore=shutil.ignore_patterns("__pycache__"))


def site_packages(interpreter: Interpreter) -> str:
    """Where packages are in a virtual environment of that interpreter."""
    name = "pypy" if interpreter.implementation.lower() == "pypy" else "python"
    free_threaded = "t" if re.search(r"-\d+t-", interpreter.soabi) else ""
    return f"lib/{name}{interpreter.minor}{free_threaded}/site-packages"


def _environment(root: Path, manifest: Manifest, environment: Environment, tools: Tools) -> None:
    project = project_target(manifest.source.subdirectory if manifest.source else "")
    sources = {}
    for distribution in sources_needed(environment):
        sources[distribution.name] = f"{SOURCES}/{distribution.name}"
        tools.vault.materialise(distribution.source_tree or "", _below(root, sources[distribution.name]))
    for distribution in environment.distributions:
        inside = distribution.direct_url.get("path", "")
        if distribution.origin == "editable" and inside.startswith("$PROJECT"):
            sources[distribution.name] = project + inside.removeprefix("$PROJECT")
    prefix = _below(root, ENVIRONMENT)
    placing = Placing(
        site_packages=prefix / site_packages(environment.interpreter),
        prefix=prefix,
        python=f"{ENVIRONMENT}/bin/python",
        read=tools.store.read,
        copy_out=tools.store.copy_out,
        sources=sources,
    )
    place(environment, placing)


def _put(content: Path, target: Path, *, again: bool) -> None:
    """Move content to its place, or copy it when it is wanted at another one as well."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if content.is_dir() and (again or target.is_dir()):
        shutil.copytree(content, target, dirs_exist_ok=True)
    elif again:
        shutil.copyfile(content, target)
    else:
        content.replace(target)


def _below(root: Path, place: str) -> Path:
    return root / place.lstrip("/")
