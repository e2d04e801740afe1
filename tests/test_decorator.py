"""The decorator records every call and changes nothing about it."""

from __future__ import annotations

import asyncio
import functools
import inspect
import math
import multiprocessing
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import taketwo
from taketwo.decorator import Capture
from taketwo.errors import CaptureError, UsageError
from taketwo.model.rules import Rule
from taketwo.record.recording import Recording
from tests.support.sessions import FakeOpener


@pytest.fixture
def opener(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeOpener:
    monkeypatch.delenv("TAKETWO_RECORDING", raising=False)
    monkeypatch.delenv("TAKETWO_STRICT", raising=False)
    return FakeOpener(tmp_path)


@pytest.fixture
def capture(opener: FakeOpener) -> Capture:
    return Capture(lambda: opener)


def only(opener: FakeOpener) -> Recording:
    (session,) = opener.sessions
    assert session.seen is not None
    return session.seen


def test_arguments_with_defaults_become_parameters(capture: Capture, opener: FakeOpener) -> None:
    @capture
    def train(a: int, b: float = 0.5, *rest: int, lr: float = 0.1, **more: Any) -> None:
        """Train."""

    train(1, 2, 3, 4, optimiser="adam", flag=True)
    (call,) = only(opener).calls
    assert [(p.name, p.value, p.origin) for p in call.parameters] == [
        ("a", 1, "argument"),
        ("b", 2, "argument"),
        ("rest.0", 3, "argument"),
        ("rest.1", 4, "argument"),
        ("lr", 0.1, "default"),
        ("optimiser", "adam", "argument"),
        ("flag", True, "argument"),
    ]
    assert (train.__name__, train.__doc__) == ("train", "Train.")
    assert inspect.signature(train).parameters["b"].default == 0.5


def test_numbers_of_a_returned_mapping_become_metrics(capture: Capture, opener: FakeOpener) -> None:
    numpy = pytest.importorskip("numpy")
    result = {
        "auc": 0.9,
        "by": {"group": {"a": numpy.float32(0.5)}, "n": 3},
        "ok": True,
        "np_ok": numpy.bool_(True),
        "text": "x",
        "bad": math.nan,
        "array": numpy.array([1.0]),
    }
    assert capture(lambda: result)() is result
    (end,) = only(opener).returns
    assert end.metrics == {"auc": 0.9, "by.group.a": 0.5, "by.n": 3, "bad": "NaN"}


def test_a_result_that_is_not_json_is_stored(capture: Capture, opener: FakeOpener) -> None:
    result = {1, 2}
    assert capture(lambda: result)() is result
    recording = only(opener)
    returned = recording.returns[0].result
    assert returned is not None
    assert returned.stored is not None
    assert returned.stored.type == "set"
    assert returned.stored.pickled is not None
    assert recording.value_file(returned.stored.pickled.sha256) is not None


class Broken(BaseException):
    pass


@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt, SystemExit, Broken])
def test_every_exception_passes_with_one_frame_of_ours(
    capture: Capture, opener: FakeOpener, kind: type[BaseException]
) -> None:
    @capture
    def fails() -> None:
        raise kind("why")

    with pytest.raises(kind) as caught:
        fails()
    frames = [frame.name for frame in traceback.extract_tb(caught.tb)]
    assert frames == ["test_every_exception_passes_with_one_frame_of_ours", "wrapper", "fails"]
    assert caught.value.__context__ is None
    assert opener.sessions[0].finished == [caught.value]
    assert only(opener).returns[0].error == f"{kind.__name__}: why"


def test_coroutines_stay_coroutines(capture: Capture, opener: FakeOpener) -> None:
    @capture
    async def train(x: int) -> int:
        await asyncio.sleep(0)
        taketwo.log_metric("m", x)
        return x

    async def both() -> list[int]:
        return await asyncio.gather(train(1), train(2))

    assert inspect.iscoroutinefunction(train)
    assert asyncio.run(both()) == [1, 2]
    assert [[m.value for m in s.seen.metrics] for s in opener.sessions if s.seen] == [[1], [2]]
    assert all(s.seen.calls[0].is_async for s in opener.sessions if s.seen)


def test_a_cancelled_coroutine_is_a_failed_call(capture: Capture, opener: FakeOpener) -> None:
    @capture
    async def train() -> None:
        await asyncio.sleep(60)

    async def cancel() -> None:
        task = asyncio.create_task(train())
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    assert isinstance(opener.sessions[0].finished[0], asyncio.CancelledError)


def generator() -> Iterator[int]:
    yield 1


async def asynchronous_generator() -> Any:
    yield 1


@pytest.mark.parametrize("thing", [generator, asynchronous_generator, int, len, 3, functools.partial(print)])
def test_what_is_not_a_call_that_ends_is_refused_at_once(thing: Any) -> None:
    with pytest.raises(UsageError, match="cannot decorate"):
        taketwo.capture(thing)


def test_one_path_where_a_list_belongs_is_refused() -> None:
    with pytest.raises(UsageError, match="is one path"):
        taketwo.capture(data="students.csv")


def test_methods_leave_their_owner_out_of_the_parameters_and_in_the_pickle(
    capture: Capture, opener: FakeOpener
) -> None:
    class Model:
        @capture
        def fit(self, x: int) -> str:
            return f"fit {x}"

        @capture
        @classmethod
        def build(klass, x: int) -> str:  # noqa: N804 (recognised by what it is)
            return f"build {x}"

        @classmethod
        @capture
        def make(cls, x: int) -> str:
            return f"make {x}"

        @staticmethod
        @capture
        def score(x: int) -> str:
            return f"score {x}"

    assert [Model().fit(1), Model.build(2), Model.make(3), Model.score(4)] == [
        "fit 1",
        "build 2",
        "make 3",
        "score 4",
    ]
    for session in opener.sessions:
        assert session.seen is not None
        assert [p.name for p in session.seen.calls[0].parameters] == ["x"]


def test_options_reach_the_request_and_the_event(
    capture: Capture, opener: FakeOpener, tmp_path: Path
) -> None:
    rule = Rule(target="auc", allow="tolerance", rtol=0.01)

    @capture(
        experiment="early-warning",
        data={"students": tmp_path / "s.csv"},
        tolerance={"auc": rule, "f1": "rtol=0.1"},
        tags={"n": 3},
        outputs=["model.bin"],
    )
    def train() -> None: ...

    train()
    (request,) = opener.requests
    assert (request.experiment, request.data) == ("early-warning", {"students": str(tmp_path / "s.csv")})
    assert (request.tags, request.outputs) == ({"n": "3"}, ["model.bin"])
    assert request.module == __name__
    assert request.file == Path(__file__)
    options = only(opener).calls[0].options
    assert options["tolerance"]["auc"]["rtol"] == 0.01
    assert options["tolerance"]["f1"] == "rtol=0.1"


def test_what_happens_inside_belongs_to_the_innermost_call(
    capture: Capture, opener: FakeOpener, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text("a")

    @capture
    def inner() -> None:
        (tmp_path / "a.csv").read_text()
        taketwo.log_metric("m", 1)

    @capture
    def outer() -> None:
        inner()
        taketwo.log_metric("m", 2)
        taketwo.set_tag("t", "v")
        taketwo.log_artifact(tmp_path / "a.csv")

    outer()
    seen = only(opener)
    first, second = seen.calls
    assert (first.parent, second.parent) == (None, first.call)
    assert [(m.call, m.value) for m in seen.metrics] == [(second.call, 1), (first.call, 2)]
    assert [e.call for e in seen.opens if e.path.endswith("a.csv")] == [second.call]
    assert [(t.name, t.value, t.call) for t in seen.tags] == [("t", "v", first.call)]
    assert [(a.name, a.path) for a in seen.artifacts] == [("a.csv", str(tmp_path / "a.csv"))]
    assert first.call is not None
    assert len(seen.for_call(second.call or "").metrics) == 1
    assert len(seen.for_call(first.call).metrics) == 2


def test_calls_in_several_threads_are_runs_of_their_own(capture: Capture, opener: FakeOpener) -> None:
    barrier = threading.Barrier(3)

    @capture
    def train(x: int) -> int:
        barrier.wait(10)
        taketwo.log_metric("m", x)
        barrier.wait(10)
        return x

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(train, range(3))) == [0, 1, 2]
    seen = [session.seen for session in opener.sessions]
    assert sorted((s.calls[0].parameters[0].value, s.metrics[0].value) for s in seen if s) == [
        (0, 0),
        (1, 1),
        (2, 2),
    ]


def test_a_thread_inside_the_only_call_belongs_to_it(capture: Capture, opener: FakeOpener) -> None:
    @capture
    def train() -> None:
        thread = threading.Thread(target=taketwo.log_metric, args=("m", 1))
        thread.start()
        thread.join()

    train()
    seen = only(opener)
    assert [m.call for m in seen.metrics] == [seen.calls[0].call]


def test_forked_children_of_a_call_write_into_its_recording(capture: Capture, opener: FakeOpener) -> None:
    context = multiprocessing.get_context("fork")

    @capture
    def train() -> None:
        child = context.Process(target=taketwo.log_metric, args=("m", 1))
        child.start()
        child.join()

    train()
    seen = only(opener)
    assert [m.call for m in seen.metrics] == [seen.calls[0].call]
    assert len(seen.processes) == len(seen.exits) == 2


def test_an_interrupt_before_the_function_began_ends_the_session(
    capture: Capture, opener: FakeOpener
) -> None:
    class Interrupting:
        def __reduce__(self) -> Any:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        capture(lambda x: x)(Interrupting())
    assert isinstance(opener.sessions[0].finished[0], KeyboardInterrupt)


def test_calls_are_counted_and_nothing_leaks_into_the_next(capture: Capture, opener: FakeOpener) -> None:
    @capture
    def train(x: int) -> None:
        taketwo.log_metric("m", x)

    for x in range(5):
        train(x)
    seen = [session.seen for session in opener.sessions]
    assert [(s.calls[0].index, [m.value for m in s.metrics]) for s in seen if s] == [
        (x, [x]) for x in range(5)
    ]
    assert all(len(s.processes) == len(s.exits) == 1 for s in seen if s)


def test_a_capture_that_fails_is_reported_once_and_the_function_runs(
    capture: Capture, opener: FakeOpener, capsys: pytest.CaptureFixture[str]
) -> None:
    opener.failure = CaptureError("the store cannot be written", todo="Make room.")
    train = capture(lambda: 7)
    assert [train(), train()] == [7, 7]
    assert capsys.readouterr().err.count("the store cannot be written") == 1


def test_a_capture_that_cannot_be_finished_is_reported_and_the_result_returned(
    capture: Capture, opener: FakeOpener, capsys: pytest.CaptureFixture[str]
) -> None:
    opener.failure_at_the_end = OSError("disk full")
    assert capture(lambda: 8)() == 8
    assert "disk full" in capsys.readouterr().err


def test_strictness_makes_it_an_error_but_never_hides_that_of_the_user(
    capture: Capture, opener: FakeOpener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAKETWO_STRICT", "1")
    opener.failure_at_the_end = CaptureError("the store cannot be read")
    with pytest.raises(CaptureError):
        capture(lambda: 8)()
    with pytest.raises(ZeroDivisionError):
        capture(lambda: 1 / 0)()


def test_logging_outside_a_run_says_so_once_and_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    for step in range(3):
        taketwo.log_metric("m", 1.0, step)
    assert capsys.readouterr().err.count("outside a run") <= 1


class Hostile:
    def __repr__(self) -> str:
        raise RuntimeError

    def __reduce__(self) -> Any:
        raise RuntimeError

    def __eq__(self, other: object) -> bool:
        raise RuntimeError

    __hash__ = None  # type: ignore[assignment]


def test_arguments_that_refuse_everything_are_still_recorded(capture: Capture, opener: FakeOpener) -> None:
    thing = Hostile()

    @capture
    def train(x: Any, y: Callable[[], int] = lambda: 1) -> Any:
        return x

    assert train(thing) is thing
    (call,) = only(opener).calls
    assert call.pickled is None
    assert call.parameters[0].stored is not None
    assert call.parameters[0].stored.type.endswith("Hostile")


def test_a_call_that_does_not_fit_the_function_fails_as_it_always_did(
    capture: Capture, opener: FakeOpener
) -> None:
    @capture
    def train(x: int) -> None: ...

    with pytest.raises(TypeError, match="unexpected keyword"):
        train(1, z=2)  # type: ignore[call-arg]
    assert only(opener).calls[0].parameters == ()
