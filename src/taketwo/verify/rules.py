"""Rules as people write them, and which rule judges which result.

======================  =================================================================
``auc: 0.001``          may differ by at most 0.001, absolutely (``atol``)
``auc: 1%``             may differ by at most 1 % of the captured value (``rtol``)
``auc: rtol:1e-5, atol:1e-8``  ``|a - b| <= atol + rtol * |a|``, ``a`` being the captured value
``coef*: 3 digits``     equal when printed with three decimals
``x: 2 ulp``            at most two floating point numbers apart
``* : equal``           the same values
``x: identical``        the same bits; of a file, the same bytes
``output:model.bin: ignore``   not judged at all
======================  =================================================================

The name is a metric, ``output:PATH``, ``result`` or ``console:stdout``, or a glob over these; ``=`` may stand
for the colon. A bare number is absolute because that is what "AUC within 0.001" means to a reader;
a relative tolerance is written with ``%`` or as ``rtol``. The last rule that matches wins.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

import msgspec

from taketwo.errors import UsageError
from taketwo.model.rules import Rule

_NUMBER = r"[0-9.][0-9.eE+-]*"
_PART = rf"(?:rtol|atol|ulps?|digits)\s*[:=]\s*{_NUMBER}"
_TEXT = re.compile(
    r"\s*(?P<target>\S.*?)\s*[:=]\s*(?P<spec>"
    rf"(?:identical|equal|ignore)|{_NUMBER}\s*%?|{_NUMBER}\s*(?:digits?|decimals?|ulps?)|{_PART}(?:\s*,\s*{_PART})*"
    r")\s*",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"([0-9.eE+-]+)\s*(digits?|decimals?|ulps?|%)?", re.IGNORECASE)
_KEYWORD = re.compile(r"\b(?:rtol|atol|ulps?|digits)\s*[:=]", re.IGNORECASE)
_MOST_DIGITS = 100
_SPELLINGS = (
    "Write it as `NAME: 0.001` (absolute), `NAME: 1%`, `NAME: rtol:1e-5, atol:1e-8`, `NAME: 3 digits`, "
    "`NAME: 2 ulp`, `NAME: equal`, `NAME: identical` or `NAME: ignore`. "
    "NAME is a metric, `output:PATH`, `result`, or a glob over these."
)


def parse_rule(text: str, *, by: str = "") -> Rule:
    """The rule that ``text`` writes; ``UsageError`` names the rule and shows the spellings."""
    match = _TEXT.fullmatch(text)
    if match is None or _KEYWORD.search(match["target"]):
        raise _bad(text)
    return _from_spec(match["target"], match["spec"], text, by)


def rules_from(tolerance: Mapping[str, Any] | str | float | None, *, by: str = "") -> tuple[Rule, ...]:
    """The rules of a ``tolerance=`` argument, in its order.

    A mapping has a name for each key, and a number (absolute), a text (``"3 digits"``) or a mapping
    (``{"rtol": 1e-5}``) for each value; a single number or text is for every result.
    """
    if tolerance is None:
        return ()
    if not isinstance(tolerance, Mapping):
        tolerance = {"*": tolerance}
    return tuple(_from_value(str(name), value, by) for name, value in tolerance.items())


def choose(rules: Sequence[Rule], name: str) -> Rule:
    """The rule that judges the result ``name``: the last that matches, else equal values."""
    for rule in reversed(rules):
        if rule.target == name or fnmatchcase(name, rule.target):
            return rule
    return Rule(target=name, allow="equal", by="default")


def _from_value(target: str, value: Any, by: str) -> Rule:
    shown = f"{target}: {value}"
    if isinstance(value, str):
        # "rtol:1e-5" and "3 digits" alike; the spec alone, so that a target may contain anything.
        match = _TEXT.fullmatch(f"x: {value}")
        if match is None or match["target"] != "x":
            raise _bad(shown)
        return _from_spec(target, match["spec"], shown, by)
    if isinstance(value, Mapping) and "allow" in value:
        return _from_rule(target, value, shown, by)
    if isinstance(value, Mapping):
        return _from_parts(target, {str(k).lower(): str(v) for k, v in value.items()}, shown, by)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _bad(shown)
    return _from_parts(target, {"atol": str(value)}, shown, by)


def _from_spec(target: str, spec: str, text: str, by: str) -> Rule:
    lowered = spec.lower().strip()
    if lowered == "identical":
        return Rule(target=target, allow="identical", by=by)
    if lowered == "equal":
        return Rule(target=target, allow="equal", by=by)
    if lowered == "ignore":
        return Rule(target=target, allow="ignore", by=by)
    counted = _COUNTED.fullmatch(lowered)
    if counted is None:
        pairs = (re.split(r"\s*[:=]\s*", part.strip()) for part in lowered.split(","))
        return _from_parts(target, {key: value for key, value in pairs}, text, by)  # noqa: C416
    amount, unit = counted[1], counted[2] or ""
    if unit == "%":
        percent = _amount(amount, text)
        return Rule(target=target, allow="tolerance", rtol=percent / 100, by=by)
    key = {"d": "digits", "u": "ulp"}.get(unit[:1], "atol")
    return _from_parts(target, {key: amount}, text, by)


def _from_rule(target: str, fields: Mapping[str, Any], text: str, by: str) -> Rule:
    """A whole rule, as ``@taketwo.capture(tolerance={"auc": Rule(...)})`` writes it into a recording."""
    try:
        return msgspec.convert({**fields, "target": target, "by": by}, Rule)
    except msgspec.ValidationError as error:
        raise _bad(text) from error


def _from_parts(target: str, parts: Mapping[str, str], text: str, by: str) -> Rule:
    """A rule of several parts allows the loosest of them; a stricter one that is met is reported."""
    known = {"rtol", "atol", "ulp", "ulps", "digits"}
    if not parts or not known.issuperset(parts):
        raise _bad(text)
    rtol, atol = _amount(parts.get("rtol", "0"), text), _amount(parts.get("atol", "0"), text)
    ulps = _count(parts.get("ulps", parts.get("ulp", "0")), text)
    digits = _count(parts["digits"], text) if "digits" in parts else None
    if digits is not None:
        if digits > _MOST_DIGITS:
            raise _bad(text)
        return Rule(target=target, allow="printed", ulps=ulps, rtol=rtol, atol=atol, digits=digits, by=by)
    if "rtol" in parts or "atol" in parts:
        return Rule(target=target, allow="tolerance", ulps=ulps, rtol=rtol, atol=atol, by=by)
    return Rule(target=target, allow="ulp", ulps=ulps, by=by)


def _amount(written: str, text: str) -> float:
    try:
        found = float(written)
    except ValueError:
        raise _bad(text) from None
    if not math.isfinite(found) or found < 0:
        raise _bad(text)
    return found


def _count(written: str, text: str) -> int:
    if not re.fullmatch("[0-9]{1,18}", written):
        raise _bad(text)
    return int(written)


def _bad(text: str) -> UsageError:
    return UsageError(
        f"The rule {text!r} cannot be read.",
        why="Results are judged by rules that are fixed before the replay, so every rule must be clear.",
        todo=_SPELLINGS,
    )
