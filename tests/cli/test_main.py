import signal
import subprocess
import sys

import pytest

from taketwo.cli.main import COMMANDS
from taketwo.version import __version__

# msgspec is not among them: its structs, which are used throughout, cost less than importing dataclasses.
HEAVY = ("rich", "docker", "numpy", "dvc", "packaging", "tomllib", "taketwo.app", "taketwo.report")


def loaded_after(directory, *words):
    """The modules of a fresh interpreter after it ran a command."""
    code = (
        "import sys\n"
        "from taketwo.cli.main import run_taketwo\n"
        f"assert run_taketwo({list(words)!r}) == 0\n"
        "print(*sys.modules, sep='\\n', file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60, cwd=directory
    )
    return set(done.stderr.split())


def test_help_names_every_command_with_its_summary(typed):
    answer = typed("--help")
    assert answer.code == 0
    assert all(name in answer.out and summary in answer.out for name, summary in COMMANDS.items())


def test_help_begins_with_what_to_type_line_by_line(typed):
    lines = [line.strip() for line in typed("--help").out.splitlines()]
    assert [line.split("  ")[0] for line in lines if line.startswith("taketwo ")] == [
        "taketwo demo",
        "taketwo run python train.py",
        "taketwo replay latest",
    ]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(typed, name):
    answer = typed(name, "--help")
    assert answer.code == 0
    assert answer.out.startswith(f"Usage: taketwo {name}")


def test_the_version_is_the_one_that_is_written_in_one_place(typed):
    assert typed("--version").out == f"taketwo {__version__}\n"


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["store", "path"]])
def test_what_needs_no_library_loads_none(words, tmp_path):
    loaded = loaded_after(tmp_path, *words)
    assert not {name for name in HEAVY if name in loaded}


def test_help_imports_no_command(tmp_path):
    assert not [name for name in loaded_after(tmp_path, "--help") if name.startswith("taketwo.cli.commands.")]


def test_the_module_can_be_run_as_a_program():
    done = subprocess.run(
        [sys.executable, "-m", "taketwo", "--version"], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == f"taketwo {__version__}\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_lets_the_use_case_clean_up(number, tmp_path):
    code = (
        "import sys, time\n"
        "from taketwo.cli import application, main, shell\n"
        "class Slow(application.Application):\n"
        "    def open_store(self, settings):\n"
        "        try:\n"
        "            print('working', flush=True)\n"
        "            time.sleep(60)\n"
        "        finally:\n"
        "            print('clean', flush=True)\n"
        "main.leave_in_order()\n"
        "sys.exit(main.run_taketwo(['ls'], shell.Shell(Slow(), {})))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=tmp_path
    ) as process:
        assert process.stdout.readline() == "working\n"
        process.send_signal(number)
        rest, _ = process.communicate(timeout=60)
    assert (process.returncode, rest) == (128 + number, "clean\n")


def test_replay_is_a_program_of_its_own(typed):
    answer = typed.replay("--help")
    assert answer.out.startswith("Usage: replay ")
    assert typed.replay("latest", "--json").document["outcome"] == "reproduced"
    assert typed.asked[0] == "replay"


@pytest.mark.parametrize("words", [["--store", "elsewhere", "ls"], ["ls", "--store", "elsewhere"]])
def test_the_store_can_be_named_before_or_after_the_command(typed, words):
    typed(*words, "--json")
    assert typed.asked[1].store == typed.directory / "elsewhere"
