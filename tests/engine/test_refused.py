"""A command that never started is a malfunction; one that fails by itself is a result."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from taketwo.engine.refused import check_started
from taketwo.errors import EngineError
from taketwo.observer import launch


def ended(tmp_path: Path, *argv: str) -> tuple[Path, int]:
    command = [sys.executable, "-I", "-S", launch.__file__, str(tmp_path), "--", *argv]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    stderr = tmp_path / "stderr"
    stderr.write_bytes(b"said before\n" + done.stderr)
    return stderr, done.returncode


def test_a_program_that_the_sandbox_lacks_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="there is no no-such-program in what docker runs") as caught:
        check_started(*ended(tmp_path, "no-such-program", "a.R"), "docker")
    assert "--base-image" in caught.value.todo
    assert caught.value.exit_code == 50


def test_a_file_that_cannot_be_run_is_named_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="/etc: Permission denied"):
        check_started(*ended(tmp_path, "/etc"), "docker")


@pytest.mark.parametrize("script", ["exit 127", "no-such-program", "echo out >&2; exit 126", "exit 0"])
def test_a_command_that_fails_by_itself_has_started(tmp_path: Path, script: str) -> None:
    check_started(*ended(tmp_path, "/bin/sh", "-c", script), "docker")
