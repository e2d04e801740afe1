import errno
import os
import subprocess
import sys

import click
import pytest

from taketwo.cli.failures import BROKEN_PIPE, UNEXPECTED
from taketwo.errors import StoreError, UnknownRun, WrongData


def test_an_error_is_three_paragraphs_on_stderr_and_its_exit_code(typed):
    typed.application.failure = UnknownRun(
        "no run has that id", why="Nothing can be shown.", todo="See: taketwo ls"
    )
    answer = typed("show", "nothing")
    assert answer.code == 4
    assert answer.out == ""
    assert answer.err == "taketwo: no run has that id\n\nNothing can be shown.\n\nSee: taketwo ls\n"


def test_an_error_of_one_sentence_is_one_paragraph(typed):
    typed.application.failure = StoreError("the disk is full")
    answer = typed("ls")
    assert (answer.code, answer.err) == (20, "taketwo: the disk is full\n")


def test_with_json_an_error_is_one_document_on_stdout(typed):
    typed.application.failure = WrongData("grades.csv differs", why="w", todo="t")
    answer = typed("replay", "latest", "--json")
    assert answer.code == 31
    assert answer.err == ""
    assert answer.document == {
        "error": {"type": "WrongData", "what": "grades.csv differs", "why": "w", "todo": "t", "exit_code": 31}
    }


@pytest.mark.parametrize("words", [["ls", "--json", "--nonsense"], ["ls", "--nonsense", "--json"]])
def test_with_json_a_wrong_call_is_a_document_too_wherever_json_stands(typed, words):
    answer = typed(*words)
    assert (answer.code, answer.err) == (2, "")
    assert answer.document["error"]["type"] == "UsageError"


def test_a_json_option_of_the_users_command_is_not_ours(typed):
    answer = typed("run", "--nonsense", "train.py", "--json")
    assert (answer.code, answer.out) == (2, "")


@pytest.mark.parametrize(
    "words", [["ls", "--nonsense"], ["nonsense"], ["ls", "--limit", "0"], ["replay"], ["run"]]
)
def test_a_wrong_call_is_exit_code_2_and_shows_the_usage(typed, words):
    answer = typed(*words)
    assert answer.code == 2
    assert answer.out == ""
    assert "Usage: taketwo" in answer.err
    assert "--help" in answer.err
    assert typed.application.asked == []


def test_a_misspelt_command_is_answered_with_the_nearest_one(typed):
    assert "Did you mean 'replay'?" in typed("repaly").err


def test_a_setting_that_is_wrong_is_exit_code_2(typed):
    typed.environ["TAKETWO_ENGINE"] = "abacus"
    answer = typed("replay", "latest")
    assert answer.code == 2
    assert "TAKETWO_ENGINE" in answer.err


def test_an_unexpected_exception_is_called_a_fault_of_taketwo(typed):
    typed.application.failure = ZeroDivisionError("division by zero")
    answer = typed("ls")
    assert answer.code == UNEXPECTED
    assert "this is a fault of taketwo: ZeroDivisionError: division by zero" in answer.err
    assert "--debug" in answer.err
    assert "Traceback" not in answer.err


@pytest.mark.parametrize("words", [["--debug", "ls"], ["ls", "--debug"]])
def test_debug_shows_the_traceback_before_or_after_the_command(typed, words):
    typed.application.failure = ZeroDivisionError("division by zero")
    answer = typed(*words)
    assert answer.code == UNEXPECTED
    assert answer.err.startswith("Traceback (most recent call last)")


def test_debug_and_json_together_keep_stdout_one_document(typed):
    typed.application.failure = StoreError("the disk is full")
    answer = typed("ls", "--debug", "--json")
    assert answer.document["error"]["what"] == "the disk is full"
    assert "Traceback" in answer.err


@pytest.mark.parametrize("interruption", [KeyboardInterrupt(), click.Abort()])
def test_ctrl_c_is_exit_code_130(typed, interruption):
    typed.application.failure = interruption
    answer = typed("ls")
    assert answer.code == 130
    assert answer.err.startswith("taketwo: interrupted\n")


def test_a_reader_that_leaves_is_no_error_and_no_verdict(typed):
    typed.application.failure = BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))
    answer = typed("ls")
    assert (answer.code, answer.out, answer.err) == (BROKEN_PIPE, "", "")


def test_a_real_pipe_that_breaks_leaves_nothing_on_stderr():
    command = [sys.executable, "-m", "taketwo", "schema"]
    reader, writer = os.pipe()
    os.close(reader)
    with subprocess.Popen(command, stdout=writer, stderr=subprocess.PIPE) as process:
        os.close(writer)
        _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (BROKEN_PIPE, b"")


def test_a_directory_that_was_deleted_is_explained(typed):
    typed.directory = None

    def gone():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))

    from taketwo.cli.main import run_taketwo
    from taketwo.cli.shell import Shell

    assert run_taketwo(["ls"], Shell(typed.application, {}, gone)) == 2


def test_what_an_error_quotes_cannot_act_on_the_terminal(typed):
    typed.application.failure = StoreError("it said \x1b[2Jok", why="line\nline\x9b", todo="caf\u00e9")
    answer = typed("ls")
    assert answer.err == "taketwo: it said \\x1b[2Jok\n\nline\nline\\x9b\n\ncaf\u00e9\n"
