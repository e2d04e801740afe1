"""Files are kept as they were before the run first changed them."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

import pytest

from taketwo.record.events import Preimage
from taketwo.record.recording import Recording
from tests.support.observing import observe

OLD = b"old content\n"


@pytest.fixture
def where(tmp_path: Path) -> Path:
    directory = tmp_path / "project"
    directory.mkdir()
    (directory / "data.csv").write_bytes(OLD)
    time.sleep(0.02)  # the clock of file systems ticks that slowly
    return directory


def preimages(where: Path, code: str, **variables: str) -> tuple[Recording, list[Preimage]]:
    seen = observe(["-c", code], where, environment=variables)
    assert (seen.exit_code, seen.stderr) == (0, "")
    return seen.recording, list(seen.recording.preimages)


@pytest.mark.parametrize(
    "code",
    [
        "open('data.csv', 'w').write('new')",
        "open('data.csv', 'a').write('new')",
        "open('data.csv', 'r+').write('new')",
        "import os; os.truncate('data.csv', 0)",
        "import os; open('part', 'w').write('new'); os.replace('part', 'data.csv')",
        "import os; open('data.csv').read(); os.remove('data.csv')",
        "[open('data.csv', 'w').write('new') for _ in range(3)]",
        "import pathlib; pathlib.Path('data.csv').write_text('new'); open('data.csv', 'a')",
    ],
)
def test_the_first_change_keeps_the_original_once(where: Path, code: str) -> None:
    recording, found = preimages(where, code)
    digest = hashlib.sha256(OLD).hexdigest()
    assert [(p.path, p.sha256, p.size, p.kept) for p in found] == [
        (str(where / "data.csv"), digest, len(OLD), True)
    ]
    kept = recording.preimage_file(found[0])
    assert kept is not None
    assert kept.read_bytes() == OLD


def test_files_that_the_run_made_itself_have_no_original(where: Path) -> None:
    code = """
import subprocess, sys
open("new", "w").write("1"); open("new", "w").write("2")
subprocess.run([sys.executable, "-c", "open('new', 'a').write('3')"], check=True)
subprocess.run("echo 1 > shell", shell=True, check=True)
open("shell", "a").write("2")
"""
    assert preimages(where, code)[1] == []


def test_large_originals_are_digested_only_and_very_large_ones_only_measured(where: Path) -> None:
    code = "open('data.csv', 'a').write('new')"
    _, (digested,) = preimages(where, code, TAKETWO_PREIMAGE_LIMIT="5")
    assert (digested.sha256, digested.kept) == (hashlib.sha256(OLD).hexdigest(), False)


def test_very_large_originals_are_only_measured(where: Path) -> None:
    _, (measured,) = preimages(where, "open('data.csv', 'a')", TAKETWO_PREIMAGE_LIMIT="0")
    assert (measured.sha256, measured.size, measured.kept) == (None, len(OLD), False)


def test_special_files_are_left_alone(where: Path) -> None:
    code = (
        "import os; os.mkfifo('pipe'); os.close(os.open('pipe', os.O_RDWR)); open('/dev/null', 'w').close()"
    )
    recording, found = preimages(where, code)
    assert found == []
    assert recording.opens == ()
