"""The lock of an environment as ``pylock.toml`` (PEP 751), self-contained: paths and hashes, never a URL."""

from __future__ import annotations

from typing import Any

from taketwo.formats.requirements import pinned
from taketwo.model.environment import Artefact, Distribution, Environment, Interpreter

FOLDER = "wheels"
"""The folder beside the lock where a bundle puts the files."""


def pylock(environment: Environment) -> bytes:
    """The lock as TOML; the same environment gives the same bytes.

    Packages stand here when an installer can obtain them; the others, and what is pending, are named
    in ``[tool.taketwo]``.
    """
    import tomli_w  # noqa: PLC0415 - only needed here

    ordered = sorted(environment.distributions, key=lambda d: (d.name, d.version))
    locked = sorted(pinned(environment), key=lambda d: (d.name, d.version))
    about: dict[str, Any] = {"identity": environment.identity, "files": environment.files}
    pending = [d.name for d in ordered if d.origin == "pending"]
    placed = [_placed(d) for d in ordered if d.origin in {"content", "editable", "system"}]
    about |= {"pending": pending} if pending else {}
    about |= {"overlay": environment.overlay.sha256} if environment.overlay else {}
    about |= {"placed": placed} if placed else {}
    document = {
        "lock-version": "1.0",
        "environments": [marker(environment.interpreter)],
        "requires-python": f"=={environment.interpreter.version}",
        "extras": [],
        "dependency-groups": [],
        "default-groups": [],
        "created-by": "taketwo",
        "packages": [_package(d) for d in locked],
        "tool": {"taketwo": about},
    }
    return tomli_w.dumps(document).encode()


def marker(interpreter: Interpreter) -> str:
    """The one environment that the lock is for."""
    system, machine = _system_and_machine(interpreter.platform)
    parts = {
        "python_full_version": interpreter.version,
        "implementation_name": interpreter.implementation.lower(),
        "sys_platform": system,
        "platform_machine": machine,
    }
    return " and ".join(f"{name} == '{value}'" for name, value in parts.items() if value)


def _system_and_machine(platform: str) -> tuple[str, str]:
    """``sys_platform`` and ``platform_machine`` of ``linux-x86_64``, ``macosx-14.0-arm64``, ``win-amd64``."""
    system, _, rest = platform.partition("-")
    machine = rest.rsplit("-", 1)[-1]
    match system:
        case "macosx":
            return "darwin", machine
        case "win":
            return "win32", machine.upper()
        case "win32":
            return "win32", machine or "x86"
        case _:
            return system, machine


def _package(distribution: Distribution) -> dict[str, Any]:
    package: dict[str, Any] = {"name": distribution.name, "version": distribution.version}
    wheels = [_file(a) for a in distribution.artefacts if a.kind == "wheel"]
    sdists = [_file(a) for a in distribution.artefacts if a.kind == "sdist"]
    if sdists:
        package["sdist"] = sdists[0]
    if wheels:
        package["wheels"] = wheels
    about: dict[str, Any] = {"files-sha256": distribution.files_sha256}
    if distribution.modified:
        about["modified"] = list(distribution.modified)
    if distribution.missing:
        about["missing"] = list(distribution.missing)
    package["tool"] = {"taketwo": about}
    return package


def _file(artefact: Artefact) -> dict[str, Any]:
    described: dict[str, Any] = {"name": artefact.filename, "path": f"{FOLDER}/{artefact.filename}"}
    if artefact.size is not None:
        described["size"] = artefact.size
    return described | {"hashes": {"sha256": artefact.sha256}}


def _placed(distribution: Distribution) -> dict[str, str]:
    described = {"name": distribution.name, "version": distribution.version, "origin": distribution.origin}
    if distribution.content:
        described["content"] = distribution.content.sha256
    if distribution.source_tree:
        described["source-tree"] = distribution.source_tree
    return {name: value for name, value in described.items() if value}
