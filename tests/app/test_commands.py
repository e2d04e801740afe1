"""Commands of every kind are captured as they were typed, and replay where the base has what runs them."""

from __future__ import annotations

import shutil
import sys

import pytest

from tests.support.author import Author, make_environment, sealed_or_not
from tests.support.interpreters import interpreter
from tests.support.requirements import require

pytestmark = pytest.mark.slow


def test_a_shell_script_replays_with_the_python_that_it_starts(author: Author) -> None:
    author.write(
        {
            "run.sh": '#!/bin/sh\nset -e\nfor seed in 1 2; do python step.py "$seed"; done\ncat out-1.txt\n',
            "step.py": "import sys, six\nopen(f'out-{sys.argv[1]}.txt', 'w').write(six.__version__ + sys.argv[1])\n",
        }
    )
    (author.project / "run.sh").chmod(0o755)
    author.commit()
    run = author.capture("./run.sh")
    manifest = author.manifest(run)
    assert manifest["invocation"]["argv"] == ["./run.sh"]
    assert [d["name"] for d in manifest["environment"]["distributions"]] == ["six"]
    assert len(manifest["outputs"]) == 2
    for engine in ("docker", "bubblewrap", "venv"):
        if engine == "venv" or shutil.which({"docker": "docker", "bubblewrap": "bwrap"}[engine]):
            assert author.replay(run, engine)["outcome"] == "reproduced"


def test_a_module_started_with_dash_m_replays(author: Author) -> None:
    author.write(
        {
            "study/__init__.py": "",
            "study/__main__.py": "import six, sys\nfrom . import part\n"
            "open('out.txt', 'w').write(part.NAME + sys.argv[1])\n",
            "study/part.py": "NAME = __name__\n",
        }
    )
    author.commit()
    run = author.capture("python", "-m", "study", "--depth=3")
    manifest = author.manifest(run)
    assert [(p["name"], p["value"]) for p in manifest["parameters"]] == [("depth", 3)]
    assert author.replay(run, "venv")["outcome"] == "reproduced"


def test_a_console_script_of_the_environment_replays(modeller: Author) -> None:
    modeller.write({"data.py": "import numpy\n"})
    modeller.commit()
    run = modeller.capture("f2py", "-v")
    assert modeller.manifest(run)["streams"]["stdout"]["size"] > 0
    assert modeller.replay(run, "venv")["outcome"] == "reproduced"


def test_an_r_script_replays_in_bubblewrap(author: Author) -> None:
    require("Rscript", "bubblewrap")
    author.write(
        {"model.R": 'set.seed(1); write.csv(data.frame(x = rnorm(3)), "r.csv"); cat(mean(1:3), "\\n")\n'}
    )
    author.commit()
    run = author.capture("Rscript", "model.R", options=("--output", "r.csv"))
    manifest = author.manifest(run)
    assert manifest["environment"] is None
    assert [o["path"] for o in manifest["outputs"]] == ["$PROJECT/r.csv"]
    verdict = author.replay(run, "bubblewrap")
    assert verdict["outcome"] == "reproduced"
    assert verdict["sealing"]["sealed"] is True


def test_a_compiled_program_is_captured_and_replays(author: Author) -> None:
    require("gcc", "bubblewrap")
    author.write(
        {
            "sum.c": '#include <stdio.h>\nint main(void) { FILE *f = fopen("sum.txt", "w"); fprintf(f, "%.17g", '
            '1.0 / 3); fclose(f); puts("done"); return 0; }\n'
        }
    )
    assert author.shell("gcc", "-o", "sum", "sum.c").exit_code == 0
    author.commit()
    run = author.capture("./sum", options=("--output", "sum.txt"))
    verdict = author.replay(run, "bubblewrap")
    assert verdict["outcome"] == "reproduced"
    assert "sum.txt" in {check["subject"] for check in verdict["checks"]}


def another_interpreter() -> str:
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    for minor in ("3.12", "3.10", "3.13", "3.9"):
        found = interpreter(minor) if minor != own else None
        if found is not None:
            return found
    pytest.skip("this machine has one Python only")


def test_the_interpreter_that_ran_is_captured_and_not_that_of_taketwo(authors, tmp_path) -> None:
    sealed_or_not("bubblewrap")
    python = make_environment(tmp_path / "env", "six==1.17.0", python=another_interpreter())
    author = authors.work_in(tmp_path / "work" / "project", python)
    author.write(
        {"study.py": "import sys, six\nopen('version.txt', 'w').write('%d.%d' % sys.version_info[:2])\n"}
    )
    author.commit()
    run = author.capture("python", "study.py")
    environment = author.manifest(run)["environment"]
    expected = author.shell("python", "-c", "import platform; print(platform.python_version())").stdout
    assert environment["interpreter"]["version"] == expected.decode().strip()
    assert [d["name"] for d in environment["distributions"]] == ["six"]
    verdict = author.replay(run, "bubblewrap")
    assert verdict["outcome"] == "reproduced"
    assert verdict["rebuilt"]["interpreter_version"] == expected.decode().strip()
    assert verdict["rebuilt"]["identical"] == verdict["rebuilt"]["files"]
