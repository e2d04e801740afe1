"""Projects as people have them: with odd names, their environment inside, in part of a repository, or no git."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from taketwo.app.begin import begin
from tests.support.author import Author, Authors, make_environment
from tests.support.fake_tools import fake_tools

pytestmark = pytest.mark.slow

STUDY = """
import pathlib, six
text = pathlib.Path("données d'été.csv").read_text()
pathlib.Path("out/deep").mkdir(parents=True, exist_ok=True)
pathlib.Path("out/deep/résultat 1.csv").write_text(text * 2)
"""


@pytest.mark.parametrize("git", [True, False])
def test_names_with_blanks_and_letters_of_every_language_replay(
    authors: Authors, small_python: str, tmp_path: Path, git: bool
) -> None:
    author = authors.work_in(tmp_path / "Étude nº 1 (neu)" / "mon projet", small_python, git=git)
    author.write({"étude finale.py": STUDY, "données d'été.csv": "a,b\n1,2\n"})
    if git:
        author.commit()
    run = author.capture("python", "étude finale.py")
    for engine in ("bubblewrap", "venv"):
        verdict = author.replay(run, engine)
        assert verdict["outcome"] == "reproduced"
        assert [c["subject"] for c in verdict["checks"] if c["kind"] == "output"] == [
            "out/deep/résultat 1.csv"
        ]


def test_a_virtual_environment_and_a_store_inside_the_project_are_not_part_of_it(
    authors: Authors, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    author = authors.work_in(project, "")
    python = make_environment(project / ".venv", "six==1.17.0")
    author = replace(author, python=python, store=project / ".taketwo")
    author.write({"study.py": "import six, pathlib\npathlib.Path('v.txt').write_text(six.__version__)\n"})
    author.git("add", "study.py")
    author.git("commit", "-qm", "Study")
    run = author.capture("python", "study.py")
    manifest = author.manifest(run)
    assert manifest["inputs"] == []
    assert [d["name"] for d in manifest["environment"]["distributions"]] == ["six"]
    assert author.shell("git", "status", "--porcelain").stdout == b"?? v.txt\n"
    verdict = author.replay(run, "venv")
    assert verdict["outcome"] == "reproduced"
    assert verdict["rebuilt"]["identical"] == verdict["rebuilt"]["files"]


def test_a_command_typed_in_a_folder_of_the_project_reads_beside_and_above_it(author: Author) -> None:
    author.write(
        {
            "pyproject.toml": "[project]\nname = 'study'\nversion = '1'\n",
            "data/a.txt": "7",
            "scripts/study.py": "import pathlib, sys\n"
            "pathlib.Path('here.txt').write_text(pathlib.Path(sys.argv[1]).read_text() * 3)\n",
        }
    )
    author.commit()
    below = replace(author, project=author.project / "scripts")
    run = below.capture("python", "study.py", "../data/a.txt")
    assert author.manifest(run)["invocation"]["directory"] == "scripts"
    verdict = author.replay(run, "venv")
    assert verdict["outcome"] == "reproduced"
    assert [c["subject"] for c in verdict["checks"] if c["kind"] == "output"] == ["scripts/here.txt"]


def test_a_project_that_is_part_of_a_repository_finds_what_lies_beside_it(author: Author) -> None:
    author.write(
        {
            "shared/tables.py": "N = 4\n",
            "study/taketwo.toml": 'experiment = "part"\n',
            "study/run.py": "import sys\nsys.path.insert(0, '../shared')\nimport tables\n"
            "open('n.txt', 'w').write(str(tables.N))\n",
        }
    )
    author.commit()
    part = replace(author, project=author.project / "study")
    run = part.capture("python", "run.py")
    for engine in ("bubblewrap", "venv"):
        assert part.replay(run, engine)["outcome"] == "reproduced"


@pytest.mark.parametrize("engine", ["docker", "bubblewrap"])
def test_data_named_by_a_path_that_leaves_the_project_is_found_again(author: Author, engine: str) -> None:
    author.write({"study.py": "import sys\nopen('n.txt', 'w').write(open(sys.argv[1]).read())\n"})
    author.commit()
    (author.project.parent / "beside.csv").write_text("5\n")
    run = author.capture("python", "study.py", "../beside.csv")
    (author.project.parent / "beside.csv").unlink()
    verdict = author.replay(run, engine)
    assert verdict["outcome"] == "reproduced"
    assert [each for each in verdict["differences"] if each["area"] == "input"] == []
    replay = author.manifest(verdict["replay"]["run_id"])
    (item,) = [i for i in author.manifest(run)["inputs"] if i["path"].endswith("beside.csv")]
    assert [i["path"] for i in replay["inputs"] if i["name"] == "beside.csv"] == [item["path"]]


def test_ignored_data_of_the_repository_above_the_project_is_found_again(author: Author) -> None:
    author.write(
        {
            ".gitignore": "raw/\n",
            "raw/a.csv": "5\n",
            "study/taketwo.toml": 'experiment = "part"\n',
            "study/run.py": "open('n.txt', 'w').write(open('../raw/a.csv').read())\n",
        }
    )
    author.commit()
    part = replace(author, project=author.project / "study")
    run = part.capture("python", "run.py")
    (author.project / "raw" / "a.csv").unlink()
    verdict = part.replay(run, "bubblewrap")
    assert verdict["outcome"] == "reproduced"
    assert [each for each in verdict["differences"] if each["area"] == "input"] == []


def test_an_engine_that_cannot_show_data_outside_the_project_says_so_before_it_runs(author: Author) -> None:
    author.write({"study.py": "import sys\nprint(open(sys.argv[1]).read())\n"})
    author.commit()
    outside = author.project.parent / "beside.csv"
    outside.write_text("5\n")
    run = author.capture("python", "study.py", str(outside))
    assert author.replay(run, "venv")["outcome"] == "reproduced"
    outside.write_text("6\n")
    assert "beside.csv" in author.replay(run, "venv", exit_code=31)["error"]["what"]
    outside.unlink()
    error = author.replay(run, "venv", exit_code=30)["error"]
    assert "beside.csv" in error["what"]
    assert "bubblewrap" in error["todo"]


def test_what_is_typed_into_the_command_reaches_it(author: Author) -> None:
    author.write({"study.py": "import sys\nprint(sys.stdin.read().upper())\n"})
    done = author.shell(*author.taketwo_argv("run", "--quiet", "--", "python", "study.py"), input=b"abc")
    assert done.stdout == b"ABC\n"


def test_a_project_reached_through_a_link_is_the_project(author: Author, tmp_path: Path) -> None:
    author.write({"study.py": "import pathlib\npathlib.Path('o.txt').write_text('1')\n"})
    author.commit()
    link = tmp_path / "link"
    link.symlink_to(author.project)
    through = replace(author, project=link)
    run = through.capture("python", str(link / "study.py"))
    manifest = author.manifest(run)
    assert manifest["invocation"]["argv"][1] == "$PROJECT/study.py"
    assert [o["path"] for o in manifest["outputs"]] == ["$PROJECT/o.txt"]
    assert author.replay(run, "venv")["outcome"] == "reproduced"


def test_modes_links_and_bytes_of_the_working_tree_come_back(author: Author) -> None:
    author.write(
        {
            "tool.sh": "#!/bin/sh\necho from the tool\n",
            "staged.txt": "committed",
            "study.py": "import os, subprocess\n"
            "out = subprocess.run(['./tool.sh'], capture_output=True, text=True).stdout\n"
            "print(out, os.readlink('link'), open('link').read(), open('bytes.bin', 'rb').read())\n"
            "print(open('untracked.txt').read(), open('staged.txt').read())\n",
        }
    )
    (author.project / "tool.sh").chmod(0o755)
    (author.project / "link").symlink_to("staged.txt")
    (author.project / "bytes.bin").write_bytes(bytes(range(256)) + b"\r\n")
    author.commit()
    author.write({"staged.txt": "staged", "untracked.txt": "new"})
    author.git("add", "staged.txt")
    author.write({"staged.txt": "unstaged"})
    run = author.capture("python", "study.py")
    verdict = author.replay(run, "bubblewrap")
    assert verdict["outcome"] == "reproduced"
    assert b"unstaged" in author.shell("python", "study.py").stdout


@pytest.mark.parametrize("umask", [0, 0o22])
def test_the_store_and_its_recordings_are_closed_to_other_users(tmp_path: Path, umask: int) -> None:
    project = tmp_path / "project"
    project.mkdir()
    before = os.umask(umask)
    try:
        _, recording = begin(
            fake_tools(project),
            mode="command",
            argv=("true",),
            directory=project,
            environment={},
            experiment="x",
        )
    finally:
        os.umask(before)
    for private in (recording, recording.parent, project / ".taketwo"):
        assert private.stat().st_mode & 0o777 == 0o700


def test_an_untracked_file_above_the_limit_is_no_source_and_an_input_by_reference(author: Author) -> None:
    author = replace(author, variables={"TAKETWO_INPUT_LIMIT": "1MB"})
    author.write(
        {
            "study.py": "open('n.txt', 'w').write(str(len(open('big.bin').read())))\n",
            "big.bin": "x" * 2_000_000,
            ".env": "TOKEN=1\n",
        }
    )
    run = author.capture("python", "study.py")
    manifest = author.manifest(run)
    (item,) = manifest["inputs"]
    assert (item["path"], item["kept"]) == ("$PROJECT/big.bin", "reference")
    said = [notice["text"] for notice in manifest["notices"] if notice["topic"] == "source"]
    assert len(said) == 2
    assert ".env" in said[0]
    assert "big.bin (2,000,000 bytes)" in said[1]
    assert author.replay(run, "venv")["outcome"] == "reproduced"
