"""Addresses of remotes, without credentials and without paths of the author's disk."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_SCP = re.compile(r"(?:(?P<user>[^@/:]+)@)?(?P<host>[\w.-]{2,}|\[[0-9A-Fa-f:.]+\]):(?P<path>.+)", re.DOTALL)
_SCHEMES = frozenset({"http", "https", "ssh", "git", "git+ssh", "ssh+git", "ftp", "ftps", "svn", "svn+ssh"})
# The account of hosting services: it names nobody, and the address does not work without it.
_SERVICE_ACCOUNT = "git"


def public_address(url: str) -> str | None:
    """``url`` as it may be shared, or ``None`` when it is a place on a disk or cannot be understood.

    User names, passwords, query strings and fragments are removed; ``git@`` stays where ssh needs it.
    """
    url = url.strip()
    if any(ord(character) < 0x20 or character == "\x7f" for character in url):
        return None
    if "://" in url:
        return _address(url)
    if "::" in url.partition("/")[0] and not url.startswith(("[", "git@[")):
        return None  # a transport of the user's own, whose syntax only its program knows
    match = _SCP.fullmatch(url)
    if match is None or "@" in match["path"].partition("/")[0]:
        return None
    account = f"{_SERVICE_ACCOUNT}@" if match["user"] == _SERVICE_ACCOUNT else ""
    path = match["path"].partition("?")[0].partition("#")[0]
    return f"{account}{match['host']}:{path}" if path else None


def _address(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in _SCHEMES or not host or "@" in host:
        return None
    shell = "ssh" in parts.scheme
    account = f"{_SERVICE_ACCOUNT}@" if shell and parts.username == _SERVICE_ACCOUNT else ""
    if ":" in host:
        host = f"[{host}]"
    return f"{parts.scheme}://{account}{host}{f':{port}' if port else ''}{parts.path}"
