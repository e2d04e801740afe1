import pytest

from taketwo.app.requests import DeclaredData
from taketwo.errors import CommandNotFound, StoreError
from tests.support.cli_runs import CAPTURED


def request(typed):
    return typed.asked[2]


@pytest.mark.parametrize(
    ("words", "argv"),
    [
        (["python", "train.py"], ("python", "train.py")),
        (["--", "python", "train.py"], ("python", "train.py")),
        (["python", "train.py", "--quiet", "--tag", "x"], ("python", "train.py", "--quiet", "--tag", "x")),
        (["--quiet", "python", "-m", "m", "--help"], ("python", "-m", "m", "--help")),
        (["--", "-odd", "--debug"], ("-odd", "--debug")),
        (["make", "--", "all"], ("make", "--", "all")),
    ],
)
def test_everything_after_the_first_word_belongs_to_the_command(typed, words, argv):
    typed("run", *words)
    assert request(typed).argv == argv


@pytest.mark.parametrize("code", [0, 1, 3, 70, 137])
def test_the_exit_code_is_that_of_the_command(typed, code):
    typed.application.exit_code = code
    assert typed("run", "true").code == code


def test_stdout_stays_the_commands_and_the_closing_line_goes_to_stderr(typed):
    typed.application.notices = ("hashes of 3 packages are pending",)
    answer = typed("run", "--experiment", "lak26", "true")
    assert answer.out == ""
    assert answer.err == (
        "taketwo: note: hashes of 3 packages are pending\n"
        f"taketwo: captured {CAPTURED} (lak26, exit code 0) in .taketwo; next: taketwo replay {CAPTURED}\n"
    )


def test_quiet_says_nothing_but_warnings(typed):
    typed.application.notices = ("hashes of 3 packages are pending",)
    typed.application.during = lambda progress: (progress.step("looking"), progress.warn("the disk is full"))
    answer = typed("run", "--quiet", "true")
    assert (answer.out, answer.err) == ("", "taketwo: note: the disk is full\n")


def test_what_was_typed_reaches_the_use_case(typed):
    typed.environ["PATH"] = "/bin"
    typed(
        "run",
        *("--data", "grades=g.csv", "--data", "/data/logs", "--data", "./a=b.csv"),
        *(
            "--output",
            "model.bin",
            "--tolerance",
            "auc: 0.001",
            "--tolerance",
            "f1=1%",
            "--tag",
            "paper=lak=26",
        ),
        "true",
    )
    found = request(typed)
    assert found.directory == typed.directory
    assert found.environment == {"PATH": "/bin"}
    assert found.data == (
        DeclaredData(name="grades", path=typed.directory / "g.csv"),
        DeclaredData(path=typed.directory.joinpath("/data/logs")),
        DeclaredData(path=typed.directory / "a=b.csv"),
    )
    assert found.outputs == (typed.directory / "model.bin",)
    assert found.tolerance == ("auc: 0.001", "f1=1%")
    assert found.tags == {"paper": "lak=26"}


def test_the_experiment_comes_from_the_settings_unless_it_is_typed(typed):
    typed.environ["TAKETWO_EXPERIMENT"] = "from-environment"
    typed("run", "true")
    assert typed.asked[1].experiment == "from-environment"
    typed("run", "--experiment", "typed", "true")
    assert typed.asked[1].experiment == "typed"


@pytest.mark.parametrize("tag", ["paper", "=lak26"])
def test_a_tag_without_a_name_or_a_value_is_a_wrong_call(typed, tag):
    answer = typed("run", "--tag", tag, "true")
    assert answer.code == 2
    assert "NAME=VALUE" in answer.err


def test_a_command_that_does_not_exist_is_127_as_in_a_shell(typed):
    typed.application.failure = CommandNotFound("there is no program trian.py")
    answer = typed("run", "trian.py")
    assert (answer.code, answer.out) == (127, "")


def test_a_failure_after_the_command_is_told_and_changes_no_exit_code(typed):
    typed.application.exit_code = 7
    typed.application.failed_capture = StoreError("the disk is full", todo="Free some space.")
    answer = typed("run", "true")
    assert (answer.code, answer.out) == (7, "")
    assert answer.err.startswith("taketwo: the disk is full\n\nFree some space.\n")
    assert f"{CAPTURED} is not captured yet" in answer.err
