"""What an interpreter says of itself: this process, or one whose ``process`` event was recorded."""

from __future__ import annotations

import hashlib
import os
import platform
import sys
import sysconfig
from pathlib import Path
from typing import Any, Literal

import msgspec

from taketwo.environments.interface import InterpreterFacts
from taketwo.errors import FormatError
from taketwo.model.environment import Interpreter


def facts_of_this_process() -> InterpreterFacts:
    """The facts of the Python that runs this, for experiments that are captured from inside."""
    return InterpreterFacts(
        executable=sys.executable,
        prefix=sys.prefix,
        base_prefix=sys.base_prefix,
        path=tuple(sys.path),
        user_site=_user_site(),
        identity=Interpreter(
            implementation=sys.implementation.name,
            version=platform.python_version(),
            cache_tag=sys.implementation.cache_tag or "",
            soabi=sysconfig.get_config_var("SOABI") or "",
            platform=sysconfig.get_platform(),
            libc=" ".join(part for part in platform.libc_ver() if part),
            build=" ".join(platform.python_build()),
            compiler=platform.python_compiler(),
            executable_sha256=_digest(os.path.realpath(sys.executable)) if sys.executable else "",
            layout=_layout(sys.prefix, sys.base_prefix),
        ),
    )


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


def _layout(prefix: str, base_prefix: str) -> Literal["venv", "conda", "system"]:
    if prefix != base_prefix:
        return "venv"
    return "conda" if Path(prefix, "conda-meta").is_dir() else "system"


def _user_site() -> str | None:
    """The user site, if it is in use; ``site`` is loaded already unless Python was started with -S."""
    site = sys.modules.get("site")
    if site is None or not getattr(site, "ENABLE_USER_SITE", False):
        return None
    path = getattr(site, "USER_SITE", None)
    return path if isinstance(path, str) else None


def _digest(path: str) -> str:
    try:
        with Path(path).open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""
