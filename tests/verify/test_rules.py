"""Rules are read as people write them, and a bad one says how to write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taketwo.errors import UsageError
from taketwo.model.rules import Rule
from taketwo.verify.rules import choose, parse_rule, rules_from


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("auc: 1e-6", Rule(target="auc", allow="tolerance", atol=1e-6)),
        ("auc = 0.001", Rule(target="auc", allow="tolerance", atol=0.001)),
        ("auc: 1%", Rule(target="auc", allow="tolerance", rtol=0.01)),
        ("auc=rtol:1e-5,atol:1e-8", Rule(target="auc", allow="tolerance", rtol=1e-5, atol=1e-8)),
        ("auc: rtol=1e-5", Rule(target="auc", allow="tolerance", rtol=1e-5)),
        ("coef*: 3 digits", Rule(target="coef*", allow="printed", digits=3)),
        ("coef*: 3 decimals", Rule(target="coef*", allow="printed", digits=3)),
        ("x: 2 ulp", Rule(target="x", allow="ulp", ulps=2)),
        ("x:2ULPs", Rule(target="x", allow="ulp", ulps=2)),
        ("x: ulp:2, rtol:1e-9", Rule(target="x", allow="tolerance", ulps=2, rtol=1e-9)),
        ("output:model.bin: ignore", Rule(target="output:model.bin", allow="ignore")),
        ("* : equal", Rule(target="*", allow="equal")),
        ("x: Identical", Rule(target="x", allow="identical")),
        ("test/auc at 5: 1e-3", Rule(target="test/auc at 5", allow="tolerance", atol=1e-3)),
    ],
)
def test_a_rule_is_read(text, expected):
    assert parse_rule(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "auc", "auc:", ": 1", "auc: about right", "auc: -1", "auc: nan", "auc: 1e999", "auc: 1.5 digits",
     "auc: 2.5 ulp", "auc: 101 digits", "auc: rtol:1,xtol:2", "auc: rtol:",
     "auc: 1-2", "auc: ..", "auc: 1 ulp 2"],
)  # fmt: skip
def test_a_bad_rule_is_named_with_the_right_spelling(text):
    with pytest.raises(UsageError) as caught:
        parse_rule(text)
    assert repr(text) in caught.value.what
    assert "3 digits" in caught.value.todo


@given(st.text())
def test_any_text_is_a_rule_or_a_usage_error(text):
    try:
        parsed = parse_rule(text)
    except UsageError:
        return
    assert parsed.target
    assert parsed.rtol >= 0
    assert parsed.atol >= 0


def test_the_rules_of_a_decorator_keep_their_order():
    rules = rules_from(
        {"*": "equal", "auc": 0.001, "coef": "3 digits", "loss": {"rtol": 1e-5, "ulps": 2}, "a: b": "1%"},
        by="author",
    )
    assert rules == (
        Rule(target="*", allow="equal", by="author"),
        Rule(target="auc", allow="tolerance", atol=0.001, by="author"),
        Rule(target="coef", allow="printed", digits=3, by="author"),
        Rule(target="loss", allow="tolerance", rtol=1e-5, ulps=2, by="author"),
        Rule(target="a: b", allow="tolerance", rtol=0.01, by="author"),
    )


def test_a_single_tolerance_is_for_every_result():
    assert rules_from(1e-6) == (Rule(target="*", allow="tolerance", atol=1e-6),)
    assert rules_from("3 digits") == (Rule(target="*", allow="printed", digits=3),)
    assert rules_from(None) == ()


@pytest.mark.parametrize(
    "tolerance", [{"x": True}, {"x": None}, {"x": "y: 1"}, {"x": {}}, {"x": {"abs": 1}}, {"x": -1}, "x: 1"]
)
def test_a_bad_tolerance_is_a_usage_error(tolerance):
    with pytest.raises(UsageError):
        rules_from(tolerance)


def test_the_last_rule_that_matches_wins():
    rules = [parse_rule("*: 1e-3"), parse_rule("auc: equal"), parse_rule("output:*.csv: 2 digits")]
    assert choose(rules, "auc").allow == "equal"
    assert choose(rules, "loss").allow == "tolerance"
    assert choose(rules, "output:results/a.csv").allow == "printed"


def test_a_name_with_brackets_matches_itself():
    assert choose([parse_rule("auc[0]: 1e-3")], "auc[0]").allow == "tolerance"


def test_without_a_rule_values_must_be_equal():
    assert choose([], "auc") == Rule(target="auc", allow="equal", by="default")


def test_a_whole_rule_may_be_given_in_the_form_that_recordings_have():
    fields = {
        "target": "x",
        "allow": "tolerance",
        "rtol": 0.01,
        "ulps": 0,
        "atol": 0.0,
        "digits": None,
        "by": "",
    }
    assert rules_from({"auc": fields}, by="author") == (
        Rule(target="auc", allow="tolerance", rtol=0.01, by="author"),
    )
    with pytest.raises(UsageError, match="auc"):
        rules_from({"auc": {"allow": "anything"}})
