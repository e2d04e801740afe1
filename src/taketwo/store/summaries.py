"""One row of a listing, read from the bytes of a manifest without building the whole of it."""

from __future__ import annotations

import hashlib
import shlex
from typing import Any

import msgspec

from taketwo.errors import FormatError
from taketwo.formats import canonical_json
from taketwo.formats.run_id import started_at
from taketwo.formats.timestamp import timestamp
from taketwo.store.interface import RunSummary

UNREADABLE = "unreadable"
"""The status of a run whose manifest is damaged or of a later version: it is listed, and says so."""

_LONGEST = 24
"""Characters of one argument."""


class _Ending(msgspec.Struct):
    status: str


class _Call(msgspec.Struct):
    module: str
    qualname: str
    main: str | None = None
    script: str | None = None


class _Invocation(msgspec.Struct):
    argv: tuple[str, ...]
    call: _Call | None = None


class _Replay(msgspec.Struct):
    run_id: str


class _Head(msgspec.Struct):
    """The few fields of a manifest that a listing shows; the rest of the bytes is only skipped over."""

    run_id: str
    experiment: str
    started_at: str
    finished_at: str
    ending: _Ending
    invocation: _Invocation
    parent: str | None = None
    replay: _Replay | None = None
    parameters: Any = ()


def summarise(run_id: str, content: bytes) -> RunSummary:
    """The row for the manifest of ``run_id``. The seal is not checked here: reading the run does that."""
    sha256 = hashlib.sha256(content).hexdigest()
    head = _head(content)
    if head is None or head.run_id != run_id:
        moment = timestamp(started_at(run_id))
        return RunSummary(
            run_id=run_id,
            experiment="",
            status=UNREADABLE,
            started_at=moment,
            finished_at="",
            command="",
            manifest_sha256=sha256,
        )
    return RunSummary(
        run_id=run_id,
        experiment=_printable(head.experiment),
        status=_printable(head.ending.status),
        started_at=_printable(head.started_at),
        finished_at=_printable(head.finished_at),
        command=_printable(shlex.join(head.invocation.argv)),
        parent=_printable(head.parent) if head.parent else None,
        replay_of=_printable(head.replay.run_id) if head.replay else None,
        manifest_sha256=sha256,
        call=_printable(_called(head.invocation.call, head.parameters)) if head.invocation.call else None,
    )


def _called(call: _Call, parameters: Any) -> str:
    """``pkg.train:train(lr=2)``, with the arguments that were given; long ones are cut."""
    module = (call.main or call.script or call.module) if call.module == "__main__" else call.module
    found = parameters if isinstance(parameters, list) else []
    given = [p for p in found if isinstance(p, dict) and p.get("origin") == "argument"]
    arguments = [f"{parameter.get('name')}={_shown(parameter)}" for parameter in given]
    return f"{module.rpartition('/')[2]}:{call.qualname}({', '.join(arguments)})"


def _shown(parameter: dict[str, Any]) -> str:
    stored = parameter.get("stored")
    text = (
        str(stored.get("type"))
        if isinstance(stored, dict)
        else canonical_json.encode(parameter.get("value")).decode()
    )
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _head(content: bytes) -> _Head | None:
    try:
        return msgspec.json.decode(content, type=_Head)
    except (msgspec.DecodeError, RecursionError):
        pass
    # msgspec reads no lone surrogates, which stand for names that are not UTF-8.
    try:
        return msgspec.convert(canonical_json.decode(content), _Head)
    except (msgspec.ValidationError, FormatError):
        return None


def _printable(text: str) -> str:
    """``text`` as UTF-8 can carry it: the parts of a name that are not UTF-8 are shown as escapes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
