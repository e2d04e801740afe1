"""Containers name their process in a way that outlives it."""

from __future__ import annotations

import os
import subprocess
import sys

from taketwo.owner import is_gone, this_process


def test_a_process_that_runs_is_not_gone():
    assert not is_gone(this_process())


def test_a_process_that_ended_is_gone():
    code = "from taketwo.owner import this_process; print(this_process())"
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()
    assert is_gone(ended)


def test_another_process_with_the_same_number_is_not_taken_for_it():
    boot, pid, started = this_process().split(":")
    assert pid == str(os.getpid())
    assert is_gone(f"{boot}:{pid}:{int(started) - 1}")


def test_nothing_is_said_about_processes_of_other_machines():
    assert not is_gone("another-boot:1:1")
    assert not is_gone("nonsense")
