"""A capture tells what it left out, and names neither secrets nor the places of its author's machine."""

from __future__ import annotations

import json
import platform
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.author import SOURCE, Author, sealed_or_not

pytestmark = pytest.mark.slow

REPOSITORY = SOURCE.parent
STUDY = """
import argparse, os, pathlib, taketwo
parser = argparse.ArgumentParser()
parser.add_argument("--token-count", type=int)
parser.add_argument("--api-key")
parser.add_argument("--out")
given = parser.parse_args()
HERE = pathlib.Path(__file__).resolve().parent

@taketwo.capture(tags={"where": str(HERE)})
def train(lr, cfg, password="hunter2", path=str(HERE / "data.txt"), obj=HERE / "data.txt"):
    taketwo.log_param("api_key", "hunter3")
    taketwo.log_param("note", f"{HERE}/notes and {os.environ['HOME']}/more")
    taketwo.log_metric("count", given.token_count)
    taketwo.set_tag("seen", os.environ["HOME"] + "/tagged")
    return {"from": path, "twice": lr * 2}

if __name__ == "__main__":
    print(train(0.5, {"token": "hunter4", "n": 1})["twice"])
"""


def at_home(author: Author, home: Path) -> Author:
    home.mkdir(parents=True)
    author.project.rename(home / "study")
    return replace(author, project=home / "study", variables={**author.variables, "HOME": str(home)})


@pytest.fixture
def alice(author: Author, tmp_path: Path) -> Author:
    """An author with a home directory of her own, in which her project lies."""
    return at_home(author, tmp_path / "home" / "alice")


@pytest.fixture
def alice_who_decorates(modeller: Author, tmp_path: Path) -> Author:
    """The same, with taketwo in her environment."""
    return at_home(modeller, tmp_path / "home" / "alice")


@pytest.mark.parametrize("engine", ["bubblewrap", "docker"])
def test_values_name_no_secret_and_no_place_and_replay_without_a_difference(
    alice_who_decorates: Author, engine: str
) -> None:
    sealed_or_not(engine)
    alice = alice_who_decorates
    alice.write({"study.py": STUDY, "data.txt": "1"})
    alice.commit()
    home = alice.variables["HOME"]
    words = ("--token-count", "5", "--api-key", "hunter5", "--out", f"{home}/out")
    run = alice.capture("python", "study.py", *words, options=("--tag", f"desk={home}/desk"))
    runs = [each["run_id"] for each in alice.runs()]
    for text in (json.dumps(alice.manifest(each)) for each in runs):
        assert "hunter" not in text
        assert "alice" not in text
        assert platform.node() not in text
        assert str(REPOSITORY) not in text
        assert '"5"' in text
        assert "the value of --api-key was masked" in text
    verdict = alice.replay(run, engine)
    assert verdict["outcome"] == "reproduced", verdict["reasons"]
    assert [d for d in verdict["differences"] if d["area"] in {"input", "parameter", "invocation"}] == []
    (command,) = [each for each in runs if "call" not in alice.manifest(each)["invocation"]]
    assert all(0 <= metric["at"] < 300 for metric in alice.manifest(command)["metrics"])
    assert any("--api-key was masked" in caveat for caveat in alice.replay(command, engine)["caveats"])


def test_standard_input_that_was_read_is_told(author: Author) -> None:
    author.write({"study.py": "print(len(input()))"})
    author.commit()
    done = author.shell(*author.taketwo_argv("run", "--", "python", "study.py"), input=b"hello\n")
    assert done.stdout == b"5\n"
    assert b"standard input is not captured" in done.stderr


def test_results_outside_the_project_are_told(alice: Author) -> None:
    alice.write(
        {"study.py": "import os; open(os.environ['HOME'] + '/result.json', 'w').write('1'); print(1)"}
    )
    alice.commit()
    notices = [notice["text"] for notice in alice.manifest(alice.capture("python", "study.py"))["notices"]]
    assert "written outside the project, and so not recorded: $HOME/result.json" in notices


def test_a_path_of_the_author_that_is_written_out_is_named_when_the_replay_fails(alice: Author) -> None:
    sealed_or_not("bubblewrap")
    data = Path(alice.variables["HOME"]) / "ext data" / "é x.csv"
    data.parent.mkdir()
    data.write_text("1")
    alice.write({"study.py": f"print(open({str(data)!r}).read())"})
    alice.commit()
    verdict = alice.replay(alice.capture("python", "study.py"), "bubblewrap", exit_code=1)
    assert any("$HOME/ext data/é x.csv" in reason for reason in verdict["reasons"])
