"""Which comparator reads which file; and bytes, when none can."""

from __future__ import annotations

from taketwo.errors import FormatError
from taketwo.model.rules import Rule, Rung
from taketwo.verify.files.archive import GzipComparator, ZipComparator
from taketwo.verify.files.array import ArrayComparator
from taketwo.verify.files.interface import FileComparator
from taketwo.verify.files.json_values import JsonComparator
from taketwo.verify.files.opaque import OpaqueComparator
from taketwo.verify.files.table import TableComparator
from taketwo.verify.files.text import TextComparator
from taketwo.verify.ladder import satisfies
from taketwo.verify.tally import Comparison, Tally

_PLAIN: tuple[FileComparator, ...] = (
    ArrayComparator(),
    OpaqueComparator(),
    JsonComparator(),
    TableComparator(),
    TextComparator(),
)


def _compare_member(name: str, before: bytes, after: bytes, tally: Tally) -> None:
    """Compare a member of an archive; one that no comparator reads differs as a whole."""
    for comparator in _PLAIN:
        if comparator.recognises(name.lower(), before):
            comparator.compare(before, after, tally, name=name.lower())
            return
    tally.differs(f"member {name}", f"{len(before):,} bytes", f"{len(after):,} other bytes")


COMPARATORS: tuple[FileComparator, ...] = (
    GzipComparator(_compare_member),
    ZipComparator(_compare_member),
    *_PLAIN,
)
"""In this order; the first that recognises the captured file compares the two."""

LARGEST = max(comparator.limit for comparator in COMPARATORS)
"""No file larger than this is ever read."""


def compare_files(name: str, before: bytes, after: bytes, rule: Rule) -> Comparison:
    """How closely two files agree under ``rule``. Malformed and oversized content is compared by bytes."""
    if before == after:
        return Comparison(Rung.IDENTICAL, held=True)
    if rule.allow == "identical":
        return different_bytes("identical bytes are required", rule)
    lowered = name.lower()
    comparator = next((c for c in COMPARATORS if c.recognises(lowered, before)), None)
    if comparator is None:
        return different_bytes("the format is not one that can be read by value", rule)
    if max(len(before), len(after)) > comparator.limit:
        return different_bytes(f"too large to be read by value (more than {comparator.limit:,} bytes)", rule)
    tally = Tally(rule)
    try:
        comparator.compare(before, after, tally, name=lowered)
    except FormatError as error:
        return different_bytes(f"not readable as {comparator.format} ({error.what})", rule)
    return tally.comparison(strictest=Rung.EQUAL)


def different_bytes(why: str, rule: Rule) -> Comparison:
    """The comparison of files whose bytes differ, and whose values were not read for that reason."""
    return Comparison(Rung.DIFFERENT, satisfies(Rung.DIFFERENT, rule), f"the bytes differ; {why}")
