"""The wheel holds what the program reads at run time, as it stands in the repository, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytest.importorskip("hatchling", reason="hatchling, which builds the wheel, is not installed")

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = {
    "src/taketwo": "taketwo",
    "templates": "taketwo/templates",
    "examples/program-effectiveness": "taketwo/examples/program-effectiveness",
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> dict[str, bytes]:
    """The files of a wheel that was built here, without those of its own administration."""
    directory = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(directory)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (path,) = directory.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if ".dist-info/" not in name}


@pytest.fixture(scope="module")
def expected() -> dict[str, bytes]:
    """What should be in it: the files that git does not ignore, below the names under which they are shipped."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *SHIPPED],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listing.returncode:
        pytest.skip("this is no git checkout, so there are no tracked files")
    files = [name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file()]
    return {_shipped_as(name): (ROOT / name).read_bytes() for name in files}


def _shipped_as(name: str) -> str:
    source = next(source for source in SHIPPED if name.startswith(f"{source}/"))
    return SHIPPED[source] + name.removeprefix(source)


def test_holds_the_package_the_templates_and_the_study_of_the_demo(wheel, expected):
    assert expected.keys() - wheel.keys() == set()
    assert {name for name in expected if wheel[name] != expected[name]} == set()


def test_holds_nothing_that_running_a_study_in_place_left_there(wheel, expected):
    assert wheel.keys() - expected.keys() == set()


@pytest.mark.parametrize(
    "name",
    [
        "taketwo/py.typed",
        "taketwo/templates/Dockerfile",
        "taketwo/templates/report.html",
        "taketwo/examples/program-effectiveness/analysis.py",
        "taketwo/examples/program-effectiveness/published.toml",
        "taketwo/examples/program-effectiveness/requirements.txt",
    ],
)
def test_holds_what_a_user_would_miss_first(wheel, name):
    assert wheel[name].strip() or name.endswith("py.typed")
