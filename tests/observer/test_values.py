"""Values are written as JSON where that is exact, and described safely where it is not."""

from __future__ import annotations

import argparse
import dataclasses
import enum
import hashlib
import json
import pickle
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taketwo.observer.compact_json import encode
from taketwo.observer.values import (
    NotJson,
    array_digest,
    as_json,
    describe,
    numbers_in,
    pickle_to,
    short_text,
    stored,
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(json_values)
def test_compact_json_is_the_json_of_the_standard_library(value: Any) -> None:
    text = encode(value)
    assert text == json.dumps(value, separators=(",", ":"))
    assert repr(json.loads(text)) == repr(value)


@given(json_values)
def test_json_values_are_themselves(value: Any) -> None:
    assert repr(describe(value)) == repr({"value": value})


@pytest.mark.parametrize(
    "value", [{1: 2}, {"a": {1, 2}}, object(), b"x", 1j, 1 << 2000, "x" * 20_000, [0] * 5000, len]
)
def test_what_json_cannot_carry_is_stored(value: Any) -> None:
    with pytest.raises(NotJson):
        as_json(value)
    assert set(stored(value)) == {"type", "sha256", "text", "pickled"}


class Colour(enum.Enum):
    RED = 1


class Level(enum.IntEnum):
    HIGH = 3


@dataclasses.dataclass
class Config:
    lr: float
    layers: tuple[int, ...] = (1, 2)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ((1, 2), [1, 2]),
        (Colour.RED, "RED"),
        (Level.HIGH, 3),
        (Path("a/b"), "a/b"),
        (Config(0.1), {"lr": 0.1, "layers": [1, 2]}),
        (argparse.Namespace(lr=0.1), {"lr": 0.1}),
        ({"a": Colour.RED}, {"a": "RED"}),
    ],
)
def test_plain_things_of_python_have_a_json_form(value: Any, expected: Any) -> None:
    assert as_json(value) == expected
    assert type(as_json(value)) is type(expected)


def test_a_structure_that_contains_itself_is_stored() -> None:
    loop: list[Any] = []
    loop.append(loop)
    assert "stored" in describe(loop)


def test_numpy_scalars_are_numbers_and_arrays_are_digested_by_content() -> None:
    np = pytest.importorskip("numpy")
    values = [np.float64(0.1), np.float32(0.5), np.int64(3), np.bool_(True)]
    assert [(type(as_json(v)), as_json(v)) for v in values] == [
        (float, 0.1),
        (float, 0.5),
        (int, 3),
        (bool, True),
    ]
    array = np.arange(6.0).reshape(2, 3)
    digest = array_digest(array)
    assert digest == array_digest(np.asfortranarray(array)) == array_digest(array.copy())
    assert digest not in {
        array_digest(array.T),
        array_digest(array.astype("f4")),
        array_digest(array.ravel()),
    }
    assert array_digest(np.array([object()])) is None
    assert numbers_in({"a": np.float32(0.5), "b": np.array(2), "c": np.array([1]), "d": np.bool_(1)}) == {
        "a": 0.5,
        "b": 2,
    }


def test_nothing_is_imported_to_describe_a_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    describe({"x": object()})
    assert "torch" not in sys.modules


def test_a_pickle_is_kept_under_its_digest(tmp_path: Path) -> None:
    kept = pickle_to(str(tmp_path), {1, 2}, 1000)
    assert kept is not None
    content = (tmp_path / "values" / f"{kept['sha256']}.pickle").read_bytes()
    assert (hashlib.sha256(content).hexdigest(), len(content)) == (kept["sha256"], kept["size"])
    assert pickle.loads(content) == {1, 2}


@pytest.mark.parametrize("value", [lambda: 1, "x" * 2000, (x for x in "ab"), open], ids=range(4))
def test_what_cannot_be_pickled_or_is_too_large_leaves_nothing_behind(tmp_path: Path, value: Any) -> None:
    kept = pickle_to(str(tmp_path), value, 1000)
    assert [path.name for path in (tmp_path / "values").iterdir()] == (
        [f"{kept['sha256']}.pickle"] if kept else []
    )


@given(st.binary() | st.sets(st.integers()) | st.complex_numbers() | json_values)
def test_short_texts_are_short(value: Any) -> None:
    assert len(short_text(value)) <= 200


def test_short_texts_hold_no_addresses() -> None:
    assert short_text(object()) == "<object object>"
