"""What the entrances ask of the use cases: one frozen request each, holding what a person typed.

What can also be configured (the experiment, the engine, limits) is in ``Settings``, with command-line
options already applied. Where both hold the same kind of thing, the request adds to the settings and
wins name by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class DeclaredData:
    """An input that was declared: an absolute path, and the name that was given to it, if any."""

    path: Path
    name: str | None = None


@dataclass(frozen=True, kw_only=True)
class CaptureRequest:
    """Run ``argv`` in ``directory`` and capture it. ``tolerance`` holds rules as they were typed."""

    argv: tuple[str, ...]
    directory: Path
    environment: Mapping[str, str]
    data: tuple[DeclaredData, ...] = ()
    outputs: tuple[Path, ...] = ()
    tolerance: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ReplayRequest:
    """Replay ``run`` (an id, a prefix or ``latest``). ``data`` says where this machine has inputs, by name.

    Rules in ``tolerance`` are the replayer's, and the verdict says so. ``network`` opens the sandbox.
    """

    run: str
    data: Mapping[str, Path] = field(default_factory=dict)
    tolerance: tuple[str, ...] = ()
    network: bool = False


@dataclass(frozen=True, kw_only=True)
class DemoRequest:
    """Capture and replay the study that ships with taketwo; the engine is in the settings."""

    network: bool = False
