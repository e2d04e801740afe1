"""A stand-in for the use case that captures decorated calls on their own."""

from __future__ import annotations

from pathlib import Path

from taketwo.record.call import CallRequest, CallSession, SessionOpener
from taketwo.record.recording import Recording


class FakeSession(CallSession):
    """Remembers how it was finished, and what had been recorded by then."""

    def __init__(self, directory: Path, failure: Exception | None) -> None:
        self._directory = directory
        self._failure = failure
        self.finished: list[BaseException | None] = []
        self.seen: Recording | None = None

    @property
    def recording(self) -> Path:
        return self._directory

    def finish(self, error: BaseException | None) -> None:
        self.finished.append(error)
        self.seen = Recording.read(self._directory)
        if self._failure is not None:
            raise self._failure


class FakeOpener(SessionOpener):
    """Opens fake sessions below a directory, or fails the way it is told to."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.requests: list[CallRequest] = []
        self.sessions: list[FakeSession] = []
        self.failure: Exception | None = None
        self.failure_at_the_end: Exception | None = None

    def __call__(self, request: CallRequest, /) -> FakeSession:
        self.requests.append(request)
        if self.failure is not None:
            raise self.failure
        directory = self.directory / f"recording-{len(self.requests)}"
        directory.mkdir()
        self.sessions.append(FakeSession(directory, self.failure_at_the_end))
        return self.sessions[-1]
