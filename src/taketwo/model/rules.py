"""The rules by which results are judged, fixed before a replay, and the rungs of the ladder."""

from __future__ import annotations

import enum
from typing import Literal

from taketwo.model.base import Value


class Rung(enum.StrEnum):
    """How closely two results agree, strictest first. ``DIFFERENT`` is not a rung: nothing held."""

    IDENTICAL = "identical bytes"
    EQUAL = "equal values"
    ULP = "within ULPs"
    TOLERANCE = "within tolerance"
    PRINTED = "equal as printed"
    DIFFERENT = "different"


class Rule(Value, frozen=True, kw_only=True, omit_defaults=False):
    """How closely one result, or every result that ``target`` matches, must agree; written out in full.

    ``target`` is a metric name, ``output:PATH`` or a glob (``*``, ``output:*.csv``); the last rule that
    matches wins. ``allow`` is the loosest rung that still counts as reproduced. ``ulps``, ``rtol``, ``atol``
    and ``digits`` (decimals printed) are read for their rung only; as everywhere in NumPy,
    ``|a - b| <= atol + rtol * |a|`` with ``a`` the captured value. ``ignore`` excludes the result.
    """

    target: str
    allow: Literal["identical", "equal", "ulp", "tolerance", "printed", "ignore"]
    ulps: int = 0
    rtol: float = 0.0
    atol: float = 0.0
    digits: int | None = None
    by: str = ""

    def __str__(self) -> str:
        """The rule in the words that reports use."""
        match self.allow:
            case "ulp":
                return f"within {self.ulps} ULP"
            case "tolerance":
                return f"rtol={self.rtol:g}, atol={self.atol:g}"
            case "printed":
                return f"equal at {self.digits} decimals"
            case "identical":
                return "identical bytes"
            case "equal":
                return "equal values"
            case _:
                return "ignored"
