"""The seam between the decorator and the use case that captures one decorated call on its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import msgspec


class CallRequest(msgspec.Struct, frozen=True):
    """What is known before a decorated function is called outside any recording.

    ``file`` is the source file of the function, ``directory`` the working directory at the time of the call.
    The other fields are what the decorator was given; paths in ``data`` and ``outputs`` are as the user wrote
    them.
    """

    module: str
    qualname: str
    file: Path | None
    directory: Path
    experiment: str | None = None
    data: Mapping[str, str] = {}
    tolerance: Mapping[str, Any] = {}
    tags: Mapping[str, str] = {}
    outputs: Sequence[str] = ()


class CallSession(Protocol):
    """One capture under way. The decorator observes into ``recording`` and then says how the call ended."""

    @property
    def recording(self) -> Path:
        """An empty directory of its own for what is observed during the call."""
        ...

    def finish(self, error: BaseException | None) -> None:
        """The call is over and everything observed has been written; make the manifest and keep it."""
        ...


class SessionOpener(Protocol):
    """Opens a session for a call; ``TaketwoError`` when the run cannot be captured."""

    def __call__(self, request: CallRequest, /) -> CallSession:
        """Open a session, before the function is called."""
        ...
