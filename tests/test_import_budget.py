"""``import taketwo`` happens inside other people's training scripts, so it must cost next to nothing."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.support.observing import SOURCE

BUDGET = 100
HEAVY = {
    "json",
    "inspect",
    "hashlib",
    "dataclasses",
    "subprocess",
    "pathlib",
    "logging",
    "asyncio",
    "msgspec",
    "numpy",
}


def test_import_loads_little_more_than_the_bare_interpreter() -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(SOURCE)!r}); before = set(sys.modules); import taketwo; "
        "import json; loaded = set(sys.modules) - before; print(json.dumps(sorted(loaded)))"
    )
    code = code.replace(
        "import json; loaded = set(sys.modules) - before;", "loaded = set(sys.modules) - before; import json;"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout))
    assert len(loaded) <= BUDGET // 2
    assert not loaded & HEAVY
    foreign = {name.split(".")[0] for name in loaded} - sys.stdlib_module_names
    assert foreign == {"taketwo"}


def test_the_public_names_are_these() -> None:
    import taketwo

    assert taketwo.__all__ == [
        "__version__",
        "capture",
        "log_artifact",
        "log_metric",
        "log_metrics",
        "log_param",
        "log_params",
        "set_tag",
    ]
    assert all(getattr(taketwo, name).__doc__ for name in taketwo.__all__)
