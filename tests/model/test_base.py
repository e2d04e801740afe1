"""Numbers that survive JSON."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taketwo.model.base import as_float, number


@given(st.floats() | st.integers())
def test_a_number_comes_back_as_it_was(value):
    found = as_float(number(value))
    assert type(found) is type(value)
    assert repr(found) == repr(value)


@pytest.mark.parametrize(
    ("value", "name"),
    [(math.nan, "NaN"), (-math.nan, "NaN"), (math.inf, "Infinity"), (-math.inf, "-Infinity")],
)
def test_numbers_that_json_lacks_are_named(value, name):
    assert number(value) == name


def test_an_integer_beyond_a_float_is_exact():
    assert number(10**400) == 10**400
