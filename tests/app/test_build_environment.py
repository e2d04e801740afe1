"""Packages that no index has as they were used: captured as content, and rebuilt file for file."""

from __future__ import annotations

import os
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.author import Author, Authors, make_environment

pytestmark = pytest.mark.slow

WORK = "import helper, six\nopen('out.txt', 'w').write(f'{helper.SCALE} {six.__version__}')\n"
PROJECT = """[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "helper"
version = "1.0"
"""
BACKEND = """
import os, zipfile
META = "Metadata-Version: 2.1\\nName: helper\\nVersion: 1.0\\n"
def _wheel(directory, files):
    name = "helper-1.0-py3-none-any.whl"
    info = "helper-1.0.dist-info/"
    files = {**files, info + "METADATA": META,
             info + "WHEEL": "Wheel-Version: 1.0\\nGenerator: b\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"}
    record = "".join(f"{each},,\\n" for each in [*files, info + "RECORD"])
    with zipfile.ZipFile(os.path.join(directory, name), "w") as wheel:
        for each, text in {**files, info + "RECORD": record}.items():
            wheel.writestr(zipfile.ZipInfo(each), text)
    return name
def build_wheel(directory, config_settings=None, metadata_directory=None):
    return _wheel(directory, {"helper.py": open("src/helper.py").read()})
def build_editable(directory, config_settings=None, metadata_directory=None):
    return _wheel(directory, {"helper_editable.pth": os.path.abspath("src") + "\\n"})
"""


def helper_project(root: Path) -> Path:
    """A package whose build needs nothing but itself."""
    (root / "src").mkdir(parents=True)
    (root / "src" / "helper.py").write_text("SCALE = 2.5\n")
    (root / "pyproject.toml").write_text(PROJECT)
    (root / "backend.py").write_text(BACKEND)
    return root


def build_wheel(project: Path, into: Path) -> Path:
    into.mkdir()
    code = f"import backend; print(backend.build_wheel({str(into)!r}))"
    import sys

    name = subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True, check=True).stdout
    wheel = into / name.decode().strip()
    assert zipfile.is_zipfile(wheel)
    return wheel


def as_git(project: Path) -> str:
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "Helper"]):
        who = ["-c", "user.name=Author", "-c", "user.email=author@partner.example"]
        subprocess.run(["git", *who, *arguments], cwd=project, check=True, capture_output=True)
    return f"helper @ git+file://{project}"


@pytest.mark.parametrize("way", ["editable", "git", "local wheel", "local directory"])
def test_a_package_that_no_index_has_is_rebuilt_identically(
    authors: Authors, tmp_path: Path, way: str
) -> None:
    package = helper_project(tmp_path / "helper-project")
    wanted = {
        "editable": lambda: ("-e", str(package)),
        "git": lambda: (as_git(package),),
        "local wheel": lambda: (str(build_wheel(package, tmp_path / "dist")),),
        "local directory": lambda: (str(package),),
    }[way]()
    python = make_environment(tmp_path / "env", "six==1.17.0", *wanted)
    author = authors.work_in(tmp_path / "work" / "project", python)
    author.write({"work.py": WORK})
    author.commit()
    run = author.capture("python", "work.py")
    assert (author.project / "out.txt").read_text() == "2.5 1.17.0"
    for gone in (package, tmp_path / "dist"):
        if gone.exists():
            gone.rename(gone.with_name(f"{gone.name}-moved"))
    verdict = author.replay(run, "venv")
    assert verdict["outcome"] == "reproduced"
    rebuilt = verdict["rebuilt"]
    assert rebuilt["files"] >= 5
    assert rebuilt["identical"] == rebuilt["files"], rebuilt


def test_a_package_that_was_edited_by_hand_is_rebuilt_with_the_edit(authors: Authors, tmp_path: Path) -> None:
    python = make_environment(tmp_path / "env", "six==1.17.0")
    (module,) = Path(python).parent.parent.rglob("six.py")
    module.write_text(module.read_text() + "\nEDITED = 'by hand'\n")
    author = authors.work_in(tmp_path / "work" / "project", python)
    author.write({"work.py": "import six\nprint(six.EDITED)\n"})
    author.commit()
    run = author.capture("python", "work.py")
    (distribution,) = author.manifest(run)["environment"]["distributions"]
    assert any(path.endswith("six.py") for path in distribution["modified"])
    verdict = author.replay(run, "venv")
    assert verdict["outcome"] == "reproduced"
    assert verdict["rebuilt"]["identical"] == verdict["rebuilt"]["files"]


def test_a_file_that_is_no_valid_python_is_rebuilt_too(authors: Authors, tmp_path: Path) -> None:
    python = make_environment(tmp_path / "env", "six==1.17.0")
    (site,) = (tmp_path / "env").glob("lib/python*/site-packages")
    (site / "template.py").write_text("import {{ name }}\n")
    author = authors.work_in(tmp_path / "work" / "project", python)
    author.write({"work.py": "import six\nopen('out.txt', 'w').write(six.__version__)\n"})
    rebuilt = author.replay(author.capture("python", "work.py"), "venv")["rebuilt"]
    assert rebuilt["identical"] == rebuilt["files"]


def test_an_edit_in_one_environment_reaches_no_other(
    authors: Authors, author: Author, tmp_path: Path
) -> None:
    author.write({"work.py": "import six\nprint(hasattr(six, 'EDITED'))\n"})
    author.commit()
    run = author.capture("python", "work.py")
    assert author.replay(run, "venv")["outcome"] == "reproduced"


def test_a_kept_environment_whose_byte_code_was_poisoned_is_built_anew(
    author: Author, tmp_path: Path
) -> None:
    author = replace(author, cache=tmp_path / "cache")
    author.write({"work.py": "import six\nprint(six.__version__)\n"})
    author.commit()
    run = author.capture("python", "work.py")
    assert author.replay(run, "venv")["outcome"] == "reproduced"
    (code,) = [path for path in (author.cache / "taketwo" / "built").rglob("six.*.pyc") if path.is_file()]
    before, content = code.stat(), code.read_bytes()
    code.chmod(0o644)
    code.write_bytes(content[:16] + bytes([content[16] ^ 1]) + content[17:])
    os.utime(code, ns=(before.st_atime_ns, before.st_mtime_ns))
    done = author.taketwo("replay", run, "--engine", "venv", "--json")
    assert done.exit_code == 0, done.said
    assert b"it is built anew" in done.stderr
    (again,) = (author.cache / "taketwo" / "built").rglob("six.*.pyc")
    assert again.read_bytes()[16:] == content[16:]  # behind the time of the source
    assert b"anew" not in author.taketwo("replay", run, "--engine", "venv", "--json").stderr
