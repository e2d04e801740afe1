"""Graphics processors are asked for once, and again when anything about them may have changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from taketwo.record.gpus import gpus_of


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A machine with one processor, whose ``nvidia-smi`` counts how often it is asked."""
    for name, text in {
        "proc/sys/kernel/random/boot_id": "one\n",
        "proc/driver/nvidia/version": "driver 1\n",
        "proc/driver/nvidia/gpus/0000:01/information": "Model: X\n",
        "dev/nvidia0": "",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    _program(tmp_path, 0)
    return tmp_path


def _program(machine: Path, code: int) -> None:
    program = machine / "nvidia-smi"
    program.write_text(
        f"#!/bin/sh\necho asked >> {machine}/asked\necho 'Fast, 81920, 9.0, 550.1'\nexit {code}\n"
    )
    program.chmod(0o755)


def _ask(machine: Path) -> tuple[str, ...]:
    found = gpus_of(machine, machine / "memo", str(machine / "nvidia-smi"))
    return tuple(gpu.name for gpu in found)


def _asked(machine: Path) -> int:
    return len((machine / "asked").read_text().splitlines())


def test_an_unchanged_machine_is_asked_once(machine: Path) -> None:
    assert [_ask(machine) for _ in range(3)] == [("Fast",)] * 3
    assert _asked(machine) == 1


@pytest.mark.parametrize(
    "changed",
    [
        "proc/sys/kernel/random/boot_id",
        "proc/driver/nvidia/version",
        "proc/driver/nvidia/gpus/0000:01/information",
        "proc/driver/nvidia/gpus/0000:02/information",
        "dev/nvidia1",
        "nvidia-smi",
    ],
)
def test_whatever_changes_is_noticed(machine: Path, changed: str) -> None:
    _ask(machine)
    (machine / changed).parent.mkdir(exist_ok=True)
    with (machine / changed).open("a") as file:
        file.write("# changed\n")
    assert _ask(machine) == ("Fast",)
    assert _asked(machine) == 2


def test_a_failure_is_no_answer_and_is_not_remembered(machine: Path) -> None:
    _program(machine, 9)
    assert _ask(machine) == ()
    assert _ask(machine) == ()
    assert _asked(machine) == 2


def test_a_machine_without_the_program_has_none(machine: Path) -> None:
    assert gpus_of(machine, machine / "memo", str(machine / "gone")) == ()
