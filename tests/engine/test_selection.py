"""The strongest engine that works is chosen, and why not a stronger one can be told."""

from __future__ import annotations

import pytest

from taketwo.engine.selection import select
from taketwo.errors import EngineUnavailable, UsageError
from tests.support.fake_engine import FakeEngine


def engines(**usable: str):
    """Engines by name, strongest first, with the reason why each does not work (empty: it does)."""
    made = []
    for name, reason in usable.items():
        engine = FakeEngine("3.11.7", usable=not reason, reason=reason)
        engine.name = name
        made.append(engine)
    return made


def test_auto_takes_the_first_that_works_and_says_what_it_passed_over():
    chosen = select("auto", engines(docker="no daemon", bubblewrap="", venv=""))
    assert chosen.engine.name == "bubblewrap"
    assert list(map(str, chosen.passed_over)) == ["docker: no daemon"]


def test_auto_passes_over_nothing_when_the_strongest_works():
    assert select("auto", engines(docker="", venv="")).passed_over == ()


def test_a_name_is_taken_even_when_a_stronger_one_works():
    assert select("venv", engines(docker="", venv="")).engine.name == "venv"


def test_an_engine_that_was_asked_for_is_never_replaced_by_another():
    with pytest.raises(EngineUnavailable) as refused:
        select("docker", engines(docker="no daemon", venv=""))
    assert "no daemon" in refused.value.why
    assert refused.value.todo == "Mend the docker engine."


def test_when_none_works_every_reason_is_listed():
    with pytest.raises(EngineUnavailable) as refused:
        select("auto", engines(docker="no daemon", bubblewrap="no namespaces"))
    assert refused.value.why == "docker: no daemon\nbubblewrap: no namespaces"
    assert refused.value.todo.count("\n") == 1


def test_a_name_that_nobody_knows_is_a_usage_error_that_lists_the_names():
    with pytest.raises(UsageError, match="warp") as refused:
        select("warp", engines(docker="", venv=""))
    assert "auto, docker, venv" in refused.value.todo
