"""Asks the configured index for the hashes of what is installed, through the uv program."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Mapping, Sequence
from typing import Any

from taketwo.environments.interface import ArtefactIndex
from taketwo.errors import FormatError
from taketwo.formats import wheel_name
from taketwo.model.environment import Artefact, Distribution, Interpreter

_UNREACHABLE = ("error sending request", "dns error", "connection refused", "operation timed out")
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_ARGUMENTS = (
    *("pip", "compile", "-", "--format", "pylock.toml", "--no-deps", "--no-header", "--no-annotate"),
    # All files of a version are asked for, and the installed one is recognised by its own tags: the
    # platform and the interpreter need not be ones that this machine could resolve for.
    *("--universal", "--quiet", "--no-progress", "--color", "never", "--no-python-downloads", "--no-sources"),
)


class UvArtefactIndex(ArtefactIndex):
    """``uv pip compile`` without resolving anything: each name and version is given, files are wanted.

    It sees the index, proxies and certificates that this machine's user configured for uv, or else for
    pip. Nothing of that is in the answer. Nothing is built, and nothing of a package is run.
    """

    def __init__(self, uv: str | None = None, *, environ: Mapping[str, str] | None = None) -> None:
        self._uv = uv
        self._environ = os.environ if environ is None else environ

    def artefacts(
        self, distributions: Sequence[Distribution], interpreter: Interpreter, *, timeout: float
    ) -> dict[str, tuple[Artefact, ...]]:
        """The file that each was installed from, as far as the index has it within ``timeout`` seconds."""
        from taketwo.environments.configuration import wheel_folders  # noqa: PLC0415 - parsers, only needed here

        deadline = time.monotonic() + timeout
        wanted = {d.name: d for d in distributions}
        uv = self._program()
        while uv and wanted:
            code, output, complaint = self._compile(uv, wanted, interpreter, deadline)
            if code == 0:
                return _answers(output, wanted, wheel_folders(self._environ))
            unknown = _complained_about(complaint, wanted)
            if code is None or not unknown:
                return {}
            del wanted[unknown]
        return {}

    def _program(self) -> str | None:
        if self._uv is not None:
            return self._uv
        import uv  # noqa: PLC0415 - heavy, only needed here

        try:
            return uv.find_uv_bin()
        except FileNotFoundError:
            return None

    def _compile(
        self, uv: str, wanted: Mapping[str, Distribution], interpreter: Interpreter, deadline: float
    ) -> tuple[int | None, str, str]:
        import tempfile  # noqa: PLC0415 - heavy, only needed here

        from taketwo.environments.configuration import uv_environment  # noqa: PLC0415 - as above

        pins = "".join(f"{d.name}=={d.version}\n" for d in wanted.values())
        version = ("--python", sys.executable, "--python-version", interpreter.version)
        try:
            # An empty directory, so that no project's own settings apply.
            with tempfile.TemporaryDirectory(prefix="taketwo-") as empty:
                done = subprocess.run(
                    [uv, *_ARGUMENTS, *version],
                    input=pins,
                    capture_output=True,
                    text=True,
                    cwd=empty,
                    env={"UV_HTTP_RETRIES": "1"} | uv_environment(self._environ),
                    timeout=max(0.0, deadline - time.monotonic()),
                    check=False,
                )
        except (OSError, subprocess.TimeoutExpired):
            return None, "", ""
        return done.returncode, done.stdout, done.stderr


def _complained_about(complaint: str, wanted: Mapping[str, Distribution]) -> str | None:
    """The package that uv could not find; ``None`` when the index cannot be reached at all."""
    if any(sign in complaint.lower() for sign in _UNREACHABLE):
        return None
    for word in _NAME.finditer(complaint.partition("Because")[2] or complaint):
        name = wheel_name.normalised(word[0])
        if name in wanted:
            return name
    return None


def _answers(
    output: str, wanted: Mapping[str, Distribution], folders: tuple[Any, ...]
) -> dict[str, tuple[Artefact, ...]]:
    import tomllib  # noqa: PLC0415 - heavy, only needed here

    from taketwo.environments.configuration import in_folders  # noqa: PLC0415 - as above

    try:
        packages = tomllib.loads(output).get("packages", [])
    except tomllib.TOMLDecodeError:
        return {}
    found = {}
    for package in packages:
        distribution = wanted.get(package.get("name", ""))
        if distribution is None:
            continue
        of_index = [f for f in package.get("wheels", []) if not in_folders(_where(f), folders)]
        wheels = [a for f in of_index if (a := _artefact(f, "wheel"))]
        sdist = _artefact(package["sdist"], "sdist") if "sdist" in package else None
        chosen = choose(distribution, wheels, sdist)
        if chosen:
            found[distribution.name] = chosen
    return found


def _where(file: Mapping[str, Any]) -> str:
    return str(file.get("url") or file.get("path") or "")


def _artefact(file: Mapping[str, Any], kind: str) -> Artefact | None:
    path = urllib.parse.urlsplit(_where(file)).path
    name = file.get("name") or urllib.parse.unquote(path).rsplit("/", 1)[-1]
    sha256 = file.get("hashes", {}).get("sha256")
    if not isinstance(sha256, str) or not name:
        return None
    size = file.get("size")
    return Artefact(
        filename=name,
        sha256=sha256,
        size=size if isinstance(size, int) else None,
        kind="sdist" if kind == "sdist" else "wheel",
    )


def choose(
    distribution: Distribution, wheels: Sequence[Artefact], sdist: Artefact | None
) -> tuple[Artefact, ...]:
    """The file that the distribution was installed from, told by the tags in its WHEEL file.

    The same tags are proof enough; a wheel that shares some (its file was renamed later) is second
    best. A distribution whose tags no wheel has was built on the author's machine, from the sdist.
    """
    tags = set(distribution.tags)
    ranked: list[tuple[bool, int, str, Artefact]] = []
    for artefact in wheels:
        try:
            name = wheel_name.parse(artefact.filename)
        except FormatError:
            continue
        shared = len(name.tags & tags)
        if shared:
            ranked.append((name.tags == tags, shared, name.build, artefact))
    if ranked:
        return (max(ranked, key=lambda r: r[:3])[3],)
    return (sdist,) if sdist else ()
