"""Text with numbers: line by line, the words must be the same and the numbers agree as the rule says."""

from __future__ import annotations

from collections.abc import Sequence

from taketwo.errors import FormatError
from taketwo.formats.numbers import split_numbers
from taketwo.verify.files.interface import FileComparator
from taketwo.verify.tally import Tally

_LONGEST_SHOWN = 80


class TextComparator(FileComparator):
    """Compares any UTF-8 text; line ends and the width of blanks are only reported."""

    format = "text"
    limit = 16 * 1024 * 1024

    def recognises(self, name: str, content: bytes) -> bool:
        """Anything that begins without zero bytes and reads as UTF-8."""
        del name
        head = content[:4096]
        try:
            head.decode("utf-8")
        except UnicodeDecodeError as error:
            return error.start > len(head) - 4 and len(content) > len(head)  # a character cut in two
        return b"\0" not in head

    def compare(self, before: bytes, after: bytes, tally: Tally, *, name: str) -> None:
        """Compare the lines of both files."""
        del name
        first, second = (_decode(content) for content in (before, after))
        if ("\r\n" in first) != ("\r\n" in second):
            tally.note("line ends differ")
        compare_lines(_lines(first), _lines(second), tally)


def compare_lines(before: Sequence[str], after: Sequence[str], tally: Tally) -> None:
    """Report every number of every pair of lines to ``tally``, and lines whose words differ."""
    if len(before) != len(after):
        tally.differs("text", f"{len(before):,} lines", f"{len(after):,} lines")
    for number, (one, other) in enumerate(zip(before, after, strict=False), start=1):
        if one == other:
            tally.same()
        else:
            _compare_line(f"line {number}", one, other, tally)


def _compare_line(place: str, one: str, other: str, tally: Tally) -> None:
    words, numbers = split_numbers(one)
    other_words, other_numbers = split_numbers(other)
    if [" ".join(w.split()) for w in words] != [" ".join(w.split()) for w in other_words]:
        tally.text(place, one[:_LONGEST_SHOWN], other[:_LONGEST_SHOWN])
        if one[:_LONGEST_SHOWN] == other[:_LONGEST_SHOWN]:
            tally.differs(place, "one text", "another after the first 80 characters")
        return
    if words != other_words:
        tally.note("the width of blanks differs")
    for before, after in zip(numbers, other_numbers, strict=True):
        tally.token(place, before, after)


def _decode(content: bytes) -> str:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError(f"this is not UTF-8 text: {error.reason}") from error
    if "\0" in text:
        raise FormatError("text has no zero bytes")
    return text


def _lines(text: str) -> list[str]:
    """Lines without their ends; a last line end more or less does not make a line."""
    return text.replace("\r\n", "\n").removesuffix("\n").split("\n")
