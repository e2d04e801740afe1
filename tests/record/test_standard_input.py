"""What a command reads from a pipe or a file is noticed; an idle standard input is not."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest

from taketwo.record.standard_input import StandardInput, about_standard_input


@pytest.fixture
def pipe():
    reading, writing = os.pipe()
    yield reading, writing
    for descriptor in (reading, writing):
        with contextlib.suppress(OSError):
            os.close(descriptor)


def test_what_was_read_from_a_pipe_is_noticed(pipe) -> None:
    reading, writing = pipe
    os.write(writing, b"hello")
    before = StandardInput.now(reading)
    assert os.read(reading, 5) == b"hello"
    (notice,) = about_standard_input(before, StandardInput.now(reading))
    assert "standard input is not captured" in notice.text


def test_a_pipe_that_was_filled_read_and_closed_meanwhile_is_noticed(pipe) -> None:
    reading, writing = pipe
    before = StandardInput.now(reading)
    os.write(writing, b"late")
    os.read(reading, 4)
    os.close(writing)
    assert about_standard_input(before, StandardInput.now(reading))


def test_a_pipe_that_nobody_reads_or_writes_is_not_worth_a_word(pipe) -> None:
    reading, writing = pipe
    assert about_standard_input(StandardInput.now(reading), StandardInput.now(reading)) == ()
    os.write(writing, b"unread")
    before = StandardInput.now(reading)
    os.close(writing)
    assert about_standard_input(before, StandardInput.now(reading)) == ()


def test_what_was_read_from_a_file_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "answers.txt"
    path.write_text("1\n2\n")
    with path.open("rb", buffering=0) as file:
        before = StandardInput.now(file.fileno())
        assert about_standard_input(before, StandardInput.now(file.fileno())) == ()
        file.read(2)
        assert about_standard_input(before, StandardInput.now(file.fileno()))


def test_the_null_device_is_at_rest() -> None:
    with Path(os.devnull).open("rb", buffering=0) as file:
        before = StandardInput.now(file.fileno())
        file.read()
        assert about_standard_input(before, StandardInput.now(file.fileno())) == ()
