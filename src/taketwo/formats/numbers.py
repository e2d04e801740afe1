"""Numbers as people and programs write them in text, read back exactly.

A number that a float64 cannot tell from its neighbours (more than 17 digits) is a fraction, so that
"equal" is never said of two values that merely round to the same float.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction

Real = int | float | Fraction
"""A value that comparison can be exact about."""

_DIGITS = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,6})?"
_WORDS = r"(?:[nN]a[nN]|NAN|[iI]nf(?:inity)?)"
_NUMBER = re.compile(rf"[-+]?(?:{_DIGITS}|{_WORDS})")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]")
_IN_TEXT = re.compile(
    # A sign belongs to the number unless it joins two words or closes a bracket: "a-1", "(n)-1".
    rf"((?:(?<![\w.)\]])[-+])?(?<![\w.])(?:{_DIGITS}|{_WORDS}(?!\w)))",
    re.ASCII,
)
_LONGEST = 400
_FLOAT_DIGITS = 17


def parse_number(text: str) -> Real | None:
    """The number that ``text`` writes, or ``None``: then it is to be compared as text.

    ``007`` is a name and not a number, and so is a value too large or too small for a float64.
    """
    text = text.strip(" \t")
    if len(text) > _LONGEST or not _NUMBER.fullmatch(text) or _LEADING_ZERO.match(text):
        return None
    mantissa, _, exponent = text.lower().partition("e")
    if not exponent and mantissa.lstrip("+-").isdecimal():
        return int(text)
    value = float(text)
    if math.isnan(value) or "n" in mantissa:
        return value
    digits = mantissa.lstrip("+-").replace(".", "").lstrip("0")
    if math.isinf(value) or (value == 0 and digits):
        return None
    return Fraction(text) if len(digits) > _FLOAT_DIGITS else value


def split_numbers(text: str) -> tuple[list[str], list[str]]:
    """``(rest, numbers)``: the pieces between the numbers, and the numbers as they are written.

    There is always one piece more than there are numbers; joined alternately they give ``text`` again.
    Digits inside words (``x1``, ``v2.0.1``) belong to the words.
    """
    pieces = _IN_TEXT.split(text)
    return pieces[0::2], pieces[1::2]
