"""The observer starts in every Python, and nothing that a program can see of itself changes."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.interpreters import MINORS, interpreter
from tests.support.observing import BOOTSTRAP, observe, observed_environment

OBSERVER = BOOTSTRAP.parent

PROGRAM = """
import multiprocessing, os, subprocess, sys
def work(path):
    with open(path) as source:
        return source.read()
if __name__ == "__main__":
    with open("result.txt", "w") as target:
        target.write("done")
    for method in ("fork", "spawn", "forkserver"):
        with multiprocessing.get_context(method).Pool(1) as pool:
            print(pool.map(work, [method + ".csv"]))
    code = "open('child.csv').read()"
    subprocess.run([sys.executable, "-c", code], check=True)
"""

SELF_PORTRAIT = """
import sys
before = sorted(sys.modules)
import gc, json, os, random, signal, threading
random.seed(7)
print(json.dumps({
    "random": [random.random(), random.getrandbits(64)],
    "hash": hash("text"),
    "environ": {k: v for k, v in sorted(os.environ.items()) if k not in ("TAKETWO_RECORDING", "PYTHONPATH")},
    "path": sys.path,
    "argv": sys.argv,
    "meta_path": [getattr(finder, "__qualname__", type(finder).__qualname__) for finder in sys.meta_path],
    "hooks": [getattr(hook, "__qualname__", "") for hook in sys.path_hooks],
    "importers": sorted(sys.path_importer_cache),
    "signals": {str(s): repr(signal.getsignal(s)) for s in sorted(signal.valid_signals())},
    "cwd": os.getcwd(),
    "streams": [type(s).__name__ + s.encoding + s.errors for s in (sys.stdin, sys.stdout, sys.stderr)],
    "excepthook": repr(sys.excepthook is sys.__excepthook__),
    "trace": [repr(sys.gettrace()), repr(sys.getprofile())],
    "threads": threading.active_count(),
    "tasks": len(os.listdir("/proc/self/task")),
    "umask": os.umask(0),
    "switch": sys.getswitchinterval(),
    "recursion": sys.getrecursionlimit(),
    "gc": [gc.isenabled(), gc.get_threshold()],
    "builtins": sorted(vars(__builtins__)),
    "descriptor": os.open(__file__, os.O_RDONLY),
    "sitecustomize": "sitecustomize" in sys.modules,
    "warnings": sys.warnoptions,
}))
print(json.dumps([name for name in before if not name.startswith("_taketwo_")]), file=sys.stderr)
"""

NEEDED_FROM_THE_STANDARD_LIBRARY = {
    "__future__",
    "_contextvars",
    "_json",
    "_struct",
    "_thread",
    "atexit",
    "contextvars",
    "fcntl",
    "itertools",
    "struct",
    "time",
    "_imp",
    "errno",
}


@pytest.fixture(params=MINORS)
def python(request: pytest.FixtureRequest) -> str:
    found = interpreter(request.param)
    if found is None:
        pytest.skip(f"Python {request.param} is not on this machine")
    return found


def project(directory: Path) -> Path:
    directory.mkdir()
    for name in ("fork", "spawn", "forkserver", "child"):
        (directory / f"{name}.csv").write_text(name)
    (directory / "program.py").write_text(PROGRAM)
    return directory


def test_processes_and_files_are_observed_in_every_python_and_under_every_start_method(
    python: str, tmp_path: Path
) -> None:
    where = project(tmp_path / "project")
    seen = observe(["program.py"], where, python=python)
    assert (seen.exit_code, seen.stderr) == (0, "")
    assert seen.stdout == "['fork']\n['spawn']\n['forkserver']\n"
    read = {Path(event.path).name for event in seen.recording.opens if event.mode == "r"}
    assert {"program.py", "fork.csv", "spawn.csv", "forkserver.csv", "child.csv"} <= read
    assert [Path(e.path).name for e in seen.recording.opens if e.mode == "w"] == ["result.txt"]
    assert len({event.pid for event in seen.recording.processes}) >= 5
    first = seen.recording.processes[0]
    assert first.interpreter.version.startswith(subprocess.getoutput(f"{python} -V").split()[1])
    assert first.interpreter.soabi.startswith("cpython-3")
    assert first.orig_argv[-1] == "program.py"


def test_nothing_that_a_program_can_see_of_itself_changes(python: str, tmp_path: Path) -> None:
    where = tmp_path / "project"
    where.mkdir()
    (where / "portrait.py").write_text(SELF_PORTRAIT)
    environment = observed_environment(tmp_path / "recording") | {"PYTHONHASHSEED": "3"}
    _, _, behind = environment["PYTHONPATH"].partition(os.pathsep)
    bare = {k: v for k, v in environment.items() if k not in {"TAKETWO_RECORDING", "PYTHONPATH"}}
    bare |= {"PYTHONPATH": behind} if behind else {}
    portraits, modules = [], []
    for variables in (bare, environment):
        done = subprocess.run(
            [python, "portrait.py", "--x"],
            cwd=where,
            env=variables,
            capture_output=True,
            text=True,
            check=True,
        )
        portraits.append(json.loads(done.stdout))
        modules.append(set(json.loads(done.stderr)))
    portraits[0]["importers"] = portraits[1]["importers"] = [
        entry for entry in portraits[1]["importers"] if entry not in portraits[0]["importers"]
    ]
    assert portraits[1] == portraits[0]
    assert set(portraits[1]["importers"]) <= {str(OBSERVER)}
    assert modules[1] - modules[0] <= NEEDED_FROM_THE_STANDARD_LIBRARY


def test_a_copy_of_the_directory_needs_nothing_beside_it(tmp_path: Path) -> None:
    shutil.copytree(OBSERVER, tmp_path / "observer", ignore=shutil.ignore_patterns("__pycache__"))
    where = project(tmp_path / "project")
    seen = observe(["program.py"], where, bootstrap=tmp_path / "observer" / "bootstrap")
    assert seen.exit_code == 0
    assert len(seen.recording.processes) >= 5


def test_the_sitecustomize_that_is_hidden_runs_and_is_the_one_that_programs_find(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text("import builtins\nbuiltins.customised = __file__\n")
    where = tmp_path / "project"
    where.mkdir()
    (where / "p.py").write_text("import sitecustomize; print(customised == sitecustomize.__file__)")
    path = os.pathsep.join([str(BOOTSTRAP), str(tmp_path / "site")])
    seen = observe(["p.py"], where, environment={"PYTHONPATH": path})
    assert (seen.stdout, seen.stderr) == ("True\n", "")
    assert len(seen.recording.processes) == 1


def test_a_hidden_sitecustomize_that_fails_is_reported_as_it_always_was(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text("raise ValueError('mine')\n")
    where = tmp_path / "project"
    where.mkdir()
    path = os.pathsep.join([str(BOOTSTRAP), str(tmp_path / "site")])
    seen = observe(["-c", "print(1)"], where, environment={"PYTHONPATH": path})
    bare = subprocess.run(
        [sys.executable, "-c", "print(1)"],
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert (seen.stdout, seen.stderr) == (bare.stdout, bare.stderr)


def test_a_recording_that_cannot_be_written_disturbs_nobody(tmp_path: Path) -> None:
    where = tmp_path / "project"
    where.mkdir()
    seen = observe(["-c", "print(1)"], where, environment={"TAKETWO_RECORDING": "/proc/nowhere"})
    assert (seen.stdout, seen.stderr, seen.exit_code) == ("1\n", "", 0)


@pytest.mark.parametrize("file", sorted(OBSERVER.rglob("*.py")), ids=lambda path: path.stem)
def test_the_source_is_understood_by_python_3_8_and_imports_only_the_standard_library(file: Path) -> None:
    tree = ast.parse(file.read_text("utf-8"), feature_version=(3, 8))
    named = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    named |= {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.level == 0}
    foreign = {name.split(".")[0] for name in named} - sys.stdlib_module_names
    assert foreign <= {"_taketwo_observer", "sitecustomize"}
