"""Which Python this is, from what it knows anyway: ``sysconfig`` and ``platform`` are too heavy."""

from __future__ import annotations

import os
import sys
from _imp import extension_suffixes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def process_facts() -> dict[str, Any]:
    """The fields of the ``process`` event."""
    original = list(getattr(sys, "orig_argv", ())) or _command_line()
    return {
        "pid": os.getpid(),
        "ppid": os.getppid(),
        "argv": [str(word) for word in getattr(sys, "argv", ())],
        "orig_argv": original,
        "cwd": _directory(),
        "executable": sys.executable or "",
        "prefix": sys.prefix,
        "base_prefix": sys.base_prefix,
        "path": [str(entry) for entry in sys.path],
        "user_site": _user_site(),
        "flags": {name: int(getattr(sys.flags, name)) for name in dir(sys.flags) if _is_flag(name)},
        "hash_seed": os.environ.get("PYTHONHASHSEED", "random" if sys.flags.hash_randomization else "0"),
        "interpreter": identity(),
    }


def identity() -> dict[str, Any]:
    """The fields of the manifest's ``Interpreter`` that can be had without reading files.

    ``executable_sha256`` is not among them: the reader of the recording knows the path and has the time.
    """
    implementation, version = sys.implementation, sys.version_info
    build, _, compiler = sys.version.partition("(")[2].partition("[")
    return {
        "implementation": implementation.name,
        "version": "%d.%d.%d%s" % (*version[:3], _stage(version)),
        "cache_tag": implementation.cache_tag or "",
        "soabi": _soabi(),
        "platform": "%s-%s" % (sys.platform, os.uname().machine),
        "libc": _libc(),
        "build": build.strip().rstrip(")").strip(),
        "compiler": compiler.strip().rstrip("]").strip(),
        "layout": _layout(),
        "build_details": {
            "abiflags": getattr(sys, "abiflags", ""),
            "byteorder": sys.byteorder,
            "float_repr_style": sys.float_repr_style,
            "hash_algorithm": sys.hash_info.algorithm,
            "multiarch": getattr(implementation, "_multiarch", ""),
            "pointer_bits": str(sys.maxsize.bit_length() + 1),
            "global_lock": "yes" if getattr(sys, "_is_gil_enabled", lambda: True)() else "no",
        },
    }


def _stage(version: tuple[int, int, int, str, int]) -> str:
    return (
        ""
        if version[3] == "final"
        else {"alpha": "a", "beta": "b", "candidate": "rc"}[version[3]] + str(version[4])
    )


def _soabi() -> str:
    suffix = (extension_suffixes() or [""])[0]
    return suffix[1:-3] if suffix.startswith(".") and suffix.endswith(".so") else ""


def _libc() -> str:
    try:
        return os.confstr("CS_GNU_LIBC_VERSION") or ""
    except (ValueError, OSError):  # musl answers no such question
        return "musl" if "musl" in _soabi() else ""


def _layout() -> str:
    if os.path.isdir(os.path.join(sys.prefix, "conda-meta")):
        return "conda"
    return "venv" if sys.prefix != sys.base_prefix else "system"


def _user_site() -> str | None:
    site = sys.modules.get("site")
    return (
        site.USER_SITE if site is not None and site.ENABLE_USER_SITE and site.USER_SITE in sys.path else None
    )


def _is_flag(name: str) -> bool:
    return not name.startswith(("_", "n_")) and isinstance(getattr(sys.flags, name), int)


def _directory() -> str:
    try:
        return os.getcwd()
    except OSError:
        return ""


def _command_line() -> list[str]:
    """What was typed, on Pythons that do not say (3.8 and 3.9)."""
    try:
        with open("/proc/self/cmdline", "rb") as source:
            return [os.fsdecode(word) for word in source.read().split(b"\0")[:-1]]
    except OSError:
        return []
