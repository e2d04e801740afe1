"""Replay, cold: 30 packages from cached wheels, beside ``docker build`` with pip from the same wheels."""

from __future__ import annotations

import platform
import shutil
import subprocess
from pathlib import Path

from benchmarks.measuring import Row, program, take_turns
from benchmarks.replaying import captured, replay

_TIMES_FASTER = 5.0
_ROUNDS = 3
_DOCKERFILE = """FROM {image}
COPY wheels /wheels
RUN python -m venv /env && /env/bin/python -m pip install --no-index --find-links /wheels {packages}
COPY project /project
RUN /env/bin/python /project/bare.py
"""


def measure(scratch: Path) -> list[Row]:
    """One row: how many times faster a replay is that has to build its environment."""
    study, environment = captured(scratch / "cold")
    context = scratch / "context"
    shutil.copytree(study.project, context / "project", ignore=shutil.ignore_patterns(".git", ".taketwo"))
    wheels = list((study.root / "index").glob("*.whl"))
    (context / "wheels").mkdir()
    for wheel in wheels:
        shutil.copy(wheel, context / "wheels")
    names = " ".join(sorted(wheel.name.split("-")[0] for wheel in wheels))
    image = f"python:{platform.python_version()}-slim"
    (context / "Dockerfile").write_text(_DOCKERFILE.format(image=image, packages=names))
    built = Path(environment["XDG_CACHE_HOME"]) / "taketwo" / "built"
    again = program(replay("docker"), directory=study.project, environment=environment)

    def cold() -> None:
        shutil.rmtree(built, ignore_errors=True)
        again()

    images = [f"taketwo-bench:{number}" for number in range(_ROUNDS + 1)]
    names_left = iter(images)

    def by_hand() -> None:
        options = ("--quiet", "--force-rm", "--no-cache", "--network", "none", "--tag", next(names_left))
        program(["docker", "build", *options, "."], directory=context)()

    try:
        timings = take_turns({"floor": by_hand, "cold": cold}, rounds=_ROUNDS, warm=1)
    finally:
        subprocess.run(["docker", "image", "rm", "--force", *images], capture_output=True, check=False)
    times = timings.median("floor") / timings.median("cold")
    return [
        Row(
            f"replay, cold, {len(wheels)} packages from cached wheels",
            f"{timings.median('cold'):.1f} s, {times:.1f} x faster",
            f"docker build with pip: {timings.median('floor'):.1f} s",
            f">= {_TIMES_FASTER:g} x faster",
            times >= _TIMES_FASTER,
        )
    ]
