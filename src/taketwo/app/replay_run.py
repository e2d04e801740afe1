"""Use case: run a captured run again from its manifest alone, sealed, and judge the result.

The steps are those of the design, in this order; nothing of the run is executed before step 6.

1. read the manifest and check its seal, and the digest of everything that it refers to
2. choose the engine, and the base with the right Python
3. rebuild the source
4. put the data in place and check its digests
5. build the environment from the lock, and check it file by file
6. run, sealed, observed
7. make manifest B from the recording
8. compare
"""

from __future__ import annotations

from taketwo.app import check_run
from taketwo.app.build_environment import build_environment
from taketwo.app.obtain_data import obtain, require_in_place
from taketwo.app.requests import ReplayRequest
from taketwo.app.results import ReplayResult
from taketwo.app.run_sealed import SealedRun, run_sealed
from taketwo.app.tools import compose
from taketwo.app.workspace import workspace
from taketwo.config.settings import Settings
from taketwo.engine.selection import select
from taketwo.environments.facts import facts_of_this_process
from taketwo.progress import SILENT, Progress
from taketwo.replay.plan import plan
from taketwo.verify.compare import compare
from taketwo.verify.rules import parse_rule


def run(settings: Settings, request: ReplayRequest, progress: Progress = SILENT) -> ReplayResult:
    """Replay one run and compare. Differences are in the verdict; only malfunctions are raised."""
    tools = compose(settings)
    supplied = {**settings.data, **request.data} if request.data else dict(settings.data)
    rules = tuple(parse_rule(text) for text in request.tolerance)

    progress.step("checking the manifest and everything it refers to")
    sealed = tools.store.manifest(tools.store.resolve(request.run))
    original = sealed.manifest
    check_run.check(sealed, tools)
    names = {item.name for item in original.inputs}
    todo = plan(original, supplied=request.data)

    progress.step("choosing an engine")
    selection = select(settings.engine, tools.engines)
    engine = selection.engine
    for passed_over in selection.passed_over:
        progress.found(f"{passed_over.name} does not work here: {passed_over.availability.reason}")
    if not engine.sealed:
        why = "no engine that seals works here" if selection.passed_over else f"{engine.name} does not seal"
        progress.warn(f"{why}: the run is executed unsealed (see `taketwo engines`)")
    interpreter = (
        original.environment.interpreter if original.environment else facts_of_this_process().identity
    )
    progress.step(f"preparing {engine.name}")
    base = engine.base_for(interpreter, image=settings.base_image)

    with workspace(settings.store / "replays") as space:
        progress.step("rebuilding the source")
        if original.source is not None:
            tools.vault.materialise(original.source.tree, space.tree)
        else:
            space.tree.mkdir()
        progress.step("placing the data")
        own = {name: path for name, path in supplied.items() if name in names}
        placed = obtain(todo, space, tools, own, progress)
        require_in_place(todo, engine, tools, own, placed)
        progress.step("building the environment")
        built = build_environment(original, engine, base, tools, progress)
        progress.step(f"running in {engine.name}")
        job = SealedRun(
            sealed=sealed,
            plan=todo,
            engine=engine,
            base=base,
            built=built,
            placed=placed,
            space=space,
            network=request.network,
            rules=rules,
        )
        replay = run_sealed(job, tools, progress)

    progress.step("comparing")
    verdict = compare(
        original,
        replay,
        rules=(*original.rules, *rules),
        read=tools.store.read,
        rules_by="replayer" if rules else "author",
    )
    return ReplayResult(verdict=verdict, original=original, replay=replay, read=tools.store.read)
