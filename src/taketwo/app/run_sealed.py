"""Run what a plan says in an engine, observed, and make manifest B of what was recorded."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from taketwo.app.build_environment import Built
from taketwo.app.conclude import conclude
from taketwo.app.ending import ending_of
from taketwo.app.obtain_data import PlacedData
from taketwo.app.tools import Tools
from taketwo.app.workspace import Workspace
from taketwo.engine.interface import Base, Engine, Limits, Mount, RunOutcome, RunRequest
from taketwo.engine.refused import check_started
from taketwo.engine.sealing import Opening, read_sealing
from taketwo.environments.facts import facts_of_rebuilt
from taketwo.environments.interface import InterpreterFacts
from taketwo.errors import EngineError
from taketwo.formats import canonical_json
from taketwo.formats.manifest import SealedManifest
from taketwo.formats.places import Places
from taketwo.formats.run_id import new_run_id
from taketwo.model.manifest import Call, Manifest, ReplayOf, Resources
from taketwo.model.rules import Rule
from taketwo.owner import this_process
from taketwo.progress import Progress
from taketwo.record import calls
from taketwo.record.ended import Ended
from taketwo.record.files import Allowance, FileStat, stat_now
from taketwo.record.main_process import main_process
from taketwo.record.privacy import public
from taketwo.record.recording import Recording
from taketwo.record.relocation import relocate
from taketwo.record.started import Started
from taketwo.replay.places import (
    CALL,
    ENVIRONMENT,
    HOME,
    LIBRARY,
    OBSERVER,
    PROJECT,
    RECORDING,
    SYSTEM_PATH,
)
from taketwo.replay.plan import ReplayPlan, project_target

_PACKAGE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class SealedRun:
    """Everything that one sealed run needs, prepared and checked."""

    sealed: SealedManifest
    plan: ReplayPlan
    engine: Engine
    base: Base
    built: Built
    placed: PlacedData
    space: Workspace
    network: bool
    rules: tuple[Rule, ...]


def run_sealed(job: SealedRun, tools: Tools, progress: Progress) -> Manifest:
    """Run, observe, seal manifest B and return it: of the whole command, or of the one call that was asked for."""
    launch = Launch(job, tools)
    _make_directory(job)
    before = {**_files_below(job.space.tree), **_files_below(job.space.outside)}
    start = time.time()
    outcome, probed = _run(launch, progress)
    finished = time.time()
    start = _began(job.space.recording, start, finished)
    sealing = read_sealing(probed, job.engine, job.base, network=job.network)
    original = job.sealed.manifest
    started = Started(
        run_id=new_run_id(datetime.fromtimestamp(start, UTC)),
        experiment=original.experiment,
        mode="replay",
        started=start,
        project=str(job.space.tree / job.plan.subdirectory),
        home="",
        directory=str(job.space.tree / job.plan.subdirectory / job.plan.directory),
        argv=original.invocation.argv,
        owner=this_process(),
        source_root=str(job.space.tree),
        declared=job.placed.declared,
        ignored=tools.settings.ignore,
        source=original.source,
        rules=original.rules,
        tags=dict(original.tags),
        variables=dict(job.plan.variables),
        replay=ReplayOf(
            run_id=original.run_id,
            manifest_sha256=job.sealed.sha256,
            sealing=sealing,
            rebuilt=job.built.rebuilt,
            whole_command=job.plan.whole_command,
            rules=job.rules,
        ),
    )
    recording = relocate(public(Recording.read(job.space.recording), launch.places), launch.roots())
    ended = Ended(
        ending=ending_of(outcome.exit_code, timed_out=outcome.timed_out, out_of_memory=outcome.out_of_memory),
        finished=finished,
        resources=Resources(
            wall_seconds=outcome.wall_seconds,
            cpu_seconds=outcome.cpu_seconds,
            peak_memory_bytes=outcome.peak_memory_bytes,
        ),
        stdout=job.space.scratch / "stdout",
        stderr=job.space.scratch / "stderr",
        original_paths=job.placed.original_paths,
        before=before,
        as_seen=launch.places,
    )
    wanted = original.invocation.call
    chosen = calls.matching(recording, wanted, original.parameters) if wanted else None
    sealed = conclude(
        tools,
        started,
        recording,
        ended,
        chosen=chosen.call if chosen else None,
        rebuilt=_rebuilt_facts(job, recording),
    )
    return sealed[0].manifest


def _make_directory(job: SealedRun) -> None:
    """Make the working directory of the command: git knows no empty directories."""
    tree = job.space.tree.resolve()
    directory = Path(os.path.normpath(tree / job.plan.subdirectory / job.plan.directory))
    if directory.resolve().is_relative_to(tree):
        directory.mkdir(parents=True, exist_ok=True)


def _began(recording: Path, earliest: float, latest: float) -> float:
    """When the command itself began. Engines hand files over before that, and so change their ctime."""
    seen = stat_now(str(recording / "started"))
    return min(max(seen.mtime_ns / 1e9, earliest), latest) if seen else earliest


def _rebuilt_facts(job: SealedRun, recording: Recording) -> InterpreterFacts | None:
    captured = job.sealed.manifest.environment
    if job.built.directory is None or captured is None:
        return None
    main = main_process(recording, str(job.space.tree / job.plan.subdirectory))
    said = main.interpreter if main else captured.interpreter
    return facts_of_rebuilt(job.built.directory, said, version=job.base.python_version)


def _files_below(root: Path) -> dict[str, FileStat]:
    return {
        path: seen
        for top, _, names in os.walk(root)
        for name in names
        if (seen := stat_now(path := f"{top}/{name}")) is not None
    }


class Launch:
    """How one sealed run is started: its mounts, its command, its environment."""

    def __init__(self, job: SealedRun, tools: Tools) -> None:
        self.job = job
        self.tools = tools
        self.mounts = self._mounts()
        environment = self.place(ENVIRONMENT) if job.built.directory else ""
        self.python = f"{environment}/bin/python" if environment else job.base.python
        self.places = Places(
            project=self.place(project_target(job.plan.subdirectory)),
            root=self.place(PROJECT),
            home=HOME,
            python=self.python,
            environment=environment,
        )

    def place(self, target: str) -> str:
        """Where the command sees what is mounted at ``target``."""
        return self.job.engine.place(target, self.mounts)

    def request(self) -> RunRequest:
        """The launcher, which probes the sandbox and becomes the command."""
        settings = self.tools.settings
        environment = self.environment()
        # They would be obeyed by every program on the way to the command, the first of them on this machine.
        late = [f"{name}={environment.pop(name)}" for name in sorted(environment) if _loads_programs(name)]
        # The base's own interpreter, because somebody else decided what lies in the environment.
        launcher = (self.job.base.python, "-I", "-S", f"{self.place(OBSERVER)}/launch.py", *late, "--")
        return RunRequest(
            argv=(*launcher, *self.command()),
            directory=f"{self.places.project}/{self.job.plan.directory}".rstrip("/"),
            environment=environment,
            mounts=self.mounts,
            limits=Limits(
                memory_bytes=settings.memory_limit,
                processes=settings.process_limit,
                seconds=settings.time_limit,
                disk_bytes=settings.disk_limit,
            ),
            network=self.job.network,
            base=self.job.base,
        )

    def command(self) -> tuple[str, ...]:
        """The captured command at the places of the sandbox, or the one call of it."""
        if self.job.plan.call is None:
            return tuple(self.places.expand(word) for word in self.job.plan.argv)
        return (self.python, f"{self.place(OBSERVER)}/replay_call.py", f"{self.place(CALL)}/call.json")

    def environment(self) -> dict[str, str]:
        """The whole environment of the command: what was captured, and what the observer needs."""
        captured = {name: self.places.expand(value) for name, value in self.job.plan.variables.items()}
        own = captured.pop("PYTHONPATH", "")
        python_path = [f"{self.place(OBSERVER)}/bootstrap", *own.split(":")]
        if self._imports_taketwo:
            python_path.append(self.place(LIBRARY))
        return {
            **captured,
            "PATH": f"{self.places.environment}/bin:{SYSTEM_PATH}"
            if self.places.environment
            else SYSTEM_PATH,
            "PYTHONPATH": ":".join(entry for entry in python_path if entry),
            "TAKETWO_RECORDING": self.place(RECORDING),
        }

    def roots(self) -> dict[str, str]:
        """Every place of the sandbox and where it is on this machine."""
        return {self.place(mount.target): str(mount.source) for mount in self.mounts}

    @property
    def _imports_taketwo(self) -> bool:
        return self.job.sealed.manifest.invocation.imports_taketwo

    def _mounts(self) -> tuple[Mount, ...]:
        job = self.job
        mounts = [
            Mount(job.space.tree, PROJECT, writable=True),
            Mount(job.space.recording, RECORDING, writable=True),
            Mount(_PACKAGE / "observer", OBSERVER),
            *job.built.mounts,
            *job.placed.mounts,
        ]
        if self._imports_taketwo:
            library = job.space.scratch / "lib"
            library.mkdir(mode=0o755)
            shutil.copytree(_PACKAGE, library / "taketwo", ignore=shutil.ignore_patterns("__pycache__"))
            mounts.append(Mount(library, LIBRARY))
        if job.plan.call is not None:
            mounts.append(Mount(self._call_directory(job.plan.call), CALL))
        return tuple(mounts)

    def _call_directory(self, call: Call) -> Path:
        """The call to make and its pickled arguments, which nothing but the sandbox loads."""
        directory = self.job.space.scratch / "call"
        directory.mkdir(mode=0o755)
        if call.arguments is not None:
            self.tools.store.copy_out(call.arguments.sha256, directory / "arguments.pickle")
        mounts = (*self._before_call(), Mount(directory, CALL))
        engine = self.job.engine
        project = engine.place(project_target(self.job.plan.subdirectory), mounts)
        environment = engine.place(ENVIRONMENT, mounts)
        places = Places(project=project, home=HOME, environment=environment)
        specification = {
            "module": call.module,
            "qualname": call.qualname,
            "script": places.expand(call.script) if call.script else None,
            "main": call.main,
            "path": [places.expand(entry) for entry in call.path],
            "arguments": f"{engine.place(CALL, mounts)}/arguments.pickle",
        }
        (directory / "call.json").write_bytes(canonical_json.encode(specification))
        return directory

    def _before_call(self) -> tuple[Mount, ...]:
        return (Mount(self.job.space.tree, PROJECT, writable=True), *self.job.built.mounts)


def _loads_programs(name: str) -> bool:
    return name.startswith("LD_") or name == "GLIBC_TUNABLES"


def _run(launch: Launch, progress: Progress) -> tuple[RunOutcome, bytes | None]:
    """How the command ended, and what the launcher said first; stderr is kept without that."""
    scratch = launch.job.space.scratch
    with (scratch / "stdout").open("wb") as out, (scratch / "stderr").open("wb") as err:
        streams = {"stdout": out, "stderr": err}
        opening = Opening()
        room = Allowance(launch.tools.settings.disk_limit)

        def listener(stream: str, content: bytes) -> None:
            if stream == "stderr":
                content = opening.feed(content)
            if not room.take(len(content)):
                raise EngineError(
                    "the run printed more than the disk limit allows, and was ended",
                    why="It would have filled the disk of this machine.",
                    todo="Raise the setting disk_limit if so much is expected.",
                )
            streams[stream].write(content)
            for line in content.decode("utf-8", "replace").splitlines():
                progress.detail(line)

        outcome = launch.job.engine.run(launch.request(), listener)
        err.write(opening.rest())
    if opening.line is None and outcome.exit_code != 0:
        said = (scratch / "stderr").read_text("utf-8", "replace").strip()[-2000:]
        raise EngineError(
            f"{launch.job.engine.name} could not start {launch.job.base.python}",
            why=f"Nothing of the run has been executed. {said}".strip(),
            todo="Try another engine (--engine) or base image (--base-image); see `taketwo engines`.",
        )
    check_started(scratch / "stderr", outcome.exit_code, launch.job.engine.name)
    return outcome, opening.line
