"""Listeners for the output of a command: collect it whole, and report it line by line."""

from __future__ import annotations

from taketwo.progress import SILENT, Progress


class Collected:
    """Keeps both streams in order of arrival and reports each whole line as a detail of the step."""

    def __init__(self, progress: Progress = SILENT) -> None:
        self._content = bytearray()
        self._reported = 0
        self._progress = progress

    def __call__(self, _stream: str, content: bytes) -> None:
        """Take more output."""
        self._content += content
        end = self._content.rfind(b"\n") + 1
        if end > self._reported:
            for line in self._content[self._reported : end].decode(errors="replace").splitlines():
                if line.strip():
                    self._progress.detail(line.strip())
            self._reported = end

    def text(self) -> str:
        """Everything so far."""
        return self._content.decode(errors="replace")
