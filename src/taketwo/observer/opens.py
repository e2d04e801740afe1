"""The audit hook: which files this process opens, what it starts, where it connects.

The hook is called for everything that CPython audits, many thousand times in a program, so it leaves at once unless the
event is one of a few. It never raises anything of its own; what a signal handler of the program raises while the hook
happens to run passes through.
"""

import os
import sys
from _thread import get_ident
from stat import S_ISDIR, S_ISREG

from .preimages import keep_original

_SPECIAL = ("/dev/", "/proc/", "/sys/")
_CACHE = "/__pycache__/"
_DISCARDS = os.O_TRUNC | os.O_EXCL
_ELSEWHERE = os.O_DIRECTORY | getattr(os, "O_PATH", 0)
_TEXT_LIMIT = 4096
_ITEMS_LIMIT = 256
_HERE = os.path.dirname(__file__)
_STANDARD = os.path.dirname(os.__file__)


def audit_hook(observed):
    """The function for ``sys.addaudithook``; it can never be removed, so it must be silent when nothing is recorded."""
    watch = _Watch(observed)
    handlers = {
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

    def hook(event, arguments):
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


def _raised_by_the_program(error):
    """Whether a signal handler of the program raised this, and not our own code or the standard library under it."""
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if not name.startswith((_HERE, _STANDARD, "<frozen")):
            return True
        trace = trace.tb_next
    return False


class _Watch:
    def __init__(self, observed):
        self.observed = observed
        self.popen = None
        libraries = [entry.rstrip("/") + "/" for entry in sys.path if _holds_libraries(entry)]
        self.libraries = (*_instrument(), *libraries)

    def opened(self, path, mode, flags):
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

    def renamed(self, source, target, source_directory=-1, target_directory=-1):
        source, target = (
            _absolute(_text(source), source_directory),
            _absolute(_text(target), target_directory),
        )
        if _CACHE in target:
            return
        if os.path.isdir(source):
            for scope in self.observed.scopes():
                scope.write("rename", {"path": source, "to": target})
        else:
            self._changed(target, "w")

    def linked(self, source, target, source_directory=-1, target_directory=-1):
        self._changed(_absolute(_text(target), target_directory), "w")

    def symlinked(self, source, target, directory=-1):
        self._changed(_absolute(_text(target), directory), "w")

    def removed(self, path, directory=-1):
        path = _absolute(_text(path), directory)
        for scope in self.observed.scopes():
            if hash(("read", path)) in scope.journal.seen:
                self._keep(scope, path, _status(path))

    def truncated(self, path, length):
        path = _text(path)
        if path is not None:
            self._changed(_absolute(path), "rw")

    def database(self, path):
        path = _text(path)
        if path and not path.startswith((":", "file:")):
            self._changed(_absolute(path), "rw")

    def spawned(self, executable, arguments, directory=None, environment=None):
        words = _words(arguments)
        self.popen = words
        self._write("spawn", {"executable": _text(executable) or (words or [""])[0], "argv": words})

    def spawned_directly(self, executable, arguments, environment=None):
        words = _words(arguments)
        if words != self.popen:  # subprocess goes on to posix_spawn, which would count twice
            self._write("spawn", {"executable": _text(executable) or "", "argv": words})
        self.popen = None

    def shell(self, command):
        self._write(
            "spawn", {"executable": "/bin/sh", "argv": ["sh", "-c", (_text(command) or "")[:_TEXT_LIMIT]]}
        )

    def connected(self, connection, address):
        text = repr(address)[:_TEXT_LIMIT] if isinstance(address, (str, bytes, tuple)) else ""
        for scope in self.observed.scopes():
            if text and scope.journal.first_time(("connect", text, scope.call)):
                scope.write("connect", {"address": text})

    def _read(self, path):
        for scope in self.observed.scopes():
            if not scope.journal.first_time((path, "r", scope.call)):
                continue
            status = _status(path)
            if status is not None and S_ISREG(status.st_mode):
                scope.journal.first_time(("read", path))
                scope.write("open", {"path": path, "mode": "r", "stat": _facts(status)})

    def _changed(self, path, mode):
        for scope in self.observed.scopes():
            if path.startswith(scope.journal.recording) or not scope.journal.first_time(
                (path, mode, scope.call)
            ):
                continue
            status = _status(path)
            if status is None or S_ISREG(status.st_mode):
                scope.write("open", {"path": path, "mode": mode, "stat": _facts(status)})
                self._keep(scope, path, status)

    def _keep(self, scope, path, status):
        if scope.journal.first_time(("original", path)) and status is not None and S_ISREG(status.st_mode):
            found = keep_original(scope.journal, path, status)
            if found is not None:
                scope.write("preimage", found)

    def _write(self, event, fields):
        for scope in self.observed.scopes():
            scope.write(event, dict(fields))


def _instrument():
    """Where our own files are: this copy, the taketwo that it may be part of, and the one that a sandbox provides."""
    package = os.path.dirname(_HERE)
    whole = os.path.exists(package + "/decorator.py") and os.path.exists(package + "/version.py")
    return (package if whole else _HERE) + "/", "/taketwo/lib/"


def _holds_libraries(entry):
    """Whether files under this entry of ``sys.path`` are those of the environment, which is captured file by file."""
    last = entry.rstrip("/").rpartition("/")[2]
    return last in {"site-packages", "dist-packages", "lib-dynload"} or (bool(entry) and entry == _STANDARD)


def _source_of(cached):
    """The source of a ``.pyc`` file: what is imported from the cache was, for our purpose, read from there."""
    directory, _, name = cached.rpartition(_CACHE)
    source = directory + "/" + name.partition(".")[0] + ".py"
    return source if os.path.exists(source) else cached


def _text(path):
    if type(path) is str:
        return path
    if isinstance(path, bytes):
        return os.fsdecode(path)
    if isinstance(path, str):
        return str.__str__(path)
    if isinstance(path, int) or path is None:
        return None
    return os.fsdecode(os.fspath(path))


def _words(arguments):
    if isinstance(arguments, (str, bytes)) or hasattr(type(arguments), "__fspath__"):
        arguments = [arguments]
    return [(_text(word) or "")[:_TEXT_LIMIT] for word in list(arguments)[:_ITEMS_LIMIT]]


def _absolute(path, directory=-1):
    if path[:1] != "/":
        base = os.getcwd() if directory == -1 else os.readlink("/proc/self/fd/%d" % directory)
        path = base + "/" + path
    if "/../" in path or "/./" in path or "//" in path:
        # `..` after a symbolic link leads elsewhere than the text says
        folder, _, name = path.rpartition("/")
        path = os.path.join(os.path.realpath(folder), name)
    return path


def _status(path):
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None


def _facts(status):
    return None if status is None else [status.st_size, status.st_mtime_ns, status.st_ino, status.st_ctime_ns]
