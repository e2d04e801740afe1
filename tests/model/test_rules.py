"""A rule reads as people would say it."""

from __future__ import annotations

import pytest

from taketwo.formats import canonical_json
from taketwo.model.rules import Rule


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (Rule(target="*", allow="identical"), "identical bytes"),
        (Rule(target="*", allow="equal"), "equal values"),
        (Rule(target="*", allow="ulp", ulps=4), "within 4 ULP"),
        (Rule(target="*", allow="tolerance", rtol=1e-6), "rtol=1e-06, atol=0"),
        (Rule(target="*", allow="printed", digits=3), "equal at 3 decimals"),
        (Rule(target="*", allow="ignore"), "ignored"),
    ],
)
def test_a_rule_is_said_in_words(rule, text):
    assert str(rule) == text


def test_equal_rules_have_equal_bytes_whether_a_default_was_given_or_not():
    given, left = Rule(target="*", allow="tolerance", atol=float("0")), Rule(target="*", allow="tolerance")
    assert given == left
    assert canonical_json.encode(given) == canonical_json.encode(left)
