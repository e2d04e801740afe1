"""Which Python of this machine a run gets."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest

from taketwo.engine import interpreters
from taketwo.engine.interpreters import ask, base_of_this_machine, nearest
from taketwo.errors import NoInterpreter, UsageError
from taketwo.model.environment import Interpreter

OURS = Interpreter(implementation="cpython", version=platform.python_version())


@pytest.fixture
def pythons(tmp_path, monkeypatch):
    """Makes programs that say that they are Pythons of these versions, and puts only them on PATH."""

    def make(*versions: str, implementation: str = "cpython") -> Path:
        for number, version in enumerate(versions):
            directory = tmp_path / str(number)
            directory.mkdir()
            program = directory / f"python{'.'.join(version.split('.')[:2])}"
            answer = f'["{implementation}", "{version}", "{directory}", "{program}"]'
            program.write_text(f"#!/bin/sh\necho '{answer}'\n")
            program.chmod(0o755)
        monkeypatch.setenv("PATH", ":".join(str(tmp_path / str(number)) for number in range(len(versions))))
        monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
        monkeypatch.setenv("HOME", str(tmp_path / "home"))
        monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(tmp_path / "uv"))
        return tmp_path

    return make


def test_the_one_that_runs_us_is_found(this_interpreter):
    assert nearest(this_interpreter).version == platform.python_version()


def test_a_virtual_environment_is_seen_through(tmp_path):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "env")], check=True)
    found = ask(str(tmp_path / "env" / "bin" / "python"))
    assert found.prefix == sys.base_prefix
    assert not found.executable.startswith(str(tmp_path))


def test_the_exact_version_is_preferred_to_whatever_comes_first(pythons):
    where = pythons("3.4.9", "3.4.2", "3.4.7")
    found = nearest(Interpreter(implementation="cpython", version="3.4.2"))
    assert (found.version, found.prefix) == ("3.4.2", str(where / "1"))


def test_the_newest_patch_of_the_minor_version_stands_in(pythons):
    pythons("3.4.9", "3.4.10", "3.5.1")
    assert nearest(Interpreter(implementation="cpython", version="3.4.2")).version == "3.4.10"


def test_another_implementation_does_not_stand_in(pythons):
    pythons("3.4.2", implementation="pypy")
    assert nearest(Interpreter(implementation="cpython", version="3.4.2")) is None


def test_a_program_that_does_not_answer_is_no_interpreter(tmp_path):
    broken = tmp_path / "python3.4"
    broken.write_text("#!/bin/sh\necho not json\n")
    broken.chmod(0o755)
    assert ask(str(broken)) is None
    assert ask(str(tmp_path / "missing")) is None


def test_without_one_the_error_says_how_to_get_it(pythons):
    pythons("3.5.1")
    with pytest.raises(NoInterpreter) as refused:
        base_of_this_machine("venv", Interpreter(implementation="cpython", version="3.4.2"))
    assert "3.4.2" in refused.value.todo


def test_an_image_makes_no_sense_here():
    with pytest.raises(UsageError, match=r"python:3\.11-slim"):
        base_of_this_machine("bubblewrap", OURS, image="python:3.11-slim")


def test_a_key_tells_engines_and_interpreters_apart(pythons):
    pythons("3.4.2", "3.4.3")
    wanted = [Interpreter(implementation="cpython", version=f"3.4.{patch}") for patch in (2, 3)]
    keys = {base_of_this_machine(engine, one).key for one in wanted for engine in ("venv", "bubblewrap")}
    assert len(keys) == 4


def test_uv_comes_with_the_package():
    assert Path(interpreters.uv_program()).name == "uv"
