"""Run ids: sortable by time, unique without coordination, short to type.

``20261123-114500-7fk3q9xw2m``: date and time in UTC, two digits for the 1024th part of a second, and
eight digits drawn at random. Digits are Crockford's base 32 in lower case: no ``i``, ``l``, ``o`` or ``u``.
"""

from __future__ import annotations

import calendar
import os
import re
import threading
from datetime import UTC, datetime

from taketwo.errors import FormatError

EXAMPLE = "20261123-114500-7fk3q9xw2m"

_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
_LOOK_ALIKE = str.maketrans("oil", "011")
_SHAPE = re.compile(
    rf"([0-9]{{4}})([0-9][0-9])([0-9][0-9])-([0-9][0-9])([0-9][0-9])([0-9][0-9])-([{_DIGITS}]{{10}})",
    re.ASCII,
)
_RANDOM_BITS = 40
_STEP_BITS = 32
_TICKS = 1024


class RunIdSource:
    """Draws ids that never go backwards, although the clock of a machine sometimes does.

    An id is one integer, ticks of the clock above 40 random bits. When the clock has not moved on
    since the last id, or has moved back, the next one is the last plus a random step.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = -1

    def draw(self, now: datetime) -> str:
        """An id that is greater than every earlier one of this source."""
        ticks = calendar.timegm(now.utctimetuple()) * _TICKS + now.microsecond * _TICKS // 1_000_000
        fresh = ticks << _RANDOM_BITS | _random(_RANDOM_BITS)
        with self._lock:
            if ticks <= self._last >> _RANDOM_BITS:
                fresh = self._last + 1 + _random(_STEP_BITS)
            self._last = fresh
        return _text(fresh)

    def start_over(self) -> None:
        """Forget the last id: a forked child that went on from it would count beside its siblings."""
        self._lock = threading.Lock()
        self._last = -1


# One source for the process, because "never backwards" is a promise about the process.
_SOURCE = RunIdSource()
os.register_at_fork(after_in_child=_SOURCE.start_over)


def new_run_id(now: datetime) -> str:
    """The id of a run that starts ``now`` (with a time zone).

    Ids drawn by one process increase strictly, also when the clock goes backwards.
    """
    if now.tzinfo is None:
        raise FormatError(
            "a run id needs a time with its time zone",
            why="Runs of different machines are sorted by their ids.",
            todo="Pass datetime.now(UTC).",
        )
    return _SOURCE.draw(now)


def started_at(run_id: str) -> datetime:
    """When an id was drawn, in UTC, to the 1024th of a second; ``FormatError`` when it is not an id."""
    match = _SHAPE.fullmatch(run_id)
    if match is None:
        raise _not_an_id(run_id)
    year, month, day, hour, minute, second = map(int, match.groups()[:6])
    fraction = _DIGITS.index(match[7][0]) << 5 | _DIGITS.index(match[7][1])
    try:
        return datetime(year, month, day, hour, minute, second, fraction * 1_000_000 // _TICKS, tzinfo=UTC)
    except ValueError as error:
        raise _not_an_id(run_id) from error


def is_run_id(text: str) -> bool:
    """Whether ``text`` is a whole run id; nothing else may become the name of a file."""
    try:
        started_at(text)
    except FormatError:
        return False
    return True


def normalise(typed: str) -> str:
    """What a person meant who typed an id, or part of one, in capitals or with ``o`` for ``0``."""
    return typed.strip().lower().translate(_LOOK_ALIKE)


def _random(bits: int) -> int:
    # os.urandom: seeding ``random`` must not give two runs one id, nor drawing an id change an experiment.
    return int.from_bytes(os.urandom(bits // 8), "big")


def _text(value: int) -> str:
    seconds, rest = divmod(value, _TICKS << _RANDOM_BITS)
    digits = "".join(_DIGITS[rest >> shift & 31] for shift in range(45, -5, -5))
    moment = datetime.fromtimestamp(seconds, tz=UTC)
    return f"{moment.year:04}{moment:%m%d-%H%M%S}-{digits}"  # %Y does not pad everywhere


def _not_an_id(text: str) -> FormatError:
    return FormatError(
        f"{text[:80]!r} is not a run id",
        why=f"A run id looks like {EXAMPLE}.",
        todo="List the ids with: taketwo ls",
    )
