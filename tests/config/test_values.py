import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taketwo.config.values import PATHS, RULES, TEXTS, expand_home, seconds, size


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (0, 0),
        (4096, 4096),
        ("4096", 4096),
        ("1 KiB", 1024),
        ("1kB", 1000),
        ("500 MB", 500_000_000),
        ("1 GiB", 1024**3),
        ("1.5 GiB", 3 * 1024**3 // 2),
        ("2g", 2 * 1024**3),
        (" 3 TiB ", 3 * 1024**4),
    ],
)
def test_a_size_is_read_with_its_unit(written, expected):
    assert size(written) == expected


@pytest.mark.parametrize("written", [-1, "-1", 1.5, True, "lots", "1 PB", "", "1 GiB 2", None, []])
def test_what_is_not_a_size_is_refused(written):
    with pytest.raises(ValueError, match=r".*"):
        size(written)


@given(st.integers(0, 10**6), st.sampled_from(["KiB", "MiB", "GiB", "TiB"]))
def test_sizes_are_exact_whatever_their_magnitude(number, unit):
    power = ["KiB", "MiB", "GiB", "TiB"].index(unit) + 1
    assert size(f"{number} {unit}") == number * 1024**power


@given(st.text())
def test_any_text_is_a_size_or_a_value_error(text):
    with contextlib.suppress(ValueError):
        assert size(text) >= 0


@pytest.mark.parametrize(
    ("written", "expected"),
    [(90, 90.0), (0.5, 0.5), ("90 s", 90.0), ("1.5 min", 90.0), ("2h", 7200.0), ("1 d", 86400.0)],
)
def test_a_time_is_read_with_its_unit(written, expected):
    assert seconds(written) == expected


@pytest.mark.parametrize("written", ["soon", "5 years", True, None, "-1 s"])
def test_what_is_not_a_time_is_refused(written):
    with pytest.raises(ValueError, match=r".*"):
        seconds(written)


def test_lists_in_plain_text_are_separated_by_commas():
    assert TEXTS.read(TEXTS.parse("A, B,,C "), Path("/p")) == ("A", "B", "C")


def test_tables_in_plain_text_are_separated_by_semicolons_because_rules_hold_commas():
    assert RULES.parse("auc=rtol:1e-5, atol:1e-8; x=2 ulp") == {"auc": "rtol:1e-5, atol:1e-8", "x": "2 ulp"}
    assert PATHS.read(PATHS.parse("grades=a=b.csv"), Path("/p")) == {"grades": Path("/p/a=b.csv")}


def test_a_table_in_plain_text_without_an_equals_sign_is_refused():
    with pytest.raises(ValueError, match=r".*"):
        PATHS.parse("grades")


def test_a_tilde_is_the_home_of_a_user_or_the_name_of_a_file():
    assert expand_home(Path("~/x")) == Path.home() / "x"
    assert expand_home(Path("~no-such-user-here/x")) == Path("~no-such-user-here/x")
