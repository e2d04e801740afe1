"""Run ids: sorted by time, unique, strictly increasing, and nothing else is taken for one."""

from __future__ import annotations

import multiprocessing
import random
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taketwo.errors import FormatError
from taketwo.formats.run_id import EXAMPLE, RunIdSource, is_run_id, new_run_id, normalise, started_at

NOON = datetime(2026, 11, 23, 12, 0, 0, 500_000, tzinfo=UTC)
TIMES = st.datetimes(
    min_value=datetime(1970, 1, 1),  # noqa: DTZ001
    max_value=datetime(9999, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@given(TIMES)
def test_an_id_tells_the_time_that_it_was_drawn_at(now):
    told = started_at(RunIdSource().draw(now))
    assert timedelta(0) <= now - told < timedelta(milliseconds=1)


@given(TIMES, TIMES)
def test_ids_of_different_machines_sort_by_time(one, other):
    if abs(one - other) < timedelta(milliseconds=2):
        return
    assert (RunIdSource().draw(one) < RunIdSource().draw(other)) == (one < other)


@given(st.lists(TIMES, min_size=2, max_size=20))
def test_ids_of_one_source_increase_whatever_the_clock_does(times):
    source = RunIdSource()
    ids = [source.draw(now) for now in times]
    assert ids == sorted(set(ids))
    assert all(is_run_id(drawn) for drawn in ids)


def test_an_id_is_short_and_lower_case_and_has_no_ambiguous_letters():
    drawn = new_run_id(NOON)
    assert re.fullmatch(r"[0-9]{8}-[0-9]{6}-[0-9a-hjkmnp-tv-z]{10}", drawn)
    assert is_run_id(EXAMPLE)


def test_the_time_zone_is_converted_and_a_time_without_one_is_refused():
    east = NOON.astimezone(timezone(timedelta(hours=9)))
    assert RunIdSource().draw(east).startswith("20261123-120000-")
    with pytest.raises(FormatError, match="time zone"):
        new_run_id(NOON.replace(tzinfo=None))


def test_seeding_random_neither_repeats_an_id_nor_is_disturbed_by_one():
    random.seed(7)
    expected = random.random()
    random.seed(7)
    first = RunIdSource().draw(NOON)
    assert random.random() == expected
    random.seed(7)
    assert RunIdSource().draw(NOON) != first


def test_threads_never_draw_the_same_id():
    source = RunIdSource()
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda _: source.draw(NOON), range(2000)))
    assert len(set(ids)) == 2000


def _draw(_):
    return [new_run_id(NOON) for _ in range(20)]


def test_forked_processes_never_draw_the_same_id_although_they_share_a_past():
    new_run_id(NOON)
    with multiprocessing.get_context("fork").Pool(8) as pool:
        ids = [drawn for batch in pool.map(_draw, range(50)) for drawn in batch]
    assert len(set(ids)) == 1000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "latest",
        "20261123-114500",
        "20261323-114500-7fk3q9xw2m",
        "20260230-114500-7fk3q9xw2m",
        "20261123-114560-7fk3q9xw2m0",
        "20261123-114500-7FK3Q9XW2M",
        "20261123-114500-7fk3q9xw2l",
        "20261123-114500-7fk3q9xw2m\n",
        "../../20261123-114500-7fk3q9xw2m",
        "\u0662\u0660\u0662\u06661123-114500-7fk3q9xw2m",
    ],
)
def test_what_is_not_an_id_is_refused(text):
    assert not is_run_id(text)
    with pytest.raises(FormatError, match="is not a run id"):
        started_at(text)


@given(st.text())
def test_any_text_is_an_id_or_a_format_error(text):
    assert is_run_id(text) in {True, False}


def test_what_people_type_is_read_as_they_meant_it():
    assert normalise("  2O261123-1145OO-7FK3Q9XW2M ") == "20261123-114500-7fk3q9xw2m"
    assert normalise("7fkLi") == "7fk11"
