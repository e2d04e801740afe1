"""Canonical JSON: one value, one sequence of bytes. What is sealed is written with this.

Keys sorted by code point, no white space, ASCII only (so that names that are not UTF-8, held as
lone surrogates, survive), integers exact, floats as Python's shortest form that reads back to the
same bits. Non-finite floats have no form here: the model names them (``taketwo.model.base.number``).
"""

from __future__ import annotations

import json
import math
from typing import Any

import msgspec

from taketwo.errors import FormatError


def encode(value: Any) -> bytes:
    """The canonical bytes of a JSON value or of a model value; ``FormatError`` when it has none."""
    try:
        return json.dumps(
            msgspec.to_builtins(value, str_keys=True),
            sort_keys=True,
            separators=(",", ":"),
            ensure_ascii=True,
            allow_nan=False,
        ).encode("ascii")
    except (TypeError, ValueError, RecursionError) as error:
        raise FormatError(f"the value cannot be written as JSON: {error}") from error


def decode(content: bytes) -> Any:
    """The JSON value of ``content``, which is UTF-8 without exception.

    ``FormatError`` for duplicate keys, which readers resolve differently, and for numbers that no float
    can hold, however they are written.
    """
    try:
        return json.loads(
            content.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_constant=_refuse,
            parse_float=_finite,
        )
    except (ValueError, RecursionError) as error:
        raise FormatError(f"this is not JSON: {error}") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice!r} stands twice")
    return found


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not a JSON number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text[:40]} is more than a float can hold")
    return value
