"""An author with a project of their own, who types real commands, and whoever replays them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

import taketwo
from taketwo.engine.interpreters import uv_program
from taketwo.environments.configuration import uv_environment
from tests.support.requirements import require

SOURCE = Path(taketwo.__file__).resolve().parent.parent
REPOSITORY = Path(__file__).resolve().parents[2]
PROGRAM = Path(__file__).resolve().parent / "program.py"
TIMEOUT = 300


@dataclass(frozen=True)
class Done:
    """How one command ended and what it printed, byte for byte."""

    exit_code: int
    stdout: bytes
    stderr: bytes

    @property
    def said(self) -> str:
        """Both outputs, for messages of assertions."""
        return f"exit code {self.exit_code}\n{self.stdout.decode()}\n{self.stderr.decode()}"

    @property
    def json(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.stdout)


@dataclass(frozen=True)
class Author:
    """A project directory, the Python of its virtual environment, a store and a cache."""

    project: Path
    python: str
    store: Path
    cache: Path
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """The shell's environment: the virtual environment is active, and nothing of the test run shows."""
        kept = {n: v for n, v in os.environ.items() if not n.startswith(("TAKETWO_", "PYTEST_", "COV_"))}
        kept.pop("PYTHONPATH", None)
        return {
            **kept,
            "PATH": f"{Path(self.python).parent}{os.pathsep}{os.environ['PATH']}",
            "VIRTUAL_ENV": str(Path(self.python).parent.parent),
            "TAKETWO_HOME": str(self.store),
            "XDG_CACHE_HOME": str(self.cache),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PWD": str(self.project),
            **self.variables,
        }

    @property
    def recordings(self) -> list[Path]:
        """What unfinished captures have left behind."""
        return sorted((self.store / "recordings").glob("*"))

    def elsewhere(self, project: Path) -> Author:
        """The same person in another directory, who has only the store."""
        project.mkdir(parents=True, exist_ok=True)
        return replace(self, project=project)

    def write(self, files: Mapping[str, str]) -> None:
        """Write files of the project."""
        for name, text in files.items():
            path = self.project / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def commit(self) -> None:
        """Put everything that git does not ignore into a commit."""
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "Work")

    def git(self, *arguments: str) -> None:
        """Run git in the project, without any configuration of this machine."""
        who = ["-c", "user.name=Author", "-c", "user.email=author@partner.example"]
        subprocess.run(["git", *who, *arguments], cwd=self.project, check=True, capture_output=True)

    def shell(self, *argv: str, **options: Any) -> Done:
        """Run any command as it is, without taketwo."""
        done = subprocess.run(
            argv,
            cwd=self.project,
            env=self.environment,
            capture_output=True,
            check=False,
            timeout=TIMEOUT,
            **options,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def taketwo_argv(self, *arguments: str) -> tuple[str, ...]:
        """The command line of the program itself."""
        return (sys.executable, str(PROGRAM), str(SOURCE), *arguments)

    def taketwo(self, *arguments: str) -> Done:
        """Type ``taketwo …`` in the project."""
        return self.shell(*self.taketwo_argv(*arguments))

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Type ``taketwo …`` and do something else meanwhile; in a session of its own."""
        return subprocess.Popen(
            self.taketwo_argv(*arguments),
            cwd=self.project,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def capture(self, *argv: str, options: tuple[str, ...] = (), exit_code: int = 0) -> str:
        """``taketwo run``; the id of the run."""
        done = self.taketwo("run", *options, "--", *argv)
        assert done.exit_code == exit_code, done.said
        return self.newest()

    def newest(self) -> str:
        """The id of the newest run, replays included."""
        return self.runs()[0]["run_id"]

    def runs(self) -> list[dict[str, Any]]:
        """``taketwo ls``, newest first."""
        done = self.taketwo("ls", "--json", "--limit", "1000")
        assert done.exit_code == 0, done.said
        return done.json

    def manifest(self, run: str) -> dict[str, Any]:
        """``taketwo show RUN --json``."""
        done = self.taketwo("show", run, "--json")
        assert done.exit_code == 0, done.said
        return done.json

    def replay(self, run: str, engine: str, *options: str, exit_code: int = 0) -> dict[str, Any]:
        """``taketwo replay RUN --json``: the verdict, or the error, with that exit code."""
        done = self.taketwo("replay", run, "--engine", engine, "--json", *options)
        assert done.exit_code == exit_code, done.said
        return done.json


@dataclass(frozen=True)
class Authors:
    """Makes authors who share a cache, so that every environment of the test session is built once."""

    cache: Path

    def work_in(self, project: Path, python: str, *, git: bool = True) -> Author:
        """A new project, a git repository unless told otherwise, with its store beside it."""
        project.mkdir(parents=True)
        author = Author(project, python, project.parent / "store", self.cache)
        if git:
            author.git("init", "-q", "-b", "main")
        return author


def make_environment(directory: Path, *packages: str, python: str | None = None) -> str:
    """A virtual environment with these packages; skipped where no index has them. The path of its Python."""
    uv = uv_program() or shutil.which("uv")
    if uv is None:
        pytest.skip("there is no uv program")
    variables = {**uv_environment(os.environ), "UV_LINK_MODE": "copy"}
    base = python or getattr(sys, "_base_executable", None) or sys.executable
    subprocess.run(
        [uv, "venv", "-q", "--no-config", "--no-project", "--python", base, str(directory)],
        check=True,
        env=variables,
        capture_output=True,
    )
    inside = str(directory / "bin" / "python")
    if packages:
        done = subprocess.run(
            [uv, "pip", "install", "-q", "--no-config", "--python", inside, *packages],
            check=False,
            env=variables,
            capture_output=True,
            text=True,
            cwd=directory,
        )
        if done.returncode:
            pytest.skip(f"no package index has {', '.join(packages)}: {done.stderr[-300:]}")
    return inside


def sealed_or_not(engine: str) -> None:
    """Skip when the engine is missing; ``venv`` never is."""
    if engine != "venv":
        require(engine)
