"""Canonical JSON: every value has one form, every form one value."""

from __future__ import annotations

import contextlib
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taketwo.errors import FormatError
from taketwo.formats import canonical_json

# Names of files that are not UTF-8 are held with these lone surrogates (os.fsdecode).
CHARACTERS = st.characters(codec="utf-8") | st.characters(min_codepoint=0xDC80, max_codepoint=0xDCFF)
TEXT = st.text(CHARACTERS)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=20)


def _same(a, b):
    """Equality that tells 1 from 1.0, True from 1, and 0.0 from -0.0."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(_same(a[k], b[k]) for k in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(_same, a, b))
    if isinstance(a, float):
        return a == b and math.copysign(1, a) == math.copysign(1, b)
    return a == b


@given(JSON)
def test_any_json_value_round_trips(value):
    assert _same(canonical_json.decode(canonical_json.encode(value)), value)


@given(JSON)
def test_what_was_decoded_encodes_to_the_same_bytes(value):
    content = canonical_json.encode(value)
    assert canonical_json.encode(canonical_json.decode(content)) == content


@given(st.dictionaries(TEXT, SCALARS), st.randoms(use_true_random=False))
def test_the_order_of_keys_does_not_reach_the_bytes(value, order):
    items = list(value.items())
    order.shuffle(items)
    assert canonical_json.encode(dict(items)) == canonical_json.encode(value)


@given(JSON)
def test_the_bytes_are_ascii_json_that_anyone_can_read(value):
    content = canonical_json.encode(value)
    assert content.isascii()
    assert _same(json.loads(content), value)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, [1, {"a": math.nan}]])
def test_non_finite_numbers_are_refused(value):
    with pytest.raises(FormatError):
        canonical_json.encode(value)


@pytest.mark.parametrize("value", [object(), {None: 1}, {"a": object()}, 1 + 2j])
def test_what_is_not_json_is_refused(value):
    with pytest.raises(FormatError, match="cannot be written as JSON"):
        canonical_json.encode(value)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"NaN",
        b"[Infinity]",
        b'{"a": -Infinity}',
        b"1e400",
        b"[-1e999]",
        b'{"a":1,"a":2}',
        b'{"x":{"a":1,"b":2,"a":1}}',
        b"{}{}",
        b"{'a':1}",
        b'"\xff"',
        b"\xef\xbb\xbf{}",
        '{"a":1}'.encode("utf-16"),
        b"9" * 5000,
        b"[" * 200_000,
    ],
)
def test_bytes_that_mean_nothing_or_two_things_are_refused(content):
    with pytest.raises(FormatError, match="not JSON"):
        canonical_json.decode(content)


def test_nesting_without_end_is_an_error_of_ours_when_writing():
    value: list = []
    for _ in range(200_000):
        value = [value]
    with pytest.raises(FormatError):
        canonical_json.encode(value)
    while value:  # take it apart, because freeing it at once recurses too
        value = value.pop()


def test_a_duplicate_key_is_named():
    with pytest.raises(FormatError, match="'seed'"):
        canonical_json.decode(b'{"seed":1,"seed":2}')


@given(st.binary())
def test_any_bytes_are_json_or_a_format_error(content):
    with contextlib.suppress(FormatError):
        canonical_json.decode(content)


def test_the_form_is_the_documented_one():
    value = {"b": [1, 2.5, -0.0, 1e308], "a": "é\udcff", "A": None}
    assert canonical_json.encode(value) == b'{"A":null,"a":"\\u00e9\\udcff","b":[1,2.5,-0.0,1e+308]}'
