"""Numbers in text are read exactly, and what only looks like one stays text."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taketwo.formats.numbers import parse_number, split_numbers


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1), ("-7", -7), ("+3", 3), ("0.5", 0.5), (".5", 0.5), ("5.", 5.0), ("1e-3", 0.001),
        ("9007199254740993", 9007199254740993), (" 2.5\t", 2.5), ("inf", math.inf), ("-Infinity", -math.inf),
        ("0e5", 0.0), ("1E5", 1e5),
    ],
)  # fmt: skip
def test_a_number_is_read_exactly(text, value):
    assert parse_number(text) == value
    assert type(parse_number(text)) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "007",
        "-01",
        "00.5",
        "1_000",
        "1,000",
        "0x10",
        "abc",
        "1e400",
        "1e-400",
        "٣",
        "1.2.3",
        "9" * 500,
        "12%",
    ],
)
def test_names_and_unrepresentable_numbers_stay_text(text):
    assert parse_number(text) is None


@pytest.mark.parametrize("text", ["nan", "NaN", "-nan", "NAN"])
def test_nan_is_a_number_here(text):
    assert math.isnan(parse_number(text))


def test_more_digits_than_a_float_has_are_kept():
    value = parse_number("0.1234567890123456789012")
    assert value == Fraction("0.1234567890123456789012")
    assert value != 0.1234567890123456789012


@given(st.floats(allow_nan=False))
def test_what_python_prints_is_read_back(value):
    assert parse_number(repr(value)) == value


@given(st.integers(min_value=-(10**300), max_value=10**300))
def test_integers_are_read_back_at_any_size(value):
    assert parse_number(str(value)) == value


@given(st.text())
def test_pieces_joined_alternately_give_the_text_again(text):
    rest, numbers = split_numbers(text)
    assert len(rest) == len(numbers) + 1
    assert "".join(a + b for a, b in zip(rest, [*numbers, ""], strict=True)) == text


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("accuracy 0.89, loss=-1.5e-3", ["0.89", "-1.5e-3"]),
        ("x1 = 3", ["3"]),
        ("version 1.2.3", ["1.2"]),
        ("range 3-5", ["3", "5"]),
        ("12px", ["12"]),
        ("loss nan", ["nan"]),
        ("nano information", []),
        ("(1)-2", ["1", "2"]),
    ],
)
def test_numbers_stand_apart_from_words(text, numbers):
    assert split_numbers(text)[1] == numbers
