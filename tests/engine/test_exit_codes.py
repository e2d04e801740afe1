"""Exit codes of shells, read back."""

from __future__ import annotations

import signal

from hypothesis import given
from hypothesis import strategies as st

from taketwo.engine.exit_codes import from_shell


@given(st.integers(0, 128))
def test_an_ordinary_code_is_itself(code):
    assert from_shell(code) == code


@given(st.sampled_from([signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM, signal.SIGINT]))
def test_a_signal_that_ends_processes_is_negative(number):
    assert from_shell(128 + number) == -number


@given(st.sampled_from([255, 128 + signal.SIGCHLD, 128 + signal.SIGCONT, 200]))
def test_a_code_that_no_signal_explains_is_itself(code):
    assert from_shell(code) == code
