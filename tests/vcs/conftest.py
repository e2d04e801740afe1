"""Real repositories to capture, made by a git that knows nothing of this machine's settings."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from taketwo.model.base import Blob
from taketwo.vcs.git_vault import GitVault


@dataclass
class Blobs:
    """What a vault asked to be kept as a file."""

    kept: dict[str, bytes] = field(default_factory=dict)

    def put_file(self, path: Path) -> Blob:
        content = path.read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        self.kept[sha256] = content
        return Blob(sha256=sha256, size=len(content))


@dataclass(frozen=True)
class Project:
    """A directory with short ways to change it."""

    path: Path

    def git(self, *arguments: str) -> str:
        command = ["git", "-c", "protocol.file.allow=always", *arguments]
        done = subprocess.run(command, cwd=self.path, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode("utf-8", "surrogateescape").strip()

    def write(self, name: str | bytes, content: str | bytes = "content\n") -> Path:
        path = self.path / os.fsdecode(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def commit(self, message: str = "a commit") -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")


@pytest.fixture(autouse=True)
def own_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing of the machine's git configuration reaches a test; this file is the user's."""
    for name in [name for name in os.environ if name.startswith(("GIT_", "XDG_"))]:
        monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    configuration = home / ".gitconfig"
    configuration.write_text(
        "[user]\n\tname = A Researcher\n\temail = author@partner.example\n[init]\n\tdefaultBranch = main\n"
    )
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return configuration


@pytest.fixture
def blobs() -> Blobs:
    return Blobs()


@pytest.fixture
def vault(tmp_path: Path, blobs: Blobs) -> GitVault:
    return GitVault(tmp_path / "store" / "source.git", blobs.put_file)


@pytest.fixture
def make_project(tmp_path: Path) -> Callable[..., Project]:
    def make(name: str = "project", *options: str, git: bool = True) -> Project:
        project = Project(tmp_path / name)
        project.path.mkdir(parents=True)
        if git:
            project.git("init", "--quiet", *options)
        return project

    return make


@pytest.fixture
def project(make_project: Callable[..., Project]) -> Project:
    return make_project()


@pytest.fixture
def plain(make_project: Callable[..., Project]) -> Project:
    return make_project("plain", git=False)


@pytest.fixture
def rebuild(tmp_path: Path) -> Callable[[GitVault, str], dict[str, object]]:
    """Materialise a tree and say what is there: content, ``x`` for an executable, the target of a link."""

    def write_and_read(vault: GitVault, tree: str) -> dict[str, object]:
        destination = tmp_path / f"rebuilt-{tree}-{len(list(tmp_path.iterdir()))}"
        vault.materialise(tree, destination)
        return contents(destination)

    return write_and_read


def contents(root: Path) -> dict[str, object]:
    found: dict[str, object] = {}
    for parent, directories, names in os.walk(root):
        for name in (*names, *directories):
            path = Path(parent, name)
            key = str(path.relative_to(root))
            if path.is_symlink():
                found[key] = f"-> {os.readlink(path)}"  # noqa: PTH115 - exact, Path tidies it
            elif path.is_file():
                content = path.read_bytes()
                found[key] = (content, "x") if os.access(path, os.X_OK) else content
    return found
