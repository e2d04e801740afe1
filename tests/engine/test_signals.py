"""Signals while something must be cleaned up."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from taketwo.engine.signals import held_back, unwinding


def test_sigterm_unwinds_as_ctrl_c_does_and_keeps_its_exit_code():
    cleaned = []

    def step():
        with unwinding():
            try:
                os.kill(os.getpid(), signal.SIGTERM)
            finally:
                cleaned.append(True)

    with pytest.raises(SystemExit) as ended:
        step()
    assert (ended.value.code, cleaned) == (143, [True])
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_a_handler_of_somebody_else_stays():
    def theirs(number, frame):
        return None

    before = signal.signal(signal.SIGTERM, theirs)
    try:
        with unwinding():
            assert signal.getsignal(signal.SIGTERM) is theirs
    finally:
        signal.signal(signal.SIGTERM, before)


def test_ctrl_c_waits_for_the_end_of_a_step_and_then_arrives():
    done = []

    def step():
        with held_back():
            os.kill(os.getpid(), signal.SIGINT)
            done.append(True)

    with pytest.raises(KeyboardInterrupt):
        step()
    assert done == [True]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_other_threads_are_left_alone():
    problems = []

    def elsewhere():
        try:
            with unwinding(), held_back():
                pass
        except ValueError as error:
            problems.append(error)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert problems == []
