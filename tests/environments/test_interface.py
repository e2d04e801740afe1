"""What every inspector promises: one contract for the fake and the real one."""

import pytest

from taketwo.formats.wheel_name import normalised
from taketwo.model.environment import Distribution
from tests.support.environments import Blobs, Venv, inspector
from tests.support.fake_inspector import FakeInspector


@pytest.fixture(params=["fake", "real"])
def subject(request, tmp_path):
    venv = Venv(tmp_path / "venv")
    if request.param == "fake":
        names = ("b-two", "a-one")
        return FakeInspector(
            *(Distribution(name=n, version="1.0", origin="pending") for n in names)
        ), venv.facts
    venv.install("B_Two")
    venv.install("a.one")
    return inspector(Blobs()), venv.facts


def test_distributions_have_normalised_names_in_order(subject):
    one, facts = subject
    names = [d.name for d in one.inspect(facts).distributions]
    assert names == ["a-one", "b-two"]
    assert names == [normalised(name) for name in names]


def test_the_interpreter_is_the_one_that_was_told_and_nothing_is_locked_yet(subject):
    one, facts = subject
    environment = one.inspect(facts)
    assert environment.interpreter == facts.identity
    assert environment.lock is None
    assert {d.origin for d in environment.distributions} == {"pending"}


def test_two_looks_at_the_same_environment_find_the_same(subject, tmp_path):
    one, facts = subject
    assert one.inspect(facts) == one.inspect(facts, project=tmp_path / "project")
