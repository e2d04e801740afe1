import signal

import pytest

from taketwo.app.ending import ending_of


@pytest.mark.parametrize(
    ("code", "status", "shown", "name"),
    [
        (0, "completed", 0, None),
        (3, "failed", 3, None),
        (-signal.SIGINT, "interrupted", 130, "SIGINT"),
        (-signal.SIGTERM, "interrupted", 143, "SIGTERM"),
        (-signal.SIGKILL, "killed", 137, "SIGKILL"),
        (-signal.SIGSEGV, "killed", 139, "SIGSEGV"),
    ],
)
def test_an_exit_code_becomes_the_status_that_a_person_would_say(code, status, shown, name):
    ending = ending_of(code)
    assert (ending.status, ending.exit_code, ending.signal) == (status, shown, name)


def test_a_signal_without_a_name_is_still_told():
    assert ending_of(-200).signal == "signal 200"


@pytest.mark.parametrize(
    ("limits", "said"), [({"timed_out": True}, "time"), ({"out_of_memory": True}, "memory")]
)
def test_a_limit_that_was_reached_is_named(limits, said):
    ending = ending_of(0, **limits)
    assert ending.status == "killed"
    assert said in ending.error
