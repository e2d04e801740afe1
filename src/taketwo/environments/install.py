"""The commands that build an environment from its lock, and what their failure means.

Files are copied out of uv's cache, never hard-linked: with hard links an edit in one environment
reaches the cache and, hashes required or not, every later environment. For 33 packages with 14,000 files
copying and compiling took 11.4 s and linking and compiling 9.5 s, once for each lock.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from taketwo.environments.configuration import uv_environment
from taketwo.errors import NoInterpreter, PackageUnavailable, RebuildError
from taketwo.formats.direct_url import local_path
from taketwo.formats.requirements import pinned
from taketwo.model.environment import Environment

_PASSED_ON = (
    *(
        "UV_DEFAULT_INDEX",
        "UV_INDEX_URL",
        "UV_INDEX",
        "UV_EXTRA_INDEX_URL",
        "UV_NO_INDEX",
        "UV_INDEX_STRATEGY",
    ),
    *("UV_INSECURE_HOST", "UV_HTTP_TIMEOUT", "UV_OFFLINE", "UV_NATIVE_TLS", "SSL_CERT_FILE", "SSL_CERT_DIR"),
    *(
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "NO_PROXY",
        "http_proxy",
        "https_proxy",
        "all_proxy",
        "no_proxy",
    ),
)
_INDEXES = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_EXTRA_INDEX_URL")


@dataclass(frozen=True)
class BuildPlaces:
    """Where things are for the build: in the sandbox, or on this machine for an unsealed one."""

    uv: str = "/taketwo/tools/uv"
    environment: str = "/taketwo/env"
    requirements: str = "/taketwo/lock/requirements.txt"
    cache: str = "/taketwo/cache"
    home: str = "/taketwo/home"
    wheels: str | None = None


@dataclass(frozen=True)
class BuildStep:
    """One command of a build with its complete environment."""

    argv: tuple[str, ...]
    environment: Mapping[str, str]


@dataclass(frozen=True)
class IndexAccess:
    """How this machine reaches its index: variables for uv, and local paths that a sandbox needs to see.

    Used for building, never recorded: it may hold credentials.
    """

    variables: Mapping[str, str] = field(default_factory=dict)
    paths: tuple[Path, ...] = ()


def index_access(environ: Mapping[str, str]) -> IndexAccess:
    """What this machine's user configured for uv, or else for pip."""
    found = {name: value for name, value in uv_environment(environ).items() if name in _PASSED_ON and value}
    mentioned = [url for name in _INDEXES for url in found.get(name, "").split()]
    addresses = [re.sub(r"\A[A-Za-z0-9_.-]+=", "", url) for url in mentioned]
    # A local index refers to files beside it (`../../files`), so its parent must be visible too.
    local = [str(Path(path).parent) for url in addresses if (path := local_path(url))]
    local += [found[name] for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if name in found]
    return IndexAccess(found, tuple(dict.fromkeys(path for path in map(Path, local) if path.exists())))


def create_command(python: str, places: BuildPlaces) -> BuildStep:
    """Make the empty virtual environment on the base's own ``python``."""
    argv = (
        places.uv,
        "venv",
        "--no-config",
        "--no-project",
        "--python",
        python,
        "--clear",
        places.environment,
    )
    return BuildStep(argv, _environment(places, {}))


def install_command(
    environment: Environment, places: BuildPlaces, access: IndexAccess | None = None, *, offline: bool = False
) -> BuildStep:
    """Install what the lock pins, each file by its hash and nothing else, and compile its byte code.

    Only distributions whose locked file is an sdist are built. ``places.wheels`` is a folder with the
    wheels that are kept with the run (or all of them, then ``offline`` needs no index at all).
    """
    argv = [places.uv, "pip", "install", "--no-config", "--require-hashes", "--no-deps", "--no-progress"]
    argv += ["--color", "never", "--link-mode", "copy", "--compile-bytecode"]
    argv += ["--python", f"{places.environment}/bin/python", "--only-binary", ":all:"]
    for distribution in sorted(pinned(environment), key=lambda d: d.name):
        if all(artefact.kind == "sdist" for artefact in distribution.artefacts):
            argv += ["--no-binary", distribution.name]
    if places.wheels:
        argv += ["--find-links", places.wheels]
    if offline:
        argv += ["--offline", "--no-index"]
    argv += ["--requirements", places.requirements]
    return BuildStep(tuple(argv), _environment(places, access.variables if access else {}))


def compile_command(places: BuildPlaces) -> BuildStep:
    """Compile the byte code of files that were placed after the installation."""
    python = f"{places.environment}/bin/python"
    argv = (python, "-I", "-m", "compileall", "-q", "-j", "0", f"{places.environment}/lib")
    return BuildStep(argv, _environment(places, {}))


def _environment(places: BuildPlaces, access: Mapping[str, str]) -> dict[str, str]:
    return {
        **access,
        "HOME": places.home,
        "LC_ALL": "C.UTF-8",
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "UV_CACHE_DIR": places.cache,
        "UV_NO_CONFIG": "1",
        "UV_PYTHON_DOWNLOADS": "never",
    }


_HASH = re.compile(r"Hash mismatch for `([^`]+)`")
_NO_VERSION = re.compile(r"there is no version of ([^\s,]+)")
_NOT_FOUND = re.compile(r"Because (\S+) was not found in")
_NO_WHEEL = re.compile(r"Because (\S+) (?:has no (?:usable )?wheels|needs to be built)")
_PYTHON = re.compile(r"Because the (?:current|requested) Python version .*? and (\S+) depends on", re.DOTALL)
_YANKED = re.compile(r"(?:Because |`)(\S+?)`? (?:was|is) yanked")
_BUILD = re.compile(r"Failed to (?:build|prepare|resolve)[^`]*`([^`]+)`")
_DOWNLOAD = re.compile(r"Failed to (?:download|fetch)[^`\n]*`([^`:/]+)`")
_NETWORK = ("error sending request", "dns error", "connection refused", "timed out", "network was disabled")
_URL = re.compile(r"\b[a-z+]+://[^\s`)]+")

_UNAVAILABLE = (
    (_HASH, "the index now has another file for {0} than the one that was captured"),
    (_YANKED, "{0} was withdrawn by its authors"),
    (_NO_VERSION, "the index has no {0} any more"),
    (_NOT_FOUND, "the index does not know {0}"),
    (_NO_WHEEL, "the index has no wheel of {0} for this platform"),
    (_PYTHON, "{0} is not for this Python"),
)
_BUNDLE = "Ask the author for a bundle that holds the packages themselves, or configure an index that has it."


def explain_failure(output: str) -> RebuildError:
    """The error that uv's ``output`` amounts to, naming the package; addresses of indexes are left out."""
    tail = _URL.sub("<the index>", output.strip())[-2000:]
    why = f"Without it the environment would not be the captured one. The installer said:\n{tail}"
    for pattern, sentence in _UNAVAILABLE:
        match = pattern.search(output)
        if match:
            return PackageUnavailable(sentence.format(match[1]), why=why, todo=_BUNDLE)
    if any(sign in output.lower() for sign in _NETWORK):
        return RebuildError(
            "the package index cannot be reached",
            why=f"Packages of this run are not in the private cache yet. The installer said:\n{tail}",
            todo="Check the network, the proxy and the index settings of uv or pip, and replay again.",
        )
    if "no interpreter found" in output.lower() or "No virtual environment" in output:
        return NoInterpreter("there is no suitable Python to build the environment with", why=tail)
    match = _BUILD.search(output)
    if match:
        return RebuildError(
            f"{match[1]} was published as source and could not be built",
            why=f"Its build may need compilers or headers that the base image lacks. It said:\n{tail}",
            todo="Choose a base image that has them: --base-image IMAGE",
        )
    match = _DOWNLOAD.search(output)
    if match:
        return PackageUnavailable(f"{match[1]} could not be downloaded", why=why, todo=_BUNDLE)
    return RebuildError(
        "the environment could not be built", why=tail, todo="Repeat with --debug to see all of it."
    )
