"""Names of inputs: short, in people's words, and each only once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec

from taketwo.model.data import Input


def named(inputs: Sequence[Input]) -> list[Input]:
    """Give every input a name of its own: its author's, else the file's, else the whole path.

    Inputs that already have a name (declared ones) keep it; of two with one name the first keeps it.
    The result is sorted by path.
    """
    taken: set[str] = set()
    short = Counter(item.path.rpartition("/")[2] for item in inputs if not item.name)
    found = []
    for item in sorted(inputs, key=lambda each: (not each.name, each.path)):
        file_name = item.path.rpartition("/")[2]
        choices = [item.name, file_name if short[file_name] == 1 else "", item.path.removeprefix("$PROJECT/")]
        numbered = (f"{item.path} ({n})" for n in range(2, len(inputs) + 3))
        name = next(c for c in (*choices, item.path, *numbered) if c and c not in taken)
        taken.add(name)
        found.append(msgspec.structs.replace(item, name=name))
    return sorted(found, key=lambda each: each.path)
