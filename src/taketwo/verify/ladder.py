"""The ladder: how closely two numbers agree, from identical bits down to equal as printed.

A rung that needs a parameter (ULPs, tolerances, digits) is there only when the rule gives one. A
comparison climbs from the strictest rung and stops at the first that is met; it holds when that rung
is the allowed one or a stricter one, so loosening a rule can never make a comparison fail.
"""

from __future__ import annotations

import decimal
import math
import struct
from fractions import Fraction
from typing import NamedTuple

from taketwo.formats.numbers import Real
from taketwo.model.rules import Rule, Rung

LADDER = tuple(Rung)
_ALLOWED = {
    "identical": Rung.IDENTICAL,
    "equal": Rung.EQUAL,
    "ulp": Rung.ULP,
    "tolerance": Rung.TOLERANCE,
    "printed": Rung.PRINTED,
}
_HEIGHT = {rung: height for height, rung in enumerate(LADDER)}
_FORMS = {16: ("<e", "<H"), 32: ("<f", "<I"), 64: ("<d", "<Q")}
_ROUNDINGS = (decimal.ROUND_HALF_EVEN, decimal.ROUND_HALF_UP, decimal.ROUND_HALF_DOWN)
_EXACT = decimal.Context(prec=1200, Emax=9999, Emin=-9999)  # any float64 fits with all its digits


class Judgement(NamedTuple):
    """The strictest rung that was met, whether the rule is satisfied, and a short explanation."""

    rung: Rung
    held: bool
    detail: str = ""


def looser(one: Rung, other: Rung) -> Rung:
    """The looser of two rungs: what two results together have reached."""
    return max(one, other, key=_HEIGHT.__getitem__)


def satisfies(reached: Rung, rule: Rule) -> bool:
    """Whether ``reached`` is the rung that ``rule`` allows, or a stricter one."""
    return rule.allow == "ignore" or _HEIGHT[reached] <= _HEIGHT[_ALLOWED[rule.allow]]


def rung(before: Real, after: Real, rule: Rule, *, width: int = 64) -> Judgement:
    """Judge two numbers; ``before`` is the captured one, ``width`` the bits of the floats (16, 32, 64).

    NaN equals NaN, and the explanation says so. Integers are exact at any size.
    """
    reached = reach(before, after, rule, width=width)
    return Judgement(reached, satisfies(reached, rule), _explanation(before, after, reached, width))


def reach(a: Real, b: Real, rule: Rule, *, width: int = 64) -> Rung:
    """The strictest rung that two numbers meet; ``a`` is the captured one."""
    if a == b:
        return _of_equals(a, b)
    if not (_is_finite(a) and _is_finite(b)):  # what is not finite is close to nothing but itself
        return Rung.IDENTICAL if _is_nan(a) and _is_nan(b) else Rung.DIFFERENT
    if rule.ulps:
        distance = ulp_distance(a, b, width=width)
        if distance is not None and distance <= rule.ulps:
            return Rung.ULP
    if (rule.rtol or rule.atol) and within_tolerance(a, b, rtol=rule.rtol, atol=rule.atol):
        return Rung.TOLERANCE
    if rule.digits is not None and equal_as_printed(a, b, rule.digits):
        return Rung.PRINTED
    return Rung.DIFFERENT


def _of_equals(a: Real, b: Real) -> Rung:
    if type(a) is not type(b):
        return Rung.EQUAL
    signed = a == 0 and isinstance(a, float) and math.copysign(1, a) != math.copysign(1, b)
    return Rung.EQUAL if signed else Rung.IDENTICAL


def _is_finite(value: Real) -> bool:
    return not isinstance(value, float) or math.isfinite(value)


def _is_nan(value: Real) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _explanation(a: Real, b: Real, reached: Rung, width: int) -> str:
    if reached is Rung.IDENTICAL:
        return "NaN on both sides, taken as equal" if _is_nan(a) else ""
    if reached is Rung.EQUAL:
        zeros = type(a) is type(b)
        return (
            "0.0 on one side, -0.0 on the other" if zeros else "an integer on one side, a float on the other"
        )
    return _apart(a, b, width)


def _apart(a: Real, b: Real, width: int) -> str:
    if _is_nan(a) or _is_nan(b):
        return "NaN on one side"
    if not (_is_finite(a) and _is_finite(b)):
        return "infinite, and not the same on both sides"
    if a == 0:
        return f"differs from 0 by {_as_float(abs(Fraction(b))):.2g}"
    words = f"relative difference {relative_difference(a, b):.2g}"
    distance = ulp_distance(a, b, width=width)
    return f"{distance:,} ULP apart, {words}" if distance is not None and distance <= 1000 else words


def ulp_distance(a: Real, b: Real, *, width: int = 64) -> int | None:
    """How many floats of that width lie between two finite numbers; ``None`` when that says nothing.

    Two integers have no such distance (3 and 4 are never close), nor have integers that no float holds.
    """
    if isinstance(a, int) and isinstance(b, int):
        return None
    try:
        x, y = float(a), float(b)
        if (isinstance(a, int) and int(x) != a) or (isinstance(b, int) and int(y) != b):
            return None
        return abs(_ordinal(x, width) - _ordinal(y, width))
    except OverflowError:
        return None


def _ordinal(value: float, width: int) -> int:
    """The position of a float among all floats of its width: neighbours differ by one, both zeros are 0."""
    as_float, as_int = _FORMS[width]
    bits: int = struct.unpack(as_int, struct.pack(as_float, value))[0]
    sign = 1 << (width - 1)
    return sign - bits if bits & sign else bits


def within_tolerance(a: Real, b: Real, *, rtol: float, atol: float) -> bool:
    """``|a - b| <= atol + rtol * |a|``, ``a`` captured, as NumPy has it; exact for integers."""
    if isinstance(a, float) and isinstance(b, float):
        difference = abs(a - b)
        if math.isfinite(difference):
            return difference <= atol + rtol * abs(a)
    return abs(Fraction(a) - Fraction(b)) <= Fraction(atol) + Fraction(rtol) * abs(Fraction(a))


def equal_as_printed(a: Real, b: Real, digits: int) -> bool:
    """Whether both print as the same decimal with ``digits`` decimals.

    A value half way between two decimals may be printed as either: programs disagree on it (half to
    even, half up), and on whether 0.045 is its float or the decimal that a reader sees. Any of these
    roundings will do.
    """
    return not _printed(a, digits).isdisjoint(_printed(b, digits))


def _printed(value: Real, digits: int) -> set[decimal.Decimal]:
    unit = decimal.Decimal(1).scaleb(-digits, _EXACT)
    if isinstance(value, Fraction):
        exact = [_EXACT.divide(decimal.Decimal(value.numerator), decimal.Decimal(value.denominator))]
    else:
        exact = [decimal.Decimal(value), decimal.Decimal(repr(value))]
    try:
        return {v.quantize(unit, rounding, _EXACT) for v in exact for rounding in _ROUNDINGS}
    except decimal.InvalidOperation:  # an integer of more digits than any rounding could change
        return set(exact)


def relative_difference(a: Real, b: Real) -> float:
    """``|a - b| / |a|``; infinite when only ``a`` is zero, or one is not finite; 0 when equal."""
    if a == b or (_is_nan(a) and _is_nan(b)):
        return 0.0
    if a == 0 or not (_is_finite(a) and _is_finite(b)):
        return math.inf
    if isinstance(a, float) and isinstance(b, float):
        fast = abs(a - b) / abs(a)
        if math.isfinite(fast):
            return fast
    return _as_float(abs(Fraction(a) - Fraction(b)) / abs(Fraction(a)))


def _as_float(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf
