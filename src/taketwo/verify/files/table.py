"""CSV and TSV files: cell by cell, columns found by their header, rows in their order."""

from __future__ import annotations

from collections.abc import Sequence

from taketwo.formats.delimited import Table, parse_table
from taketwo.verify.files.interface import FileComparator
from taketwo.verify.tally import Tally

_DELIMITERS = {".csv": None, ".tsv": "\t", ".tab": "\t"}


class TableComparator(FileComparator):
    """Compares tables; the order of rows matters, that of columns and the line ends are only reported."""

    format = "table"

    def recognises(self, name: str, content: bytes) -> bool:
        """By suffix: too many texts look like a table."""
        return name.endswith(tuple(_DELIMITERS)) and b"\0" not in content[:4096]

    def compare(self, before: bytes, after: bytes, tally: Tally, *, name: str) -> None:
        """Match the columns, then compare row by row."""
        delimiter = _DELIMITERS[next(suffix for suffix in _DELIMITERS if name.endswith(suffix))]
        first, second = (parse_table(content, delimiter=delimiter) for content in (before, after))
        if first.line_end != second.line_end:
            tally.note("line ends differ")
        if first.delimiter != second.delimiter:
            tally.note(f"the delimiter is {second.delimiter!r} instead of {first.delimiter!r}")
        order = _columns(first, second, tally)
        if len(first.rows) != len(second.rows):
            tally.differs("table", f"{len(first.rows):,} rows", f"{len(second.rows):,} rows")
        for number, (one, other) in enumerate(zip(first.rows, second.rows, strict=False), start=1):
            if one == other and order is None:
                tally.same(len(one))
            else:
                _compare_row(number, one, other, first.header, order, tally)


def _columns(first: Table, second: Table, tally: Tally) -> list[tuple[int, int]] | None:
    """Pairs of column positions, or ``None`` when columns go by position alone."""
    if first.header == second.header:
        return None
    if first.header is None or second.header is None:
        tally.differs(
            "header", "a header" if first.header else "none", "a header" if second.header else "none"
        )
        return None
    left, right = ({name: at for at, name in enumerate(table)} for table in (first.header, second.header))
    for name in left:
        if name not in right:
            tally.differs(f"column {name!r}", "present", "missing")
    for name in right:
        if name not in left:
            tally.differs(f"column {name!r}", "absent", "new")
    shared = [name for name in left if name in right]
    if shared != [name for name in right if name in left]:
        tally.note("the order of columns differs")
    return [(left[name], right[name]) for name in shared]


def _compare_row(
    number: int,
    one: Sequence[str],
    other: Sequence[str],
    header: Sequence[str] | None,
    order: list[tuple[int, int]] | None,
    tally: Tally,
) -> None:
    if order is None and len(one) != len(other):
        tally.differs(f"row {number}", f"{len(one)} cells", f"{len(other)} cells")
    for left, right in order if order is not None else [(i, i) for i in range(min(len(one), len(other)))]:
        before = one[left] if left < len(one) else None
        after = other[right] if right < len(other) else None
        name = repr(header[left]) if header and left < len(header) else str(left + 1)
        place = f"row {number}, column {name}"
        if before is not None and after is not None:
            tally.token(place, before, after)
        elif before != after:
            tally.differs(place, before or "no cell", after or "no cell")
