"""Inputs and outputs of a run: files and directories by digest."""

from __future__ import annotations

from typing import Literal

from taketwo.model.base import Blob, Value


class Location(Value, frozen=True, kw_only=True):
    """Where content may be had when it is not in the store: ``dvc``, ``url`` or ``file``."""

    kind: Literal["dvc", "url", "file"]
    reference: str
    md5: str | None = None


class Input(Value, frozen=True, kw_only=True):
    """A file or directory that the run read.

    ``path`` starts with ``$PROJECT/`` or ``$HOME/``, or is absolute. ``content`` of a directory is a
    listing blob: lines ``sha256  size  path``, sorted. ``kept`` says where a replay finds the bytes:
    in the ``store``, in the ``source`` tree, or only at its ``locations``. ``relative`` is the way from the
    project to what lies beside or above it, because programs may name it so (``../cohort.csv``).
    """

    name: str
    path: str
    kind: Literal["file", "directory"]
    content: Blob
    kept: Literal["store", "source", "reference"] = "store"
    declared: bool = False
    locations: tuple[Location, ...] = ()
    files: int = 1
    changed_during_run: bool = False
    relative: str | None = None


class Output(Value, frozen=True, kw_only=True):
    """A file that the run wrote inside the project (``$PROJECT/…``), or an artifact that it logged."""

    name: str
    path: str
    content: Blob
    artifact: bool = False
