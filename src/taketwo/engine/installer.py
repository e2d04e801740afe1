"""What a build step needs of this machine: the uv program, certificates, and the way to its package indexes.

A run is never given any of it, and nothing of it is recorded: index addresses and credentials are this
machine's own business.
"""

from __future__ import annotations

import configparser
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from taketwo.engine.interface import Mount
from taketwo.engine.interpreters import uv_program
from taketwo.errors import EngineUnavailable

UV = "/taketwo/tools/uv"
"""Where a build step finds the uv program (through ``Engine.place``, as everything)."""

_CERTIFICATE_VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "PIP_CERT", "CURL_CA_BUNDLE")
_SYSTEM_CERTIFICATES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt")
_PASSED_ON = frozenset(
    f"{name}_{part}"
    for name in ("PIP", "UV")
    for part in ("INDEX_URL", "EXTRA_INDEX_URL", "FIND_LINKS", "NO_INDEX")
) | {
    "PIP_TRUSTED_HOST",
    "PIP_DEFAULT_TIMEOUT",
    "UV_INDEX",
    "UV_DEFAULT_INDEX",
    "UV_INDEX_STRATEGY",
    "UV_INSECURE_HOST",
    "UV_HTTP_TIMEOUT",
}
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
_UV_NAMES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
}


@dataclass(frozen=True)
class Installer:
    """Mounts and variables to be added to those of ``Engine.build``."""

    mounts: tuple[Mount, ...]
    environment: Mapping[str, str] = field(repr=False)
    """Not shown: an index address may carry a password."""


def installer_of_this_machine(environment: Mapping[str, str] | None = None) -> Installer:
    """The installer as this machine is set up, from variables and from pip's and uv's own files.

    What pip has been told is told to uv too, where uv has not been told otherwise.
    """
    ours = dict(os.environ if environment is None else environment)
    uv = uv_program()
    if uv is None:
        raise EngineUnavailable(
            "There is no uv program.",
            why="Environments are installed with uv.",
            todo="Install it: pip install uv",
        )
    mounts = [Mount(Path(uv), UV)]
    settings = {name: value for name, value in ours.items() if name in _PASSED_ON or name.lower() in _PROXIES}
    pip = {option: " ".join(value.split()) for option, value in _pip_settings(ours).items()}
    for option in _UV_NAMES:
        told = ours.get(f"PIP_{option.upper().replace('-', '_')}")
        if told:
            pip[option] = told
    for option, value in pip.items():
        settings.setdefault(f"PIP_{option.upper().replace('-', '_')}", value)
        # pip separates several by blanks; uv takes commas between folders of wheels.
        separator = "," if option == "find-links" else " "
        settings.setdefault(_UV_NAMES[option], separator.join(value.split()))
    for found, names in (
        (_certificates(ours), _CERTIFICATE_VARIABLES),
        (_uv_settings(ours), ("UV_CONFIG_FILE",)),
        (_netrc(ours), ("NETRC",)),
    ):
        if found is not None:
            # At its own path, so that the variables also hold where nothing can be mounted.
            mounts.append(Mount(found, str(found.absolute())))
            settings.update(dict.fromkeys(names, str(found.absolute())))
    mounts += [Mount(Path(folder), folder) for folder in sorted(_local_folders(settings))]
    return Installer(tuple(mounts), settings)


def _certificates(environment: Mapping[str, str]) -> Path | None:
    told = (environment.get(name) for name in _CERTIFICATE_VARIABLES)
    for candidate in (*told, *_SYSTEM_CERTIFICATES):
        if candidate and Path(candidate).is_file():
            return Path(candidate)
    return None


def _uv_settings(environment: Mapping[str, str]) -> Path | None:
    told = environment.get("UV_CONFIG_FILE")
    home = Path(environment.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    for candidate in (Path(told) if told else None, home / "uv" / "uv.toml", Path("/etc/uv/uv.toml")):
        if candidate is not None and candidate.is_file():
            return candidate
    return None


def _netrc(environment: Mapping[str, str]) -> Path | None:
    candidate = Path(environment.get("NETRC") or Path.home() / ".netrc")
    # The sandboxed user must be able to read it, and nobody opens their passwords to others for that.
    return candidate if candidate.is_file() and os.geteuid() != 0 else None


def _pip_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """Where pip's files say that packages come from; later files win, as in pip."""
    found: dict[str, str] = {}
    for path in _pip_files(environment):
        parser = configparser.RawConfigParser()
        try:
            parser.read(path, encoding="utf-8")
        except (configparser.Error, OSError, UnicodeDecodeError):
            continue  # pip itself will say what is wrong with it.
        for section in ("global", "install"):
            if parser.has_section(section):
                found |= {option: value for option, value in parser.items(section) if option in _UV_NAMES}
    return {option: value for option, value in found.items() if value.strip()}


def _pip_files(environment: Mapping[str, str]) -> Iterator[Path]:
    told = environment.get("PIP_CONFIG_FILE")
    if told == os.devnull:
        return
    yield Path("/etc/pip.conf")
    home = Path.home()
    yield home / ".pip" / "pip.conf"
    yield Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "pip" / "pip.conf"
    yield Path(sys.prefix) / "pip.conf"
    if told:
        yield Path(told)


def _local_folders(settings: Mapping[str, str]) -> set[str]:
    """Folders of this machine that the settings name, as a path or as a ``file:`` address."""
    found = set()
    for name, value in settings.items():
        if name.lower() in _PROXIES:
            continue
        for entry in value.replace(",", " ").split():
            address = entry.partition("=")[2] if "=file:" in entry else entry
            path = unquote(urlsplit(address).path) if address.startswith("file:") else address
            if path.startswith("/") and Path(path).is_dir():
                # An index refers to files beside it: `../../files`.
                found.add(str(Path(path).parent if address.startswith("file:") else Path(path)))
    return found
