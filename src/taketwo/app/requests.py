"""What the entrances ask of the use cases: one frozen request each, holding what a person typed.

What can also be configured (the experiment, the engine, limits) is in ``Settings``, with command-line
options already applied. Where both hold the same kind of thing, the request adds to the settings and
wins name by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec


class DeclaredData(msgspec.Struct, frozen=True, kw_only=True):
    """An input that was declared: an absolute path, and the name that was given to it, if any."""

    path: Path
    name: str | None = None


class CaptureRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Run ``argv`` in ``directory`` and capture it. ``tolerance`` holds rules as they were typed."""

    argv: tuple[str, ...]
    directory: Path
    environment: Mapping[str, str]
    data: tuple[DeclaredData, ...] = ()
    outputs: tuple[Path, ...] = ()
    tolerance: tuple[str, ...] = ()
    tags: Mapping[str, str] = {}


class ReplayRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Replay ``run`` (an id, a prefix or ``latest``). ``data`` says where this machine has inputs, by name.

    Rules in ``tolerance`` are the replayer's, and the verdict says so. ``network`` opens the sandbox.
    """

    run: str
    data: Mapping[str, Path] = {}
    tolerance: tuple[str, ...] = ()
    network: bool = False


class DemoRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Capture and replay the study that ships with taketwo; the engine is in the settings."""

    network: bool = False
