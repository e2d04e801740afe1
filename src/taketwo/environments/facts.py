"""What an interpreter says of itself: this process, or one whose ``process`` event was recorded."""

from __future__ import annotations

import hashlib
import importlib.machinery
import os
import sys
from pathlib import Path
from typing import Any, Literal

import msgspec

from taketwo.environments.interface import InterpreterFacts
from taketwo.errors import FormatError
from taketwo.model.environment import Interpreter

_STAGES = {"alpha": "a", "beta": "b", "candidate": "rc"}


def facts_of_this_process() -> InterpreterFacts:
    """The facts of the Python that runs this, for experiments that are captured from inside."""
    version = sys.version_info
    stage = "" if version[3] == "final" else f"{_STAGES[version[3]]}{version[4]}"
    build, _, compiler = sys.version.partition("(")[2].partition("[")
    suffix = next(iter(importlib.machinery.EXTENSION_SUFFIXES), "")
    identity = {
        "implementation": sys.implementation.name,
        "version": ".".join(map(str, version[:3])) + stage,
        "cache_tag": sys.implementation.cache_tag or "",
        "soabi": suffix[1:-3] if suffix.startswith(".") and suffix.endswith(".so") else "",
        "platform": f"{sys.platform}-{os.uname().machine}",
        "libc": _libc(),
        "build": build.strip().rstrip(")").strip(),
        "compiler": compiler.strip().rstrip("]").strip(),
        "layout": _layout(sys.prefix, sys.base_prefix),
    }
    event = {
        "executable": sys.executable,
        "prefix": sys.prefix,
        "base_prefix": sys.base_prefix,
        "path": list(sys.path),
        "user_site": _user_site(),
        "interpreter": identity,
    }
    return facts_from_event(event)


def facts_from_event(event: dict[str, Any]) -> InterpreterFacts:
    """The facts in a ``process`` event of a recording; ``FormatError`` when it is not one.

    What the observer could not tell cheaply (the digest of the executable) is found out here.
    """
    try:
        identity = msgspec.convert(event["interpreter"], Interpreter)
        facts = InterpreterFacts(
            executable=event["executable"],
            prefix=event["prefix"],
            base_prefix=event["base_prefix"],
            path=tuple(event["path"]),
            user_site=event.get("user_site"),
            identity=identity,
        )
    except (KeyError, TypeError, msgspec.ValidationError) as error:
        raise FormatError(f"this is not a process event: {error}", path="process") from error
    return msgspec.structs.replace(
        facts,
        identity=msgspec.structs.replace(
            identity,
            executable_sha256=identity.executable_sha256 or _digest(os.path.realpath(facts.executable)),
            layout=identity.layout or _layout(facts.prefix, facts.base_prefix),
        ),
    )


def facts_of_rebuilt(directory: Path, identity: Interpreter, *, version: str) -> InterpreterFacts:
    """The facts of an environment that a replay built in ``directory``, on a base of this Python version.

    ``identity`` is what the replayed program says of its interpreter: its words go into the manifest, and none
    of them decides what is read here.
    """
    return InterpreterFacts(
        executable="",
        prefix=str(directory),
        base_prefix="",
        path=(str(site_of(directory)),),
        identity=msgspec.structs.replace(identity, version=version, executable_sha256="", layout="venv"),
        confined=True,
    )


def site_of(environment_directory: Path) -> Path:
    """The site-packages of a virtual environment, found by looking and not by running it."""
    found = sorted(environment_directory.glob("lib/python*/site-packages"))
    return found[0] if found else environment_directory / "Lib" / "site-packages"


def _layout(prefix: str, base_prefix: str) -> Literal["venv", "conda", "system"]:
    if Path(prefix, "conda-meta").is_dir():
        return "conda"
    return "venv" if prefix != base_prefix else "system"


def _user_site() -> str | None:
    """The user site, if it is in use; ``site`` is loaded already unless Python was started with -S."""
    site = sys.modules.get("site")
    path = getattr(site, "USER_SITE", None) if getattr(site, "ENABLE_USER_SITE", False) else None
    return path if isinstance(path, str) and path in sys.path else None


def _libc() -> str:
    try:
        return os.confstr("CS_GNU_LIBC_VERSION") or ""
    except (ValueError, OSError):  # musl answers no such question
        return ""


def _digest(path: str) -> str:
    try:
        with Path(path).open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""
