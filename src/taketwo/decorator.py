"""``@taketwo.capture``: record every call of a function as a run, and change nothing about the call itself.

Where a call is recorded depends on where it happens:

- in a process that is being observed (``taketwo run``, a replay): events in that recording;
- inside another captured call of this process: events in that call's recording, with the call as ``parent``;
- anywhere else: a run of its own, opened and finished by ``taketwo.app.call_session``.

Whatever goes wrong with recording is reported once on stderr, and the function runs as if it had not been
decorated; with ``TAKETWO_STRICT=1`` it is raised instead.
"""

from __future__ import annotations

import functools
import os
import sys
from typing import TYPE_CHECKING, Any, TypeVar, overload

from taketwo.errors import TaketwoError, UsageError
from taketwo.observer import process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from contextvars import Token

    from taketwo.record.call import CallSession, SessionOpener

_Function = TypeVar("_Function")
_GENERATOR, _COROUTINE, _ASYNC_GENERATOR = 0x20, 0x80, 0x200


def default_opener() -> SessionOpener:
    """The use case that captures calls on their own.

    Imported when the first such call happens, and not before.
    """
    import importlib  # noqa: PLC0415 (heavy, only needed here)

    opener: SessionOpener = importlib.import_module("taketwo.app.call_session").begin
    return opener


class Capture:
    """A family of decorators that open their sessions with ``opener``.

    ``taketwo.capture`` is the one that users know.
    """

    def __init__(self, opener: Callable[[], SessionOpener] = default_opener) -> None:
        self._opener = opener

    @overload
    def __call__(self, function: _Function, /) -> _Function: ...

    @overload
    def __call__(
        self,
        /,
        *,
        experiment: str | None = None,
        data: Mapping[str, Any] | Iterable[Any] = (),
        tolerance: Mapping[str, Any] | None = None,
        tags: Mapping[str, Any] | None = None,
        outputs: Iterable[Any] = (),
    ) -> Callable[[_Function], _Function]: ...

    def __call__(  # noqa: D102 (documented at ``capture``)
        self,
        function: Any = None,
        /,
        *,
        experiment: str | None = None,
        data: Mapping[str, Any] | Iterable[Any] = (),
        tolerance: Mapping[str, Any] | None = None,
        tags: Mapping[str, Any] | None = None,
        outputs: Iterable[Any] = (),
    ) -> Any:
        options = {
            "experiment": experiment,
            "data": _named_paths(data),
            "tolerance": {str(name): _plain(rule) for name, rule in (tolerance or {}).items()},
            "tags": {str(name): str(value) for name, value in (tags or {}).items()},
            "outputs": [_path(path) for path in outputs],
        }
        if function is not None:
            return _decorate(function, options, self._opener)
        return functools.partial(_decorate, options=options, opener=self._opener)


capture = Capture()


def _decorate(function: Any, options: dict[str, Any], opener: Callable[[], SessionOpener]) -> Any:
    if isinstance(function, (classmethod, staticmethod)):
        return type(function)(_decorate(function.__func__, options, opener))
    code = getattr(function, "__code__", None)
    if isinstance(function, type) or code is None or not hasattr(function, "__qualname__"):
        raise UsageError(
            f"@taketwo.capture cannot decorate {function!r}",
            why="A run is one call of a function written in Python.",
            todo="Decorate a function or a method.",
        )
    if code.co_flags & (_GENERATOR | _ASYNC_GENERATOR):
        raise UsageError(
            f"@taketwo.capture cannot decorate the generator {function.__qualname__}",
            why="A generator returns before its work begins: there is no call whose end could be recorded.",
            todo="Decorate the function that consumes it.",
        )

    if code.co_flags & _COROUTINE:

        @functools.wraps(function)
        async def wrapper(*args: Any, **kwargs: Any) -> Any:
            call = RecordedCall(function, args, kwargs, options, opener)
            try:
                result = await function(*args, **kwargs)
            except BaseException as error:
                call.failed(error)
                raise
            call.returned(result)
            return result

    else:

        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            call = RecordedCall(function, args, kwargs, options, opener)
            try:
                result = function(*args, **kwargs)
            except BaseException as error:
                call.failed(error)
                raise
            call.returned(result)
            return result

    return wrapper


class RecordedCall:
    """One call from just before it to just after it. Exists even when nothing can be recorded."""

    def __init__(
        self,
        function: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        options: dict[str, Any],
        opener: Callable[[], SessionOpener],
    ) -> None:
        self._session: CallSession | None = None
        self._journal: Any = None
        self._entered: tuple[Any, Token[Any]] | None = None
        self._observed: Any = None
        try:
            self._observed = process.current() or process.obtain()
            journal = self._journal_in_use() or self._journal_of_its_own(function, options, opener)
            from taketwo.observer import calls  # noqa: PLC0415 (only a process that makes calls needs it)

            self._entered = calls.enter(self._observed, journal, function, args, kwargs, options)
        except Exception as error:  # noqa: BLE001 (an outermost door: training goes on)
            _report(error)
        except BaseException as error:  # Ctrl-C before the function began: there is a session to end
            self._end(None, error)
            raise

    def returned(self, result: Any) -> None:
        """The function returned ``result``."""
        self._end(result, None)

    def failed(self, error: BaseException) -> None:
        """The function raised ``error``."""
        self._end(None, error)

    def _journal_in_use(self) -> Any:
        scope = self._observed.inside()
        # A pool that was forked during an earlier call outlives the recording of that call.
        if scope is None or not os.path.isdir(scope.journal.recording):  # noqa: PTH112 (pathlib is not loaded yet)
            return None
        return scope.journal

    def _journal_of_its_own(
        self, function: Any, options: dict[str, Any], opener: Callable[[], SessionOpener]
    ) -> Any:
        with self._observed.silence():
            from pathlib import Path  # noqa: PLC0415 (heavy, only needed here)

            from taketwo.observer.journal import Journal  # noqa: PLC0415 (heavy, only needed here)
            from taketwo.record.call import CallRequest  # noqa: PLC0415 (heavy, only needed here)

            file = Path(function.__code__.co_filename).absolute()
            request = CallRequest(
                module=function.__module__,
                qualname=function.__qualname__,
                file=file if file.is_file() else None,
                directory=Path.cwd(),
                **options,
            )
            self._session = opener()(request)
            self._journal = Journal(str(self._session.recording))
            self._observed.introduce(self._journal)
            return self._journal

    def _end(self, result: Any, error: BaseException | None) -> None:
        try:
            if self._entered is not None:
                from taketwo.observer import calls  # noqa: PLC0415 (loaded when the call began)

                calls.leave(self._observed, self._entered, result, error)
        except Exception as problem:  # noqa: BLE001 (an outermost door: training goes on)
            _report(problem, may_raise=error is None)
        if self._session is None:
            return
        try:
            with self._observed.silence():
                if self._journal is not None:
                    self._observed.conclude(self._journal)
                    self._journal.close()
                self._session.finish(error)
        except Exception as problem:  # noqa: BLE001 (an outermost door: training goes on)
            _report(problem, may_raise=error is None)


_reported: set[str] = set()


def _report(error: Exception, *, may_raise: bool = True) -> None:
    """Say once what could not be recorded; raise it when the user prefers no run to an unrecorded one."""
    if may_raise and os.environ.get("TAKETWO_STRICT") == "1":
        raise error
    text = str(error) if isinstance(error, TaketwoError) else f"{type(error).__name__}: {error}"
    if text not in _reported and sys.stderr is not None:
        _reported.add(text)
        sys.stderr.write(f"taketwo: this call is not recorded, and goes on. {text}\n")


def _named_paths(data: Mapping[str, Any] | Iterable[Any]) -> dict[str, str]:
    """``{name: path}`` as given, or each path under its own name."""
    if isinstance(data, (str, bytes)) or hasattr(data, "__fspath__"):
        raise UsageError(
            f"data={data!r} is one path",
            why="A text is also a sequence of letters, so this would declare each letter as an input.",
            todo=f"Write data=[{data!r}].",
        )
    if hasattr(data, "items"):
        return {str(name): _path(path) for name, path in data.items()}
    return {_path(path): _path(path) for path in data}


def _path(path: Any) -> str:
    return os.fsdecode(os.fspath(path))


def _plain(rule: Any) -> Any:
    """A rule as JSON: text and numbers as they are, the model's ``Rule`` by its fields."""
    names = getattr(type(rule), "__struct_fields__", None)
    return rule if names is None else {name: getattr(rule, name) for name in names}
