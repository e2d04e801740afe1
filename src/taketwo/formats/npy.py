"""Arrays in ``.npy`` files, read without NumPy and without evaluating anything they contain.

Only plain numeric, boolean, date and string arrays are read. Object arrays (they hold pickles) and
structured arrays are ``FormatError``; the caller then compares bytes.
"""

from __future__ import annotations

import array
import itertools
import math
import re
import struct
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from taketwo.errors import FormatError

_MAGIC = b"\x93NUMPY"
_LONGEST_HEADER = 10_000
_MOST_DIMENSIONS = 64
# The header is a Python literal. Matching the one shape that NumPy writes is safer than parsing Python.
_HEADER = re.compile(
    r"\{'descr': '([<>|=])([a-zA-Z])([0-9]{1,9})(?:\[[0-9a-zA-Z]{1,8}\])?', "
    r"'fortran_order': (True|False), 'shape': \(((?:[0-9]{1,18}, ?)*(?:[0-9]{1,18},?)?)\), ?\}\s*"
)
_CODES = {
    **{("i", size): code for size, code in ((1, "b"), (2, "h"), (4, "i"), (8, "q"))},
    **{("u", size): code for size, code in ((1, "B"), (2, "H"), (4, "I"), (8, "Q"))},
    **{("f", size): code for size, code in ((4, "f"), (8, "d"))},
    **{("c", size): code for size, code in ((8, "f"), (16, "d"))},
    ("b", 1): "B",
    ("M", 8): "q",
    ("m", 8): "q",
}


@dataclass(frozen=True)
class Array:
    """An array as it is written: ``kind`` is NumPy's letter (``f i u c b M m U S``), ``data`` items."""

    order: str
    kind: str
    item_size: int
    fortran: bool
    shape: tuple[int, ...]
    data: memoryview

    @property
    def dtype(self) -> str:
        """The type as NumPy spells it, for example ``<f8``."""
        characters = self.item_size // 4 if self.kind == "U" else self.item_size
        return f"{self.order}{self.kind}{characters}"

    @property
    def width(self) -> int:
        """Bits of one real number: 16, 32 or 64 (a complex number has two)."""
        return self.item_size * (4 if self.kind == "c" else 8)

    @property
    def size(self) -> int:
        """How many items the array holds."""
        return math.prod(self.shape)

    def values(self) -> Sequence[int | float | bytes]:
        """The items in the order in which they are written; a complex number gives two in a row."""
        if self.kind in "US":
            return [bytes(self.data[i : i + self.item_size]) for i in self._starts()]
        if (self.kind, self.item_size) == ("f", 2):
            sign = ">" if self.order == ">" else "<"
            return struct.unpack(f"{sign}{self.size}e", self.data)
        found: array.array[float] = array.array(_CODES[self.kind, self.item_size])
        found.frombytes(self.data)
        if (self.order == ">") != (sys.byteorder == "big") and self.order in "<>":
            found.byteswap()
        return found

    def _starts(self) -> range:
        return range(0, self.size * self.item_size, self.item_size) if self.item_size else range(0)

    def position(self, written: int) -> tuple[int, ...]:
        """The index of the item that is written at place ``written``."""
        index = []
        for length in self.shape if self.fortran else reversed(self.shape):
            written, here = divmod(written, length)
            index.append(here)
        return tuple(index if self.fortran else reversed(index))

    def rowwise(self) -> Iterator[int]:
        """Places of the items in row-major (C) order, whatever the order on disk."""
        if not self.fortran or len(self.shape) < 2:
            return iter(range(self.size))
        strides = [math.prod(self.shape[:axis]) for axis in range(len(self.shape))]
        steps = [
            [i * stride for i in range(length)] for length, stride in zip(self.shape, strides, strict=True)
        ]
        return (sum(step) for step in itertools.product(*steps))


def parse_npy(content: bytes | memoryview) -> Array:
    """The array of ``content``; ``FormatError`` when it is malformed or of a type that is not read."""
    view = memoryview(content)
    if bytes(view[:6]) != _MAGIC or len(view) < 12:
        raise FormatError("this is not an .npy file")
    major = view[6]
    if major not in {1, 2, 3}:
        raise FormatError(f"version {major} of .npy is not known")
    start = 10 if major == 1 else 12
    length = int.from_bytes(view[8:start], "little")
    if length > _LONGEST_HEADER or start + length > len(view):
        raise FormatError("the header of the array is cut off or too long")
    header = bytes(view[start : start + length]).decode("latin-1")
    match = _HEADER.fullmatch(header)
    if match is None:
        raise FormatError("the array is structured, holds objects or has a malformed header")
    order, kind, characters, fortran, dimensions = match.groups()
    shape: tuple[int, ...] = tuple(int(part) for part in re.findall("[0-9]+", dimensions))
    item_size = int(characters) * (4 if kind == "U" else 1)
    if len(shape) > _MOST_DIMENSIONS or not _is_read(kind, item_size):
        raise FormatError(f"arrays of type {kind}{characters} are not read")
    data = view[start + length :]
    items: int = math.prod(shape)
    if items * item_size != len(data):
        raise FormatError("the array has more or fewer bytes than its header says")
    if item_size == 0 and items:
        raise FormatError("the array has items of no size")
    return Array(order, kind, item_size, fortran == "True", shape, data)


def _is_read(kind: str, item_size: int) -> bool:
    return kind in "US" or (kind, item_size) == ("f", 2) or (kind, item_size) in _CODES
