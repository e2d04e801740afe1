"""The events of a recording as frozen values, one class for each kind.

Docs/recording.md says what they mean.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from taketwo.model.base import Blob, Number, Value
from taketwo.model.environment import Interpreter
from taketwo.model.manifest import Metric, Parameter, StoredValue

Digest = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
Natural = Annotated[int, msgspec.Meta(ge=0)]


class Event(Value, frozen=True, kw_only=True):
    """What every event says: when, in which journal (``PID-N``), during which decorated call if any."""

    time: float
    journal: str = ""
    call: str | None = None


class Process(Event, frozen=True, kw_only=True):
    """A Python process began to be observed."""

    pid: int
    ppid: int
    argv: tuple[str, ...]
    orig_argv: tuple[str, ...]
    cwd: str
    executable: str
    prefix: str
    base_prefix: str
    path: tuple[str, ...]
    user_site: str | None = None
    flags: dict[str, int] = {}
    hash_seed: str = ""
    interpreter: Interpreter


class FileStat(Value, frozen=True, kw_only=True):
    """A file just before it was opened."""

    size: int
    mtime_ns: int
    inode: int
    ctime_ns: int


class Open(Event, frozen=True, kw_only=True):
    """A regular file was opened.

    ``w`` discards what was there, ``rw`` may use it; ``stat`` is ``None`` for a new file.
    """

    path: str
    mode: Literal["r", "w", "rw"]
    stat: FileStat | None = None


class Rename(Event, frozen=True, kw_only=True):
    """A directory got another path; what was written below the old one is below the new one now."""

    path: str
    to: str


class Preimage(Event, frozen=True, kw_only=True):
    """A file as it was before this run first changed it.

    ``sha256`` is ``None`` when it was too large to be read.
    """

    path: str
    sha256: Digest | None
    size: Natural
    kept: bool


class Spawn(Event, frozen=True, kw_only=True):
    """A program was started."""

    executable: str
    argv: tuple[str, ...]


class Connect(Event, frozen=True, kw_only=True):
    """A socket was connected."""

    address: str


class Pickled(Value, frozen=True, kw_only=True):
    """A file among the pickled values of the recording."""

    sha256: Digest
    size: Natural


class Stored(Value, frozen=True, kw_only=True):
    """A value that is not JSON, as the observer wrote it down."""

    type: str
    sha256: Digest | None = None
    text: str = ""
    pickled: Pickled | None = None

    def to_model(self) -> StoredValue:
        """The same in the words of the manifest."""
        blob = None if self.pickled is None else Blob(sha256=self.pickled.sha256, size=self.pickled.size)
        return StoredValue(type=self.type, sha256=self.sha256, text=self.text, pickled=blob)


class Given(Value, frozen=True, kw_only=True):
    """A name with a value, either JSON or stored."""

    name: str
    value: Any = None
    stored: Stored | None = None
    origin: Literal["argument", "default", "logged"] = "logged"

    def to_model(self) -> Parameter:
        """The same in the words of the manifest."""
        stored = None if self.stored is None else self.stored.to_model()
        return Parameter(name=self.name, value=self.value, stored=stored, origin=self.origin)


class CallStart(Event, frozen=True, kw_only=True):
    """A decorated function is about to be called; ``call`` is the id of this call."""

    parent: str | None = None
    module: str
    qualname: str
    index: Natural = 0
    script: str | None = None
    main: str | None = None
    path: tuple[str, ...] = ()
    file: str | None = None
    line: int | None = None
    alone: bool = False
    is_async: bool = False
    parameters: tuple[Given, ...] = ()
    pickled: Pickled | None = None
    options: dict[str, Any] = {}


class Returned(Value, frozen=True, kw_only=True):
    """The result of a call, either JSON or stored."""

    value: Any = None
    stored: Stored | None = None


class CallEnd(Event, frozen=True, kw_only=True):
    """A decorated call ended: with a result, or with an error (``Type: text``)."""

    error: str | None = None
    result: Returned | None = None
    metrics: dict[str, Number] = {}


class LoggedParameter(Event, frozen=True, kw_only=True):
    """``log_param``."""

    name: str
    value: Any = None
    stored: Stored | None = None

    def to_model(self) -> Parameter:
        """The same in the words of the manifest."""
        stored = None if self.stored is None else self.stored.to_model()
        return Parameter(name=self.name, value=self.value, stored=stored, origin="logged")


class LoggedMetric(Event, frozen=True, kw_only=True):
    """``log_metric``."""

    name: str
    value: Number
    step: int | None = None

    def to_model(self) -> Metric:
        """The same in the words of the manifest."""
        return Metric(name=self.name, value=self.value, step=self.step, at=self.time, origin="logged")


class SeriesName(Event, frozen=True, kw_only=True):
    """The name of the metrics whose records carry this number, in this journal."""

    series: Natural
    name: str


class Tag(Event, frozen=True, kw_only=True):
    """``set_tag``."""

    name: str
    value: str


class Artifact(Event, frozen=True, kw_only=True):
    """``log_artifact``."""

    name: str
    path: str


class Exit(Event, frozen=True, kw_only=True):
    """A process came to its regular end."""

    modules: dict[str, str] = {}
    libraries: tuple[str, ...] = ()
    numeric: dict[str, Any] = {}
    error: str | None = None
    cpu_seconds: float | None = None
    peak_memory_bytes: int | None = None


KINDS: dict[str, type[Event]] = {
    "process": Process,
    "open": Open,
    "rename": Rename,
    "preimage": Preimage,
    "spawn": Spawn,
    "connect": Connect,
    "call": CallStart,
    "return": CallEnd,
    "parameter": LoggedParameter,
    "metric": LoggedMetric,
    "series": SeriesName,
    "tag": Tag,
    "artifact": Artifact,
    "exit": Exit,
}
"""By the name that stands in ``event``.

Names that are not here belong to a later observer and are passed over.
"""
