"""The outermost door: every way in which a command can end, turned into words and an exit code, here only."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence

import click

from taketwo.cli import output
from taketwo.cli.shell import Shell
from taketwo.errors import Interrupted, TaketwoError, UsageError

UNEXPECTED = 70
"""Exit code of a fault of taketwo itself (``EX_SOFTWARE`` of sysexits.h)."""

BROKEN_PIPE = 141
"""What a shell shows for a program that SIGPIPE ended; 1 would say ``not reproduced``."""


def guarded(command: click.Command, name: str, arguments: Sequence[str], shell: Shell) -> int:
    """Run a click command and return its exit code, whatever happens.

    This does what ``click.Command.main`` does, except that a broken pipe is not exit code 1.
    """
    try:
        with command.make_context(name, list(arguments), obj=shell) as context:
            code = command.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as ending:
        return ending.exit_code
    except BrokenPipeError:
        return _reader_left()
    except (KeyboardInterrupt, Exception) as error:  # noqa: BLE001  an outermost door: nothing gets past
        return _report(_in_our_words(error, shell, arguments), shell)
    return code if isinstance(code, int) else 0


def document(error: TaketwoError) -> dict[str, object]:
    """An error as the JSON document that commands with ``--json`` print."""
    return {
        "error": {
            "type": type(error).__name__,
            "what": error.what,
            "why": error.why,
            "todo": error.todo,
            "exit_code": error.exit_code,
        }
    }


def report(error: BaseException, shell: Shell) -> None:
    """Say what went wrong where it does not decide the exit code."""
    _report(_in_our_words(error, shell, ()), shell)


def _report(error: TaketwoError, shell: Shell) -> int:
    """Three short paragraphs on stderr, or the JSON document on stdout."""
    try:
        if shell.debug:
            output.say(traceback.format_exc())
        if shell.json:
            output.write_json(document(error))
        else:
            paragraphs = (f"taketwo: {error.what or type(error).__name__}", error.why, error.todo)
            output.say("\n\n".join(text for text in paragraphs if text))
    except BrokenPipeError:
        return _reader_left()
    return error.exit_code


def _in_our_words(error: BaseException, shell: Shell, arguments: Sequence[str]) -> TaketwoError:
    match error:
        case TaketwoError():
            return error
        case KeyboardInterrupt() | click.Abort():
            return Interrupted("interrupted", todo="Nothing temporary is left; the command can be repeated.")
        case click.ClickException():
            return _wrong_call(error, shell, arguments)
        case _:
            return TaketwoError(
                f"this is a fault of taketwo: {type(error).__name__}: {error}",
                why="It is not a statement about your run or its result.",
                todo="Please report it, with the command that you typed and what it says with --debug.",
            )


def _wrong_call(error: click.ClickException, shell: Shell, arguments: Sequence[str]) -> UsageError:
    context: click.Context | None = getattr(error, "ctx", None)
    if context is None:
        return UsageError(error.format_message())
    if any(option.name == "as_json" for option in context.command.params) and "--json" in arguments:
        shell.json = True  # a command line that cannot be read never reaches the callback of --json
    todo = f"See: {context.command_path} --help"
    return UsageError(error.format_message(), why=context.get_usage(), todo=todo)


def _reader_left() -> int:
    """Whoever read our output has gone (``| head``); keep the interpreter from complaining at its exit."""
    null = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            os.dup2(null, stream.fileno())
        except (OSError, ValueError):  # not a real file, as in a test: nothing will be flushed to it
            continue
    return BROKEN_PIPE
