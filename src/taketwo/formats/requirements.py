"""The lock of an environment as a hash-pinned requirements.txt, for ``pip`` and ``uv`` alike."""

from __future__ import annotations

from taketwo.model.environment import Distribution, Environment

_ORIGINS = {
    "content": "installed files kept with the run",
    "editable": "source tree kept with the run",
    "system": "package of the operating system or of conda",
    "pending": "its hash is not known yet",
}


def requirements(environment: Environment) -> bytes:
    """What an installer can obtain by hash, sorted; the same environment gives the same bytes.

    Install with ``--require-hashes --no-deps``, and with ``--find-links wheels`` when wheels are kept with
    the run. What has to be placed by other means stands in comments at the top, because an installer
    that requires hashes would refuse it.
    """
    lines = [f"# Python {environment.interpreter.version}, written by taketwo."]
    lines.append("# Install with: pip install --require-hashes --no-deps -r requirements.txt")
    if any(d.origin == "wheel" for d in environment.distributions):
        lines.append("# and --find-links wheels, for the wheels that are kept with the run.")
    others = [d for d in environment.distributions if d.origin in _ORIGINS]
    if others or environment.overlay:
        lines += ["#", "# Not given by an index, and put in place by a replay:"]
        lines += [f"#   {d.name} {d.version}".rstrip() + f" ({_ORIGINS[d.origin]})" for d in _ordered(others)]
    if environment.overlay:
        lines.append("#   files edited by hand or of no package (kept with the run)")
    lines.append("")
    for distribution in _ordered(pinned(environment)):
        hashes = sorted({artefact.sha256 for artefact in distribution.artefacts})
        lines.append(f"{distribution.name}=={distribution.version} \\")
        lines += [f"    --hash=sha256:{sha256} \\" for sha256 in hashes[:-1]]
        lines.append(f"    --hash=sha256:{hashes[-1]}")
    return ("\n".join(lines) + "\n").encode()


def pinned(environment: Environment) -> list[Distribution]:
    """The distributions that an installer obtains by hash, from an index or from kept wheels."""
    return [d for d in environment.distributions if d.origin in {"index", "wheel"} and d.artefacts]


def _ordered(distributions: list[Distribution]) -> list[Distribution]:
    return sorted(distributions, key=lambda d: (d.name, d.version))
