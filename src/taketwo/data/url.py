"""Data behind a URL: streamed, bounded in size and time, and recorded without credentials."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Mapping
from pathlib import Path

from taketwo.data.copying import copy_file
from taketwo.data.interface import DataSource
from taketwo.errors import DataError
from taketwo.model.data import Input, Location

_SECRET = re.compile(
    r"token|secret|passw|passphrase|signature|credential|api[-_]?key|access[-_]?key|^(sig|key|auth|sas|se|sp|sv|code)$"
    r"|^x-(amz|goog)-|^awsaccesskeyid$|^policy$|^key-pair-id$",
    re.IGNORECASE,
)
_SCHEMES = frozenset({"http", "https", "file"})


def public_url(url: str) -> str:
    """The URL without user, password, fragment, and query parameters that look like credentials."""
    parts = urllib.parse.urlsplit(url)
    pairs = urllib.parse.parse_qsl(parts.query, keep_blank_values=True)
    query = parts.query
    if any(_SECRET.search(name) for name, _ in pairs):
        query = urllib.parse.urlencode([(name, value) for name, value in pairs if not _SECRET.search(name)])
    host = parts.netloc.rpartition("@")[2]
    return urllib.parse.urlunsplit((parts.scheme, host, parts.path, query, ""))


class UrlSource(DataSource):
    """Downloads files. ``origins`` says which file came from which URL, as its author declared it.

    ``timeout`` is how long the other side may be silent, ``deadline`` how long it may take altogether, both
    in seconds.
    """

    kind = "url"

    def __init__(
        self,
        origins: Mapping[Path, str] | None = None,
        *,
        timeout: float = 30.0,
        deadline: float = 3600.0,
    ) -> None:
        self._origins = origins or {}
        self._timeout = timeout
        self._deadline = deadline

    def recognise(self, path: Path, project: Path) -> Location | None:
        """The declared origin of the file, without credentials."""
        del project
        url = self._origins.get(path)
        if url is None or urllib.parse.urlsplit(url).scheme not in _SCHEMES:
            return None
        return Location(kind="url", reference=public_url(url))

    def fetch(self, item: Input, location: Location, destination: Path, project: Path) -> None:
        """Download at most as many bytes as were captured."""
        del project
        shown = public_url(location.reference)
        parts = urllib.parse.urlsplit(location.reference)
        if item.kind != "file" or parts.scheme not in _SCHEMES:
            raise _failed(item, shown, "only files can be had from http, https and file URLs")
        if parts.scheme == "file":
            if parts.netloc not in {"", "localhost"}:
                raise _failed(item, shown, "a file URL names a file of this machine")
            copy_file(Path(urllib.parse.unquote(parts.path)), destination)
            return
        from taketwo.data.download import DownloadFailed, download  # noqa: PLC0415 - heavy, only needed here

        try:
            download(
                location.reference,
                destination,
                limit=item.content.size,
                timeout=self._timeout,
                deadline=self._deadline,
            )
        except DownloadFailed as error:
            raise _failed(item, shown, str(error)) from error


def _failed(item: Input, shown: str, reason: str) -> DataError:
    return DataError(
        f"{item.name!r} could not be downloaded from {shown}: {reason}",
        why="The run needs these bytes, and they are not in the store.",
        todo=f"Download it in another way and supply it: --data {item.name}=PATH",
    )
