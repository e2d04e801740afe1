"""The observed process: its recordings, its active calls, and to which of them an event belongs.

There is one such object in a process, found through ``sys.modules``, so that the copy of the observer that started with
the interpreter and the copy inside an installed taketwo share it.
"""

import os
import sys
from _thread import get_ident

from .journal import Journal

RECORDING = "TAKETWO_RECORDING"
_SLOT = "_taketwo_process"


def current():
    """The observed process that this is, or ``None``; observes from now on when the environment asks for it."""
    slot = sys.modules.get(_SLOT)
    if slot is not None:
        return slot.observed
    return start_from_environment()


def start_from_environment():
    """Observe this process into the recording that the environment names; ``None`` when it names none."""
    recording = os.environ.get(RECORDING)
    if not recording:
        return None
    observed = obtain()
    if observed.journal is None:
        observed.record_into(recording)
    return observed


def obtain():
    """The one observed process, made and hooked up when there is none yet."""
    slot = sys.modules.get(_SLOT)
    if slot is None:
        slot = type(sys)(_SLOT)
        slot.observed = ObservedProcess()
        sys.modules[_SLOT] = slot
        slot.observed.hook_up()
    return slot.observed


class Scope:
    """What an event belongs to: a recording, and perhaps a call. ``series`` are the metrics that it has named."""

    __slots__ = ("call", "journal", "open", "parent", "series")

    def __init__(self, journal, call=None, parent=None):
        self.journal = journal
        self.call = call
        self.parent = parent
        self.series = {}
        self.open = True

    def write(self, event, fields):
        """Append an event that belongs to this scope."""
        if self.call is not None:
            fields["call"] = self.call
        self.journal.write(event, fields)


class ObservedProcess:
    """Everything that the observer knows in one process."""

    def __init__(self):
        from contextvars import ContextVar

        self.scope = ContextVar("taketwo", default=None)
        self.journal = None
        self.whole = None
        self.active = {}
        self.indices = {}
        self.calls_made = 0
        self.quiet = set()
        self.warned = set()

    def hook_up(self):
        """Listen to what happens: audit events, forks, the end of the interpreter."""
        import atexit

        from .opens import audit_hook

        os.register_at_fork(before=self._before_fork, after_in_child=self._after_fork)
        atexit.register(self.at_exit)
        sys.addaudithook(audit_hook(self))

    def record_into(self, recording):
        """Record this whole process, and what its children inherit of it, into one recording."""
        with self.silence():
            self.journal = Journal(recording)
            self.whole = Scope(self.journal)
            self.introduce(self.journal)

    def introduce(self, journal):
        """Say who this process is."""
        from .interpreter import process_facts

        journal.write("process", process_facts())

    def inside(self):
        """The scope that the current context is in for certain, or ``None``: the call that a new call is part of."""
        scope = self.scope.get()
        while scope is not None and not scope.open:
            scope = scope.parent
        return self.whole if scope is None else scope

    def here(self):
        """The scope that an observation belongs to.

        Threads do not inherit a context (before Python 3.14): what happens in one belongs to the only active call when
        there is just one, and to the process when there are none or several.
        """
        scope = self.inside()
        if (scope is None or scope is self.whole) and len(self.active) == 1:
            for only in list(self.active.values()):
                return only
        return scope

    def scopes(self):
        """Where an observation goes: usually one scope; each recording when it could belong to any of several."""
        scope = self.here()
        if scope is not None:
            return (scope,)
        return tuple(Scope(journal) for journal in {call.journal for call in list(self.active.values())})

    def silence(self):
        """While this is entered, what this thread does is ours and not the experiment's."""
        return _Silence(self.quiet)

    def warn_once(self, text):
        """Tell the user once, on stderr, that something was not recorded."""
        if text not in self.warned:
            self.warned.add(text)
            try:
                sys.stderr.write("taketwo: " + text + "\n")
            except Exception:  # stderr may be closed, or be anything at all
                pass

    def at_exit(self):
        """Write down what can only be known at the end."""
        if self.journal is not None:
            self.conclude(self.journal)

    def conclude(self, journal):
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

    def journals(self):
        """Every recording that this process writes into at the moment."""
        found = {scope.journal for scope in list(self.active.values())}
        if self.journal is not None:
            found.add(self.journal)
        return found

    def _before_fork(self):
        # Multiprocessing children skip atexit; their own finalizers are the only moment before os._exit.
        util = sys.modules.get("multiprocessing.util")
        if util is not None and "fork" not in self.warned:
            self.warned.add("fork")
            try:
                util.register_after_fork(self, _finalize_with_multiprocessing)
            except Exception:  # a half-imported module
                self.warned.discard("fork")

    def _after_fork(self):
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


def _finalize_with_multiprocessing(observed):
    sys.modules["multiprocessing.util"].Finalize(None, observed.at_exit, exitpriority=-1000)


class _Silence:
    __slots__ = ("ident", "quiet", "was_quiet")

    def __init__(self, quiet):
        self.quiet = quiet

    def __enter__(self):
        self.ident = get_ident()
        self.was_quiet = self.ident in self.quiet
        self.quiet.add(self.ident)

    def __exit__(self, *_):
        if not self.was_quiet:
            self.quiet.discard(self.ident)
