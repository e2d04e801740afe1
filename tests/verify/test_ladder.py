"""The ladder: strict rungs imply loose ones, and every rung means exactly what it says."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from taketwo.model.rules import Rule, Rung
from taketwo.verify import ladder
from tests.support.studies import rule

REALS = st.one_of(st.floats(), st.integers(), st.integers(min_value=2**53, max_value=2**80))
FINITE = st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers())
AMOUNTS = st.floats(min_value=0, max_value=1e6)
ALLOWED = ("identical", "equal", "ulp", "tolerance", "printed")
RULES = st.builds(
    Rule,
    target=st.just("x"),
    allow=st.sampled_from(ALLOWED),
    ulps=st.integers(min_value=0, max_value=2**60),
    rtol=AMOUNTS,
    atol=AMOUNTS,
    digits=st.none() | st.integers(min_value=0, max_value=30),
)


def reached(a, b, **rungs):
    return ladder.rung(a, b, rule(allow="printed", **rungs)).rung


@given(REALS, REALS, RULES)
def test_loosening_a_rule_never_makes_it_fail(a, b, given_rule):
    looser = ALLOWED[ALLOWED.index(given_rule.allow) :]
    held = [ladder.rung(a, b, rule(**{**fields(given_rule), "allow": allow})).held for allow in looser]
    assert held == sorted(held)


def fields(given_rule):
    return {name: getattr(given_rule, name) for name in ("ulps", "rtol", "atol", "digits")}


@given(REALS, RULES)
def test_a_value_is_always_identical_to_itself(value, given_rule):
    assert ladder.rung(value, value, given_rule).rung is Rung.IDENTICAL


@given(REALS, REALS, st.integers(min_value=0, max_value=100), st.integers(min_value=0, max_value=20))
def test_ulps_and_printed_digits_do_not_care_which_side_was_captured(a, b, ulps, digits):
    one, other = (reached(x, y, ulps=ulps, digits=digits) for x, y in ((a, b), (b, a)))
    assert one is other


@given(REALS, REALS, RULES)
def test_the_rung_reached_decides(a, b, given_rule):
    judged = ladder.rung(a, b, given_rule)
    assert judged.held == ladder.satisfies(judged.rung, given_rule)


def test_nan_equals_nan_and_the_report_says_so():
    judged = ladder.rung(math.nan, math.nan, rule())
    assert judged.held
    assert "NaN on both sides" in judged.detail
    assert not ladder.rung(math.nan, 1.0, rule(allow="tolerance", atol=1e300)).held


def test_infinities_are_close_to_nothing_but_themselves():
    huge = rule(allow="tolerance", rtol=1e300, atol=1e300, ulps=2**62)
    assert ladder.rung(math.inf, math.inf, huge).rung is Rung.IDENTICAL
    assert ladder.rung(math.inf, -math.inf, huge).rung is Rung.DIFFERENT
    assert ladder.rung(math.inf, 1.7976931348623157e308, huge).rung is Rung.DIFFERENT


def test_negative_zero_is_equal_and_not_identical():
    assert reached(0.0, -0.0) is Rung.EQUAL
    assert reached(1, 1.0) is Rung.EQUAL


def test_integers_beyond_the_floats_are_told_apart():
    assert reached(2**53, 2**53 + 1) is Rung.DIFFERENT
    assert reached(2**53 + 1, float(2**53), ulps=5) is Rung.DIFFERENT
    assert reached(10**400, 10**400 + 1, rtol=1e-9) is Rung.TOLERANCE
    assert reached(10**400, 1.0, rtol=1e-9, ulps=3, digits=2) is Rung.DIFFERENT


def test_integers_are_never_close_in_ulps():
    assert reached(3, 4, ulps=2**62) is Rung.DIFFERENT


@given(FINITE.filter(lambda v: isinstance(v, float)), st.integers(min_value=0, max_value=50))
def test_the_ulp_distance_counts_neighbours(value, steps):
    other = value
    for _ in range(steps):
        other = math.nextafter(other, math.inf)
    assume(math.isfinite(other))
    assert ladder.ulp_distance(value, other) == steps


def test_ulps_are_counted_across_zero():
    assert ladder.ulp_distance(-5e-324, 5e-324) == 2
    assert ladder.ulp_distance(0.0, -0.0) == 0


@pytest.mark.parametrize(("width", "kind"), [(16, np.float16), (32, np.float32), (64, np.float64)])
def test_ulps_are_counted_in_the_precision_of_the_array(width, kind):
    value = kind(1.5)
    neighbour = np.nextafter(value, kind(2))
    assert ladder.ulp_distance(float(value), float(neighbour), width=width) == 1


@given(FINITE, FINITE, AMOUNTS, AMOUNTS)
def test_the_tolerance_is_that_of_numpy_with_the_captured_value_as_reference(a, b, rtol, atol):
    assume(abs(a) < 2**53 and abs(b) < 2**53)
    expected = abs(float(a) - float(b)) <= atol + rtol * abs(float(a))
    if isinstance(a, float) and isinstance(b, float):
        assert ladder.within_tolerance(a, b, rtol=rtol, atol=atol) == expected


def test_a_difference_that_overflows_is_still_exact():
    assert ladder.within_tolerance(1e308, -1e308, rtol=2.0, atol=0)
    assert not ladder.within_tolerance(1e308, -1e308, rtol=1.9, atol=0)


@pytest.mark.parametrize(
    ("a", "b", "digits", "equal"),
    [
        (2.826, 2.82611, 3, True),
        (2.826, 2.8266, 3, False),
        (0.125, 0.13, 2, True),  # half way: may be printed either way
        (0.125, 0.12, 2, True),
        (0.045, 0.05, 2, True),  # the decimal that a reader sees is half way, its float is below
        (0.045, 0.04, 2, True),
        (-0.0004, 0.0004, 3, True),
        (1e22, 1e22 + 2e6, 2, False),
        (5, 5.004, 2, True),
        (Fraction(1, 3), 0.333, 3, True),
        (1.5, 2.5, 0, True),  # both may print as 2
    ],
)
def test_printed_values_are_those_that_a_correct_rounding_gives(a, b, digits, equal):
    assert ladder.equal_as_printed(a, b, digits) is equal


@given(FINITE, st.integers(min_value=0, max_value=15))
@example(0.5, 0)
@example(2.675, 2)
def test_what_python_prints_is_equal_as_printed(value, digits):
    assume(
        abs(value) < (1e300 if isinstance(value, float) else 2**53)
    )  # printing makes a float of an integer
    assert ladder.equal_as_printed(value, float(f"{value:.{digits}f}"), digits)


@given(FINITE, FINITE, st.integers(min_value=0, max_value=12))
def test_values_equal_as_printed_are_within_one_last_digit(a, b, digits):
    if ladder.equal_as_printed(a, b, digits):
        assert abs(Fraction(a) - Fraction(b)) <= Fraction(10) ** -digits * Fraction(1001, 1000)


def test_the_relative_difference_is_relative_to_the_captured_value():
    assert ladder.relative_difference(2.0, 3.0) == 0.5
    assert ladder.relative_difference(0.0, 1.0) == math.inf
    assert ladder.relative_difference(math.nan, math.nan) == 0
    assert ladder.relative_difference(5e-324, 1e308) == math.inf
    assert "differs from 0" in ladder.rung(0.0, 1e-9, rule()).detail


def test_the_explanation_counts_ulps_while_they_are_few():
    assert ladder.rung(1.0, math.nextafter(1.0, 2), rule()).detail.startswith("1 ULP apart")
    assert "ULP" not in ladder.rung(1.0, 1.5, rule()).detail
