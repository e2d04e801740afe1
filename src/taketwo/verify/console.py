"""What two runs printed, number by number, with everything volatile masked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from taketwo.model.base import Blob
from taketwo.model.manifest import Manifest
from taketwo.model.rules import Rule, Rung
from taketwo.model.verdict import Check
from taketwo.verify.content import Read, count_bytes, read_within
from taketwo.verify.files.text import compare_lines
from taketwo.verify.rules import choose
from taketwo.verify.tally import Comparison, Tally
from taketwo.verify.volatile import mask_console

_LIMIT = 8 * 1024 * 1024


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
        compared = _compare(before, after, rule, read)
        judged = decides and _written(before) and compared is not None and rule.allow != "ignore"
        compared = compared or Comparison(Rung.DIFFERENT, held=False, detail="the text is not in the store")
        checks.append(
            Check(
                subject=f"console:{stream}",
                kind="console",
                rung=compared.rung,
                rule=rule,
                held=compared.held if judged else None,
                before=_size(before),
                after=_size(after),
                detail=compared.detail,
            )
        )
        decides = decides and not judged
    return checks


def _compare(before: Blob | None, after: Blob | None, rule: Rule, read: Read) -> Comparison | None:
    if before and after and before.sha256 == after.sha256:
        return Comparison(Rung.IDENTICAL, held=True)
    first = read_within(before, read, limit=_LIMIT) if _written(before) else b""
    second = read_within(after, read, limit=_LIMIT) if _written(after) else b""
    if first is None or second is None:
        return None
    tally = Tally(rule)
    one, other = (mask_console(content.decode("utf-8", "replace")) for content in (first, second))
    compare_lines(one, other, tally)
    return tally.comparison(strictest=Rung.EQUAL)


def _written(blob: Blob | None) -> bool:
    return blob is not None and blob.size > 0


def _size(blob: Blob | None) -> str | None:
    return count_bytes(blob.size) if blob is not None and blob.size else None
