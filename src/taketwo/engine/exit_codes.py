"""Exit codes as shells and containers tell them, read back into what really ended the process."""

from __future__ import annotations

import signal

_ENDING = frozenset(
    {
        signal.SIGHUP,
        signal.SIGINT,
        signal.SIGQUIT,
        signal.SIGILL,
        signal.SIGTRAP,
        signal.SIGABRT,
        signal.SIGBUS,
        signal.SIGFPE,
        signal.SIGKILL,
        signal.SIGSEGV,
        signal.SIGPIPE,
        signal.SIGALRM,
        signal.SIGTERM,
        signal.SIGXCPU,
        signal.SIGXFSZ,
        signal.SIGSYS,
    }
)


def from_shell(code: int) -> int:
    """Negative when ``code`` is 128 plus a signal that ends processes; otherwise ``code`` itself.

    A program that chooses to exit with such a code cannot be told apart, here or in any shell.
    """
    return 128 - code if code - 128 in _ENDING else code
