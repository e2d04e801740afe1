"""Decorated calls of a recording: their numbering, their part of a manifest, the metrics that they share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from taketwo.formats import canonical_json
from taketwo.formats.places import Places
from taketwo.model.base import Blob
from taketwo.model.manifest import Call, Metric, Parameter, StoredValue
from taketwo.record import events
from taketwo.record.recording import Recording

Keep = Callable[[Path], Blob]


def ordered(recording: Recording) -> tuple[events.CallStart, ...]:
    """The calls in an order that does not depend on which worker was faster: by function, index and arguments."""
    return tuple(
        sorted(recording.calls, key=lambda call: (call.module, call.qualname, call.index, arguments_of(call)))
    )


def arguments_of(call: events.CallStart) -> str:
    """What the call was given, as text that is equal for equal arguments."""
    return canonical_json.encode(call.parameters).decode()


def labels(calls: Sequence[events.CallStart]) -> dict[str, str]:
    """By call id, a short name: ``train``, or ``train[2]`` when the function was called several times."""
    counts = Counter(call.qualname for call in calls)
    seen: Counter[str] = Counter()
    found = {}
    for call in calls:
        number = seen[call.qualname]
        seen[call.qualname] += 1
        label = call.qualname if counts[call.qualname] == 1 else f"{call.qualname}[{number}]"
        found[call.call or ""] = label
    return found


def metrics_of(recording: Recording, call: str | None) -> tuple[Metric, ...]:
    """What was logged during this very call (``None``: outside all), and the numbers that it returned."""
    logged = tuple(event.to_model() for event in recording.metrics if event.call == call)
    end = recording.result_of(call) if call is not None else None
    returned = (
        (
            Metric(name=name, value=value, at=end.time, origin="returned")
            for name, value in end.metrics.items()
        )
        if end
        else ()
    )
    names = {metric.name for metric in logged}
    return (*logged, *(metric for metric in returned if metric.name not in names))


def since(started: float, metrics: Sequence[Metric]) -> tuple[Metric, ...]:
    """The metrics with their times counted from ``started``, to the microsecond."""
    return tuple(
        metric if metric.at is None else msgspec.structs.replace(metric, at=round(metric.at - started, 6))
        for metric in metrics
    )


def all_metrics(recording: Recording) -> tuple[Metric, ...]:
    """The metrics of a whole command: those outside calls as they are, those of calls as ``train.auc``."""
    found = list(metrics_of(recording, None))
    calls = ordered(recording)
    names = labels(calls)
    for call in calls:
        label = names[call.call or ""]
        found += [
            msgspec.structs.replace(metric, name=f"{label}.{metric.name}")
            for metric in metrics_of(recording, call.call)
        ]
    return tuple(found)


def parameters_of(recording: Recording, start: events.CallStart, keep: Keep) -> tuple[Parameter, ...]:
    """Bound arguments, then what was logged during the call; a later value of a name replaces an earlier one."""
    found = {given.name: given.to_model() for given in start.parameters}
    found |= {event.name: event.to_model() for event in recording.parameters if event.call == start.call}
    return tuple(kept_parameter(recording, each, keep) for each in found.values())


def kept_parameter(recording: Recording, parameter: Parameter, keep: Keep) -> Parameter:
    """The parameter with its pickled form in the store, or without one when its bytes are not to be had."""
    if parameter.stored is None:
        return parameter
    return msgspec.structs.replace(parameter, stored=_kept(recording, parameter.stored, keep))


def call_of(recording: Recording, start: events.CallStart, places: Places, keep: Keep) -> Call:
    """What a manifest says of the call: enough to make it again."""
    end = recording.result_of(start.call or "")
    result = end.result if end else None
    arguments = start.pickled
    return Call(
        module=start.module,
        qualname=start.qualname,
        index=start.index,
        script=places.tokenise_path(start.script) if start.script else None,
        main=start.main,
        path=tuple(entry for entry in map(places.tokenise_path, start.path) if entry.startswith("$PROJECT")),
        source=places.tokenise_path(start.file) if start.file else None,
        arguments=_kept_blob(recording, arguments.sha256, arguments.size, keep) if arguments else None,
        alone=start.alone,
        is_async=start.is_async,
        result=_kept(recording, result.stored.to_model(), keep) if result and result.stored else None,
        result_json=result.value if result else None,
        error=end.error if end else None,
    )


def _kept(recording: Recording, stored: StoredValue, keep: Keep) -> StoredValue:
    blob = stored.pickled
    if blob is None:
        return stored
    return msgspec.structs.replace(stored, pickled=_kept_blob(recording, blob.sha256, blob.size, keep))


def _kept_blob(recording: Recording, sha256: str, size: int, keep: Keep) -> Blob | None:
    path = recording.value_file(sha256)
    if path is None or path.lstat().st_size != size:
        return None
    blob = keep(path)
    return blob if (blob.sha256, blob.size) == (sha256, size) else None


def matching(recording: Recording, wanted: Call, parameters: Sequence[Parameter]) -> events.CallStart | None:
    """The call of a replay that repeats ``wanted``: same function, then same arguments, then same index."""
    same = [call for call in ordered(recording) if call.qualname == wanted.qualname and _module(call, wanted)]
    given = {
        p.name: canonical_json.encode(_comparable(p))
        for p in parameters
        if p.origin in {"argument", "default"}
    }

    def differing(call: events.CallStart) -> tuple[int, int]:
        found = {g.name: canonical_json.encode(_comparable(g.to_model())) for g in call.parameters}
        return (sum(found.get(n) != v for n, v in given.items()), abs(call.index - wanted.index))

    return min(same, key=differing, default=None)


def _module(call: events.CallStart, wanted: Call) -> bool:
    """A script that is called alone is loaded under the name of its file and not as ``__main__``."""
    return call.module == wanted.module or "__main__" in {call.module, wanted.module}


def _comparable(parameter: Parameter) -> object:
    return parameter.stored.sha256 if parameter.stored else parameter.value
