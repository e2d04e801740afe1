"""Whether a command read what somebody had put into its standard input."""

from __future__ import annotations

import array
import fcntl
import os
import select
import stat
import termios

import msgspec

from taketwo.model.base import Notice


class StandardInput(msgspec.Struct, frozen=True):
    """Standard input at one moment: how much waits in a pipe, whether its writer is gone, where in a file it is.

    All are at rest for a terminal and for ``/dev/null``, from which nothing is lost.
    """

    waiting: int = 0
    closed: bool = False
    position: int = 0

    @classmethod
    def now(cls, descriptor: int = 0) -> StandardInput:
        """Look at it, and leave it as it is."""
        try:
            mode = os.fstat(descriptor).st_mode
            if stat.S_ISREG(mode):
                return cls(position=os.lseek(descriptor, 0, os.SEEK_CUR))
            if not stat.S_ISFIFO(mode) and not stat.S_ISSOCK(mode):
                return cls()
            count = array.array("i", [0])
            fcntl.ioctl(descriptor, termios.FIONREAD, count)
            poll = select.poll()
            poll.register(descriptor, select.POLLHUP)
            return cls(waiting=count[0], closed=any(event & select.POLLHUP for _, event in poll.poll(0)))
        except OSError:  # closed, or of a kind that cannot be asked
            return cls()


def about_standard_input(before: StandardInput, after: StandardInput) -> tuple[Notice, ...]:
    """A notice when the command read from a pipe or from a file; ``after`` is when it had ended.

    A pipe whose writer came and went while the command ran counts as read when nothing is left in it.
    """
    read = after.waiting < before.waiting or after.position != before.position
    if not read and not (after.closed and not before.closed and not after.waiting):
        return ()
    text = "what the command read from standard input is not captured; a replay has an empty one"
    return (Notice(topic="stdin", text=text),)
