"""An honest replay differs in nothing, however its project is laid out and whatever it reads."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.author import Author, sealed_or_not

pytestmark = pytest.mark.slow
ENGINES = ("docker", "bubblewrap", "venv")

READS = """
import pathlib, sys
total = 0
for name in sys.argv[1:]:
    path = pathlib.Path(name)
    for file in sorted(path.rglob("*.txt")) if path.is_dir() else [path]:
        total += int(file.read_text())
pathlib.Path("total.csv").write_text(f"total\\n{total}\\n")
print("total", total)
"""


@pytest.mark.parametrize("engine", ENGINES)
def test_no_difference_is_found_in_the_inputs(author: Author, engine: str) -> None:
    sealed_or_not(engine)
    author.write({"read.py": READS, ".gitignore": "raw/\nscratch.txt\n", "raw/a.txt": "1", "raw/b.txt": "20"})
    author.write({"scratch.txt": "300", "tracked.txt": "4000", "named.txt": "50000"})
    author.commit()
    run = author.capture(
        *("python", "read.py", "raw", "scratch.txt", "tracked.txt", "named.txt"),
        options=("--data", "cohort=raw", "--data", "key=named.txt"),
    )
    verdict = author.replay(run, engine)
    assert verdict["outcome"] == "reproduced"
    assert [d for d in verdict["differences"] if d["area"] in {"input", "source", "parameter"}] == []
    first, second = author.manifest(run), author.manifest(verdict["replay"]["run_id"])
    read = [[(i["name"], i["path"], i["content"]["sha256"]) for i in m["inputs"]] for m in (first, second)]
    assert read[0] == read[1]
    assert len(read[0]) == 4
    assert not [i for i in second["inputs"] if i.get("changed_during_run")]
    assert not [c for c in verdict["caveats"] if "input" in c]


@pytest.mark.parametrize("engine", ["docker", "bubblewrap"])
def test_an_input_outside_the_project_is_found_again(author: Author, engine: str, tmp_path: Path) -> None:
    sealed_or_not(engine)
    outside = tmp_path / "elsewhere" / "d.txt"
    outside.parent.mkdir()
    outside.write_text("7")
    author.write({"read.py": READS})
    author.commit()
    verdict = author.replay(author.capture("python", "read.py", str(outside)), engine)
    assert verdict["outcome"] == "reproduced"
    assert [d for d in verdict["differences"] if d["area"] == "input"] == []


BESIDE = """
import pathlib, sys
here = pathlib.Path(__file__).parent
text = (here / "../../lib/d.txt").read_text() + (here / "../e.txt").read_text() + pathlib.Path(sys.argv[1]).read_text()
(here / "../../lib/result.txt").write_text(text * 2)
print(text)
"""


@pytest.fixture
def part(author: Author) -> Author:
    """A project two levels deep in a repository that is larger than it."""
    author.write({"lib/d.txt": "1 ", "sub/e.txt": "2 ", "lib/ignored.dat": "3", ".gitignore": "*.dat\n"})
    author.write({"sub/study/taketwo.toml": "", "sub/study/beside.py": BESIDE})
    author.commit()
    return replace(author, project=author.project / "sub" / "study")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_project_reads_and_writes_elsewhere_in_its_repository(part: Author, engine: str) -> None:
    sealed_or_not(engine)
    ignored = part.project.parent.parent / "lib" / "ignored.dat"
    run = part.capture("python", "beside.py", str(ignored))
    manifest = part.manifest(run)
    assert manifest["invocation"]["argv"][-1] == "$PROJECT/../../lib/ignored.dat"
    assert [(i["path"], i.get("kept", "store")) for i in manifest["inputs"]] == [
        ("$PROJECT/../../lib/d.txt", "source"),
        ("$PROJECT/../../lib/ignored.dat", "store"),
        ("$PROJECT/../e.txt", "source"),
    ]
    assert [o["path"] for o in manifest["outputs"]] == ["$PROJECT/../../lib/result.txt"]
    for name in ("d.txt", "ignored.dat", "result.txt"):
        (ignored.parent / name).unlink()
    verdict = part.replay(run, engine)
    assert verdict["outcome"] == "reproduced"
    assert [d for d in verdict["differences"] if d["area"] == "input"] == []


def test_a_command_started_elsewhere_in_the_repository_is_replayed_there(part: Author) -> None:
    beside = replace(part, project=part.project.parent.parent / "lib")
    beside = replace(beside, variables={"TAKETWO_PROJECT": str(part.project)})
    done = beside.taketwo("run", "python", "-c", "print(open('d.txt').read())")
    assert done.exit_code == 0, done.said
    run = part.newest()
    assert part.manifest(run)["invocation"]["directory"] == "../../lib"
    verdict = part.replay(run, "venv")
    assert verdict["outcome"] == "reproduced"
