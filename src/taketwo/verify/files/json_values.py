"""JSON and JSON Lines files: every value at its path, keys in any order."""

from __future__ import annotations

import json
from typing import Any

from taketwo.errors import FormatError
from taketwo.verify.files.interface import FileComparator
from taketwo.verify.tally import Tally

_LINES = (".jsonl", ".ndjson")
_SUFFIXES = (".json", ".geojson", ".ipynb", *_LINES)


class JsonComparator(FileComparator):
    """Compares documents value by value; the order of keys does not matter, that of lists does."""

    format = "JSON"

    def recognises(self, name: str, content: bytes) -> bool:
        """By suffix; or a document that begins like an object or a list and is not a known text format."""
        if name.endswith(_SUFFIXES):
            return True
        return "." not in name.rsplit("/", 1)[-1] and content[:64].lstrip()[:1] in {b"{", b"["}

    def compare(self, before: bytes, after: bytes, tally: Tally, *, name: str) -> None:
        """Walk both documents together."""
        if not name.endswith(_LINES):
            compare_values(_parse(before), _parse(after), tally)
            return
        first, second = before.splitlines(), after.splitlines()
        if len(first) != len(second):
            tally.differs("document", f"{len(first):,} lines", f"{len(second):,} lines")
        for number, (one, other) in enumerate(zip(first, second, strict=False), start=1):
            if one == other:
                tally.same()
            elif one.strip() or other.strip():
                compare_values(_parse(one), _parse(other), tally, root=f"line {number} $")


def compare_values(before: Any, after: Any, tally: Tally, *, root: str = "$") -> None:
    """Report every pair of JSON values to ``tally``. No recursion: nesting cannot exhaust the stack."""
    waiting = [(root, before, after)]
    while waiting:
        path, one, other = waiting.pop()
        if isinstance(one, dict) and isinstance(other, dict):
            waiting.extend(reversed(_members(path, one, other, tally)))
        elif isinstance(one, list) and isinstance(other, list):
            if len(one) != len(other):
                tally.differs(path, f"a list of {len(one):,}", f"a list of {len(other):,}")
            pairs = enumerate(zip(one, other, strict=False))
            waiting.extend(reversed([(f"{path}[{i}]", x, y) for i, (x, y) in pairs]))
        else:
            _leaves(path, one, other, tally)


def _members(
    path: str, one: dict[str, Any], other: dict[str, Any], tally: Tally
) -> list[tuple[str, Any, Any]]:
    for key, value in one.items():
        if key not in other:
            tally.differs(f"{path}.{key}", _shown(value), "nothing")
    for key, value in other.items():
        if key not in one:
            tally.differs(f"{path}.{key}", "nothing", _shown(value))
    shared = [key for key in one if key in other]
    if shared != [key for key in other if key in one]:
        tally.note("the order of keys differs")
    return [(f"{path}.{key}", one[key], other[key]) for key in shared]


def _leaves(path: str, one: Any, other: Any, tally: Tally) -> None:
    if _is_number(one) and _is_number(other):
        tally.number(path, one, other)
    elif isinstance(one, str) and isinstance(other, str):
        tally.text(path, one, other)
    elif type(one) is type(other) and one == other:  # True == 1 in Python, not in JSON
        tally.same()
    else:
        tally.differs(path, _shown(one), _shown(other))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return f"an object of {len(value):,}"
    return f"a list of {len(value):,}" if isinstance(value, list) else json.dumps(value)


def _parse(content: bytes) -> Any:
    try:
        return json.loads(content, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"this is not JSON: {error}") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found
