"""The observed process: its recordings, its active calls, and to which of them an event belongs.

There is one such object in a process, found through ``sys.modules``, so that the copy of the observer that
started with the interpreter and the copy inside an installed taketwo share it.
"""

from __future__ import annotations

import os
import sys
from _thread import get_ident

from .journal import Journal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

RECORDING = "TAKETWO_RECORDING"
_SLOT = "_taketwo_process"


def current() -> ObservedProcess | None:
    """The observed process that this is, or ``None``.

    Observes from now on when the environment asks for it.
    """
    slot = sys.modules.get(_SLOT)
    if slot is not None:
        observed: ObservedProcess = slot.observed
        return observed
    return start_from_environment()


def start_from_environment() -> ObservedProcess | None:
    """Observe this process into the recording that the environment names; ``None`` when it names none."""
    recording = os.environ.get(RECORDING)
    if not recording:
        return None
    observed = obtain()
    if observed.journal is None:
        observed.record_into(recording)
    return observed


def obtain() -> ObservedProcess:
    """The one observed process, made and hooked up when there is none yet."""
    slot = sys.modules.get(_SLOT)
    if slot is not None:
        there: ObservedProcess = slot.observed
        return there
    observed = ObservedProcess()
    slot = type(sys)(_SLOT)
    slot.__dict__["observed"] = observed
    sys.modules[_SLOT] = slot
    observed.hook_up()
    return observed


class Scope:
    """What an event belongs to: a recording, and perhaps a call.

    ``series`` are the metrics that it has named.
    """

    __slots__ = ("call", "journal", "open", "parent", "series")

    def __init__(self, journal: Journal, call: str | None = None, parent: Scope | None = None) -> None:
        self.journal = journal
        self.call = call
        self.parent = parent
        self.series: dict[str, int] = {}
        self.open = True

    def write(self, event: str, fields: dict[str, Any]) -> None:
        """Append an event that belongs to this scope."""
        if self.call is not None:
            fields["call"] = self.call
        self.journal.write(event, fields)


class ObservedProcess:
    """Everything that the observer knows in one process."""

    def __init__(self) -> None:
        from contextvars import ContextVar

        self.scope: ContextVar[Scope | None] = ContextVar("taketwo", default=None)
        self.journal: Journal | None = None
        self.whole: Scope | None = None
        self.active: dict[str, Scope] = {}
        self.indices: dict[tuple[str, str], int] = {}
        self.calls_made = 0
        self.quiet: set[int] = set()
        self.follows_multiprocessing = False

    def hook_up(self) -> None:
        """Listen to what happens: audit events, forks, the end of the interpreter."""
        import atexit

        from .opens import audit_hook

        os.register_at_fork(before=self._before_fork, after_in_child=self._after_fork)
        atexit.register(self.at_exit)
        sys.addaudithook(audit_hook(self))

    def record_into(self, recording: str) -> None:
        """Record this whole process, and what its children inherit of it, into one recording."""
        with self.silence():
            self.journal = Journal(recording)
            self.whole = Scope(self.journal)
            self.introduce(self.journal)

    def introduce(self, journal: Journal) -> None:
        """Say who this process is."""
        from .interpreter import process_facts

        journal.write("process", process_facts())

    def inside(self) -> Scope | None:
        """The scope that this context is in for certain: the call that a new call is part of."""
        scope = self.scope.get()
        while scope is not None and not scope.open:
            scope = scope.parent
        return self.whole if scope is None else scope

    def here(self) -> Scope | None:
        """The scope that an observation belongs to.

        Threads do not inherit a context (before Python 3.14): what happens in one belongs to the only active
        call when there is just one, and to the process when there are none or several.
        """
        scope = self.inside()
        if (scope is None or scope is self.whole) and len(self.active) == 1:
            for only in list(self.active.values()):
                return only
        return scope

    def scopes(self) -> tuple[Scope, ...]:
        """Where an observation goes: usually one scope.

        Each recording when it could belong to any of several.
        """
        scope = self.here()
        if scope is not None:
            return (scope,)
        return tuple(Scope(journal) for journal in {call.journal for call in list(self.active.values())})

    def silence(self) -> _Silence:
        """While this is entered, what this thread does is ours and not the experiment's."""
        return _Silence(self.quiet)

    def at_exit(self) -> None:
        """Write down what can only be known at the end."""
        for journal in self.journals():
            self.conclude(journal)

    def conclude(self, journal: Journal) -> None:
        """Write the ``exit`` event into one recording."""
        if journal.concluded:
            return
        journal.concluded = True
        with self.silence():
            try:
                from .numeric import exit_facts

                journal.write("exit", exit_facts())
            except Exception:  # nothing may disturb the end of the program
                pass

    def journals(self) -> set[Journal]:
        """Every recording that this process writes into at the moment."""
        found = {scope.journal for scope in list(self.active.values())}
        if self.journal is not None:
            found.add(self.journal)
        return found

    def _before_fork(self) -> None:
        # Multiprocessing children skip atexit; their own finalizers are the only moment before os._exit.
        util = sys.modules.get("multiprocessing.util")
        if util is not None and not self.follows_multiprocessing:
            self.follows_multiprocessing = True
            try:
                util.register_after_fork(self, _finalize_with_multiprocessing)
            except Exception:  # a half-imported module
                self.follows_multiprocessing = False

    def _after_fork(self) -> None:
        self.quiet.clear()
        me = get_ident()
        self.quiet.add(me)
        try:
            for journal in self.journals():
                if journal.alive and os.path.isdir(journal.recording):
                    journal.reopen()
                    self.introduce(journal)
                else:
                    journal.alive = False
            for scope in list(self.active.values()):
                scope.series = {}
            if self.whole is not None:
                self.whole.series = {}
        except Exception:  # the child must live
            pass
        finally:
            self.quiet.discard(me)


def _finalize_with_multiprocessing(observed: ObservedProcess) -> None:
    sys.modules["multiprocessing.util"].Finalize(None, observed.at_exit, exitpriority=-1000)


class _Silence:
    __slots__ = ("ident", "quiet", "was_quiet")

    def __init__(self, quiet: set[int]) -> None:
        self.quiet = quiet

    def __enter__(self) -> None:
        self.ident = get_ident()
        self.was_quiet = self.ident in self.quiet
        self.quiet.add(self.ident)

    def __exit__(self, *_: object) -> None:
        if not self.was_quiet:
            self.quiet.discard(self.ident)
