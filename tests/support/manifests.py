"""Manifests for tests: a small one, and one that sets every field to something other than its default."""

from __future__ import annotations

from datetime import UTC, datetime

from taketwo.formats.run_id import RunIdSource, new_run_id, started_at
from taketwo.model.base import Blob, Notice, number
from taketwo.model.data import Input, Location, Output
from taketwo.model.environment import (
    Artefact,
    Distribution,
    Environment,
    Interpreter,
    Lock,
    Requirement,
)
from taketwo.model.manifest import (
    Call,
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
    StoredValue,
    Streams,
)
from taketwo.model.rules import Rule
from taketwo.model.source import Repository, Source, Submodule

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def blob(number: int, *, stored: bool = True) -> Blob:
    """A reference to content that is nowhere."""
    return Blob(sha256=f"{number:064x}", size=number, stored=stored)


def small_manifest(*, run_id: str = "", at: datetime = NOON, experiment: str = "study", **fields) -> Manifest:
    """The least that a manifest can say."""
    run_id = run_id or RunIdSource().draw(at)  # of any day, not after the last one
    moment = started_at(run_id).isoformat().replace("+00:00", "Z")
    defaults = {
        "ending": Ending(status="completed", exit_code=0),
        "invocation": Invocation(argv=("$PYTHON", "train.py")),
    }
    return Manifest(
        run_id=run_id, experiment=experiment, started_at=moment, finished_at=moment, **(defaults | fields)
    )


def full_manifest() -> Manifest:
    """A manifest in which no field, however deep, holds its default."""
    stored_value = StoredValue(type="numpy.ndarray", sha256="c" * 64, text="array([1.])", pickled=blob(1))
    sealing = Sealing(
        engine="docker",
        sealed=True,
        network=False,
        root_writable=False,
        capabilities="0",
        no_new_privileges=True,
        uid=1000,
        memory_limit_bytes=2**33,
        process_limit=4096,
        image="python:3.11.7-slim",
        image_id="sha256:" + "d" * 64,
        gaps=("swap is not bounded",),
    )
    rule = Rule(target="auc*", allow="tolerance", ulps=2, rtol=1e-308, atol=1e-12, digits=3, by="author")
    return Manifest(
        schema_version="1.0",
        run_id=new_run_id(NOON),
        experiment="early-warning",
        started_at="2026-11-23T12:00:00Z",
        finished_at="2026-11-23T12:00:05.5Z",
        ending=Ending(status="killed", exit_code=137, signal="SIGKILL", error="killed by the kernel"),
        invocation=Invocation(
            argv=("$PYTHON", "$PROJECT/train.py", "--name", "caf\udce9"),
            directory="study",
            call=Call(
                module="train",
                qualname="fit",
                index=3,
                script="train.py",
                main="study.train",
                path=("$PROJECT/study",),
                source="e" * 64,
                arguments=blob(2),
                alone=True,
                is_async=True,
                result=stored_value,
                result_json={"auc": 0.89, "list": [1, None, True]},
                error="ValueError: no",
            ),
            imports_taketwo=True,
        ),
        source=_full_source(),
        environment=_full_environment(),
        inputs=(
            Input(
                name="semesters",
                path="$PROJECT/data",
                kind="directory",
                content=blob(3),
                kept="reference",
                declared=True,
                locations=(Location(kind="dvc", reference="data.dvc", md5="f" * 32),),
                files=12,
                changed_during_run=True,
                relative="../data",
            ),
        ),
        parameters=(
            Parameter(name="depth", value=2**70, origin="argument"),
            Parameter(name="model", stored=stored_value, origin="default"),
            Parameter(name="grid", value={"a": [1.5, -0.0, None]}, origin="flag"),
        ),
        metrics=(
            Metric(name="auc", value=0.1 + 0.2, step=1, at=1.5, origin="returned"),
            Metric(name="zero", value=number(-0.0)),
            Metric(name="large", value=number(1e308)),
            Metric(name="small", value=number(5e-324)),
            Metric(name="count", value=number(2**63 + 1)),
            Metric(name="loss", value=number(float("nan"))),
            Metric(name="up", value=number(float("inf"))),
            Metric(name="down", value=number(float("-inf"))),
        ),
        tags={"paper": "doi:10.5555/example", "naïve": "sí"},
        outputs=(Output(name="model", path="$PROJECT/model.json", content=blob(4), artifact=True),),
        streams=Streams(stdout=blob(5), stderr=blob(6)),
        rules=(rule,),
        host=_full_host(),
        resources=Resources(wall_seconds=5.5, cpu_seconds=4.25, peak_memory_bytes=2**28, processes=3),
        parent=new_run_id(NOON),
        replay=ReplayOf(
            run_id=new_run_id(NOON),
            manifest_sha256="a" * 64,
            sealing=sealing,
            rebuilt=Rebuilt(
                files=10,
                identical=7,
                different=("a.py",),
                missing=("b.py",),
                added=("c.py",),
                interpreter="same minor",
                interpreter_version="3.11.9",
            ),
            whole_command=False,
            rules=(rule,),
        ),
        taketwo_version="0.1.0",
        notices=(Notice(topic="lock", text="two hashes are pending"),),
    )


def _full_source() -> Source:
    return Source(
        notices=(Notice(topic="source", text="x"),),
        tree="1" * 64,
        object_format="sha256",
        subdirectory="study",
        files=3,
        size=99,
        proven=True,
        repository=Repository(
            commit="2" * 40,
            branch="main",
            remote="https://git.partner.example/study.git",
            dirty=True,
            changed=("train.py", "odd\nname"),
            unpushed=2,
            history=blob(7),
            submodules=(
                Submodule(path="lib", commit="3" * 40, remote="https://git.partner.example/lib", dirty=True),
            ),
        ),
    )


def _full_environment() -> Environment:
    return Environment(
        interpreter=Interpreter(
            implementation="cpython",
            version="3.11.7",
            cache_tag="cpython-311",
            soabi="cpython-311-x86_64-linux-gnu",
            platform="linux-x86_64",
            libc="glibc 2.36",
            build="main",
            compiler="GCC 12.2.0",
            executable_sha256="4" * 64,
            layout="venv",
            build_details={"abi": "cp311"},
        ),
        distributions=(
            Distribution(
                name="study-tools",
                version="1.0",
                origin="editable",
                artefacts=(Artefact(filename="x-1.0.tar.gz", sha256="5" * 64, size=8, kind="sdist"),),
                wheel=blob(8),
                content=blob(9),
                source_tree="6" * 40,
                direct_url={"url": "$PROJECT/tools"},
                installer="pip",
                requested=True,
                tags=("py3-none-any",),
                files=4,
                files_sha256="7" * 64,
                modified=("tools/a.py",),
                missing=("tools/b.py",),
            ),
        ),
        identity="8" * 64,
        files=4,
        listing=blob(10),
        overlay=blob(11),
        lock=Lock(pylock=blob(12), requirements=blob(13), pending=("torch",)),
        requested=(
            Requirement(
                file="requirements.txt",
                text="study-tools",
                name="study-tools",
                constraint=True,
                installed="1.0",
                satisfied=True,
            ),
        ),
        observed=False,
        notices=(Notice(topic="packages", text="study-tools was found twice"),),
    )


def _full_host() -> Host:
    return Host(
        system="Linux",
        release="6.1",
        machine="x86_64",
        distribution="Debian 12",
        libc="glibc 2.36",
        cpu="some cpu",
        cpu_features=("avx2",),
        cores=8,
        cores_usable=4,
        memory_bytes=2**34,
        gpus=(Gpu(name="gpu", memory_mib=1, compute_capability="9.0", driver="1", cuda="12"),),
        libraries=(Library(name="openblas", kind="blas", version="0.3", threads=2, architecture="Haswell"),),
        locale="C.UTF-8",
        time_zone="UTC",
        variables={"OMP_NUM_THREADS": "2"},
    )
