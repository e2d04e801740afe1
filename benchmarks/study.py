"""The study that captures are measured on: 200 packages, a repository of 5,000 files, one metric.

The packages are small and made up, with a valid RECORD each, so that nothing is downloaded; taketwo and
what it needs lie beside them as an installer would have put them there.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import os
import random
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import taketwo

PACKAGES = 200
MODULES = 40
FILES = 5_000
_PER_DIRECTORY = 50
BARE = '''"""Read a small table, work on it, say how good the result is."""

import csv
import pathlib


def train(rate=0.5):
    with open(pathlib.Path(__file__).parent / "data.csv", newline="") as source:
        values = [float(row["score"]) for row in csv.DictReader(source)]
    return {"accuracy": sum(value > rate for value in values) / len(values)}


if __name__ == "__main__":
    print(train())
'''

DECORATED = BARE.replace("import pathlib\n", "import pathlib\n\nimport taketwo\n").replace(
    "def train(", "@taketwo.capture\ndef train("
)

NAIVE = (
    BARE
    + """
    import importlib.metadata
    import json
    import subprocess

    def git(*words):
        return subprocess.run(["git", *words], capture_output=True, text=True, check=True).stdout

    facts = {
        "commit": git("rev-parse", "HEAD"),
        "changed": git("status", "--porcelain"),
        "packages": {d.name: d.version for d in importlib.metadata.distributions()},
    }
    pathlib.Path(".taketwo-naive.json").write_text(json.dumps(facts))
"""
)


@dataclass(frozen=True)
class Study:
    """Where everything lies. ``environment`` is that of a user's shell, with caches of our own."""

    root: Path
    project: Path
    python: Path
    environment: dict[str, str]

    @property
    def site(self) -> Path:
        """The site-packages of the study's virtual environment."""
        return next(self.root.glob("venv/lib/python*/site-packages"))

    def script(self, name: str) -> list[str | Path]:
        """The command that runs one of the scripts."""
        return [self.python, name]

    def taketwo(self, *words: str | Path) -> list[str | Path]:
        """The command ``taketwo`` of that environment."""
        return [self.python, "-m", "taketwo", *words]


def make_study(root: Path, *, packages: int = PACKAGES, files: int = FILES, instrument: bool = True) -> Study:
    """Make the environment and the repository below ``root``; ``instrument`` installs taketwo there too."""
    root.mkdir(parents=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", root / "venv"], check=True)
    study = Study(root, root / "project", root / "venv/bin/python", _environment(root))
    for number in range(packages):
        _made_up(study.site, f"made_up_{number:03d}")
    if instrument:
        _instrument(study.site)
    subprocess.run(
        [study.python, "-m", "compileall", "-q", study.site], check=False, stdout=subprocess.DEVNULL
    )
    _repository(study.project, files)
    return study


def _environment(root: Path) -> dict[str, str]:
    kept = ("PATH", "LANG", "TMPDIR", "DOCKER_HOST", "XDG_RUNTIME_DIR")
    own = {name: os.environ[name] for name in kept if name in os.environ}
    (root / "home").mkdir()
    return own | {"HOME": str(root / "home"), "XDG_CACHE_HOME": str(root / "cache")}


def _made_up(site: Path, name: str) -> None:
    files = {f"{name}/__init__.py": f'"""{name}"""\n'}
    for number in range(MODULES):
        files[f"{name}/part_{number}.py"] = f"VALUE = {number}  # of {name}\n" * 20
    _install(site, name, "1.0", {path: text.encode() for path, text in files.items()})


def _instrument(site: Path) -> None:
    """taketwo and its dependencies, copied from the interpreter that runs this."""
    source = Path(taketwo.__file__).parent
    found = (path for path in source.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    content = {path.relative_to(source.parent).as_posix(): path.read_bytes() for path in found}
    templates = source.parent.parent / "templates"
    if not (source / "templates").is_dir() and templates.is_dir():
        content |= {
            f"taketwo/templates/{path.relative_to(templates).as_posix()}": path.read_bytes()
            for path in templates.rglob("*")
            if path.is_file()
        }
    _install(site, "taketwo", taketwo.__version__, content)
    for distribution in _needed("taketwo", set()):
        for file in distribution.files or ():
            here = Path(str(distribution.locate_file(file)))
            target = Path(os.path.normpath(site / file))
            if "__pycache__" not in file.parts and here.is_file() and target.is_relative_to(site.parents[2]):
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(here, target)


def _needed(name: str, seen: set[str]) -> list[importlib.metadata.Distribution]:
    found = []
    for line in importlib.metadata.requires(name) or ():
        match = re.match(r"[A-Za-z0-9._-]+", line)
        if match is None or "extra ==" in line or match[0] in seen:
            continue
        seen.add(match[0])
        try:
            found.append(importlib.metadata.distribution(match[0]))
        except importlib.metadata.PackageNotFoundError:
            continue
        found += _needed(match[0], seen)
    return found


def _install(site: Path, name: str, version: str, files: dict[str, bytes]) -> None:
    """Write a distribution as an installer would: its files, its metadata, the RECORD of both."""
    info = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    wheel = "Wheel-Version: 1.0\nGenerator: bench\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    content = files | {
        f"{info}/METADATA": metadata.encode(),
        f"{info}/WHEEL": wheel.encode(),
        f"{info}/INSTALLER": b"pip\n",
    }
    lines = []
    for path, data in content.items():
        target = site / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        lines.append(f"{path},sha256={digest},{len(data)}\n")
    (site / info / "RECORD").write_text("".join([*lines, f"{info}/RECORD,,\n"]))


def _repository(project: Path, files: int) -> None:
    numbers = random.Random(7)
    project.mkdir()
    for number in range(files):
        path = project / f"part_{number // _PER_DIRECTORY:03d}" / f"module_{number:05d}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"VALUE = {number}\n" * numbers.randint(1, 60))
    rows = "".join(f"{number},{numbers.random():.6f}\n" for number in range(1_000))
    (project / "data.csv").write_text("student,score\n" + rows)
    (project / "requirements.txt").write_text("made-up-000==1.0\nmade-up-001>=1\n")
    (project / ".gitignore").write_text(".taketwo*\n")
    for name, text in (("bare.py", BARE), ("decorated.py", DECORATED), ("naive.py", NAIVE)):
        (project / name).write_text(text)
    identity = ("-c", "user.name=bench", "-c", "user.email=bench@users.noreply.github.com")
    for words in (("init", "--quiet"), ("add", "."), ("commit", "--quiet", "-m", "A study")):
        subprocess.run(["git", *identity, *words], cwd=project, check=True)
