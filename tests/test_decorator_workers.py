"""Decorated calls in other processes are recorded there, and open no session of their own."""

from __future__ import annotations

from pathlib import Path

from tests.support.observing import observe

WORKERS = """
import pickle, sys, taketwo
from concurrent.futures import ProcessPoolExecutor
import multiprocessing

@taketwo.capture
def train(x):
    taketwo.log_metric("m", x)
    return x

if __name__ == "__main__":
    assert pickle.loads(pickle.dumps(train)) is train
    for method in ("fork", "spawn", "forkserver"):
        context = multiprocessing.get_context(method)
        with context.Pool(2) as pool:
            assert pool.map(train, [1, 2]) == [1, 2]
    with ProcessPoolExecutor(2) as pool:
        assert list(pool.map(train, [3])) == [3]
    try:
        import joblib
    except ImportError:
        joblib = None
    if joblib:
        for backend in ("loky", "threading", "multiprocessing"):
            assert joblib.Parallel(2, backend=backend)(joblib.delayed(train)(x) for x in [5]) == [5]
    print("joblib" if joblib else "")
"""


def test_calls_in_workers_of_multiprocessing_and_joblib_are_recorded(tmp_path: Path) -> None:
    where = tmp_path / "project"
    where.mkdir()
    (where / "work.py").write_text(WORKERS)
    seen = observe(["work.py"], where, with_taketwo=True)
    assert seen.exit_code == 0, seen.stderr
    expected = [1, 1, 1, 2, 2, 2, 3] + ([5, 5, 5] if "joblib" in seen.stdout else [])
    assert sorted(call.parameters[0].value for call in seen.recording.calls) == sorted(expected)
    assert sorted(m.value for m in seen.recording.metrics) == sorted(expected)
    by_call = {call.call: call.parameters[0].value for call in seen.recording.calls}
    assert all(by_call[m.call] == m.value for m in seen.recording.metrics)
    assert len(seen.recording.returns) == len(expected)


def test_in_an_observed_process_a_call_opens_no_session(tmp_path: Path) -> None:
    where = tmp_path / "project"
    where.mkdir()
    code = "import sys, taketwo; taketwo.capture(lambda x: x)(3); print('taketwo.app' in sys.modules)"
    seen = observe(["-c", code], where, with_taketwo=True)
    assert (seen.stdout, seen.stderr) == ("False\n", "")
    assert len(seen.recording.calls) == 1
