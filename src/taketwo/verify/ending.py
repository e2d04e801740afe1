"""How two runs ended; a run that failed reproduces when it fails in the same way."""

from __future__ import annotations

from collections.abc import Sequence

from taketwo.model.manifest import Manifest
from taketwo.model.rules import Rule, Rung
from taketwo.model.verdict import Check
from taketwo.verify.content import Read, read_within
from taketwo.verify.rules import choose
from taketwo.verify.volatile import mask_console

_OWN_SIGNALS = {"SIGABRT", "SIGBUS", "SIGFPE", "SIGILL", "SIGSEGV", "SIGSYS", "SIGTRAP"}
_STDERR_LIMIT = 8 * 1024 * 1024
_LONGEST_LINE = 300


def check_ending(original: Manifest, replay: Manifest, rules: Sequence[Rule], read: Read) -> Check:
    """The check of status, exit code, signal and error message; what a failed replay said last is its detail."""
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
        detail=_detail(original, replay, read, same=same),
    )


def _detail(original: Manifest, replay: Manifest, read: Read, *, same: bool) -> str:
    if same:
        return "failed in the same way" if original.ending.status != "completed" else ""
    if replay.ending.status != "failed" or _error(replay):
        return ""
    last = _last_line(replay, read)
    return f"the last line of its stderr: {last}" if last else ""


def _last_line(run: Manifest, read: Read) -> str:
    content = read_within(run.streams.stderr, read, limit=_STDERR_LIMIT) or b""
    line = content.rstrip().rpartition(b"\n")[2].decode("utf-8", "replace").strip()
    return line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]}…"


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
