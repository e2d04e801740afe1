"""The fixed places inside a sandbox, the same for every engine and every run (docs/recording.md)."""

from __future__ import annotations

PROJECT = "/taketwo/project"
ENVIRONMENT = "/taketwo/env"
RECORDING = "/taketwo/recording"
LIBRARY = "/taketwo/lib"
HOME = "/taketwo/home"
CACHE = "/taketwo/cache"
INSTALLER = "/taketwo/installer"

_SYSTEM = ("/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/run", "/sbin", "/sys", "/taketwo", "/usr")


def is_reserved(path: str) -> bool:
    """Whether ``path`` belongs to the sandbox's own system, where no input may be placed."""
    return path == "/" or any(path == place or path.startswith(place + "/") for place in _SYSTEM)
