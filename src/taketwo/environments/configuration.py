"""How this machine's user told pip where packages are, in the terms of uv; used, and never recorded.

uv reads its own configuration and not pip's. Where uv has none, pip's applies.
"""

from __future__ import annotations

import configparser
import os
import sys
import tomllib
import urllib.parse
from collections.abc import Iterator, Mapping
from pathlib import Path

from taketwo.formats.direct_url import local_path

_OWN = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_EXTRA_INDEX_URL", "UV_NO_INDEX", "UV_CONFIG_FILE")
_INDEX_KEYS = ("index", "index-url", "extra-index-url", "no-index")


def uv_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """``environ`` with pip's settings added for uv, where uv has none of its own.

    Wheel folders are left out: what lies there is kept with the run, and is no artefact of an index.
    """
    found = {name: value for name, value in environ.items() if name != "UV_FIND_LINKS"}
    pip = pip_settings(environ)
    if not any(environ.get(name) for name in _OWN) and not _uv_names_an_index(environ):
        found |= {
            variable: " ".join(pip[option].split())
            for option, variable in (("index-url", "UV_DEFAULT_INDEX"), ("extra-index-url", "UV_INDEX"))
            if pip.get(option)
        }
        if pip.get("extra-index-url"):
            # pip looks into all of its indexes, and takes the version wherever it is.
            found.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
        if pip.get("no-index", "").lower() in {"1", "true", "yes", "on"}:
            found["UV_NO_INDEX"] = "1"
    for option, variable in (("cert", "SSL_CERT_FILE"), ("trusted-host", "UV_INSECURE_HOST")):
        if pip.get(option):
            found.setdefault(variable, " ".join(pip[option].split()))
    if pip.get("proxy"):
        for variable in ("HTTP_PROXY", "HTTPS_PROXY"):
            if variable.lower() not in found:
                found.setdefault(variable, pip["proxy"])
    return found


def wheel_folders(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """The directories of this machine in which pip or uv look for wheels (``find-links``)."""
    named = [*pip_settings(environ).get("find-links", "").split()]
    named += environ.get("UV_FIND_LINKS", "").replace(",", " ").split()
    for document in _uv_documents(environ):
        for table in (document, document.get("pip")):
            links = table.get("find-links") if isinstance(table, dict) else None
            named += [link for link in links if isinstance(link, str)] if isinstance(links, list) else []
    paths = [Path(path).expanduser() for path in map(local_path, named) if path]
    return tuple(dict.fromkeys(path for path in paths if path.is_dir()))


def pip_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """The options of pip by name: its files, the later ones stronger, then its variables."""
    found: dict[str, str] = {}
    for path in _pip_files(environ):
        parser = configparser.RawConfigParser()
        try:
            parser.read(path, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError):
            continue
        for section in ("global", "install"):
            if parser.has_section(section):
                found.update((name.replace("_", "-"), value) for name, value in parser.items(section))
    for name, value in environ.items():
        if name.startswith("PIP_") and value:
            found[name[4:].lower().replace("_", "-")] = value
    return found


def _pip_files(environ: Mapping[str, str]) -> Iterator[Path]:
    chosen = environ.get("PIP_CONFIG_FILE")
    if chosen == os.devnull:
        return
    home = Path(environ.get("HOME") or "~").expanduser()
    for directory in reversed((environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":")):
        yield Path(directory, "pip", "pip.conf")
    yield Path("/etc/pip.conf")
    if sys.platform == "darwin":
        yield home / "Library" / "Application Support" / "pip" / "pip.conf"
    yield home / ".pip" / "pip.conf"
    yield Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "pip" / "pip.conf"
    if environ.get("VIRTUAL_ENV"):
        yield Path(environ["VIRTUAL_ENV"], "pip.conf")
    if chosen:
        yield Path(chosen)


def _uv_names_an_index(environ: Mapping[str, str]) -> bool:
    return any(
        key in table
        for document in _uv_documents(environ)
        for table in (document, document.get("pip"))
        if isinstance(table, dict)
        for key in _INDEX_KEYS
    )


def _uv_documents(environ: Mapping[str, str]) -> Iterator[dict[str, object]]:
    home = Path(environ.get("HOME") or "~").expanduser()
    user = Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "uv" / "uv.toml"
    chosen = environ.get("UV_CONFIG_FILE")
    for path in [Path(chosen)] if chosen else [user, Path("/etc/uv/uv.toml"), Path("/etc/xdg/uv/uv.toml")]:
        try:
            yield tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
            continue


def in_folders(url: str, folders: tuple[Path, ...]) -> bool:
    """Whether a file of a lock lies in one of these wheel folders."""
    path = local_path(url)
    parent = Path(urllib.parse.unquote(path)).parent if path else None
    return parent is not None and parent in folders
