"""The audit hook: which files this process opens, what it starts, where it connects.

The hook is called for everything that CPython audits, many thousand times in a program, so it leaves at once
unless the event is one of a few. It never raises anything of its own; what a signal handler of the program
raises while the hook happens to run passes through.
"""

from __future__ import annotations

import os
import sys
from _thread import get_ident
from stat import S_ISREG

from .preimages import keep_original

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .process import ObservedProcess, Scope

_SPECIAL = ("/dev/", "/proc/", "/sys/")
_CACHE = "/__pycache__/"
_DISCARDS = os.O_TRUNC | os.O_EXCL
_ELSEWHERE = os.O_DIRECTORY | getattr(os, "O_PATH", 0)
_TEXT_LIMIT = 4096
_ITEMS_LIMIT = 256
_HERE = os.path.dirname(__file__)
_STANDARD = os.path.dirname(os.__file__)


def audit_hook(observed: ObservedProcess) -> Callable[[str, tuple[Any, ...]], None]:
    """The function for ``sys.addaudithook``.

    It can never be removed, so it must be silent when nothing is recorded.
    """
    watch = _Watch(observed)
    handlers: dict[str, Callable[..., None]] = {
        "open": watch.opened,
        "os.rename": watch.renamed,
        "os.link": watch.linked,
        "os.symlink": watch.symlinked,
        "os.remove": watch.removed,
        "os.truncate": watch.truncated,
        "sqlite3.connect": watch.database,
        "subprocess.Popen": watch.spawned,
        "os.posix_spawn": watch.spawned_directly,
        "os.exec": watch.spawned_directly,
        "os.system": watch.shell,
        "socket.connect": watch.connected,
    }
    wanted = handlers.get
    quiet = observed.quiet

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        handler = wanted(event)
        if handler is None or get_ident() in quiet:
            return
        me = get_ident()
        quiet.add(me)
        try:
            handler(*arguments)
        except Exception as error:
            if _raised_by_the_program(error):
                raise
        finally:
            quiet.discard(me)

    return hook


def _raised_by_the_program(error: Exception) -> bool:
    """Whether a signal handler of the program raised this, and not our code or what it calls."""
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if not name.startswith((_HERE, _STANDARD, "<frozen")):
            return True
        trace = trace.tb_next
    return False


class _Watch:
    def __init__(self, observed: ObservedProcess) -> None:
        self.observed = observed
        self.popen: list[str] | None = None
        libraries = [entry.rstrip("/") + "/" for entry in sys.path if _holds_libraries(entry)]
        self.libraries = (*_instrument(), *libraries)

    def opened(self, path: object, _mode: object, flags: int) -> None:
        path = _text(path)
        if path is None or flags & _ELSEWHERE == os.O_DIRECTORY or path.startswith(_SPECIAL):
            return
        if flags & os.O_ACCMODE == os.O_RDONLY:
            if path.startswith(self.libraries):
                return
            if _CACHE in path and path.endswith(".pyc"):
                path = _source_of(path)
            self._read(_absolute(path))
        elif _CACHE not in path:
            discards = flags & _DISCARDS or not os.path.exists(path)
            self._changed(_absolute(path), "w" if discards and flags & os.O_ACCMODE == os.O_WRONLY else "rw")

    def renamed(self, before: object, after: object, before_in: int = -1, after_in: int = -1) -> None:
        source, target = _absolute(_text(before), before_in), _absolute(_text(after), after_in)
        if _CACHE in target:
            return
        if os.path.isdir(source):
            self._write("rename", {"path": source, "to": target})
        else:
            self._changed(target, "w")

    def linked(self, _source: object, target: object, _source_in: int = -1, target_in: int = -1) -> None:
        self._changed(_absolute(_text(target), target_in), "w")

    def symlinked(self, _source: object, target: object, directory: int = -1) -> None:
        self._changed(_absolute(_text(target), directory), "w")

    def removed(self, name: object, directory: int = -1) -> None:
        path = _absolute(_text(name), directory)
        for scope in self.observed.scopes():
            if hash(("read", path)) in scope.journal.seen:
                self._keep(scope, path, _status(path))

    def truncated(self, name: object, _length: int) -> None:
        path = _text(name)
        if path is not None:
            self._changed(_absolute(path), "rw")

    def database(self, name: object) -> None:
        path = _text(name)
        if path and not path.startswith((":", "file:")):
            self._changed(_absolute(path), "rw")

    def spawned(self, executable: object, arguments: Any, *_: object) -> None:
        words = _words(arguments)
        self.popen = words
        self._write("spawn", {"executable": _text(executable) or (words or [""])[0], "argv": words})

    def spawned_directly(self, executable: object, arguments: Any, *_: object) -> None:
        words = _words(arguments)
        if words != self.popen:  # subprocess goes on to posix_spawn, which would count twice
            self._write("spawn", {"executable": _text(executable) or "", "argv": words})
        self.popen = None

    def shell(self, command: object) -> None:
        self._write(
            "spawn", {"executable": "/bin/sh", "argv": ["sh", "-c", (_text(command) or "")[:_TEXT_LIMIT]]}
        )

    def connected(self, _socket: object, address: object) -> None:
        text = repr(address)[:_TEXT_LIMIT] if isinstance(address, (str, bytes, tuple)) else ""
        for scope in self.observed.scopes():
            if text and scope.journal.first_time(("connect", text, scope.call)):
                scope.write("connect", {"address": text})

    def _read(self, path: str) -> None:
        for scope in self.observed.scopes():
            if not scope.journal.first_time((path, "r", scope.call)):
                continue
            status = _status(path)
            if status is not None and S_ISREG(status.st_mode):
                scope.journal.first_time(("read", path))
                scope.write("open", {"path": path, "mode": "r", "stat": _facts(status)})

    def _changed(self, path: str, mode: str) -> None:
        for scope in self.observed.scopes():
            if path.startswith(scope.journal.recording) or not scope.journal.first_time(
                (path, mode, scope.call)
            ):
                continue
            status = _status(path)
            if status is None or S_ISREG(status.st_mode):
                scope.write("open", {"path": path, "mode": mode, "stat": _facts(status)})
                self._keep(scope, path, status)

    def _keep(self, scope: Scope, path: str, status: os.stat_result | None) -> None:
        if scope.journal.first_time(("original", path)) and status is not None and S_ISREG(status.st_mode):
            found = keep_original(scope.journal, path, status)
            if found is not None:
                scope.write("preimage", found)

    def _write(self, event: str, fields: dict[str, Any]) -> None:
        for scope in self.observed.scopes():
            scope.write(event, dict(fields))


def _instrument() -> tuple[str, str]:
    """Where our files are: this copy, the taketwo that it may be part of, the one in a sandbox."""
    package = os.path.dirname(_HERE)
    whole = os.path.exists(package + "/decorator.py") and os.path.exists(package + "/version.py")
    return (package if whole else _HERE) + "/", "/taketwo/lib/"


def _holds_libraries(entry: str) -> bool:
    """Whether this entry of ``sys.path`` holds the environment, which is captured file by file."""
    last = entry.rstrip("/").rpartition("/")[2]
    return last in {"site-packages", "dist-packages", "lib-dynload"} or (bool(entry) and entry == _STANDARD)


def _source_of(cached: str) -> str:
    """The source of a ``.pyc`` file: what is imported from the cache counts as read from there."""
    directory, _, name = cached.rpartition(_CACHE)
    source = directory + "/" + name.partition(".")[0] + ".py"
    return source if os.path.exists(source) else cached


def _text(path: object) -> str | None:
    if type(path) is str:
        return path
    if isinstance(path, bytes):
        return os.fsdecode(path)
    if isinstance(path, str):
        return str.__str__(path)
    if isinstance(path, int) or path is None:
        return None
    return os.fsdecode(os.fspath(path))  # type: ignore[call-overload]


def _words(arguments: Any) -> list[str]:
    if isinstance(arguments, (str, bytes)) or hasattr(type(arguments), "__fspath__"):
        arguments = [arguments]
    return [(_text(word) or "")[:_TEXT_LIMIT] for word in list(arguments)[:_ITEMS_LIMIT]]


def _absolute(path: str | None, directory: int = -1) -> str:
    if path is None:
        raise TypeError("a descriptor is no path")
    if path[:1] != "/":
        base = os.getcwd() if directory == -1 else os.readlink("/proc/self/fd/%d" % directory)
        path = base + "/" + path
    if "/../" in path or "/./" in path or "//" in path:
        # `..` after a symbolic link leads elsewhere than the text says
        folder, _, name = path.rpartition("/")
        path = os.path.join(os.path.realpath(folder), name)
    return path


def _status(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None


def _facts(status: os.stat_result | None) -> list[int] | None:
    return None if status is None else [status.st_size, status.st_mtime_ns, status.st_ino, status.st_ctime_ns]
