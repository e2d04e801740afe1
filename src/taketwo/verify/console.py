"""What two runs printed, number by number, with everything volatile masked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from taketwo.model.base import Blob
from taketwo.model.manifest import Manifest
from taketwo.model.rules import Rule, Rung
from taketwo.model.verdict import Check
from taketwo.verify.content import Read, count_bytes, read_within
from taketwo.verify.dates import Days, days_of
from taketwo.verify.files.text import compare_lines
from taketwo.verify.rules import choose
from taketwo.verify.tally import Comparison, Tally
from taketwo.verify.volatile import mask_console

_LIMIT = 8 * 1024 * 1024
_SHOWN = 5
UNCOMPARED = "durations that differ were not compared"
ONLY_DURATIONS = "no other number was printed"


def check_console(
    original: Manifest, replay: Manifest, rules: Sequence[Rule], read: Read, *, decides: bool
) -> list[Check]:
    """Checks of stdout and stderr. With ``decides`` the first that was written to decides."""
    checks = []
    streams: tuple[Literal["stdout", "stderr"], ...] = ("stdout", "stderr")
    for stream in streams:
        before, after = getattr(original.streams, stream), getattr(replay.streams, stream)
        if not (_written(before) or _written(after)):
            continue
        rule = choose(rules, f"console:{stream}")
        compared = _compare(before, after, rule, read, _days(original, replay))
        judged = decides and _written(before) and compared is not None and rule.allow != "ignore"
        open_question = compared is not None and compared.held and ONLY_DURATIONS in compared.detail
        compared = compared or Comparison(Rung.DIFFERENT, held=False, detail="the text is not in the store")
        checks.append(
            Check(
                subject=f"console:{stream}",
                kind="console",
                rung=compared.rung,
                rule=rule,
                held=compared.held if judged and not open_question else None,
                before=_size(before),
                after=_size(after),
                detail=compared.detail,
            )
        )
        decides = decides and not judged
    return checks


def _days(original: Manifest, replay: Manifest) -> tuple[Days, Days]:
    one, other = (days_of(run.started_at, run.finished_at) for run in (original, replay))
    return one, other


def _compare(
    before: Blob | None, after: Blob | None, rule: Rule, read: Read, days: tuple[Days, Days]
) -> Comparison | None:
    if before and after and before.sha256 == after.sha256:
        return Comparison(Rung.IDENTICAL, held=True)
    first = read_within(before, read, limit=_LIMIT) if _written(before) else b""
    second = read_within(after, read, limit=_LIMIT) if _written(after) else b""
    if first is None or second is None:
        return None
    tally = Tally(rule)
    durations: tuple[list[str], list[str]] = ([], [])
    one, other = (
        mask_console(content.decode("utf-8", "replace"), when, passed_over)
        for content, when, passed_over in zip((first, second), days, durations, strict=True)
    )
    compare_lines(one, other, tally)
    _note_durations(one, durations, tally)
    return tally.comparison(strictest=Rung.EQUAL)


def _note_durations(lines: Sequence[str], durations: tuple[list[str], list[str]], tally: Tally) -> None:
    """Say which durations were passed over; they are no agreement when nothing else was measured."""
    differing = [f"{a} became {b}" for a, b in zip(*durations, strict=False) if a != b]
    if not differing:
        return
    more = "…" if len(differing) > _SHOWN else ""
    tally.note(f"{UNCOMPARED}: {', '.join(differing[:_SHOWN])}{more}")
    if not any(any(character.isdigit() for character in line) for line in lines):
        tally.note(ONLY_DURATIONS)


def _written(blob: Blob | None) -> bool:
    return blob is not None and blob.size > 0


def _size(blob: Blob | None) -> str | None:
    return count_bytes(blob.size) if blob is not None and blob.size else None
