"""Reports word things once, in one place."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taketwo.model.rules import Rung
from taketwo.model.verdict import Check
from taketwo.report import words
from taketwo.report.html_elements import element
from taketwo.report.terminal import fit
from tests.support.studies import rule
from tests.support.verdicts import not_reproduced, reproduced


@given(st.text(st.characters()))
def test_neutral_text_can_be_encoded_and_has_no_controls(text):
    neutral = words.neutral(text)
    neutral.encode()
    assert all(c.isprintable() or not c.isascii() for c in neutral)
    assert words.neutral(neutral) == neutral


@given(st.text(), st.integers(min_value=3, max_value=50))
def test_one_line_is_one_line_and_not_longer(text, longest):
    found = words.one_line(text, longest=longest)
    assert "\n" not in found
    assert len(found) <= longest


@given(st.text(st.characters()))
def test_no_text_becomes_an_element(text):
    assert element("p", text).count("<") == 2


@pytest.mark.parametrize(
    ("judging", "said"),
    [
        (rule(allow="tolerance", atol=0.001), "± 0.001"),
        (rule(allow="tolerance", rtol=0.01), "± 0.01 relative"),
        (rule(allow="tolerance", rtol=1e-5, atol=1e-8), "± (1e-08 + 1e-05 relative)"),
        (rule(allow="printed", digits=3), "3 decimals"),
        (rule(allow="ulp", ulps=2), "within 2 ULP"),
        (rule(allow="equal"), "equal"),
        (rule(allow="ignore"), "ignored"),
    ],
)
def test_rules_are_said_as_a_reader_would(judging, said):
    assert words.rule(judging) == said


@pytest.mark.parametrize(
    ("kind", "rung", "after", "same"),
    [
        ("output", Rung.IDENTICAL, "101 bytes", True),
        ("console", Rung.EQUAL, "101 bytes", True),
        ("console", Rung.DIFFERENT, "101 bytes", False),
        ("output", Rung.TOLERANCE, "101 bytes", False),
        ("output", Rung.EQUAL, "102 bytes", False),
        ("metric", Rung.IDENTICAL, "101 bytes", False),
    ],
)
def test_only_what_was_found_equal_is_called_the_same(kind, rung, after, same):
    check = Check(subject="x", kind=kind, rung=rung, rule=rule(), held=None, before="101 bytes", after=after)
    assert words.is_same(check) is same


@pytest.mark.parametrize(
    ("amount", "said"), [(0.0123, "0.0123 s"), (59.9, "59.9 s"), (150, "2 min 30 s"), (7260, "2 h 01 min")]
)
def test_durations(amount, said):
    assert words.seconds(amount) == said


@pytest.mark.parametrize(
    ("amount", "said"),
    [(0, "0 bytes"), (1, "1 byte"), (1023, "1,023 bytes"), (1536, "1.5 KiB"), (2**41, "2.0 TiB")],
)
def test_sizes(amount, said):
    assert words.size(amount) == said


def test_moments_are_in_universal_time():
    assert words.moment("2026-03-01T10:15:00+01:00") == "2026-03-01 09:15 UTC"
    assert words.moment("yesterday\x1b") == "yesterday\\x1b"


@given(
    st.lists(st.integers(min_value=0, max_value=200), min_size=1, max_size=8),
    st.integers(min_value=8, max_value=300),
)
def test_columns_fit_and_never_grow(natural, room):
    widths = fit(natural, room, name=0)
    assert sum(widths) <= max(room, len(natural))
    assert all(width <= wanted for width, wanted in zip(widths, natural, strict=True))


def test_who_fixed_the_rules_is_told():
    verdict, *_ = not_reproduced()
    assert words.rules_by(verdict) == "fixed by the partner university for this replay"
    by_author = msgspec.structs.replace(verdict, rules_by="author")
    assert words.rules_by(by_author) == "fixed by the author at capture"
    assert words.rules_by(reproduced()[0]) == "no tolerance was given, so every value must be equal"
