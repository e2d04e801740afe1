"""One captured study, a sealed replay of it, and their content: realistic, and any field can be changed."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from taketwo.errors import MissingBlob
from taketwo.model.base import Blob
from taketwo.model.data import Input, Output
from taketwo.model.environment import Artefact, Distribution, Environment, Interpreter
from taketwo.model.manifest import (
    Ending,
    Gpu,
    Host,
    Invocation,
    Library,
    Manifest,
    Metric,
    Parameter,
    Rebuilt,
    ReplayOf,
    Resources,
    Sealing,
    Streams,
)
from taketwo.model.rules import Rule
from taketwo.model.source import Repository, Source


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Content:
    """Blobs by digest; what was not kept is ``MissingBlob``, as in a store."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.reads: list[str] = []

    def blob(self, content: bytes, *, stored: bool = True) -> Blob:
        if stored:
            self.kept[digest(content)] = content
        return Blob(sha256=digest(content), size=len(content), stored=stored)

    def output(self, name: str, content: bytes, *, artifact: bool = False, stored: bool = True) -> Output:
        path = name if artifact else f"$PROJECT/{name}"
        return Output(name=name, path=path, content=self.blob(content, stored=stored), artifact=artifact)

    def read(self, sha256: str) -> bytes:
        self.reads.append(sha256)
        try:
            return self.kept[sha256]
        except KeyError:
            raise MissingBlob(f"{sha256} is not in the store.") from None


def blob(content: bytes) -> Blob:
    """A reference to content that nobody will read."""
    return Blob(sha256=digest(content), size=len(content))


INTERPRETER = Interpreter(
    implementation="cpython",
    version="3.11.7",
    cache_tag="cpython-311",
    soabi="cpython-311-x86_64-linux-gnu",
    platform="linux-x86_64",
    libc="glibc 2.36",
    layout="venv",
)

HOST = Host(
    system="Linux",
    release="6.1.0",
    machine="x86_64",
    distribution="Debian GNU/Linux 12",
    libc="glibc 2.36",
    cpu="AMD EPYC 7543 32-Core Processor",
    cpu_features=("avx", "avx2", "fma"),
    cores=32,
    cores_usable=8,
    memory_bytes=64 * 2**30,
    gpus=(Gpu(name="NVIDIA A100", memory_mib=40960, driver="550.54", cuda="12.4"),),
    libraries=(Library(name="openblas", kind="blas", version="0.3.27", threads=8, architecture="Zen"),),
    locale="en_US.UTF-8",
    time_zone="UTC",
    variables={"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "8"},
)


def distribution(name: str, version: str, **changes: Any) -> Distribution:
    artefact = Artefact(filename=f"{name}-{version}-py3-none-any.whl", sha256=digest(name.encode()))
    return Distribution(**{
        "name": name, "version": version, "origin": "index", "artefacts": (artefact,), **changes,
    })  # fmt: skip


def environment(**changes: Any) -> Environment:
    distributions = (
        distribution("numpy", "2.2.6"),
        distribution("scikit-learn", "1.7.2", requested=True),
        distribution("scipy", "1.16.1"),
    )
    return Environment(**{
        "interpreter": INTERPRETER, "distributions": distributions, "identity": digest(b"environment"),
        "files": 12431, **changes,
    })  # fmt: skip


def manifest(**changes: Any) -> Manifest:
    """A completed run of a study of students at risk; any field can be changed."""
    return Manifest(**{
        "run_id": "20260301T101500-7f3k9q",
        "experiment": "early-warning",
        "started_at": "2026-03-01T10:15:00Z",
        "finished_at": "2026-03-01T10:17:30Z",
        "ending": Ending(status="completed", exit_code=0),
        "invocation": Invocation(argv=("$PYTHON", "train.py", "--seed", "7")),
        "source": Source(
            tree="4b825dc642cb6eb9a060e54bf8d69288fbee4904",
            files=42,
            size=180_000,
            proven=True,
            repository=Repository(
                commit="9fceb02d0ae598e95dc970b74767f19372d61af8", branch="main", dirty=True,
                changed=("train.py",), remote="https://git.example/lab/early-warning.git",
            ),
        ),
        "environment": environment(),
        "inputs": (
            Input(
                name="data/cohort.csv", path="$PROJECT/data/cohort.csv", kind="file",
                content=blob(b"student,grade\n1,2\n"), declared=True,
            ),
        ),
        "parameters": (
            Parameter(name="seed", value=7, origin="flag"),
            Parameter(name="model", value="gradient boosting", origin="argument"),
        ),
        "metrics": (
            Metric(name="accuracy", value=0.8934),
            Metric(name="auc", value=0.9127),
            Metric(name="loss", value=0.71, step=1),
            Metric(name="loss", value=0.42, step=2),
            Metric(name="loss", value=0.3125, step=3),
        ),
        "outputs": (
            Output(
                name="results/table.csv", path="$PROJECT/results/table.csv",
                content=blob(b"group,accuracy\nall,0.8934\n"),
            ),
        ),
        "streams": Streams(stdout=blob(b"accuracy 0.8934\n")),
        "host": HOST,
        "resources": Resources(
            wall_seconds=150.0, cpu_seconds=540.5, peak_memory_bytes=3 * 2**30, processes=9
        ),
        "taketwo_version": "0.1.0",
        **changes,
    })  # fmt: skip


def sealing(**changes: Any) -> Sealing:
    return Sealing(**{
        "engine": "docker", "sealed": True, "network": False, "root_writable": False, "capabilities": "0",
        "no_new_privileges": True, "uid": 1000, "memory_limit_bytes": 8 * 2**30, "process_limit": 4096,
        "image": "python:3.11.7-slim", "image_id": "sha256:" + digest(b"image"), **changes,
    })  # fmt: skip


def rebuilt(**changes: Any) -> Rebuilt:
    return Rebuilt(**{"files": 12431, "identical": 12431, "interpreter_version": "3.11.7", **changes})


def replay(
    *,
    of: Manifest | None = None,
    sealing: Sealing | None = None,
    rebuilt: Rebuilt | None = None,
    **changes: Any,
) -> Manifest:
    """A sealed replay of ``of`` with the same results; any field can be changed."""
    original = of or manifest()
    fields: dict[str, Any] = {
        "run_id": "20270612T090000-2mmx4t",
        "started_at": "2027-06-12T09:00:00Z",
        "finished_at": "2027-06-12T09:03:10Z",
        "replay": ReplayOf(
            run_id=original.run_id,
            manifest_sha256=digest(b"manifest"),
            sealing=sealing or globals()["sealing"](),
            rebuilt=rebuilt or globals()["rebuilt"](),
        ),
    }
    return msgspec.structs.replace(original, **{**fields, **changes})


def rule(target: str = "*", allow: str = "equal", **changes: Any) -> Rule:
    return Rule(target=target, allow=allow, **changes)  # type: ignore[arg-type]
