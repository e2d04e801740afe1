"""Use case: capture one decorated call from inside the process that makes it."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import msgspec

from taketwo.app.begin import begin as begin_run
from taketwo.app.conclude import conclude, discard
from taketwo.app.tools import Tools, compose
from taketwo.config import settings as configuration
from taketwo.model.manifest import Ending
from taketwo.record.call import CallRequest
from taketwo.record.ended import Ended
from taketwo.record.recording import Recording
from taketwo.record.started import Started
from taketwo.verify.rules import rules_from


class Session(msgspec.Struct, frozen=True):
    """A capture under way; the decorator observes into ``recording`` and then calls ``finish``."""

    recording: Path
    started: Started
    tools: Tools

    def finish(self, error: BaseException | None) -> None:
        """Seal the manifest of the call, and those of the calls inside it."""
        if error is None:
            ending = Ending(status="completed")
        else:
            status = "interrupted" if isinstance(error, KeyboardInterrupt) else "failed"
            ending = Ending(status=status, error=f"{type(error).__name__}: {error}"[:2000])  # type: ignore[arg-type]
        ended = Ended(ending=ending, finished=time.time())
        conclude(self.tools, self.started, Recording.read(self.recording), ended)
        discard(self.recording)


def begin(request: CallRequest) -> Session:
    """Open a session before the function is called; the project is the one that its file lies in."""
    environment = dict(os.environ)
    where = request.file.parent if request.file else request.directory
    found = configuration.load(where, environment, {"experiment": request.experiment})
    tools = compose(found)
    data = [(name, path) for name, path in found.data.items()]
    data += [(name, request.directory / path) for name, path in request.data.items()]
    started, recording = begin_run(
        tools,
        mode="call",
        argv=_command_of_this_process(),
        directory=request.directory,
        environment=environment,
        experiment=found.experiment,
        data=data,
        outputs=[request.directory / path for path in request.outputs],
        rules=rules_from(found.tolerance, by="author"),
        tags=request.tags,
    )
    return Session(recording, started, tools)


def _command_of_this_process() -> tuple[str, ...]:
    return tuple(sys.orig_argv) or (sys.executable,)
