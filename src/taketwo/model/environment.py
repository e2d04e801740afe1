"""The environment of a run: the interpreter, every installed distribution, the lock."""

from __future__ import annotations

from typing import Literal

from taketwo.model.base import Blob, Notice, Value


class Interpreter(Value, frozen=True, kw_only=True):
    """The Python that ran the code. Identity only: no path of the author's machine."""

    implementation: str
    version: str
    cache_tag: str = ""
    soabi: str = ""
    platform: str = ""
    libc: str = ""
    build: str = ""
    compiler: str = ""
    executable_sha256: str = ""
    layout: Literal["venv", "conda", "system", ""] = ""
    build_details: dict[str, str] = {}

    @property
    def minor(self) -> str:
        """``3.11`` of ``3.11.7``."""
        return ".".join(self.version.split(".")[:2])


class Artefact(Value, frozen=True, kw_only=True):
    """The file on an index that a distribution was installed from; never a URL or a host name."""

    filename: str
    sha256: str
    size: int | None = None
    kind: Literal["wheel", "sdist"] = "wheel"


class Distribution(Value, frozen=True, kw_only=True):
    """One installed distribution.

    ``name`` is normalised (PEP 503). ``origin`` says how a replay obtains it: from an ``index`` by
    hash, from a ``wheel`` kept in the store, as ``content`` (its installed files, kept in the
    store), as an ``editable`` source tree kept in the store, from the ``system`` (Debian, conda: no
    RECORD), or not at all because it is the ``instrument`` (taketwo itself). ``pending`` is an
    index distribution whose hash is not known yet.
    ``files_sha256`` identifies the installed files as they were on disk; ``modified`` and ``missing``
    name files that differ from RECORD, relative to site-packages. ``direct_url`` holds ``kind`` (``vcs``,
    ``archive``, ``directory``, ``editable``, ``conda``) and what may be told of the place: see
    ``taketwo.formats.direct_url`` and ``taketwo.environments.editable``.
    """

    name: str
    version: str
    origin: Literal["index", "wheel", "content", "editable", "system", "instrument", "pending"]
    artefacts: tuple[Artefact, ...] = ()
    wheel: Blob | None = None
    content: Blob | None = None
    source_tree: str | None = None
    direct_url: dict[str, str] = {}
    installer: str = ""
    requested: bool = False
    tags: tuple[str, ...] = ()
    files: int = 0
    files_sha256: str = ""
    modified: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


class Lock(Value, frozen=True, kw_only=True):
    """The lock of an environment in two standard forms; ``pending`` names what has no hash yet."""

    pylock: Blob
    requirements: Blob
    pending: tuple[str, ...] = ()


class Requirement(Value, frozen=True, kw_only=True):
    """One requirement that a person wrote down, as text, with the file that it stands in."""

    file: str
    text: str
    name: str | None = None
    constraint: bool = False
    installed: str | None = None
    satisfied: bool | None = None


class Environment(Value, frozen=True, kw_only=True):
    """Interpreter and distributions. ``identity`` is the digest that two equal environments share.

    ``listing`` is a blob of lines ``sha256  path`` for every installed file that counts, relative to
    site-packages and sorted; ``identity`` is its digest. ``overlay`` (a listing blob of the same
    form, whose files are blobs) holds files that were edited by hand or come from no distribution.
    Paths that begin with ``$PREFIX/`` lie outside site-packages, in the environment's own directory.
    ``notices`` say what could not be captured.
    """

    interpreter: Interpreter
    distributions: tuple[Distribution, ...] = ()
    identity: str = ""
    files: int = 0
    listing: Blob | None = None
    overlay: Blob | None = None
    lock: Lock | None = None
    requested: tuple[Requirement, ...] = ()
    observed: bool = True
    notices: tuple[Notice, ...] = ()
