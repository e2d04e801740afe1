"""Decorated calls of every kind are runs of their own, and each replays: alone, or picked out of its command."""

from __future__ import annotations

import time

import pytest

from tests.support.author import Author, sealed_or_not

pytestmark = pytest.mark.slow

KINDS = {
    "sync": """
import taketwo
@taketwo.capture
def train(rate, steps=3):
    for step in range(steps):
        taketwo.log_metric("loss", 1 / (step + 1 + rate), step=step)
    return {"auc": 0.5 + rate}
if __name__ == "__main__":
    train(0.1)
""",
    "async": """
import asyncio, taketwo
@taketwo.capture(tags={"kind": "async"})
async def train(rate):
    await asyncio.sleep(0.001)
    taketwo.log_metric("loss", rate * 2, step=0)
    return {"auc": 0.5 + rate}
if __name__ == "__main__":
    asyncio.run(train(0.1))
""",
    "method": """
import taketwo
class Model:
    def __init__(self, depth):
        self.depth = depth
    @taketwo.capture
    def train(self, rate):
        taketwo.log_metric("loss", rate * self.depth, step=0)
        return {"auc": 0.5 + rate}
if __name__ == "__main__":
    Model(3).train(rate=0.1)
""",
}


@pytest.mark.parametrize(
    ("kind", "engine"),
    [("sync", "docker"), ("sync", "bubblewrap"), ("sync", "venv"), ("async", "venv"), ("method", "venv")],
)
def test_a_decorated_call_is_replayed_alone_and_reproduces(modeller: Author, kind: str, engine: str) -> None:
    sealed_or_not(engine)
    modeller.write({"train.py": KINDS[kind]})
    modeller.commit()
    done = modeller.shell("python", "train.py")
    assert done.exit_code == 0, done.said
    assert (done.stdout, done.stderr) == (b"", b"")
    run = modeller.newest()
    manifest = modeller.manifest(run)
    call = manifest["invocation"]["call"]
    assert (call["qualname"].split(".")[-1], call["alone"]) == ("train", True)
    assert [p["value"] for p in manifest["parameters"] if p["name"] == "rate"] == [0.1]
    verdict = modeller.replay(run, engine)
    assert verdict["outcome"] == "reproduced"
    assert verdict["rebuilt"]["identical"] == verdict["rebuilt"]["files"]
    assert {"loss", "auc"} <= {check["subject"].split("[")[0].split(" ")[0] for check in verdict["checks"]}
    replay = modeller.manifest(verdict["replay"]["run_id"])
    assert replay["replay"]["whole_command"] is False
    assert replay["metrics"] != []
    steps = [(m["name"], m["value"], m.get("step")) for m in manifest["metrics"]]
    assert [(m["name"], m["value"], m.get("step")) for m in replay["metrics"]] == steps


NESTED = """
import taketwo
@taketwo.capture
def fold(number):
    return {"score": number / 10}
@taketwo.capture
def study():
    return {"mean": sum(fold(n)["score"] for n in range(3)) / 3}
if __name__ == "__main__":
    study()
"""


def test_calls_inside_a_call_name_their_parent_and_replay_on_their_own(modeller: Author) -> None:
    modeller.write({"study.py": NESTED})
    modeller.commit()
    assert modeller.shell("python", "study.py").exit_code == 0
    rows = modeller.runs()
    manifests = [modeller.manifest(row["run_id"]) for row in rows]
    (outer,) = [m for m in manifests if m["invocation"]["call"]["qualname"] == "study"]
    inner = [m for m in manifests if m["invocation"]["call"]["qualname"] == "fold"]
    assert [m["parent"] for m in inner] == [outer["run_id"]] * 3
    second = next(m for m in inner if m["invocation"]["call"]["index"] == 1)
    verdict = modeller.replay(second["run_id"], "venv")
    assert verdict["outcome"] == "reproduced"
    assert [(c["subject"], c["after"]) for c in verdict["checks"] if c["kind"] == "metric"] == [
        ("score", 0.1)
    ]
    assert modeller.replay(outer["run_id"], "venv")["outcome"] == "reproduced"


def test_an_exception_reaches_the_caller_and_the_same_exception_reproduces(modeller: Author) -> None:
    modeller.write(
        {
            "train.py": "import taketwo\n@taketwo.capture\ndef train(rows):\n    raise ValueError(f'{rows} rows')\n"
            "if __name__ == '__main__':\n    train(2)\n"
        }
    )
    done = modeller.shell("python", "train.py")
    assert done.exit_code == 1
    assert done.stderr.rstrip().endswith(b"ValueError: 2 rows")
    run = modeller.newest()
    assert modeller.manifest(run)["ending"]["status"] == "failed"
    assert modeller.replay(run, "venv")["outcome"] == "reproduced"


WORKERS = """
import multiprocessing, sys, joblib, taketwo
@taketwo.capture
def train(rate):
    taketwo.log_metric("loss", rate / 3, step=1)
    return {"auc": rate + 0.25}
if __name__ == "__main__":
    way, *rest = sys.argv[1:]
    if way == "loky":
        joblib.Parallel(2)(joblib.delayed(train)(n) for n in range(2))
    else:
        with multiprocessing.get_context(way).Pool(2) as pool:
            pool.map(train, range(2))
            pool.close()
            pool.join()
"""


@pytest.mark.parametrize("way", ["fork", "spawn", "loky"])
@pytest.mark.parametrize("captured", ["by decorator", "by command"])
def test_calls_in_workers_are_runs_and_replay_alone(modeller: Author, way: str, captured: str) -> None:
    modeller.write({"train.py": WORKERS})
    modeller.commit()
    if captured == "by command":
        modeller.capture("python", "train.py", way)
    else:
        done = modeller.shell("python", "train.py", way)
        assert (done.exit_code, done.stderr) == (0, b""), done.said
    manifests = [modeller.manifest(row["run_id"]) for row in modeller.runs()]
    calls = [m for m in manifests if m["invocation"].get("call")]
    assert sorted(m["parameters"][0]["value"] for m in calls) == [0, 1]
    for manifest in calls:
        call = manifest["invocation"]["call"]
        assert (call["module"], call["script"], call["alone"]) == ("__main__", "$PROJECT/train.py", True)
        assert call.get("main") is None
    verdict = modeller.replay(calls[0]["run_id"], "venv")
    assert verdict["outcome"] == "reproduced"
    assert {"auc", "loss"} <= {check["subject"].split("[")[0].split(" ")[0] for check in verdict["checks"]}
    assert modeller.manifest(verdict["replay"]["run_id"])["replay"]["whole_command"] is False


def test_a_command_with_workers_replays_whatever_worker_was_faster(modeller: Author) -> None:
    modeller.write({"train.py": WORKERS})
    run = modeller.capture("python", "train.py", "loky")
    (command,) = [row["run_id"] for row in modeller.runs() if row["parent"] is None]
    assert run
    verdict = modeller.replay(command, "venv")
    assert verdict["outcome"] == "reproduced"
    assert {c["subject"].split(".")[0] for c in verdict["checks"] if c["kind"] == "metric"} == {
        "train[0]",
        "train[1]",
    }


HUNDRED = """
import time, taketwo
@taketwo.capture
def train(seed):
    time.sleep(0.2)
    return {"score": seed / 7}
if __name__ == "__main__":
    for seed in range(100):
        train(seed)
"""


def test_one_of_a_hundred_calls_is_replayed_alone_in_seconds(modeller: Author) -> None:
    modeller.write({"train.py": HUNDRED.replace("0.2", "0.0")})
    modeller.commit()
    assert modeller.shell("python", "train.py").exit_code == 0
    rows = modeller.runs()
    assert len(rows) == 100
    manifest = modeller.manifest(rows[50]["run_id"])
    started = time.monotonic()
    verdict = modeller.replay(rows[50]["run_id"], "venv")
    assert time.monotonic() - started < 30
    (check,) = [c for c in verdict["checks"] if c["kind"] == "metric"]
    assert check["after"] == manifest["parameters"][0]["value"] / 7
    assert modeller.manifest(verdict["replay"]["run_id"])["resources"]["wall_seconds"] < 10


def test_a_call_that_needs_its_script_is_picked_out_of_the_replayed_command(modeller: Author) -> None:
    modeller.write(
        {
            "train.py": "import random, taketwo\nrandom.seed(3)\n@taketwo.capture\ndef train(n):\n"
            "    return {'x': random.random() + n}\ntrain(1)\ntrain(2)\n"
        }
    )
    modeller.commit()
    assert modeller.shell("python", "train.py").exit_code == 0
    second, first = (modeller.manifest(row["run_id"]) for row in modeller.runs())
    assert second["invocation"]["call"].get("alone", False) is False
    for manifest in (first, second):
        verdict = modeller.replay(manifest["run_id"], "venv")
        assert verdict["outcome"] == "reproduced"
        (check,) = [c for c in verdict["checks"] if c["kind"] == "metric"]
        assert check["after"] == manifest["metrics"][0]["value"]


def test_the_tolerance_of_the_author_judges_and_that_of_the_replayer_is_named(modeller: Author) -> None:
    modeller.write(
        {
            "train.py": "import os, taketwo\n@taketwo.capture(tolerance={'loss': 'rtol=0.1'})\ndef train():\n"
            "    taketwo.log_metric('loss', 1 + int.from_bytes(os.urandom(4), 'big') / 2**37)\n"
            "if __name__ == '__main__':\n    train()\n"
        }
    )
    assert modeller.shell("python", "train.py").exit_code == 0
    run = modeller.newest()
    verdict = modeller.replay(run, "venv")
    assert (verdict["outcome"], verdict["rules_by"]) == ("reproduced", "author")
    strict = modeller.replay(run, "venv", "--tolerance", "loss: equal", exit_code=1)
    assert (strict["outcome"], strict["rules_by"]) == ("not reproduced", "replayer")
