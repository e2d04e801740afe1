"""Output files of two runs, matched by path; a name that carries a time or an id is recognised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from taketwo.model.data import Output
from taketwo.model.rules import Rule, Rung
from taketwo.model.verdict import Check
from taketwo.verify.content import Read, count_bytes, read_within
from taketwo.verify.files.registry import LARGEST, compare_files, different_bytes
from taketwo.verify.rules import choose
from taketwo.verify.tally import Comparison
from taketwo.verify.volatile import mask_name


def check_outputs(
    before: Sequence[Output], after: Sequence[Output], rules: Sequence[Rule], read: Read
) -> list[Check]:
    """One check for each output, in the order of the captured run; new ones last, as information.

    A file that the replay alone wrote decides nothing: caches and logs appear on a first run only.
    """
    captured, replayed = _by_name(before), _by_name(after)
    names = _match(captured, replayed)
    checks = [
        _check(name, output, replayed.get(names.get(name, "")), names.get(name), rules, read)
        for name, output in captured.items()
    ]
    new = replayed.keys() - set(names.values())
    checks.extend(_new(name, replayed[name], rules) for name in replayed if name in new)
    return checks


def _by_name(outputs: Iterable[Output]) -> dict[str, Output]:
    """Artifacts by name, files by their path in the project; the second of a name gets a number."""
    found: dict[str, Output] = {}
    named: Counter[str] = Counter()
    for output in outputs:
        name = output.name if output.artifact else output.path.removeprefix("$PROJECT/")
        named[name] += 1
        found[name if named[name] == 1 else f"{name} #{named[name]}"] = output
    return found


def _match(captured: Iterable[str], replayed: Iterable[str]) -> dict[str, str]:
    """Names on both sides: the same ones, then pairs that alone are equal without times and ids."""
    first, second = list(captured), list(replayed)
    known = set(second)
    found = {name: name for name in first if name in known}
    left = [name for name in first if name not in found]
    right = [name for name in second if name not in found]
    left_count, right_count = Counter(map(mask_name, left)), Counter(map(mask_name, right))
    by_mask = {mask_name(name): name for name in right}
    for name in left:
        masked = mask_name(name)
        if left_count[masked] == right_count[masked] == 1:
            found[name] = by_mask[masked]
    return found


def _check(
    name: str, output: Output, other: Output | None, other_name: str | None, rules: Sequence[Rule], read: Read
) -> Check:
    rule = choose(rules, f"output:{name}")
    if other is None:
        compared = Comparison(Rung.DIFFERENT, held=False)
    else:
        compared = _compare(name, output, other, rule, read)
        if other_name != name:
            detail = f"named {other_name} there"
            compared = Comparison(
                compared.rung, compared.held, f"{detail}; {compared.detail}" if compared.detail else detail
            )
    return Check(
        subject=name,
        kind="output",
        rung=compared.rung,
        rule=rule,
        held=None if rule.allow == "ignore" else compared.held,
        before=_shown(output),
        after=_shown(other) if other else None,
        detail=compared.detail,
    )


def _compare(name: str, before: Output, after: Output, rule: Rule, read: Read) -> Comparison:
    if before.content.sha256 == after.content.sha256:
        return Comparison(Rung.IDENTICAL, held=True)
    if rule.allow in {"identical", "ignore"}:
        return different_bytes("they were not read by value", rule)
    if max(before.content.size, after.content.size) > LARGEST:
        return different_bytes(f"too large to be read by value (more than {LARGEST:,} bytes)", rule)
    first, second = (read_within(output.content, read, limit=LARGEST) for output in (before, after))
    if first is None or second is None:
        return different_bytes("the content is not in the store, so its values could not be compared", rule)
    return compare_files(name, first, second, rule)


def _new(name: str, output: Output, rules: Sequence[Rule]) -> Check:
    return Check(
        subject=name,
        kind="output",
        rung=Rung.DIFFERENT,
        rule=choose(rules, f"output:{name}"),
        held=None,
        after=_shown(output),
    )


def _shown(output: Output) -> str:
    return f"{output.content.sha256[:8]} ({count_bytes(output.content.size)})"
