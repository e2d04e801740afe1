"""The source of a run: one git tree that holds the exact working tree."""

from __future__ import annotations

from taketwo.model.base import Blob, Notice, Value


class Submodule(Value, frozen=True, kw_only=True):
    """A nested repository; its files are part of the tree of the run."""

    path: str
    commit: str | None = None
    remote: str | None = None
    dirty: bool = False


class Repository(Value, frozen=True, kw_only=True):
    """What the user's git repository said at capture. Informational: the tree is what is replayed."""

    commit: str | None = None
    branch: str | None = None
    remote: str | None = None
    dirty: bool = False
    changed: tuple[str, ...] = ()
    unpushed: int = 0
    history: Blob | None = None
    submodules: tuple[Submodule, ...] = ()


class Source(Value, frozen=True, kw_only=True):
    """The exact working tree as a git tree in the store's own object database.

    ``tree`` is the id of the tree of the whole repository (or of the project directory when there
    is no repository); ``subdirectory`` leads from its root to the project, ``""`` when they are the
    same. ``proven`` is true when the tree was rebuilt at capture and gave the same id. ``notices`` are those of
    the snapshot; a sealed manifest has them among its own.
    """

    tree: str
    object_format: str = "sha1"
    subdirectory: str = ""
    files: int = 0
    size: int = 0
    proven: bool = False
    repository: Repository | None = None
    notices: tuple[Notice, ...] = ()
