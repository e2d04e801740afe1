"""Run the story of the README in a copy of this folder and check how each part ends: `python verify.py`.

Needs taketwo, installed for the Python that runs this. The arguments are passed on to `taketwo replay`.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPRODUCED, NOT_REPRODUCED, WRONG_DATA = 0, 1, 31


def taketwo(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "taketwo", *arguments],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )


def capture(project: Path, *arguments: str) -> None:
    done = taketwo(project, "run", sys.executable, "analysis.py", *arguments)
    assert done.returncode == 0, done.stderr


def answer(done: subprocess.CompletedProcess[str], exit_code: int) -> dict:
    assert done.returncode == exit_code, f"exit code {done.returncode}, not {exit_code}\n{done.stderr}"
    return json.loads(done.stdout)


def latest(project: Path) -> str:
    return answer(taketwo(project, "ls", "--limit", "1", "--json"), 0)[0]["run_id"]


def failed(verdict: dict) -> list[str]:
    return [check["subject"] for check in verdict["checks"] if check["held"] is False]


def changed_inputs(verdict: dict) -> list[str]:
    return [each["subject"] for each in verdict["differences"] if each["area"] == "input"]


def tell(project: Path, options: list[str]) -> None:
    data = project / "students.csv"
    os.utime(data, (1_700_000_000, 1_700_000_000))

    capture(project)
    original = latest(project)
    captured = data.read_text()
    data.write_text("edited since\n")
    verdict = answer(taketwo(project, "replay", original, "--json", *options), REPRODUCED)
    assert verdict["outcome"] == "reproduced", verdict["reasons"]
    data.write_text(captured)
    print("1. replayed with the captured data: reproduced")

    theirs = project.parent / "theirs.csv"
    theirs.write_text(data.read_text().replace("s05,control,0", "s05,control,1"))
    done = taketwo(project, "replay", original, "--data", f"students.csv={theirs}", "--json", *options)
    error = answer(done, WRONG_DATA)["error"]
    assert "students.csv" in error["what"], error
    print(
        "2. replayed with a copy in which one value differs: stopped before anything ran, naming students.csv"
    )

    shutil.copyfile(theirs, data)
    capture(project)
    found = answer(taketwo(project, "diff", original, "latest", "--json"), NOT_REPRODUCED)
    assert any("summary.json" in subject for subject in failed(found)), found["checks"]
    assert any("students.csv" in each["subject"] for each in found["data"]), found["data"]
    print("3. captured again after the file had changed: not reproduced, because of students.csv")

    capture(project, "--stamp")
    verdict = answer(taketwo(project, "replay", "latest", "--json", *options), NOT_REPRODUCED)
    assert verdict["outcome"] == "not reproduced", verdict["outcome"]
    assert any("summary.json" in subject for subject in failed(verdict)), verdict["checks"]
    assert not changed_inputs(verdict), verdict["differences"]
    print("4. with a result that hangs on the date of the file: not reproduced, naming summary.json")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "study"
        shutil.copytree(HERE, project, ignore=shutil.ignore_patterns(".taketwo", "__pycache__", "verify.py"))
        tell(project, sys.argv[1:])


if __name__ == "__main__":
    main()
