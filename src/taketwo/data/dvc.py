"""Data that DVC tracks: recognised by what DVC wrote down, fetched by DVC in a repository of its own.

The user's workspace is only ever read. Fetching starts from the recorded MD5 and not from the ``.dvc`` files
that happen to lie in the project by then, so a later version is never mistaken for the captured one.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import posixpath
import re
import shutil
import subprocess
import sys
import tempfile
from configparser import ConfigParser
from configparser import Error as ConfigParserError
from pathlib import Path

from taketwo.data.copying import copy_file
from taketwo.data.digests import FileDigests
from taketwo.data.directory import list_directory
from taketwo.data.dvc_files import Tracked, directory_members, directory_object, tracked
from taketwo.data.interface import DataSource
from taketwo.data.regular import open_regular
from taketwo.data.url import public_url
from taketwo.errors import DataError, WrongData
from taketwo.model.data import Input, Location

_CHUNK = 1 << 20
_URL = re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)


class DvcSource(DataSource):
    """Recognises tracked files by their MD5, and fetches them from DVC's cache or through its remotes.

    ``remotes`` is a project whose DVC configuration is used besides that of the replayed one: the replayer's
    own clone, where credentials and nearer remotes may be configured. ``timeout`` is in seconds.
    """

    kind = "dvc"

    def __init__(self, digests: FileDigests, *, remotes: Path | None = None, timeout: float = 3600.0) -> None:
        self._digests = digests
        self._remotes = remotes
        self._timeout = timeout

    def recognise(self, path: Path, project: Path) -> Location | None:
        """The recorded MD5, when the bytes on disk have it; ``WrongData`` when they have changed since."""
        entry = tracked(path, project)
        if entry is None:
            return None
        if entry.path == path:
            md5, current = entry.md5, self._is_current(path, entry)
        else:
            md5 = self._digests.md5(path)
            current = md5 == self._member(path, entry, project)
        if not current:
            raise WrongData(
                f"{path} is tracked by DVC and has changed since it was added",
                why="DVC can only deliver the version that it knows.",
                todo=f"Run `dvc add {entry.path.name}` (or `dvc commit`), and capture again.",
            )
        return Location(kind="dvc", reference=path.relative_to(project).as_posix(), md5=md5)

    def fetch(self, item: Input, location: Location, destination: Path, project: Path) -> None:
        """Copy the content from a DVC cache of this machine, else have DVC pull it."""
        if location.md5 is None:
            raise DataError(f"no MD5 was recorded for {item.name!r}, so DVC cannot be asked for it")
        for root in (project, self._remotes):
            cached = _cached(root, location.md5) if root is not None and item.kind == "file" else None
            if cached is not None:
                copy_file(cached, destination)
                return
        self._pull(item, location, destination, project)

    def _is_current(self, path: Path, entry: Tracked) -> bool:
        if entry.md5.endswith(".dir"):
            if not path.is_dir():
                return False
            listed = list_directory(path, self._digests, within=_widest(path)).files
            members = {file.path: self._digests.md5(path / file.path) for file in listed}
            found = hashlib.md5(directory_object(members), usedforsecurity=False).hexdigest()
            return f"{found}.dir" == entry.md5
        if not path.is_file():
            return False
        return self._digests.md5(path) == entry.md5 or (entry.legacy and _dos2unix_md5(path) == entry.md5)

    def _member(self, path: Path, entry: Tracked, project: Path) -> str | None:
        """The MD5 that DVC has for one file of a tracked directory."""
        relative = path.relative_to(entry.path).as_posix()
        cached = _cached(project, entry.md5)
        if cached is not None:
            return directory_members(cached.read_bytes()).get(relative)
        return self._digests.md5(path) if self._is_current(entry.path, entry) else None

    def _pull(self, item: Input, location: Location, destination: Path, project: Path) -> None:
        program = _program()
        with tempfile.TemporaryDirectory(prefix="taketwo-dvc-") as name:
            copy = Path(name)
            _isolated_repository(copy, [root for root in (project, self._remotes) if root is not None])
            complaint = ""
            for kind in ("hash: md5\n  ", ""):  # DVC 3, and where 1 and 2 kept things
                (copy / "data.dvc").write_text(f"outs:\n- {kind}md5: {location.md5}\n  path: data\n")
                complaint = self._run([*program, "pull", "data.dvc"], copy) or complaint
                if (copy / "data").exists():
                    shutil.move(copy / "data", destination)
                    return
        raise DataError(
            f"DVC did not deliver {item.name!r} ({location.reference}): {complaint or 'no reason given'}",
            why="The run needs these bytes, and they are not in the store.",
            todo=f"Configure a DVC remote that has them, or supply your own copy: --data {item.name}=PATH",
        )

    def _run(self, command: list[str], directory: Path) -> str:
        """Run DVC; the answer is its complaint, credentials taken out, or nothing."""
        environment = {**os.environ, "DVC_NO_ANALYTICS": "1", "DVC_SITE_CACHE_DIR": str(directory / ".site")}
        environment.pop("DVC_ROOT", None)
        try:
            done = subprocess.run(
                command,
                cwd=directory,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                timeout=self._timeout,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"it took longer than {self._timeout:g} s"
        except OSError as error:
            raise DataError(f"DVC cannot be started: {error}") from error
        lines = done.stderr.decode("utf-8", "replace").splitlines()
        complaint = next((line for line in lines if line.startswith("ERROR")), "")
        return _URL.sub(lambda match: public_url(match[0]), complaint)


def _program() -> list[str]:
    if importlib.util.find_spec("dvc") is not None:
        return [sys.executable, "-m", "dvc"]
    found = shutil.which("dvc")
    if found is None:
        raise DataError(
            "DVC is not installed",
            why="The data of this run is to be had through DVC only.",
            todo="Install it: pip install 'taketwo[dvc]'",
        )
    return [found]


def _isolated_repository(directory: Path, projects: list[Path]) -> None:
    """A DVC repository without source control, with the remotes of ``projects`` and a cache of its own."""
    config = ConfigParser(interpolation=None)
    for project in projects:
        for name in ("config", "config.local"):
            _merge(config, project / ".dvc" / name)
    for section, settings in {
        "core": {"no_scm": "true", "analytics": "false", "check_update": "false", "autostage": "false"},
        "cache": {"dir": str(directory / ".dvc" / "cache"), "type": "copy"},
    }.items():
        kept = {"remote": config[section]["remote"]} if config.has_option(section, "remote") else {}
        config[section] = {**kept, **settings}
    (directory / ".dvc").mkdir()
    descriptor = os.open(directory / ".dvc" / "config", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        config.write(file)


def _merge(config: ConfigParser, file: Path) -> None:
    """Add one configuration file; remotes that are named relative to it are made absolute."""
    if not file.is_file():
        return
    read = ConfigParser(interpolation=None)
    try:
        read.read_string(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, ConfigParserError) as error:
        raise DataError(f"the DVC configuration {file} cannot be read: {error}") from error
    for section in read.sections():
        if not config.has_section(section):
            config.add_section(section)
        for key, value in read[section].items():
            relative = key == "url" and "://" not in value and not posixpath.isabs(value)
            config[section][key] = os.path.normpath(file.parent / value) if relative else value


def _cached(project: Path, md5: str) -> Path | None:
    """The file with that MD5 in the cache of a project, if its bytes still have it."""
    for root in ("files/md5", ""):
        path = project / ".dvc" / "cache" / root / md5[:2] / md5[2:]
        if path.is_file() and _md5(path) == md5.removesuffix(".dir"):
            return path
    return None


def _md5(path: Path) -> str:
    return FileDigests(None).md5(path)


def _widest(path: Path) -> Path:
    """Links of a tracked directory may lead into DVC's cache, wherever that is."""
    return Path(path.anchor)


def _dos2unix_md5(path: Path) -> str:
    """The MD5 that DVC 1 and 2 give a text file: without the carriage returns of Windows, chunk by chunk."""
    digest = hashlib.md5(usedforsecurity=False)
    with open_regular(path) as (descriptor, _), os.fdopen(os.dup(descriptor), "rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk.replace(b"\r\n", b"\n"))
    return digest.hexdigest()
