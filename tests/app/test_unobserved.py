import os
import sys

import pytest

from taketwo.app.unobserved import with_its_interpreter
from taketwo.record.recording import Recording
from tests.support.recordings import process

ENVIRONMENT = {"PATH": os.environ["PATH"]}


@pytest.fixture
def empty(tmp_path):
    return Recording(tmp_path)


def test_a_python_that_kept_the_observer_out_is_asked_who_it_is(empty):
    found, observed = with_its_interpreter(empty, (sys.executable, "-I", "x.py"), ENVIRONMENT)
    assert not observed
    assert found.processes[0].prefix == sys.prefix
    assert found.processes[0].interpreter.version.split(".")[:2] == [str(n) for n in sys.version_info[:2]]


def test_a_program_that_is_no_python_stays_without_one(empty):
    assert with_its_interpreter(empty, ("/bin/sh", "x.sh"), ENVIRONMENT) == (empty, True)


def test_a_python_that_does_not_answer_stays_without_one(empty, tmp_path):
    fake = tmp_path / "python3"
    fake.write_text("#!/bin/sh\necho nonsense\n")
    fake.chmod(0o755)
    assert with_its_interpreter(empty, (str(fake), "x.py"), ENVIRONMENT) == (empty, True)


def test_an_observed_run_is_left_as_it_is(empty, tmp_path):
    seen = Recording(tmp_path, processes=(process(tmp_path),))
    assert with_its_interpreter(seen, (sys.executable, "x.py"), ENVIRONMENT) == (seen, True)
