"""Signals while something must be cleaned up: end orderly on SIGTERM, and never half way through a step."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_ENDING = (signal.SIGTERM, signal.SIGHUP)
_ALL = (signal.SIGINT, *_ENDING)


@contextmanager
def unwinding() -> Iterator[None]:
    """While active, SIGTERM and SIGHUP unwind the stack as Ctrl-C does, so that ``finally`` blocks run.

    Handlers that somebody else installed stay. Outside the main thread nothing can be done, and nothing is.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ours = [number for number in _ENDING if signal.getsignal(number) is signal.SIG_DFL]
    for number in ours:
        signal.signal(number, _unwind)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


def _unwind(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


@contextmanager
def held_back() -> Iterator[None]:
    """Signals that would unwind wait until this block is done, and then arrive.

    For steps of which a half is worse than all or nothing: making something and noting its name, removing it.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    arrived: list[int] = []
    before = {int(number): signal.getsignal(number) for number in _ALL}
    ours = [number for number, handler in before.items() if handler not in {signal.SIG_IGN, None}]
    for number in ours:
        signal.signal(number, lambda caught, _frame: arrived.append(caught))
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, before[number])
        for number in dict.fromkeys(arrived):
            signal.raise_signal(number)
