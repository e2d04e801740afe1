"""What differs between honest runs and means nothing: times, addresses, temporary names, progress bars."""

from __future__ import annotations

import re
from functools import partial

from taketwo.verify.dates import Days, is_of_days

_UUID = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
_CLOCK = r"[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]+)?)?"
_DAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
_DATE = rf"(?:{_MONTH} +[0-9]{{1,2}}|[0-9]{{1,2}} +{_MONTH})"
_NAME_DAY = r"(?:19|20)[0-9]{2}[-_.]?[01][0-9][-_.]?[0-3][0-9]"
_NAME_CLOCK = r"[0-2][0-9][-_.:hH]?[0-5][0-9](?:[-_.:mM]?[0-5][0-9])?(?:[._][0-9]+)?Z?"
_UNIT = r"(?:ns|us|µs|μs|ms|s|secs?|seconds?|min|mins|minutes?|h|hours?)"
# "0.9 min 0.1" is a maximum and a minimum, not a duration.
_SPACED_UNIT = r"(?:ns|us|µs|μs|ms|s|secs?|seconds?|minutes?|hours?)"

_CONSOLE = tuple(
    (re.compile(pattern), word)
    for pattern, word in (
        (r"\x1b\[[0-9;?]*[ -/]*[@-~]", ""),
        (_UUID, "<uuid>"),
        (
            rf"\b[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?:[T ,_]+{_CLOCK}(?:Z|[+-][0-9]{{2}}:?[0-9]{{2}})?)?",
            "<time>",
        ),
        (
            rf"\b{_DAY},? +{_DATE},?(?: +{_CLOCK})?(?: +[A-Z]{{3,4}})?(?: +[0-9]{{4}})?",
            "<time>",
        ),
        (rf"\b{_DATE},? +[0-9]{{4}}\b", "<time>"),
        (r"\b[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}\b", "<time>"),
        (rf"(?<![\w:]){_CLOCK}(?: ?[AP]M)?(?![\w:])", "<time>"),
        (
            rf"(?<![\w.])[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?(?:{_UNIT}| {_SPACED_UNIT})(?:/\w+)?\b",
            "<duration>",
        ),
        (r"(?<![\w.])[0-9]+(?:\.[0-9]+)? ?(?:it|its|batch|step|sample|row)s?/s\b", "<rate>"),
        (r"\b0x[0-9a-fA-F]{6,16}\b", "<address>"),
        (r"(?i)\bpid[ =:]+[0-9]+", "pid <number>"),
        (r"(?:/private)?/(?:tmp|var/tmp|var/folders|dev/shm)/[^\s'\":,;)\]]+", "<temporary>"),
        (r"(?<![\w.$])/(?:[\w.@+~-]+/)+(?=[\w.@+~-])", "<path>/"),
    )
)
_HAS_DATE = re.compile(rf"[0-9]{{4}}-|/|{_MONTH}")
_TIME_WORDS = re.compile(
    # Bounded repetitions: this runs over text that others have written. "time" alone is no sign: reaction
    # and survival times are results, and so is any number without a unit.
    r"(?i)\b((?:elapsed|runtime|wall|took)(?: (?:time|taken|elapsed|total))?"
    rf" ?\({_UNIT}\)[ =:]{{1,40}})"
    r"([0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)"
)

_IN_NAMES = tuple(
    (re.compile(pattern), word)
    for pattern, word in (
        (r"events\.out\.tfevents\.[^/]+", "<events>"),
        (_UUID, "<uuid>"),
        (rf"(?<![0-9]){_NAME_DAY}(?:[-_.T @]{{0,3}}{_NAME_CLOCK})?(?![0-9])", "<time>"),
        (r"(?<![0-9])[0-2][0-9][-_:][0-5][0-9][-_:][0-5][0-9](?![0-9])", "<time>"),
        (r"(?<![0-9])1[0-9]{9}(?:[0-9]{3}|\.[0-9]+)?(?![0-9])", "<time>"),
        (r"(?<![0-9a-zA-Z])(?=[0-9a-f]*[0-9])[0-9a-f]{32}(?![0-9a-zA-Z])", "<id>"),
        (r"(?<![0-9a-zA-Z])tmp[0-9a-z_]{8}(?![0-9a-zA-Z])", "<temporary>"),
    )
)


def mask_line(line: str, days: Days | None = None, durations: list[str] | None = None) -> str:
    """A line of console output with everything volatile replaced by a word for it.

    With ``days`` a date is masked only when it is one of them; what is masked as a duration is appended
    to ``durations``.
    """

    def masked(match: re.Match[str], word: str) -> str:
        if word == "<time>" and days is not None and _HAS_DATE.search(match[0]):
            return word if is_of_days(match[0], days) else match[0]
        if word == "<duration>" and durations is not None:
            durations.append(match[0])
        return word

    for pattern, word in _CONSOLE:
        line = pattern.sub(partial(masked, word=word), line)
    return _TIME_WORDS.sub(lambda match: match[1] + masked(match, "<duration>"), line)


def mask_console(text: str, days: Days | None = None, durations: list[str] | None = None) -> list[str]:
    """The lines of a console as they stood at the end: a progress bar is its last state, masked."""
    lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
    return [mask_line(line.rstrip("\r").rsplit("\r", 1)[-1], days, durations) for line in lines]


def mask_name(path: str) -> str:
    """A file name without the dates, times and ids that programs put into names."""
    for pattern, word in _IN_NAMES:
        path = pattern.sub(word, path)
    return path
