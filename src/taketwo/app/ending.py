"""How a run ended, in the words of the manifest, from what the operating system said."""

from __future__ import annotations

import signal

from taketwo.model.manifest import Ending, Status

_ASKED_TO_STOP = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT}


def ending_of(exit_code: int, *, timed_out: bool = False, out_of_memory: bool = False) -> Ending:
    """``exit_code`` is that of ``subprocess``: negative when a signal ended the process."""
    error = "the time limit was reached" if timed_out else "out of memory" if out_of_memory else None
    if exit_code >= 0:
        status: Status = "killed" if error else "completed" if exit_code == 0 else "failed"
        return Ending(status=status, exit_code=exit_code, error=error)
    number = -exit_code
    try:
        name = signal.Signals(number).name
        status = "interrupted" if signal.Signals(number) in _ASKED_TO_STOP else "killed"
    except ValueError:
        name, status = f"signal {number}", "killed"
    return Ending(status=status, exit_code=128 + number, signal=name, error=error)
