"""Tables in CSV and TSV files: a header, if there is one, and rows of text cells."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from taketwo.errors import FormatError
from taketwo.formats.numbers import parse_number

_DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True)
class Table:
    """A table as it is written. ``header`` is ``None`` when the first line is data already."""

    header: tuple[str, ...] | None
    rows: tuple[tuple[str, ...], ...]
    delimiter: str
    line_end: str


def parse_table(content: bytes, *, delimiter: str | None = None) -> Table:
    """The table of ``content``; empty lines are left out. ``FormatError`` when it is not text or not CSV.

    Without ``delimiter`` it is the one of ``, ; tab |`` that the first line has most of.
    """
    text = content.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    if "\0" in text:
        raise FormatError("a table is text, and this has zero bytes")
    first = text.split("\n", 1)[0]
    chosen = delimiter or max(_DELIMITERS, key=first.count)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=chosen, strict=True)
        lines = [tuple(row) for row in reader if row]
    except csv.Error as error:
        raise FormatError(f"this is not a table: {error}") from error
    line_end = "\r\n" if first.endswith("\r") else "\n"
    if lines and _is_header(lines[0]):
        return Table(lines[0], tuple(lines[1:]), chosen, line_end)
    return Table(None, tuple(lines), chosen, line_end)


def _is_header(row: tuple[str, ...]) -> bool:
    """Names, each once, none of them a number (one may be empty: pandas writes its index so)."""
    return len(set(row)) == len(row) and any(row) and all(parse_number(cell) is None for cell in row)
