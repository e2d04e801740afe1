"""NumPy arrays in ``.npy`` files: type and shape first, then item by item."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from taketwo.formats.npy import Array, parse_npy
from taketwo.verify.files.interface import FileComparator
from taketwo.verify.tally import Tally

_CHUNK = 4096
_NUMBERS = "fiuc"
_Item = int | float | bytes


class ArrayComparator(FileComparator):
    """Compares arrays without NumPy; ULPs are counted in the precision that the arrays have."""

    format = "NumPy array"
    limit = 64 * 1024 * 1024

    def recognises(self, name: str, content: bytes) -> bool:
        """By the first bytes, whatever the name."""
        del name
        return content.startswith(b"\x93NUMPY")

    def compare(self, before: bytes, after: bytes, tally: Tally, *, name: str) -> None:
        """A different kind or shape is a difference in itself; byte order and memory order are not."""
        del name
        compare_arrays(parse_npy(before), parse_npy(after), tally)


def compare_arrays(first: Array, second: Array, tally: Tally) -> None:
    """Report every pair of items to ``tally``."""
    if first.shape != second.shape:
        tally.differs("shape", str(first.shape), str(second.shape))
        return
    if first.kind != second.kind:
        tally.differs("type", first.dtype, second.dtype)
        return
    if first.dtype != second.dtype:
        tally.note(f"the type is {second.dtype} instead of {first.dtype}")
    one, other = first.values(), second.values()
    if first.fortran == second.fortran:
        pairs: Iterable[tuple[int, int]] = _suspects(one, other, tally)
    else:
        tally.note("the order in memory differs")
        pairs = _unequal_pairs(first, second, one, other, tally)
    parts = 2 if first.kind == "c" else 1
    width = min(first.width, second.width) if first.kind in "fc" else 64
    for left, right in pairs:
        place = partial(_place, first, left // parts)
        before, after = one[left], other[right]
        if isinstance(before, bytes) or isinstance(after, bytes):
            tally.text(place, _decoded(first, before), _decoded(second, after))
        elif first.kind in _NUMBERS:
            tally.number(place, before, after, width=width)
        else:
            tally.differs(place, str(before), str(after))


def _place(array: Array, written: int) -> str:
    return str(list(array.position(written)))


def _suspects(one: Sequence[_Item], other: Sequence[_Item], tally: Tally) -> Iterable[tuple[int, int]]:
    """Places where the items differ. Whole chunks are compared at once: most of two arrays is equal."""
    for start in range(0, len(one), _CHUNK):
        a, b = one[start : start + _CHUNK], other[start : start + _CHUNK]
        if a == b:
            tally.same(len(a))
            continue
        for offset, (x, y) in enumerate(zip(a, b, strict=True)):
            if x == y:
                tally.same()
            else:
                yield start + offset, start + offset


def _unequal_pairs(
    first: Array, second: Array, one: Sequence[_Item], other: Sequence[_Item], tally: Tally
) -> Iterable[tuple[int, int]]:
    parts = 2 if first.kind == "c" else 1
    for left, right in zip(first.rowwise(), second.rowwise(), strict=True):
        for part in range(parts):
            i, j = left * parts + part, right * parts + part
            if one[i] == other[j]:
                tally.same()
            else:
                yield i, j


def _decoded(array: Array, item: _Item) -> str:
    raw = item if isinstance(item, bytes) else str(item).encode()
    if array.kind == "S":
        return raw.rstrip(b"\0").decode("latin-1")
    encoding = "utf-32-be" if array.order == ">" else "utf-32-le"
    return raw.decode(encoding, "replace").rstrip("\0")
