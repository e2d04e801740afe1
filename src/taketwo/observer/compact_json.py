"""JSON without importing ``json``, which would cost every observed process more than all the rest of its start."""

try:
    from _json import encode_basestring_ascii as quote
except ImportError:  # an interpreter without the accelerator
    from json.encoder import py_encode_basestring_ascii as quote

_INT_BITS = 4096
"""Longer integers are no parameter of anybody, and Python refuses to print the very long ones."""


def encode(value):
    """The JSON text of exact builtin values; ``TypeError`` for anything else. Non-finite floats become their names."""
    kind = type(value)
    if kind is str:
        return quote(value)
    if value is None:
        return "null"
    if kind is bool:
        return "true" if value else "false"
    if kind is int and value.bit_length() <= _INT_BITS:
        return int.__repr__(value)
    if kind is float:
        return number(value)
    if kind is dict:
        return "{" + ",".join([_key(key) + ":" + encode(item) for key, item in value.items()]) + "}"
    if kind is list or kind is tuple:
        return "[" + ",".join([encode(item) for item in value]) + "]"
    raise TypeError(kind.__name__)


def number(value):
    """A float as JSON can carry it: the shortest form that reads back to the same bits, or a name."""
    if value != value:  # noqa: PLR0124 (this is what NaN is)
        return '"NaN"'
    if value in (float("inf"), float("-inf")):
        return '"Infinity"' if value > 0 else '"-Infinity"'
    return float.__repr__(value)


def _key(key):
    if type(key) is not str:
        raise TypeError("keys are strings")
    return quote(key)
