"""The fixed places inside a sandbox, the same for every engine and every run (docs/recording.md)."""

from __future__ import annotations

PROJECT = "/taketwo/project"
ENVIRONMENT = "/taketwo/env"
SOURCES = "/taketwo/sources"
RECORDING = "/taketwo/recording"
OBSERVER = "/taketwo/observer"
LIBRARY = "/taketwo/lib"
CALL = "/taketwo/call"
HOME = "/taketwo/home"
CACHE = "/taketwo/cache"
LOCK = "/taketwo/lock"
UV = "/taketwo/tools/uv"

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""``$PATH`` of a run, behind the programs of its environment."""

_SYSTEM = (
    *("/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/proc", "/run", "/sbin"),
    *("/sys", "/taketwo", "/usr"),
)


_OURS = (
    ENVIRONMENT,
    SOURCES,
    RECORDING,
    OBSERVER,
    LIBRARY,
    CALL,
    HOME,
    CACHE,
    LOCK,
    "/taketwo/tools",
)


def is_taken(path: str) -> bool:
    """Whether something else is at ``path`` already; in the project and beside it there is room."""
    if path.startswith("/taketwo/") and path != PROJECT:
        return any(path == place or path.startswith(f"{place}/") for place in _OURS)
    return is_reserved(path)


def is_reserved(path: str) -> bool:
    """Whether ``path`` belongs to the sandbox's own system, where no input may be placed."""
    return path == "/" or any(path == place or path.startswith(f"{place}/") for place in _SYSTEM)
