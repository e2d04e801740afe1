"""Every error that taketwo raises on purpose, each with its exit code.

::

    TaketwoError                 70
    ├── UsageError               2    the call itself is wrong
    ├── ConfigurationError       2    a setting cannot be read or is not valid
    ├── UnknownRun               4    no run has this id
    ├── AmbiguousRun             4    several runs have this prefix
    ├── CaptureError            10    a run cannot be captured
    │   ├── CommandNotFound    127    there is no such program
    │   ├── NotExecutable      126    there is a file, and it cannot be run
    │   └── SourceError         11    the working tree cannot be captured or rebuilt
    ├── StoreError              20    the store cannot be read or written
    │   ├── Tampered            21    bytes are not the bytes that were sealed
    │   └── MissingBlob         22    content that a run needs is not in the store
    ├── DataError               30    an input cannot be obtained
    │   └── WrongData           31    an input is there, and is not the captured one
    ├── RebuildError            40    the environment cannot be rebuilt
    │   ├── LockIncomplete      41    hashes are missing from the lock
    │   ├── PackageUnavailable  42    a package can no longer be had, or not with this hash
    │   └── NoInterpreter       43    no suitable Python is to be had
    ├── EngineError             50    a container engine failed
    │   └── EngineUnavailable   51    the engine is not there
    ├── FormatError             60    bytes do not follow their format
    └── Interrupted            130    Ctrl-C

A difference between two runs is never an error: it is a value, and the exit codes 0 (reproduced),
1 (not reproduced) and 3 (inconclusive) tell it.
"""

from __future__ import annotations


class TaketwoError(Exception):
    """Something went wrong, told as three sentences: what happened, why it matters, what to do next."""

    exit_code = 70

    def __init__(self, what: str, *, why: str = "", todo: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.todo = todo

    def __str__(self) -> str:
        """All three sentences, for logs and for people who only see ``str(error)``."""
        return "\n".join(line for line in (self.what, self.why, self.todo) if line)


class UsageError(TaketwoError):
    """The call itself is wrong: an option, an argument, a combination of them."""

    exit_code = 2


class ConfigurationError(TaketwoError):
    """A setting cannot be read or is not valid."""

    exit_code = 2


class UnknownRun(TaketwoError):
    """No run has this id."""

    exit_code = 4


class AmbiguousRun(TaketwoError):
    """Several runs have this prefix."""

    exit_code = 4


class CaptureError(TaketwoError):
    """A run cannot be captured."""

    exit_code = 10


class CommandNotFound(CaptureError):
    """There is no such program; shells use the same exit code."""

    exit_code = 127


class NotExecutable(CaptureError):
    """There is a file of that name, and it cannot be run; shells use the same exit code."""

    exit_code = 126


class SourceError(CaptureError):
    """The working tree cannot be captured, or a captured one cannot be rebuilt."""

    exit_code = 11


class StoreError(TaketwoError):
    """The store cannot be read or written."""

    exit_code = 20


class Tampered(StoreError):
    """Bytes are not the bytes that were sealed."""

    exit_code = 21


class MissingBlob(StoreError):
    """Content that a run needs is not in the store."""

    exit_code = 22


class DataError(TaketwoError):
    """An input cannot be obtained."""

    exit_code = 30


class WrongData(DataError):
    """An input is there, and is not the captured one."""

    exit_code = 31


class RebuildError(TaketwoError):
    """The environment of a run cannot be inspected, locked or rebuilt."""

    exit_code = 40


class LockIncomplete(RebuildError):
    """Hashes are missing from the lock, so nothing can be installed in good faith."""

    exit_code = 41


class PackageUnavailable(RebuildError):
    """A package can no longer be had, or only with another hash."""

    exit_code = 42


class NoInterpreter(RebuildError):
    """No Python of the captured minor version is to be had."""

    exit_code = 43


class EngineError(TaketwoError):
    """A container engine failed."""

    exit_code = 50


class EngineUnavailable(EngineError):
    """The engine that was asked for is not there, or cannot seal a run."""

    exit_code = 51


class FormatError(TaketwoError):
    """Bytes do not follow their format; ``path`` leads to the bad field."""

    exit_code = 60

    def __init__(self, what: str, *, path: str = "", why: str = "", todo: str = "") -> None:
        super().__init__(f"{path}: {what}" if path else what, why=why, todo=todo)
        self.path = path


class Interrupted(TaketwoError):
    """The user pressed Ctrl-C; everything temporary has been removed."""

    exit_code = 130
