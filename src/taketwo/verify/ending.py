"""How two runs ended; a run that failed reproduces when it fails in the same way."""

from __future__ import annotations

from collections.abc import Sequence

from taketwo.model.manifest import Manifest
from taketwo.model.rules import Rule, Rung
from taketwo.model.verdict import Check
from taketwo.verify.rules import choose
from taketwo.verify.volatile import mask_console

_OWN_SIGNALS = {"SIGABRT", "SIGBUS", "SIGFPE", "SIGILL", "SIGSEGV", "SIGSYS", "SIGTRAP"}


def check_ending(original: Manifest, replay: Manifest, rules: Sequence[Rule]) -> Check:
    """The check of status, exit code, signal and error message."""
    rule = choose([r for r in rules if r.target == "exit"], "exit")
    before, after = _ending(original), _ending(replay)
    alone = original.invocation.call is not None and replay.invocation.call is not None
    same = _comparable(original, call=alone) == _comparable(replay, call=alone)
    return Check(
        subject="exit",
        kind="exit",
        rung=Rung.EQUAL if same else Rung.DIFFERENT,
        rule=rule,
        held=None if rule.allow == "ignore" else same,
        before=before,
        after=after,
        detail="failed in the same way" if same and original.ending.status != "completed" else "",
    )


def stopped_from_outside(run: Manifest) -> bool:
    """Whether something else ended the run: Ctrl-C, kill, lack of memory. Its results are not complete."""
    ending = run.ending
    if ending.status == "interrupted":
        return True
    return ending.status == "killed" and ending.signal not in _OWN_SIGNALS


def _error(run: Manifest) -> str | None:
    call = run.invocation.call
    return (call.error if call else None) or run.ending.error


def _comparable(run: Manifest, *, call: bool) -> tuple[object, ...]:
    """What must be the same. Of two calls, the exit codes of the processes around them say nothing."""
    error = _error(run)
    masked = tuple(mask_console(error)) if error else None
    if call:
        return run.ending.status, masked
    return run.ending.status, run.ending.exit_code, run.ending.signal, masked


def _ending(run: Manifest) -> str:
    ending = run.ending
    words: list[str] = [ending.status]
    if ending.signal:
        words.append(f"by {ending.signal}")
    if ending.exit_code is not None:
        words.append(f"with exit code {ending.exit_code}")
    error = _error(run)
    return " ".join(words) + (f": {error.splitlines()[-1]}" if error and error.strip() else "")
