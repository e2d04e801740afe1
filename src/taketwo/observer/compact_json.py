"""JSON without importing ``json``, which would cost more than all the rest of the observer's start."""

from __future__ import annotations

try:
    from _json import encode_basestring_ascii
except ImportError:  # an interpreter without the accelerator
    from json.encoder import py_encode_basestring_ascii as encode_basestring_ascii

quote = encode_basestring_ascii

_INT_BITS = 4096
"""Longer integers are no parameter of anybody, and Python refuses to print the very long ones."""


def encode(value: object) -> str:
    """The JSON text of exact builtin values; ``TypeError`` for anything else.

    Non-finite floats become their names.
    """
    if type(value) is str:
        return quote(value)
    if type(value) is float:
        return number(value)
    if type(value) is dict:
        return "{" + ",".join([_key(key) + ":" + encode(item) for key, item in value.items()]) + "}"
    if type(value) is list or type(value) is tuple:
        return "[" + ",".join([encode(item) for item in value]) + "]"
    return _atom(value)


def _atom(value: object) -> str:
    if value is None:
        return "null"
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is int and value.bit_length() <= _INT_BITS:
        return int.__repr__(value)
    raise TypeError(type(value).__name__)


def number(value: float) -> str:
    """A float as JSON can carry it: the shortest form that reads back to the same bits, or a name."""
    if value != value:  # noqa: PLR0124 (this is what NaN is)
        return '"NaN"'
    if value in (float("inf"), float("-inf")):
        return '"Infinity"' if value > 0 else '"-Infinity"'
    return float.__repr__(value)


def _key(key: object) -> str:
    if type(key) is not str:
        raise TypeError("keys are strings")
    return quote(key)
