"""Real virtual environments made by hand, and a store in memory, for tests about environments."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

from taketwo.environments.facts import facts_of_this_process
from taketwo.environments.installed import InstalledInspector
from taketwo.environments.interface import InterpreterFacts
from taketwo.formats import listing
from taketwo.model.base import Blob
from taketwo.model.environment import Distribution, Environment


class Blobs:
    """Content by digest, with a count of what was read from files."""

    def __init__(self) -> None:
        self.content: dict[str, bytes] = {}
        self.trees: dict[str, Path] = {}
        self.files_read: list[str] = []

    def put_bytes(self, content: bytes) -> Blob:
        sha256 = hashlib.sha256(content).hexdigest()
        self.content[sha256] = content
        return Blob(sha256=sha256, size=len(content))

    def put_file(self, path: Path) -> Blob:
        self.files_read.append(path.name)
        return self.put_bytes(path.read_bytes())

    def keep_directory(self, directory: Path) -> str:
        tree = hashlib.sha1(str(directory).encode()).hexdigest()
        self.trees[tree] = directory
        return tree

    def read(self, sha256: str) -> bytes:
        return self.content[sha256]

    def copy_out(self, sha256: str, destination: Path) -> None:
        destination.write_bytes(self.content[sha256])

    def paths(self, blob: Blob | None) -> list[str]:
        return [file.path for file in listing.decode(self.read(blob.sha256))] if blob else []

    def file(self, blob: Blob, path: str) -> bytes:
        (found,) = [f for f in listing.decode(self.read(blob.sha256)) if f.path == path]
        return self.read(found.sha256)


class Venv:
    """A virtual environment without pip, into which tests write distributions."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        subprocess.run(
            [sys.executable, "-m", "venv", "--without-pip", str(directory)], check=True, capture_output=True
        )
        (self.site,) = directory.glob("lib/python*/site-packages")
        self.python = directory / "bin" / "python"

    @property
    def facts(self) -> InterpreterFacts:
        here = facts_of_this_process()
        return InterpreterFacts(
            executable=str(self.python),
            prefix=str(self.directory),
            base_prefix=sys.base_prefix,
            path=("", sys.base_prefix + "/lib", str(self.site)),
            identity=here.identity,
        )

    def install(
        self,
        name: str,
        version: str = "1.0",
        files: dict[str, str] | None = None,
        *,
        direct_url: dict[str, object] | None = None,
        scripts: dict[str, str] | None = None,
        record: bool = True,
        tags: tuple[str, ...] = ("py3-none-any",),
    ) -> Path:
        """Put a distribution there as an installer would, RECORD and all."""
        files = dict(files if files is not None else {f"{name}.py": f"name = {name!r}\n"})
        info = f"{name}-{version}.dist-info"
        files[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\nText\n"
        files[f"{info}/WHEEL"] = "Wheel-Version: 1.0\n" + "".join(f"Tag: {tag}\n" for tag in tags)
        files[f"{info}/INSTALLER"] = "pip\n"
        if direct_url is not None:
            files[f"{info}/direct_url.json"] = json.dumps(direct_url)
        rows = []
        for path, text in [*files.items(), *((f"../../../bin/{n}", t) for n, t in (scripts or {}).items())]:
            target = Path(os.path.normpath(self.site / path))
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
            rows.append(f"{path},{hashed(text.encode())},{len(text)}\n")
        if record:
            (self.site / info / "RECORD").write_text("".join(rows) + f"{info}/RECORD,,\n")
        return self.site / info


def hashed(content: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def wheel(folder: Path, name: str, version: str, files: dict[str, str], tag: str = "py3-none-any") -> Path:
    """A wheel written by hand."""
    info = f"{name}-{version}.dist-info"
    files = files | {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: {tag}\n",
    }
    record = "".join(f"{p},{hashed(t.encode())},{len(t)}\n" for p, t in files.items()) + f"{info}/RECORD,,\n"
    path = folder / f"{name}-{version}-{tag}.whl"
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for inside, text in (files | {f"{info}/RECORD": record}).items():
            archive.writestr(inside, text)
    return path


def inspector(blobs: Blobs, cache: Path | None = None, **options: object) -> InstalledInspector:
    return InstalledInspector(blobs.put_bytes, blobs.put_file, blobs.keep_directory, cache, **options)


def only(environment: Environment, name: str) -> Distribution:
    (found,) = [d for d in environment.distributions if d.name == name]
    return found


def settle() -> None:
    """Wait until the times of files written just now can be trusted."""
    time.sleep(1.05)
