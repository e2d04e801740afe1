"""From checks to an answer: the outcome, the sentences that justify it, the facts that qualify it."""

from __future__ import annotations

from collections.abc import Sequence

from taketwo.model.base import Number
from taketwo.model.manifest import Manifest, Sealing
from taketwo.model.rules import Rung
from taketwo.model.verdict import Check, Difference, Outcome
from taketwo.verify import ladder
from taketwo.verify.console import ONLY_DURATIONS, UNCOMPARED
from taketwo.verify.ending import stopped_from_outside

_NAMED = 8
_ABOUT_VARIABLES = (
    "Of the environment variables only those that are known to decide numbers were recorded; a program that "
    "reads others got none of them. Name them in the setting `variables` and capture again."
)
_KINDS = {"metric": "metric", "output": "output", "result": "result", "console": "console stream"}


def decide(original: Manifest, replay: Manifest, checks: Sequence[Check]) -> Outcome:
    """The outcome: any failed check decides, unless a run was stopped from outside or nothing was judged."""
    if stopped_from_outside(original) or stopped_from_outside(replay):
        return Outcome.INCONCLUSIVE
    if any(check.held is False for check in checks):
        return Outcome.NOT_REPRODUCED
    if any(check.held for check in checks if check.kind != "exit") or _failed_alike(original, checks):
        return Outcome.REPRODUCED
    return Outcome.INCONCLUSIVE


def _failed_alike(original: Manifest, checks: Sequence[Check]) -> bool:
    """A failure is a result in itself; an exit code of 0 is not."""
    return original.ending.status != "completed" and any(c.held for c in checks if c.kind == "exit")


def reasons(
    original: Manifest,
    replay: Manifest,
    outcome: Outcome,
    checks: Sequence[Check],
    found: Sequence[Difference],
) -> tuple[str, ...]:
    """Sentences, the decisive one first."""
    if outcome is Outcome.INCONCLUSIVE:
        return _inconclusive(original, replay, checks)
    if outcome is Outcome.REPRODUCED:
        return _reproduced(original, checks)
    failed = sorted((c for c in checks if c.held is False), key=lambda c: c.kind != "exit")
    sentences = [_failure(check) for check in failed[:_NAMED]]
    if len(failed) > _NAMED:
        sentences.append(f"{len(failed) - _NAMED} more results do not agree.")
    return (*sentences, *_misplaced(original, failed), *_suspects(found))


def _inconclusive(original: Manifest, replay: Manifest, checks: Sequence[Check]) -> tuple[str, ...]:
    for who, run in (("original run", original), ("replay", replay)):
        if stopped_from_outside(run):
            how = f" by {run.ending.signal}" if run.ending.signal else ""
            return (
                f"The {who} was stopped from outside{how} before its end, so its results are not complete.",
            )
    open_checks = [c for c in checks if c.held is None and c.kind == "result" and c.rule.allow != "ignore"]
    if open_checks:
        return (f"The function returned a value that cannot be judged: {open_checks[0].detail}.",)
    passed_over = [c for c in checks if c.kind == "console" and ONLY_DURATIONS in c.detail]
    if passed_over:
        return (
            f"What the run printed ({passed_over[0].subject}) cannot be judged: {passed_over[0].detail}.",
        )
    if any(c.rule.allow == "ignore" for c in checks):
        return ("The rules ignore every result that the run has, so there is nothing to judge.",)
    return ("The run has no metric, no output, no result and printed nothing, so there is nothing to judge.",)


def _reproduced(original: Manifest, checks: Sequence[Check]) -> tuple[str, ...]:
    judged = [c for c in checks if c.held and c.kind != "exit"]
    if not judged:
        ending = next(c for c in checks if c.kind == "exit")
        return (f"The run failed in the same way as the original: {ending.before}.",)
    loosest = Rung.IDENTICAL
    for check in judged:
        loosest = ladder.looser(loosest, check.rung)
    subject = _counted(judged)
    agree = "agrees" if len(judged) == 1 else "agree" if len(judged) == 2 else "all agree"
    how = {
        Rung.IDENTICAL: "bit for bit",
        Rung.EQUAL: "value for value",
        Rung.ULP: "within the floating point steps that the rules allow",
        Rung.TOLERANCE: "within the tolerances that the rules allow",
        Rung.PRINTED: "at the digits printed",
    }.get(loosest, "as the rules ask")
    sentences = [f"{subject} {agree} {how}."]
    if original.ending.status != "completed":
        sentences.append("The original run failed, and the replay failed in the same way.")
    if all(c.kind == "console" for c in judged):
        sentences.append("The run has no metric, output or result, so what it printed decided.")
    return tuple(sentences)


def _counted(judged: Sequence[Check]) -> str:
    """For example ``4 metrics, 2 outputs and the result``."""
    parts = []
    for kind, word in _KINDS.items():
        count = sum(check.kind == kind for check in judged)
        if count:
            plural = "s" if count > 1 else ""
            parts.append("the result" if kind == "result" else f"{count:,} {word}{plural}")
    text = " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
    return text[0].upper() + text[1:]


_SUBJECTS = {
    "output": "The output {}",
    "result": "The value that the function returned",
    "console": "What the run printed ({})",
}


def _failure(check: Check) -> str:
    why = f"{f': {check.detail}' if check.detail else ''} (the rule: {check.rule})"
    if check.kind == "exit":
        said = f"; {check.detail}" if check.detail else ""
        return f"The replay {check.after}, where the original {check.before}{said}."
    if check.kind == "metric":
        return _metric_failure(check, why)
    what = _SUBJECTS[check.kind].format(check.subject)
    return f"{what} is missing in the replay." if check.after is None else f"{what} does not agree{why}."


def _metric_failure(check: Check, why: str) -> str:
    if check.after is None:
        return f"The metric {check.subject} is missing in the replay; it was {_shown(check.before)}."
    if check.before is None:
        return f"The metric {check.subject} is {_shown(check.after)} in the replay; the original has none."
    if check.before == check.after:
        return f"The metric {check.subject} does not agree in all steps{why}."
    return f"The metric {check.subject} is {_shown(check.after)} instead of {_shown(check.before)}{why}."


def _shown(value: Number | str | None) -> str:
    return repr(value) if isinstance(value, (int, float)) else str(value)


def _misplaced(original: Manifest, failed: Sequence[Check]) -> tuple[str, ...]:
    """Inputs that a program with a path of its author's machine in it does not find in a replay."""
    if original.ending.status != "completed" or not any(check.kind == "exit" for check in failed):
        return ()
    paths = [item.path for item in original.inputs if item.path.startswith("$HOME/")]
    if not paths:
        return ()
    more = f" and {len(paths) - _NAMED:,} more" if len(paths) > _NAMED else ""
    sentence = (
        f"The original read {', '.join(paths[:_NAMED])}{more}. In a replay $HOME is another directory, so a "
        "program that has the full path written in it looks in vain where its author had the file."
    )
    return (sentence,)


def _suspects(found: Sequence[Difference]) -> tuple[str, ...]:
    """What is not the same and is the likeliest cause, named: code, data, parameters, packages."""
    sentences = []
    if any(d.area == "source" for d in found):
        sentences.append("The source code is not the captured one.")
    for difference in [d for d in found if d.area == "input"][:_NAMED]:
        if difference.before is None:
            sentences.append(f"The replay read {difference.subject}, which the original did not.")
        elif difference.after is None:
            sentences.append(f"The replay did not read {difference.subject}.")
        else:
            sentences.append(
                f"The input {difference.subject} has other content "
                f"({difference.before}, now {difference.after})."
            )
    for area, word in (("parameter", "parameters"), ("environment", "packages or their files")):
        names = [d.subject for d in found if d.area == area]
        if names:
            more = ", …" if len(names) > _NAMED else ""
            sentences.append(f"Other {word}: {', '.join(names[:_NAMED])}{more}.")
    return tuple(sentences)


def caveats(
    original: Manifest,
    replay: Manifest,
    outcome: Outcome,
    checks: Sequence[Check],
    found: Sequence[Difference],
    rules_by: str,
) -> tuple[str, ...]:
    """What a reader must know to weigh the outcome, whatever it is."""
    sentences: list[str] = []
    if replay.replay is not None:
        sentences += _sealing_caveats(replay.replay.sealing)
        sentences += _rebuilt_caveats(original, replay)
    sentences += [
        f"The input {item.name} changed while the original run was reading it."
        for item in original.inputs
        if item.changed_during_run
    ]
    if replay.replay is not None and replay.replay.whole_command:
        sentences += [
            f"{notice.text[:1].upper()}{notice.text[1:]}."
            for notice in original.notices
            if notice.topic == "secrets"
        ]
    sentences += [
        f"What the run printed ({check.subject}): {check.detail}."
        for check in checks
        if check.kind == "console" and check.held and UNCOMPARED in check.detail
    ]
    if rules_by != "author":
        sentences.append(f"The rules were fixed by {rules_by} and not by the author of the run.")
    if outcome is Outcome.REPRODUCED:
        sentences += [
            f"The {word} not the same on both sides; the results agree all the same."
            for areas, word in ((("source",), "source code is"), (("input",), "inputs are"))
            if any(d.area in areas for d in found)
        ]
    machine = [d.subject for d in found if d.area in {"host", "interpreter"}]
    if outcome is Outcome.NOT_REPRODUCED and machine:
        more = ", …" if len(machine) > _NAMED else ""
        sentences.append(f"The machines differ: {', '.join(machine[:_NAMED])}{more}.")
    if outcome is Outcome.NOT_REPRODUCED and replay.replay is not None:
        sentences.append(_ABOUT_VARIABLES)
    return tuple(sentences)


def _sealing_caveats(sealing: Sealing) -> list[str]:
    found = []
    if not sealing.sealed:
        gaps = f": {'; '.join(sealing.gaps)}" if sealing.gaps else ""
        found.append(
            f"The replay was not sealed (engine: {sealing.engine}), so it could reach more than the run{gaps}."
        )
    if sealing.network and not any("network" in gap for gap in sealing.gaps):
        found.append("The network was open during the replay.")
    if sealing.sealed and sealing.image is None:
        found.append(
            f"The engine {sealing.engine} has no image: the replay could use programs of this machine's /usr, "
            "which the run does not name and another machine may lack."
        )
    return found


def _rebuilt_caveats(original: Manifest, replay: Manifest) -> list[str]:
    rebuilt = replay.replay.rebuilt if replay.replay else None
    if rebuilt is None:
        return []
    found = []
    if rebuilt.interpreter != "exact":
        captured = original.environment.interpreter.version if original.environment else "the captured one"
        found.append(f"The replay ran on Python {rebuilt.interpreter_version} instead of {captured}.")
    if rebuilt.identical < rebuilt.files or rebuilt.different or rebuilt.missing or rebuilt.added:
        found.append(
            f"The environment is not identical: {rebuilt.identical:,} of {rebuilt.files:,} files are"
            + (f", and {len(rebuilt.added):,} are new." if rebuilt.added else ".")
        )
    return found
