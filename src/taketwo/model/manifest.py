"""The manifest: the sealed record of one run, and the same type for a replay of it."""

from __future__ import annotations

from typing import Any, Literal

from taketwo.model.base import Blob, Notice, Number, Value
from taketwo.model.data import Input, Output
from taketwo.model.environment import Environment
from taketwo.model.rules import Rule
from taketwo.model.source import Source

SCHEMA_VERSION = "1.0"

Status = Literal["completed", "failed", "interrupted", "killed"]


class StoredValue(Value, frozen=True, kw_only=True):
    """A value that JSON cannot carry: its type, a digest, a short text, and perhaps a pickled form.

    ``pickled`` is only ever loaded inside a sealed replay.
    """

    type: str
    sha256: str | None = None
    text: str = ""
    pickled: Blob | None = None


class Parameter(Value, frozen=True, kw_only=True):
    """One parameter: an argument of the function, a flag of the command, or ``log_param``.

    ``value`` is any JSON value; ``stored`` is set instead when the value is not one.
    """

    name: str
    value: Any = None
    stored: StoredValue | None = None
    origin: Literal["argument", "default", "flag", "logged"] = "logged"


class Metric(Value, frozen=True, kw_only=True):
    """One measured value. A metric that was logged with steps has one entry per step, in order."""

    name: str
    value: Number
    step: int | None = None
    at: float | None = None
    origin: Literal["logged", "returned"] = "logged"


class Call(Value, frozen=True, kw_only=True):
    """A decorated call: enough to call the function alone again.

    ``arguments`` holds positional and keyword arguments as one pickled blob (``None`` when they
    cannot be pickled). ``index`` counts the calls of this function in its process from 0.
    ``script`` is set (project-relative) when the function lives in ``__main__``; ``alone`` says whether
    importing that module does nothing but define things, as far as can be seen. ``main`` is the name that
    ``python -m`` was given, ``path`` what stood in front of ``sys.path``; ``source`` is the function's file.
    """

    module: str
    qualname: str
    index: int = 0
    script: str | None = None
    main: str | None = None
    path: tuple[str, ...] = ()
    source: str | None = None
    arguments: Blob | None = None
    alone: bool = False
    is_async: bool = False
    result: StoredValue | None = None
    result_json: Any = None
    error: str | None = None


class Invocation(Value, frozen=True, kw_only=True):
    """How the run was started.

    ``argv`` is what was typed, with paths inside the project as ``$PROJECT/…``, inside home as ``$HOME/…``, the
    interpreter as ``$PYTHON`` and environment scripts as ``$ENV/bin/NAME``; secrets are masked.
    ``directory`` is the working directory relative to the project.
    """

    argv: tuple[str, ...]
    directory: str = ""
    call: Call | None = None
    imports_taketwo: bool = False


class Streams(Value, frozen=True, kw_only=True):
    """What was printed, byte for byte."""

    stdout: Blob | None = None
    stderr: Blob | None = None


class Gpu(Value, frozen=True, kw_only=True):
    """One graphics processor, as its driver describes it; no serial number."""

    name: str
    memory_mib: int | None = None
    compute_capability: str = ""
    driver: str = ""
    cuda: str = ""


class Library(Value, frozen=True, kw_only=True):
    """A shared library that decides numbers: BLAS, OpenMP, CUDA; found among the loaded ones."""

    name: str
    kind: str = ""
    version: str = ""
    threads: int | None = None
    architecture: str = ""


class Host(Value, frozen=True, kw_only=True):
    """The machine, as context: nothing here must match, everything here may explain a difference."""

    system: str = ""
    release: str = ""
    machine: str = ""
    distribution: str = ""
    libc: str = ""
    cpu: str = ""
    cpu_features: tuple[str, ...] = ()
    cores: int | None = None
    cores_usable: int | None = None
    memory_bytes: int | None = None
    gpus: tuple[Gpu, ...] = ()
    libraries: tuple[Library, ...] = ()
    locale: str = ""
    time_zone: str = ""
    variables: dict[str, str] = {}


class Resources(Value, frozen=True, kw_only=True, omit_defaults=False):
    """What the run used: seconds, bytes. Written out in full."""

    wall_seconds: float = 0.0
    cpu_seconds: float | None = None
    peak_memory_bytes: int | None = None
    processes: int | None = None


class Ending(Value, frozen=True, kw_only=True):
    """How the run ended. ``exit_code`` as the shell would show it; ``signal`` by name."""

    status: Status
    exit_code: int | None = None
    signal: str | None = None
    error: str | None = None


class Sealing(Value, frozen=True, kw_only=True):
    """What was probed from inside the sandbox before the command ran; ``None`` is not probed.

    ``sealed`` is true only when every probe held: no route out, a root that cannot be written, no
    capabilities, no new privileges, not root, bounded memory and processes.
    """

    engine: str
    sealed: bool
    network: bool | None = None
    root_writable: bool | None = None
    capabilities: str | None = None
    no_new_privileges: bool | None = None
    uid: int | None = None
    memory_limit_bytes: int | None = None
    process_limit: int | None = None
    image: str | None = None
    image_id: str | None = None
    gaps: tuple[str, ...] = ()


class Rebuilt(Value, frozen=True, kw_only=True):
    """How far the rebuilt environment equals the captured one, file by file."""

    files: int
    identical: int
    different: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    interpreter: Literal["exact", "same minor", "different"] = "exact"
    interpreter_version: str = ""


class ReplayOf(Value, frozen=True, kw_only=True):
    """What makes a manifest a replay: the run that it repeats, the engine, what was rebuilt."""

    run_id: str
    manifest_sha256: str
    sealing: Sealing
    rebuilt: Rebuilt | None = None
    whole_command: bool = True
    rules: tuple[Rule, ...] = ()


class Manifest(Value, frozen=True, kw_only=True, omit_defaults=False):
    """The record of one run.

    ``run_id`` sorts by time. Times are RFC 3339 in UTC. ``rules`` are those that its author fixed at
    capture. ``parent`` is the run that this one is part of. ``context`` is free text about how the
    record came to be (its version of taketwo, whether it was recovered after a crash).
    """

    schema_version: str = SCHEMA_VERSION
    run_id: str
    experiment: str
    started_at: str
    finished_at: str
    ending: Ending
    invocation: Invocation
    source: Source | None = None
    environment: Environment | None = None
    inputs: tuple[Input, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    metrics: tuple[Metric, ...] = ()
    tags: dict[str, str] = {}
    outputs: tuple[Output, ...] = ()
    streams: Streams = Streams()
    rules: tuple[Rule, ...] = ()
    host: Host = Host()
    resources: Resources = Resources()
    parent: str | None = None
    replay: ReplayOf | None = None
    taketwo_version: str = ""
    notices: tuple[Notice, ...] = ()
