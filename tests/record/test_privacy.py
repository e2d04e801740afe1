"""What leaves the machine names none of its places, and no secret by its name."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taketwo.formats.places import Places
from taketwo.record.privacy import public_text, public_value
from taketwo.record.secrets import MASK

PLACES = Places(project="/home/ada/study", home="/home/ada")


@pytest.mark.parametrize(
    ("name", "value", "public"),
    [
        ("path", "/home/ada/study/x.csv", "$PROJECT/x.csv"),
        ("paths", ["/home/ada/x", {"/home/ada/y": 1}], ["$HOME/x", {"$HOME/y": 1}]),
        ("api_key", "abc", MASK),
        ("apiKey", None, None),
        ("password", 1234, MASK),
        ("max_tokens", 100, 100),
        ("tokens", [1, 2], [1, 2]),
        ("use_auth", True, True),
        ("cfg", {"token": "abc", "lr": 0.1}, {"token": MASK, "lr": 0.1}),
        ("auth", {"user": "abc", "more": ["abc"]}, {"user": MASK, "more": [MASK]}),
        ("url", "https://ann:abc@partner.example/x", f"https://{MASK}@partner.example/x"),
    ],
)
def test_values_are_public_by_their_names_and_places(name: str, value: object, public: object) -> None:
    assert public_value(value, PLACES, name=name) == public


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(json_values, st.sampled_from(["x", "token", "n_tokens"]))
def test_any_json_value_stays_one(value: object, name: str) -> None:
    json.dumps(public_value(value, PLACES, name=name))


@given(st.text(max_size=8))
def test_what_goes_by_the_name_of_a_secret_is_nowhere(inside: str) -> None:
    secret = f"zq{inside}"
    assert secret not in json.dumps(
        public_value({"cfg": {"password": secret, "auth": [secret]}}, PLACES), ensure_ascii=False
    )


def test_errors_name_no_places() -> None:
    assert public_text("FileNotFoundError: '/home/ada/x'", PLACES) == "FileNotFoundError: '$HOME/x'"
    assert public_text(None, PLACES) is None
