"""direct_url.json (PEP 610): where a distribution came from when it did not come from an index.

What is returned is safe to record: credentials, queries and paths of the author's machine are left
out. The local path, when there is one, is handed over beside it, to be used and then forgotten.
"""

from __future__ import annotations

import re
import urllib.parse
from typing import Any

import msgspec

from taketwo.errors import FormatError
from taketwo.formats import canonical_json


class DirectUrl(msgspec.Struct, frozen=True):
    """One direct URL. ``kind`` is ``vcs``, ``archive``, ``directory`` or ``editable``.

    ``public`` holds what may be recorded, all strings: ``kind``, ``url`` (never ``file:``), ``vcs``,
    ``commit``, ``revision``, ``subdirectory``, ``sha256``, ``filename``. ``local_path`` is the path that
    a ``file:`` URL names on this machine.
    """

    kind: str
    public: dict[str, str] = {}
    local_path: str | None = None


def parse(content: bytes) -> DirectUrl:
    """Read the bytes of a direct_url.json; ``FormatError`` when they do not follow PEP 610."""
    document = canonical_json.decode(content)
    if not isinstance(document, dict) or not isinstance(document.get("url"), str):
        raise FormatError("direct_url.json is an object with a `url`", path="url")
    kind, info = _kind(document)
    url = document["url"]
    local = local_path(url)
    public = {"kind": kind} | _details(info)
    if local is None:
        public["url"] = without_credentials(url)
    if kind == "archive":
        public["filename"] = urllib.parse.unquote(urllib.parse.urlsplit(url).path).rsplit("/", 1)[-1]
    if isinstance(document.get("subdirectory"), str):
        public["subdirectory"] = document["subdirectory"]
    return DirectUrl(kind, {name: value for name, value in public.items() if value}, local)


def _kind(document: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    for key, kind in (("vcs_info", "vcs"), ("archive_info", "archive"), ("dir_info", "directory")):
        info = document.get(key)
        if isinstance(info, dict):
            return ("editable" if kind == "directory" and info.get("editable") is True else kind), info
    raise FormatError("direct_url.json says neither vcs_info, archive_info nor dir_info")


def _details(info: dict[str, Any]) -> dict[str, str]:
    hashes = info.get("hashes")
    sha256 = hashes.get("sha256") if isinstance(hashes, dict) else None
    old = info.get("hash")
    if sha256 is None and isinstance(old, str) and old.startswith("sha256="):
        sha256 = old[7:]
    found = {
        "vcs": info.get("vcs"),
        "commit": info.get("commit_id"),
        "revision": info.get("requested_revision"),
        "sha256": sha256,
    }
    return {name: value for name, value in found.items() if isinstance(value, str)}


def local_path(url: str) -> str | None:
    """The path that a ``file:`` URL (also ``git+file:``, or a bare path) names, else ``None``."""
    scheme, _, rest = url.rpartition("file:") if "file:" in url else ("", "", "")
    if rest and scheme in {"", "git+", "hg+", "svn+", "bzr+"}:
        return urllib.parse.unquote(urllib.parse.urlsplit("file:" + rest).path)
    return None if "://" in url or _SCP.match(url) else url


def without_credentials(url: str) -> str:
    """The URL without user, password, query and fragment: each of them may be a secret.

    The user ``git`` of an SSH address is a convention of hosting services, not a secret, and is kept.
    """
    scp = _SCP.match(url)
    if scp and "://" not in url:
        return url if scp["user"] == "git" else url[scp.end("user") + 1 :]
    try:
        parts = urllib.parse.urlsplit(url)
        host = parts.hostname or ""
        port = parts.port
    except ValueError:
        return ""
    host = f"[{host}]" if ":" in host else host
    user = "git@" if parts.username == "git" and "ssh" in parts.scheme else ""
    netloc = user + host + (f":{port}" if port is not None else "")
    return urllib.parse.urlunsplit((parts.scheme, netloc, parts.path, "", ""))


_SCP = re.compile(r"(?P<user>[^/@:\s]+)@[^/:\s]+:")
