import os
import subprocess
import sys

from taketwo.app.process_identity import is_alive, myself, started_ticks


def test_this_process_is_alive():
    assert is_alive(*myself())
    assert myself() == (os.getpid(), started_ticks(os.getpid()))


def test_a_process_that_has_ended_is_not_alive():
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    ticks = started_ticks(child.pid)
    assert is_alive(child.pid, ticks)
    child.communicate(b"\n")
    assert not is_alive(child.pid, ticks)


def test_a_later_process_with_the_same_number_is_another_one():
    pid, ticks = myself()
    assert not is_alive(pid, ticks - 1)
