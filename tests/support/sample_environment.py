"""One environment with a distribution of every origin, for golden files."""

from __future__ import annotations

from taketwo.model.base import Blob
from taketwo.model.environment import Artefact, Distribution, Environment, Interpreter


def _wheel(filename: str, letter: str, size: int | None = None) -> Artefact:
    return Artefact(filename=filename, sha256=letter * 64, size=size)


def sample() -> Environment:
    return Environment(
        interpreter=Interpreter(implementation="cpython", version="3.11.7", platform="linux-x86_64"),
        identity="1" * 64,
        files=42,
        overlay=Blob(sha256="f" * 64, size=100),
        distributions=(
            Distribution(
                name="torchlike",
                version="2.13.0+cpu",
                origin="wheel",
                artefacts=(_wheel("torchlike-2.13.0+cpu-cp311-cp311-linux_x86_64.whl", "e", 10),),
                wheel=Blob(sha256="e" * 64, size=10),
                files_sha256="5" * 64,
            ),
            Distribution(
                name="six",
                version="1.17.0",
                origin="index",
                artefacts=(_wheel("six-1.17.0-py2.py3-none-any.whl", "a", 11050),),
                files_sha256="6" * 64,
                modified=("six.py",),
            ),
            Distribution(
                name="docopt",
                version="0.6.2",
                origin="index",
                artefacts=(Artefact(filename="docopt-0.6.2.tar.gz", sha256="b" * 64, kind="sdist"),),
                files_sha256="7" * 64,
            ),
            Distribution(name="tool", version="1.0", origin="content", content=Blob(sha256="c" * 64, size=1)),
            Distribution(
                name="mine",
                version="0.1",
                origin="editable",
                content=Blob(sha256="d" * 64, size=1),
                source_tree="9" * 40,
            ),
            Distribution(name="private", version="3.0", origin="pending"),
            Distribution(name="python-apt", version="2.6", origin="system"),
            Distribution(name="taketwo", version="1.0", origin="instrument"),
        ),
    )
