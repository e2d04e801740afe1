"""A captured call can be made again from its recording alone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import taketwo.observer
from taketwo.record.events import CallStart
from taketwo.record.recording import Recording
from tests.support.observing import Observed, observe, observed_environment

REPLAY = Path(taketwo.observer.__file__).resolve().parent / "replay_call.py"

SCRIPT = """
import asyncio, multiprocessing, os, sys
import taketwo

class Config:
    def __init__(self, lr):
        self.lr = lr

def double(x):
    return 2 * x

@taketwo.capture
def train(config, *, epochs=2):
    taketwo.log_metric("lr", config.lr)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return {"epochs": pool.map(double, [epochs])[0]}

@taketwo.capture
async def later(x):
    await asyncio.sleep(0)
    return x

class Model:
    def __init__(self, depth):
        self.depth = depth

    @taketwo.capture
    def fit(self, x):
        return self.depth + x

    @classmethod
    @taketwo.capture
    def build(cls, x):
        return cls.__name__ + str(x)

    @staticmethod
    @taketwo.capture
    def score(x):
        return x

@taketwo.capture
def fail(code):
    sys.exit(code)

@taketwo.capture
def crash():
    raise ValueError("as before")

if __name__ == "__main__":
    print("the guard ran")
    train(Config(0.5), epochs=3)
    asyncio.run(later(4))
    Model(1).fit(2)
    Model.build(5)
    Model.score(6)
    for function in (lambda: fail(7), crash):
        try:
            function()
        except (SystemExit, ValueError):
            pass
"""


@pytest.fixture
def captured(tmp_path: Path) -> Observed:
    where = tmp_path / "project"
    where.mkdir()
    (where / "script.py").write_text(SCRIPT)
    (where / "values.py").write_text("raise SystemExit('the name of a module of ours was taken')\n")
    seen = observe(["script.py"], where, with_taketwo=True)
    assert seen.exit_code == 0, seen.stderr
    return seen


def again(
    seen: Observed, call: CallStart, tmp_path: Path
) -> tuple[subprocess.CompletedProcess[str], Recording]:
    assert call.pickled is not None
    arguments = seen.recording.value_file(call.pickled.sha256)
    specification = {
        "module": call.module,
        "qualname": call.qualname,
        "script": call.script,
        "main": call.main,
        "arguments": str(arguments),
    }
    (tmp_path / "spec.json").write_text(json.dumps(specification))
    recording = tmp_path / "again"
    done = subprocess.run(
        [sys.executable, str(REPLAY), str(tmp_path / "spec.json")],
        cwd=tmp_path / "project",
        env=observed_environment(recording, with_taketwo=True),
        capture_output=True,
        text=True,
        check=False,
    )
    return done, Recording.read(recording)


@pytest.mark.parametrize(
    ("qualname", "value"),
    [
        ("train", {"epochs": 6}),
        ("later", 4),
        ("Model.fit", 3),
        ("Model.build", "Model5"),
        ("Model.score", 6),
    ],
)
def test_the_same_call_gives_the_same_result(
    captured: Observed, tmp_path: Path, qualname: str, value: object
) -> None:
    (call,) = (call for call in captured.recording.calls if call.qualname == qualname)
    assert call.alone
    done, recording = again(captured, call, tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    (repeated,) = recording.calls
    assert (repeated.qualname, repeated.parameters) == (qualname, call.parameters)
    assert recording.returns[0].result is not None
    assert recording.returns[0].result.value == value


@pytest.mark.parametrize(
    ("qualname", "code", "text"), [("fail", 7, ""), ("crash", 1, "ValueError: as before")]
)
def test_a_call_that_failed_fails_again(
    captured: Observed, tmp_path: Path, qualname: str, code: int, text: str
) -> None:
    (call,) = (call for call in captured.recording.calls if call.qualname == qualname)
    done, _ = again(captured, call, tmp_path)
    assert (done.returncode, done.stdout) == (code, "")
    assert text in done.stderr


def test_a_function_of_a_package_and_of_a_module_started_with_m(tmp_path: Path) -> None:
    package = tmp_path / "project" / "pkg"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "steps.py").write_text("import taketwo\n@taketwo.capture\ndef step(x): return x + 1\n")
    (package / "main.py").write_text(
        "import taketwo\nfrom .steps import step\n@taketwo.capture\ndef train(x): return step(x)\n"
        "if __name__ == '__main__':\n    train(1)\n"
    )
    seen = observe(["-m", "pkg.main"], tmp_path / "project", with_taketwo=True)
    assert seen.exit_code == 0, seen.stderr
    for index, call in enumerate(seen.recording.calls):
        (tmp_path / str(index)).mkdir()
        (tmp_path / str(index) / "project").symlink_to(tmp_path / "project")
        done, recording = again(seen, call, tmp_path / str(index))
        assert (done.returncode, done.stderr) == (0, "")
        assert recording.returns[-1].result is not None
        assert recording.returns[-1].result.value == 2
