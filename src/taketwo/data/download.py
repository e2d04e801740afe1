"""One download: what the other side may take in time and in bytes, and where it may redirect to."""

from __future__ import annotations

import time
import urllib.error
import urllib.parse
import urllib.request
from email.message import Message
from http.client import HTTPException
from pathlib import Path
from typing import IO, BinaryIO, cast

from taketwo.data.copying import write_stream
from taketwo.version import __version__


class DownloadFailed(Exception):
    """What went wrong, in a few words; ``UrlSource`` says to what and what to do."""


def download(url: str, destination: Path, *, limit: int, timeout: float, deadline: float) -> None:
    """Write what is behind an http or https URL to a new file; ``DownloadFailed`` when it cannot be had.

    ``DataError`` when it holds more than ``limit`` bytes or cannot be written.
    """
    request = urllib.request.Request(  # noqa: S310 - the caller checks the scheme
        url, headers={"User-Agent": f"taketwo/{__version__}"}
    )
    opener = urllib.request.build_opener(_NoDowngrade)
    try:
        with opener.open(request, timeout=timeout) as response:
            stream = _Bounded(response, time.monotonic() + deadline)
            write_stream(cast("BinaryIO", stream), destination, limit=limit)
    except urllib.error.HTTPError as error:
        raise DownloadFailed(f"the server answered {error.code} {error.reason}") from error
    except (urllib.error.URLError, HTTPException, TimeoutError, ConnectionError, ValueError) as error:
        raise DownloadFailed(str(getattr(error, "reason", error))) from error


class _NoDowngrade(urllib.request.HTTPRedirectHandler):
    """Follows redirects within the web, and never from an encrypted connection to an open one."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Message,
        newurl: str,
    ) -> urllib.request.Request | None:
        scheme = urllib.parse.urlsplit(newurl).scheme
        if scheme not in {"http", "https"} or (req.type == "https" and scheme == "http"):
            raise urllib.error.URLError(f"it redirects to {scheme}, which is not followed")
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]


class _Bounded:
    """A stream that gives up at a deadline, however busily the other side trickles."""

    def __init__(self, stream: IO[bytes], deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, size: int) -> bytes:
        """The next bytes; ``TimeoutError`` after the deadline."""
        if time.monotonic() > self._deadline:
            raise TimeoutError("it takes too long")
        return self._stream.read1(size)  # type: ignore[attr-defined, no-any-return]
