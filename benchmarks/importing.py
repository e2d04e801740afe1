"""``import taketwo``: how many modules, and how long, beside an interpreter that does nothing."""

from __future__ import annotations

import subprocess
from pathlib import Path

from benchmarks.measuring import Row, milliseconds, program, take_turns
from benchmarks.study import make_study

_MODULES, _RATIO = 100, 3.0
_COUNT = "import sys; before = len(sys.modules); import taketwo; print(len(sys.modules) - before)"


def measure(scratch: Path) -> list[Row]:
    """One row for the modules, one for the time."""
    python = make_study(scratch / "import", packages=0, files=1).python
    count = int(subprocess.run([python, "-c", _COUNT], capture_output=True, check=True).stdout)
    timings = take_turns(
        {"bare": program([python, "-c", "pass"]), "taketwo": program([python, "-c", "import taketwo"])},
        rounds=30,
        warm=3,
    )
    ratio = timings.median("taketwo") / timings.median("bare")
    return [
        Row("import taketwo: modules", f"{count}", "python -c pass", f"<= {_MODULES}", count <= _MODULES),
        Row(
            "import taketwo: time",
            f"{ratio:.2f} x",
            f"python -c pass {milliseconds(timings.median('bare'))}",
            f"<= {_RATIO:g} x",
            ratio <= _RATIO,
        ),
    ]
