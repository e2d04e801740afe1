import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taketwo.cli.arguments import named, perhaps_named


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("grades=g.csv", ("grades", "g.csv")),
        ("grades=a=b.csv", ("grades", "a=b.csv")),
        ("g.csv", (None, "g.csv")),
        ("./a=b.csv", (None, "./a=b.csv")),
        ("/data/x=1/part.csv", (None, "/data/x=1/part.csv")),
        ("=g.csv", (None, "=g.csv")),
        ("grades=", (None, "grades=")),
    ],
)
def test_a_name_before_a_path_is_taken_off(typed, read):
    assert perhaps_named(typed) == read


@given(st.text())
def test_nothing_of_what_was_typed_is_lost(text):
    name, path = perhaps_named(text)
    assert (path if name is None else f"{name}={path}") == text


def test_names_and_values_become_a_mapping_in_which_the_last_wins():
    assert named(["a=1", "b=x=y", "a=2"], "--tag") == {"a": "2", "b": "x=y"}
    assert named([], "--tag") == {}


@pytest.mark.parametrize("value", ["a", "=1", " =1"])
def test_what_has_no_name_or_no_value_is_a_wrong_call(value):
    with pytest.raises(click.UsageError, match="NAME=VALUE"):
        named([value], "--tag")
