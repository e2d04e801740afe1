"""How reports word and spell things; foreign text is neutralised here before anything shows it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime

from taketwo.model.base import Number
from taketwo.model.environment import Environment
from taketwo.model.manifest import Manifest, Rebuilt, Sealing
from taketwo.model.rules import Rule, Rung
from taketwo.model.verdict import Check, Difference, Verdict

MISSING = "—"
# Terminal escapes, characters that reorder or hide text, and lone surrogates, which no encoder takes.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_AREAS = {
    "source": "Source",
    "input": "Inputs",
    "parameter": "Parameters",
    "environment": "Packages and files",
    "interpreter": "Python",
    "invocation": "Command",
    "host": "Machine",
}


def neutral(text: str, *, lines: bool = False) -> str:
    r"""``text`` with everything that acts on a terminal or hides text spelled out (``\x1b``); visible only.

    With ``lines``, line ends and tabs stay.
    """
    return _UNSAFE.sub(lambda m: m[0] if lines and m[0] in "\n\t" else _spelled(m[0]), text)


def _spelled(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"


def one_line(text: str, *, longest: int = 200) -> str:
    """``text`` as one visible line, cut in the middle when it is very long: both ends tell something."""
    text = neutral(" ".join(text.split()))
    if len(text) <= longest:
        return text
    half = (longest - 1) // 2
    return f"{text[:half]}…{text[-half:]}"


def value(found: Number | str | None) -> str:
    """A number with all its digits, a text as it is, and a dash for what is missing."""
    if found is None:
        return MISSING
    return repr(found) if isinstance(found, (int, float)) else one_line(found)


def mark(held: bool | None) -> str:
    """The word that stands before a check."""
    return {True: "ok", False: "FAILED", None: "info"}[held]


def rung(check: Check) -> str:
    """The rung that was reached, in a word or two."""
    if check.before is None or check.after is None:
        return "missing" if check.after is None else "new"
    short = {Rung.IDENTICAL: "identical", Rung.EQUAL: "equal"}
    return short.get(check.rung, check.rung.value)


def is_same(check: Check) -> bool:
    """Whether both sides may be called the same: equal sizes of files that differ are not."""
    alike = check.rung in {Rung.IDENTICAL, Rung.EQUAL}
    return alike and check.kind != "metric" and check.before == check.after


def rule(judging: Rule) -> str:
    """The rule as a reader would say it."""
    match judging.allow:
        case "tolerance" if not judging.rtol:
            return f"± {judging.atol:g}"
        case "tolerance" if not judging.atol:
            return f"± {judging.rtol:.6g} relative"
        case "tolerance":
            return f"± ({judging.atol:g} + {judging.rtol:g} relative)"
        case "printed":
            return f"{judging.digits} decimals"
        case "equal":
            return "equal"
        case _:
            return str(judging)


def rules_by(verdict: Verdict) -> str:
    """Who fixed the rules, and when."""
    if all(check.rule.by == "default" for check in verdict.checks):
        return "no tolerance was given, so every value must be equal"
    if verdict.rules_by == "author":
        return "fixed by the author at capture"
    return f"fixed by {one_line(verdict.rules_by)} for this replay"


def moment(text: str) -> str:
    """An RFC 3339 time as ``2026-03-01 10:15 UTC``; anything else as it is."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return one_line(text)
    if found.tzinfo is None:
        return one_line(text)
    return found.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def seconds(amount: float) -> str:
    """A duration in the unit that suits it."""
    if amount < 60:
        return f"{amount:.3g} s"
    minutes, rest = divmod(round(amount), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"


def size(amount: int) -> str:
    """A size in the unit that suits it, binary multiples."""
    value = float(amount)
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if value < 1024:
            plain = "1 byte" if amount == 1 else f"{amount:,} bytes"
            return plain if unit == "bytes" else f"{value:,.1f} {unit}"
        value /= 1024
    return f"{value:,.1f} TiB"


def packages(environment: Environment) -> str:
    """How many packages there are; taketwo itself, which a replay brings along, is none of them."""
    return f"{sum(d.origin != 'instrument' for d in environment.distributions):,}"


def command(run: Manifest) -> str:
    """What was run: the function of a decorated call, else the command."""
    call = run.invocation.call
    if call is not None:
        return one_line(f"{call.module}:{call.qualname}()")
    return one_line(" ".join(run.invocation.argv))


def sealing(found: Sealing | None) -> str:
    """What was achieved, as it was probed from inside."""
    if found is None:
        return "not a replay"
    probed = [
        word
        for word, holds in (
            ("network open", found.network is True),
            ("no network", found.network is False),
            ("root writable", found.root_writable is True),
            ("read-only root", found.root_writable is False),
            ("no capabilities", found.capabilities is not None and not found.capabilities.strip("0x")),
            ("no new privileges", found.no_new_privileges is True),
            (f"user id {found.uid}", found.uid is not None),
            (f"{size(found.memory_limit_bytes or 0)} of memory", found.memory_limit_bytes is not None),
            (f"{found.process_limit or 0:,} processes", found.process_limit is not None),
        )
        if holds
    ]
    how = f"{'sealed' if found.sealed else 'not sealed'} ({one_line(found.engine)})"
    return f"{how}: {', '.join(probed)}" if probed else how


def rebuilt(found: Rebuilt | None) -> str:
    """How far the rebuilt environment is the captured one."""
    if found is None:
        return "not rebuilt"
    exact = found.identical == found.files and not (found.different or found.missing or found.added)
    files = f"{found.identical:,} of {found.files:,} files"
    python = f"Python {one_line(found.interpreter_version)}" if found.interpreter_version else "Python"
    how = {"exact": "", "same minor": " (another patch release)", "different": " (another release)"}
    return f"{'identical' if exact else 'not identical'}: {files}; {python}{how[found.interpreter]}"


def area(name: str) -> str:
    """The heading of an area of differences."""
    return _AREAS.get(name, name.capitalize())


def side(difference: Difference, text: str | None) -> str:
    """One side of a difference; ids of trees are cut as git cuts them."""
    if text is None:
        return MISSING
    return text[:12] if difference.area == "source" else one_line(text)


def subject(check: Check) -> str:
    """What a check is about, as a heading of its row."""
    named = {"exit": "how it ended", "console:stdout": "standard output", "console:stderr": "standard error"}
    return named.get(check.subject, one_line(check.subject))


def headline(verdict: Verdict) -> tuple[str, str]:
    """The answer and the first reason: ``("Reproduced", "3 metrics all agree …")``."""
    answer = verdict.outcome.value
    return answer[0].upper() + answer[1:], neutral(verdict.reasons[0]) if verdict.reasons else ""


def by_kind(checks: Sequence[Check], *kinds: str) -> list[Check]:
    """The checks of these kinds, failed ones first."""
    return sorted((c for c in checks if c.kind in kinds), key=lambda c: c.held is not False)


def display_width(text: str) -> int:
    """How many columns of a terminal a neutral text takes."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )
