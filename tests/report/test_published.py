"""A published table beside computed values: rounded as in print, and nothing missing passes."""

import contextlib
import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taketwo.errors import FormatError
from taketwo.report.published import compare, numbers_of, prints_as, read_table
from taketwo.resources import example_path

HEAD = 'title = "T"\ncitation = "C"\ndigits = 2\n'


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 8))
def test_a_value_agrees_with_itself_as_printed(value, digits):
    assert prints_as(value, f"{value:.{digits}f}")


@given(st.integers(-(10**6), 10**6), st.integers(1, 6))
def test_one_unit_of_the_last_digit_away_does_not_agree(units, digits):
    printed = f"{Decimal(units).scaleb(-digits):f}"
    assert not prints_as((units + 1) / 10**digits, printed)
    assert not prints_as((units - 1) / 10**digits, printed)


@pytest.mark.parametrize(
    ("value", "published", "agrees"),
    [
        (-13.021347, "-13.021", True),
        (2.37851, "2.379", True),
        (2.3784, "2.379", False),
        (0.125, "0.12", True),
        (0.125, "0.13", True),
        (-0.0004, "0.000", True),
        (3, "3.0", True),
        (10**30, "2", False),
        (math.nan, "0.0", False),
        (math.inf, "0.0", False),
        ("NaN", "0.0", False),
        (None, "0.0", False),
    ],
)
def test_rounding_is_judged_exactly_and_ties_go_either_way(value, published, agrees):
    assert prints_as(value, published) is agrees


def test_rows_come_in_the_order_of_the_table_and_a_missing_value_does_not_agree():
    table = read_table(f"{HEAD}[values.logit]\nPSI = 2.38\nGPA = 2.80\n[values]\nn = '1.00'".encode())
    rows = compare(table, numbers_of({"logit": {"GPA": 2.801, "extra": 1}, "n": True}))
    assert [(row.name, row.published, row.replayed, row.agrees) for row in rows] == [
        ("logit.PSI", "2.38", None, False),
        ("logit.GPA", "2.80", 2.801, True),
        ("n", "1.00", None, False),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "title = ",
        f"{HEAD}",
        f"{HEAD}values = 3",
        f"{HEAD}[values]\na = 1.234",
        f"{HEAD}[values]\na = 1",
        f"{HEAD}[values]\na = true",
        f"{HEAD}[values]\na = 'x'",
        f"{HEAD}[values]\na = nan",
        f"{HEAD}[values]\na = [1.00]",
        'title = "T"\ncitation = "C"\ndigits = -1\n[values]\na = 1.0',
        'title = "T"\ndigits = 1\n[values]\na = 1.0',
    ],
)
def test_a_table_that_does_not_follow_its_format_is_refused(text):
    with pytest.raises(FormatError):
        read_table(text.encode())


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_are_a_table_or_a_format_error(content):
    with contextlib.suppress(FormatError):
        read_table(content)


def test_the_table_of_the_demonstration_holds_what_greene_printed():
    table = read_table((example_path("program-effectiveness") / "published.toml").read_bytes())
    assert table.digits == 3
    assert table.values == {
        "logit.constant": "-13.021",
        "logit.GPA": "2.826",
        "logit.TUCE": "0.095",
        "logit.PSI": "2.379",
        "probit.constant": "-7.452",
        "probit.GPA": "1.626",
        "probit.TUCE": "0.052",
        "probit.PSI": "1.426",
    }
