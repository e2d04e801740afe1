"""Finding the run that a person means."""

from __future__ import annotations

import contextlib
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taketwo.errors import AmbiguousRun, UnknownRun
from taketwo.formats.run_id import RunIdSource
from taketwo.store.resolving import resolve
from tests.support.manifests import NOON

A, B, C = "20261123-114500-7fk3q9xw2m", "20261123-114500-8g00000000", "20261124-090000-7fz0000000"
RUNS = [A, B, C]


@pytest.mark.parametrize(
    ("typed", "run_id"),
    [
        (A, A),
        ("20261124", C),
        ("20261123-114500-7", A),
        ("8g", B),
        ("7fk", A),
        ("7FK3Q9XW2M", A),
        ("2O261124", C),
        (" latest ", C),
        ("LATEST", C),
    ],
)
def test_enough_of_an_id_is_the_run(typed, run_id):
    assert resolve(typed, RUNS) == run_id


@pytest.mark.parametrize("typed", ["2026", "20261123", "20261123-114500-", "7f"])
def test_too_little_of_an_id_lists_the_candidates(typed):
    with pytest.raises(AmbiguousRun) as caught:
        resolve(typed, RUNS)
    named = [run_id for run_id in RUNS if run_id in str(caught.value)]
    assert len(named) >= 2
    assert caught.value.todo


def test_many_candidates_are_counted_and_the_newest_shown():
    source = RunIdSource()
    runs = [source.draw(NOON + timedelta(seconds=n)) for n in range(50)]
    with pytest.raises(AmbiguousRun, match=r"50 runs .* and 40 more") as caught:
        resolve("2026", runs)
    assert runs[-1] in str(caught.value)
    assert runs[0] not in str(caught.value)


@pytest.mark.parametrize(
    ("typed", "meant"), [("20261123-114501-7fk", A), ("20261125", C), ("7fk3q8", A), ("8gg0000", B)]
)
def test_an_unknown_id_says_what_may_have_been_meant(typed, meant):
    with pytest.raises(UnknownRun) as caught:
        resolve(typed, RUNS)
    assert meant in caught.value.why


@pytest.mark.parametrize("typed", ["", "   ", "x" * 1000, "../etc", "%", "*", "\ud800"])
def test_what_is_like_no_id_is_unknown(typed):
    with pytest.raises(UnknownRun):
        resolve(typed, RUNS)
    with pytest.raises(UnknownRun):
        resolve(typed, [])


def test_files_that_are_no_runs_are_never_meant():
    assert resolve("latest", [A, "zzz"]) == A
    with pytest.raises(UnknownRun):
        resolve("zzz", [A, "zzz"])


@given(st.integers(1, 10), st.data())
def test_every_prefix_finds_its_run_or_names_it_among_the_candidates(count, data):
    source = RunIdSource()
    runs = [source.draw(NOON + timedelta(seconds=n * n)) for n in range(count)]
    run_id = data.draw(st.sampled_from(runs))
    prefix = run_id[: data.draw(st.integers(1, len(run_id)))]
    matching = [other for other in runs if other.startswith(prefix)]
    if len(matching) == 1:
        assert resolve(prefix, runs) == run_id
    else:
        with pytest.raises(AmbiguousRun, match=f"{len(matching)} runs"):
            resolve(prefix, runs)


@given(st.text(max_size=30))
def test_any_text_finds_a_run_or_is_one_of_the_two_errors(typed):
    with contextlib.suppress(UnknownRun, AmbiguousRun):
        assert resolve(typed, RUNS) in RUNS
