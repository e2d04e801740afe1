"""What all parts of a manifest share: the frozen base class, numbers, references to content."""

from __future__ import annotations

import math
from typing import Literal

import msgspec


class Value(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A frozen part of a manifest. Fields that hold their default are left out of the bytes."""


NonFinite = Literal["NaN", "Infinity", "-Infinity"]
Number = int | float | NonFinite
"""A number that survives JSON: finite ones as themselves, the others by name."""


def number(value: float) -> Number:
    """``value`` in the form that JSON can carry."""
    if isinstance(value, int) or math.isfinite(value):
        return value
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"


def as_float(value: Number) -> float:
    """The float (or the exact integer) that ``number`` was given."""
    return float(value) if isinstance(value, str) else value


class Blob(Value, frozen=True, kw_only=True):
    """Content by its digest; the bytes are in the store unless ``stored`` says otherwise."""

    sha256: str
    size: int
    stored: bool = True


class Notice(Value, frozen=True, kw_only=True):
    """Something that a reader of the manifest should know, for example that hashes are pending."""

    topic: str
    text: str
