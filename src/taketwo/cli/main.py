"""The programs ``taketwo`` and ``replay``: the list of commands, and the call of one of them."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence

import click

from taketwo.cli.application import Application
from taketwo.cli.failures import guarded
from taketwo.cli.group import LazyGroup
from taketwo.cli.shell import Shell, Typed, common_options
from taketwo.version import __version__

COMMANDS = {
    "run": "Run a command and capture what it did.",
    "replay": "Run a captured run again, sealed, and say whether it reproduced.",
    "ls": "List runs, newest first.",
    "show": "Show one run.",
    "diff": "Compare two runs.",
    "lock": "Complete the hashes in the lock of a run.",
    "dockerfile": "Write a Dockerfile that rebuilds a run by hand.",
    "engines": "Say which engines work here, and why others do not.",
    "store": "Look after the store.",
    "schema": "Print the JSON Schema of manifests.",
    "demo": "Capture and replay a published study.",
}

# A line that holds the character \b tells click to leave the paragraph's lines as they are.
_HELP = """Capture a run, replay it elsewhere, and say with evidence whether the result holds.

\b
taketwo demo                  watch a published study being captured and replayed
taketwo run python train.py   capture a command
taketwo replay latest         replay the newest run in a sealed container
"""


@click.group(
    name="taketwo",
    cls=LazyGroup,
    lazy={name: (f"taketwo.cli.commands.{name}", summary) for name, summary in COMMANDS.items()},
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help=_HELP,
)
@click.version_option(__version__, message="taketwo %(version)s")
@common_options
def taketwo() -> None:
    """Hold the commands; what they share is in their options."""


def run_taketwo(arguments: Sequence[str], shell: Shell | None = None) -> int:
    """Run the program ``taketwo`` with these arguments; returns its exit code and never raises."""
    return guarded(taketwo, "taketwo", arguments, shell or _here())


def run_replay(arguments: Sequence[str], shell: Shell | None = None) -> int:
    """Run the program ``replay``: the command ``taketwo replay`` under a name of its own."""
    from taketwo.cli.commands.replay import command  # noqa: PLC0415  only this program needs it

    return guarded(command, "replay", arguments, shell or _here())


def _here() -> Shell:
    typed = Typed.by(sys.argv[0], sys.executable, os.environ.get("PATH", ""))
    return Shell(Application(), dict(os.environ), typed=typed)


def leave_in_order() -> None:
    """Let SIGTERM and SIGHUP unwind the stack, so that containers and temporary files are removed.

    A signal that is ignored (``nohup``) stays ignored. Programs that we start are not affected.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, _unwind)


def _unwind(number: int, _: object) -> None:
    sys.exit(128 + number)


def main() -> None:
    """The console script ``taketwo``."""
    leave_in_order()
    sys.exit(run_taketwo(sys.argv[1:]))


def replay() -> None:
    """The console script ``replay``."""
    leave_in_order()
    sys.exit(run_replay(sys.argv[1:]))
