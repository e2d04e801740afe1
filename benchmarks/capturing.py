"""Capture, warm: by decorator and by ``taketwo run``, over the bare script, beside a naive one."""

from __future__ import annotations

import statistics
import subprocess
from pathlib import Path

from benchmarks.measuring import Row, Work, milliseconds, program, take_turns
from benchmarks.simple_index import index_of
from benchmarks.study import Study, make_study

_DECORATOR, _RUN, _CALL = 0.10, 0.30, 0.05
_CALLS = 100
_MANY = f'''"""A hundred captured calls in one process."""
import time

import taketwo


@taketwo.capture
def step(number):
    return {{"square": number * number}}


step(0)
begun = time.perf_counter()
for number in range({_CALLS}):
    step(number)
print((time.perf_counter() - begun) / {_CALLS})
'''


def measure(scratch: Path) -> list[Row]:
    """Rows for both ways to capture, for a naive script, and for one of many calls in a process."""
    study = make_study(scratch / "study")
    study.environment["UV_DEFAULT_INDEX"] = index_of(study.site, scratch / "index")
    return [*whole_runs(study), many_calls(scratch, study)]


def whole_runs(study: Study, rounds: int = 9) -> list[Row]:
    """What a capture adds to a whole run of the script."""

    def candidate(words: list[str | Path]) -> Work:
        return program(words, directory=study.project, environment=study.environment)

    timings = take_turns(
        {
            "bare": candidate(study.script("bare.py")),
            "naive": candidate(study.script("naive.py")),
            "decorated": candidate(study.script("decorated.py")),
            "run": candidate(study.taketwo("run", "--quiet", "--", study.python, "bare.py")),
        },
        rounds=rounds,
        warm=2,
    )
    floor = f"bare script {milliseconds(timings.median('bare'))}"

    def row(what: str, name: str, budget: float | None) -> Row:
        over = timings.over(name, "bare")
        if budget is None:
            return Row(what, f"+{milliseconds(over)}", floor)
        return Row(what, f"+{milliseconds(over)}", floor, f"<= +{milliseconds(budget)}", over <= budget)

    return [
        row("naive script: git and a list of packages", "naive", None),
        row("capture, warm, by decorator", "decorated", _DECORATOR),
        row("capture, warm, by taketwo run", "run", _RUN),
    ]


def many_calls(scratch: Path, study: Study) -> Row:
    """What one more captured call costs in a process that has captured before, in a small project."""
    project = scratch / "small"
    project.mkdir()
    (project / "many.py").write_text(_MANY)
    subprocess.run(["git", "init", "--quiet"], cwd=project, check=True)
    found = []
    for _ in range(3):
        done = subprocess.run(
            [study.python, "many.py"],
            cwd=project,
            env=study.environment,
            check=True,
            capture_output=True,
            text=True,
        )
        found.append(float(done.stdout))
    each = statistics.median(found)
    return Row(
        f"one more captured call of {_CALLS}",
        milliseconds(each),
        budget=f"<= {milliseconds(_CALL)}",
        within=each <= _CALL,
    )
