"""What a program may say of itself while it runs: parameters, metrics, artifacts, tags.

Nothing here raises into a training loop. What cannot be recorded is named once on stderr; with
``TAKETWO_STRICT=1`` it is an error.
"""

from __future__ import annotations

import os
import sys
from time import time

from .process import current
from .series import COMPLETE, WAS_INT, WITH_STEP
from .values import as_number, describe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from .process import ObservedProcess, Scope

_EXACT = 1 << 53


def log_metric(name: str, value: Any, step: int | None = None) -> None:
    """Record one measured value, optionally at a step; it is safe on disk for every reader when this returns.

    ``value`` is a number, also a NumPy scalar or a tensor of one element. Costs about a microsecond.
    """
    slot = sys.modules.get("_taketwo_process")  # what current() does, without the cost of calling it
    observed: ObservedProcess | None = slot.observed if slot is not None else current()
    if observed is None:
        return _outside("log_metric")
    scope = observed.scope.get()
    if scope is None or not scope.open:
        scope = observed.here()
        if scope is None:
            return _outside("log_metric")
    series = scope.series.get(name)
    if series is not None and type(value) is float:
        append = scope.journal.series.append
        if step is None:
            if append(time(), value, 0, series, COMPLETE):
                return None
        elif type(step) is int and -_EXACT < step < _EXACT:  # noqa: SIM102 (the fast path)
            if append(time(), value, step, series, COMPLETE | WITH_STEP):
                return None
    return _log_metric_slowly(observed, scope, name, value, step)


def log_metrics(values: Mapping[str, Any], step: int | None = None) -> None:
    """Record several measured values of one moment, as a mapping from name to number."""
    for name, value in dict(values).items():
        log_metric(name, value, step)


def log_param(name: str, value: Any) -> None:
    """Record a parameter; what JSON cannot carry is recorded by type, digest and a short text."""
    _write("log_param", "parameter", lambda: {"name": str(name), **describe(value)})


def log_params(values: Mapping[str, Any]) -> None:
    """Record several parameters, as a mapping from name to value."""
    for name, value in dict(values).items():
        log_param(name, value)


def log_artifact(path: str | os.PathLike[str], name: str | None = None) -> None:
    """Name a file or directory as a result of the run; its content is kept as it is when the run ends."""

    def fields() -> dict[str, Any]:
        full = os.path.abspath(os.fsdecode(os.fspath(path)))
        return {"name": os.path.basename(full) if name is None else str(name), "path": full}

    _write("log_artifact", "artifact", fields)


def set_tag(name: str, value: object) -> None:
    """Attach a short text to the run, to find it by later."""
    _write("set_tag", "tag", lambda: {"name": str(name), "value": str(value)})


def _write(function: str, event: str, fields: Callable[[], dict[str, Any]]) -> None:
    observed = current()
    scope = None if observed is None else observed.here()
    if observed is None or scope is None:
        return _outside(function)
    try:
        with observed.silence():
            scope.write(event, fields())
    except Exception as error:
        _complain("%s could not record %s: %s" % (function, event, error))
    return None


def _log_metric_slowly(observed: ObservedProcess, scope: Scope, name: str, value: Any, step: Any) -> None:
    try:
        number = as_number(value)
        if number is None or type(number) is bool:
            return _complain(
                "log_metric: %r is given a %s, and a metric is a number" % (name, type(value).__name__)
            )
        if step is not None:
            whole = as_number(step)
            if whole is None or whole != int(whole):
                return _complain(
                    "log_metric: the step of %r is %r, and a step is a whole number" % (name, step)
                )
            step = int(whole)
        with observed.silence():
            _store(scope, str(name), number, step)
    except Exception as error:
        _complain("log_metric could not record %r: %s" % (name, error))
    return None


def _store(scope: Scope, name: str, number: float, step: int | None) -> None:
    exact = type(number) is float or -_EXACT < number < _EXACT
    if exact and (step is None or -_EXACT < step < _EXACT):
        series = scope.series.get(name)
        if series is None:
            series = scope.journal.series.next_series()
            scope.write("series", {"series": series, "name": name})
            scope.series[name] = series
        flags = COMPLETE | (WITH_STEP if step is not None else 0) | (WAS_INT if type(number) is int else 0)
        if scope.journal.series.append(time(), float(number), step or 0, series, flags):
            return
    scope.write("metric", {"name": name, "value": number, "step": step})


def _outside(function: str) -> None:
    _complain(
        "%s was called outside a run, and nothing was recorded. Use @taketwo.capture or `taketwo run`."
        % function
    )


_said: set[str] = set()


def _complain(text: str) -> None:
    if os.environ.get("TAKETWO_STRICT") == "1":
        raise ValueError(text)
    if text not in _said:
        _said.add(text)
        try:
            sys.stderr.write("taketwo: " + text + "\n")
        except Exception:  # stderr may be closed, or be anything at all
            pass
