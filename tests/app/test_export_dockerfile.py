"""The exported directory rebuilds a run by hand: its own README is followed, word for word."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from taketwo.environments.configuration import pip_settings
from taketwo.environments.facts import site_of
from taketwo.environments.rebuilt import compare
from taketwo.store.local import LocalStore
from tests.support.author import Author, Authors, make_environment
from tests.support.requirements import require
from tests.support.wheels import make_wheel

pytestmark = pytest.mark.slow

STUDY = """
import sys
from pathlib import Path
import answer, kept, library, six
print(six.EDITED, answer.VALUE, kept.VALUE, library.VALUE, Path(sys.argv[1]).read_text().strip())
Path("result.csv").write_text("n,score\\n1,0.25\\n")
"""


@pytest.fixture
def study(authors: Authors, tmp_path: Path) -> Author:
    """A study whose environment has everything that no index gives.

    An edited file and one that is missing, a wheel that is still there and one that is not, a module on the
    path by a .pth file; its data lies outside the project.
    """
    kept, gone = tmp_path / "kept", tmp_path / "gone"
    wheels = (
        make_wheel(kept, "kept_example", {"kept.py": b"VALUE = 'kept'\n"}),
        make_wheel(gone, "answer_example", {"answer.py": b"VALUE = 42\n"}),
    )
    python = make_environment(tmp_path / "env", "six==1.17.0", *map(str, wheels))
    shutil.rmtree(gone)
    site = site_of(tmp_path / "env")
    with (site / "six.py").open("a") as file:
        file.write("EDITED = 'by hand'\n")
    next(site.glob("six-*.dist-info/LICENSE")).unlink()
    library = tmp_path / "library"
    (library / "__pycache__").mkdir(parents=True)
    (library / "library.py").write_text("VALUE = 'editable'\n")
    (library / "__pycache__" / "library.pyc").write_bytes(b"byte code")
    (site / "library.pth").write_text(f"{library}\n")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "cohort.txt").write_text("outside\n")
    author = authors.work_in(tmp_path / "work" / "project", python)
    author.write({"study.py": STUDY})
    return author


def captured(author: Author) -> str:
    return author.capture("python", "study.py", str(author.project.parents[1] / "data" / "cohort.txt"))


def exported(author: Author, run: str, name: str = "by-hand") -> Path:
    directory = author.project.parent / name
    done = author.taketwo("dockerfile", run, "-o", str(directory))
    assert done.exit_code == 0, done.said
    assert done.stdout.decode().splitlines() == sorted(
        str(path.relative_to(directory)) for path in directory.rglob("*") if not path.is_dir()
    )
    return directory


def contents(directory: Path) -> dict[str, tuple[int, bytes | None]]:
    return {
        str(path.relative_to(directory)): (path.stat().st_mode, path.read_bytes() if path.is_file() else None)
        for path in directory.rglob("*")
    }


def test_the_same_run_gives_the_same_bytes_and_modes_whatever_the_umask(study: Author) -> None:
    run = captured(study)
    first = contents(exported(study, run))
    before = os.umask(0o077)
    try:
        second = contents(exported(study, run, "again"))
    finally:
        os.umask(before)
    assert first == second


def test_everything_is_in_its_place_and_nothing_else(study: Author) -> None:
    run = captured(study)
    directory = exported(study, run)
    site = f"root/taketwo/env/lib/{site_of(study.project.parents[1] / 'env').parent.name}/site-packages"
    data = str(study.project.parents[1] / "data" / "cohort.txt").lstrip("/")
    found = {path for path, (_, content) in contents(directory).items() if content is not None}
    expected = {
        *("Dockerfile", "README.md", "manifest.json", "pylock.toml", "requirements.txt", "source/study.py"),
        *(
            f"root/{data}",
            "root/taketwo/sources/library/library.py",
            "wheels/kept_example-1.0-py3-none-any.whl",
        ),
        *(f"{site}/{name}" for name in ("six.py", "answer.py", "library.pth")),
    }
    assert expected <= found
    # Records of a package, the module that the run read as a file from outside the project, and both files
    # where their way from the project leads.
    others = {path for path in found - expected if "/answer_example-1.0.dist-info/" not in path}
    module = f"root{study.project.parents[1]}/library/library.py"
    assert others <= {module, "root/library/library.py", "root/data/cohort.txt"}
    assert (directory / f"{site}/library.pth").read_text() == "/taketwo/sources/library\n"
    sealed = study.store / "manifests" / f"{run}.json"
    assert (directory / "manifest.json").read_bytes() == sealed.read_bytes()


def test_a_run_that_needs_neither_wheels_nor_anything_outside_has_no_such_directories(author: Author) -> None:
    author.write({"study.py": "print('hello')"})
    directory = exported(author, author.capture("python", "study.py"))
    assert sorted(path.name for path in directory.iterdir()) == [
        *("Dockerfile", "README.md", "manifest.json", "pylock.toml", "requirements.txt", "source"),
    ]


def test_a_directory_with_something_in_it_is_refused_and_left_alone(author: Author) -> None:
    author.write({"study.py": "print('hello')"})
    run = author.capture("python", "study.py")
    directory = author.project.parent / "full"
    directory.mkdir()
    (directory / "mine").touch()
    assert author.taketwo("dockerfile", run, "-o", str(directory)).exit_code == 2
    assert [path.name for path in directory.iterdir()] == ["mine"]


@pytest.mark.parametrize("existed", [True, False])
def test_an_export_that_fails_leaves_nothing(author: Author, *, existed: bool) -> None:
    data = author.project.parent / "large.txt"
    data.write_text("too large to be kept")
    author.variables["TAKETWO_INPUT_LIMIT"] = "4"
    author.write({"study.py": f"print(open({str(data)!r}).read())"})
    run = author.capture("python", "study.py")
    data.unlink()
    directory = author.project.parent / "by-hand"
    if existed:
        directory.mkdir()
    assert author.taketwo("dockerfile", run, "-o", str(directory)).exit_code == 30
    assert list(directory.iterdir()) == [] if existed else not directory.exists()


def test_taketwo_comes_along_when_the_program_imports_it(modeller: Author) -> None:
    modeller.write(
        {
            "study.py": "import taketwo\n\n\n@taketwo.capture\ndef f(x):\n    return {'y': x}\n\n\nprint(f(1))\n"
        }
    )
    directory = exported(modeller, modeller.capture("python", "study.py"))
    text = (directory / "Dockerfile").read_text()
    assert re.search(r'PYTHONPATH="(.*:)?/taketwo/lib"', text)
    assert 'TAKETWO_RECORDING="/taketwo/recording"' in text
    assert (directory / "root/taketwo/lib/taketwo/decorator.py").is_file()
    assert not list(directory.rglob("*.pyc"))


@pytest.fixture
def docker(tmp_path: Path) -> Iterator[None]:
    require("docker")
    yield
    for made in (tmp_path / "made").read_text().split() if (tmp_path / "made").exists() else ():
        subprocess.run(["docker", "rm", "--force", "--volumes", made], check=False, capture_output=True)
        subprocess.run(["docker", "rmi", "--force", made], check=False, capture_output=True)


def commands(directory: Path) -> list[list[str]]:
    """What the README says to type."""
    blocks = re.findall(
        r"^```console\n(.*?)^```", (directory / "README.md").read_text(), re.MULTILINE | re.DOTALL
    )
    return [shlex.split(line[2:]) for block in blocks for line in block.splitlines()]


def typed(argv: list[str], directory: Path) -> str:
    done = subprocess.run(argv, cwd=directory, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{shlex.join(argv)}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def index_of_this_machine(directory: Path) -> list[str]:
    """What the head of the Dockerfile says to add where index and certificates are not the usual ones."""
    settings = pip_settings(os.environ)
    found = []
    if settings.get("index-url", "").startswith(("http:", "https:")):
        found.append(f"PIP_INDEX_URL={settings['index-url']}")
    certificates = settings.get("cert") or os.environ.get("SSL_CERT_FILE")
    if certificates:
        shutil.copy(certificates, directory / "certificates.pem")
        found.append("PIP_CERT=/taketwo/certificates.pem")
    return [word for setting in found for word in ("--build-arg", setting)]


@pytest.mark.usefixtures("docker")
def test_the_readme_leads_to_the_same_environment_and_the_same_results(study: Author, tmp_path: Path) -> None:
    run = captured(study)
    directory = exported(study, run)
    store = LocalStore(study.store)
    original = store.manifest(run).manifest
    build, start, logs, copy, clean_up = commands(directory)
    container = start[start.index("--name") + 1]
    (tmp_path / "made").write_text(container)
    typed([*build[:2], *index_of_this_machine(directory), *build[2:]], directory)

    printed = store.read(original.streams.stdout.sha256).decode()
    assert typed(start, directory) == printed == "by hand 42 kept editable outside\n"
    assert typed(logs, directory) == printed
    typed(["docker", "cp", f"{container}:/taketwo/env", str(tmp_path / "rebuilt")], directory)
    typed(copy, directory)
    typed(clean_up, directory)

    (output,) = original.outputs
    assert (directory / "results" / output.name).read_bytes() == store.read(output.content.sha256)
    assert f"`results/{output.name}` | `{output.content.sha256}`" in (directory / "README.md").read_text()
    rebuilt = compare([site_of(tmp_path / "rebuilt")], original.environment, store.read)
    assert rebuilt.files == original.environment.files > 0
    assert rebuilt.identical == rebuilt.files
    assert (rebuilt.different, rebuilt.missing, rebuilt.added) == ((), (), ())

    (sealed,) = re.findall(r"`(--read-only --volume [^`]*)`", (directory / "README.md").read_text())
    assert typed([*start[:-1], *shlex.split(sealed), start[-1]], directory) == printed
    typed([*copy[:-1], "sealed"], directory)
    assert (directory / "sealed" / output.name).read_bytes() == store.read(output.content.sha256)
