"""Whether a date that was printed is one of the days of the run, and so tells when and not what."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, datetime, timedelta

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_NAMED = re.compile(
    r"(?i)(\d{1,2})? ?\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?(?: +(\d{1,2})\b)?"
)
_YEAR = re.compile(r"\b(?:19|20)\d{2}\b")

Days = Collection[date]


def days_of(started: str, finished: str) -> Days:
    """The days on which a run took place, anywhere on earth; its times are RFC 3339."""
    first, last = (datetime.fromisoformat(text).date() for text in (started, finished))
    first, last = first - timedelta(days=1), max(first, last) + timedelta(days=1)
    # A run that says it took years is no reason to count through them.
    return {first + timedelta(days=n) for n in range(min((last - first).days, 400) + 1)}


def is_of_days(text: str, days: Days) -> bool:
    """Whether ``text``, which looks like a date, can be read as one of ``days``; without a year, of any."""
    iso = _ISO.search(text)
    if iso is not None:
        return _is_one(days, int(iso[1]), int(iso[2]), int(iso[3]))
    slashes = _SLASHES.search(text)
    if slashes is not None:
        one, other, year = int(slashes[1]), int(slashes[2]), int(slashes[3])
        return _is_one(days, year, one, other) or _is_one(days, year, other, one)
    named = _NAMED.search(text)
    if named is None or not (named[1] or named[3]):
        return False
    month, day = _MONTHS.index(named[2].lower()) + 1, int(named[3] or named[1])
    year_found = _YEAR.search(text)
    return _is_one(days, int(year_found[0]) if year_found else None, month, day)


def _is_one(days: Days, year: int | None, month: int, day: int) -> bool:
    return any((each.month, each.day) == (month, day) and year in {None, each.year} for each in days)
