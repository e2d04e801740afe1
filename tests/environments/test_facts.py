"""What interpreters say of themselves."""

import sys

import msgspec
import pytest

from taketwo.environments.facts import facts_from_event, facts_of_this_process
from taketwo.errors import FormatError


def test_this_process_tells_who_it_is():
    facts = facts_of_this_process()
    assert facts.identity.version == ".".join(map(str, sys.version_info[:3]))
    assert facts.identity.implementation == "cpython"
    assert len(facts.identity.executable_sha256) == 64
    assert facts.identity.platform
    assert facts.path == tuple(sys.path)
    assert sys.prefix not in repr(facts.identity)


def _event(**changes):
    facts = facts_of_this_process()
    event = {
        "event": "process",
        "executable": facts.executable,
        "prefix": facts.prefix,
        "base_prefix": facts.base_prefix,
        "path": list(facts.path),
        "user_site": None,
        "interpreter": msgspec.to_builtins(facts.identity),
    }
    return event | changes


def test_a_recorded_process_tells_the_same():
    assert facts_from_event(_event()) == msgspec.structs.replace(facts_of_this_process(), user_site=None)


def test_what_the_observer_left_out_is_found_out():
    event = _event()
    del event["interpreter"]["executable_sha256"]
    event["interpreter"].pop("layout", None)
    assert facts_from_event(event).identity == facts_of_this_process().identity


@pytest.mark.parametrize("change", [{"interpreter": 3}, {"interpreter": {}}, {"path": None}])
def test_another_event_is_refused(change):
    with pytest.raises(FormatError, match="process"):
        facts_from_event(_event(**change))
