"""The count of a comparison with many values: how many differ, the loosest rung, the first places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from taketwo.formats.numbers import Real, parse_number
from taketwo.model.rules import Rule, Rung
from taketwo.verify import ladder

Place = str | Callable[[], str]
"""Where a value stands, or how to say it: only the first few places are ever said."""

_SHOWN = 3
_LONGEST_TEXT = 60


@dataclass(frozen=True)
class Comparison:
    """How closely two files, or two nested values, agree; ``detail`` says where they do not."""

    rung: Rung
    held: bool
    detail: str = ""


class Tally:
    """Collects the values of two files pair by pair under one rule, and sums them up."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.within = ""
        """What places lie in, for example the member of an archive."""
        self.rung = Rung.IDENTICAL
        self.values = 0
        self.differing = 0
        self.failing = 0
        self._worst = 0.0
        self._places: list[str] = []
        self._failing_places: list[str] = []
        self._notes: dict[str, None] = {}

    def same(self, count: int = 1) -> None:
        """``count`` values are equal on both sides."""
        self.values += count

    def number(self, place: Place, before: Real, after: Real, *, width: int = 64) -> None:
        """Two numbers at ``place``, judged by the ladder."""
        reached = ladder.reach(before, after, self.rule, width=width)
        self.values += 1
        if reached is not self.rung:
            self.rung = ladder.looser(self.rung, reached)
        if reached is Rung.IDENTICAL or reached is Rung.EQUAL:
            return
        worst = ladder.relative_difference(before, after)
        self._worst = max(self._worst, worst)
        self._differs(place, before, after, held=ladder.satisfies(reached, self.rule))

    def token(self, place: Place, before: str, after: str) -> None:
        """Two cells or words as they are written: numbers by the ladder, anything else as text."""
        if before == after:
            self.values += 1
            return
        first, second = parse_number(before), parse_number(after)
        if first is None or second is None:
            self.text(place, before, after)
        else:
            self.number(place, first, second)

    def text(self, place: Place, before: str, after: str) -> None:
        """Two texts at ``place``; only the same text is equal."""
        self.values += 1
        if before != after:
            self.rung = Rung.DIFFERENT
            self._differs(place, _quoted(before), _quoted(after), held=False)

    def differs(self, place: Place, before: str, after: str) -> None:
        """Something at ``place`` is another thing altogether: a type, a length, a missing value."""
        self.values += 1
        self.rung = Rung.DIFFERENT
        self._differs(place, _short(before), _short(after), held=False)

    def note(self, text: str) -> None:
        """Something that is not the same, and that no rule forbids: line ends, the order of columns."""
        self._notes.setdefault(text)
        self.rung = ladder.looser(self.rung, Rung.EQUAL)

    def _differs(self, place: Place, before: Real | str, after: Real | str, *, held: bool) -> None:
        self.differing += 1
        held = held or self.rule.allow == "ignore"
        self.failing += not held
        places = self._places if held else self._failing_places
        if len(places) < _SHOWN:
            where = place if isinstance(place, str) else place()
            places.append(f"{self.within}{where}: {_short(str(before))} became {_short(str(after))}")

    def comparison(self, *, strictest: Rung = Rung.IDENTICAL) -> Comparison:
        """The sum; at best ``strictest``, for files whose bytes are known to differ."""
        rung = ladder.looser(self.rung, strictest)
        return Comparison(rung, ladder.satisfies(rung, self.rule), "; ".join(self._sentences()))

    def _sentences(self) -> list[str]:
        found = []
        if self.differing:
            found.append(f"{self.differing:,} of {self.values:,} values differ")
            if self.failing and self.failing < self.differing:
                found.append(f"{self.failing:,} of them by more than the rule allows")
            if 0 < self._worst < float("inf"):
                found.append(f"worst relative difference {self._worst:.2g}")
            found.extend((self._failing_places + self._places)[:_SHOWN])
            if self.differing > _SHOWN:
                found.append("…")
        elif self.values:
            found.append(f"{self.values:,} values are equal")
        return found + list(self._notes)


def _quoted(text: str) -> str:
    return repr(_short(text))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"
