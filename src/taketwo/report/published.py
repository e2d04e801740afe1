"""A published table beside the values of a replay, compared at the digits that were printed."""

from __future__ import annotations

import decimal
import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from taketwo.errors import FormatError
from taketwo.model.base import Number

_EXACT = decimal.Context(prec=1200)  # any float has an exact decimal form that is shorter


@dataclass(frozen=True)
class PublishedTable:
    """A published table: its title, where it was printed, its decimals, and its values as printed."""

    title: str
    citation: str
    digits: int
    values: Mapping[str, str]


@dataclass(frozen=True)
class PublishedRow:
    """One printed value beside the one that was computed (``None`` when there is none)."""

    name: str
    published: str
    replayed: Number | None
    agrees: bool


def read_table(content: bytes) -> PublishedTable:
    """Read a ``published.toml``; its values may be nested (``logit.PSI``) and have the stated decimals."""
    try:
        document = tomllib.loads(content.decode("utf-8"), parse_float=str)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"the published table is not TOML: {error}") from error
    texts = {key: document.get(key) for key in ("title", "citation")}
    for key, text in texts.items():
        if not isinstance(text, str) or not text:
            raise FormatError("a published table says what it is and where it was printed", path=key)
    digits = document.get("digits")
    if not isinstance(digits, int) or isinstance(digits, bool) or not 0 <= digits <= 100:
        raise FormatError("digits is the number of decimals that were printed", path="digits")
    values = dict(_printed(document.get("values"), digits, "values"))
    if not values:
        raise FormatError("a published table has values", path="values")
    return PublishedTable(str(texts["title"]), str(texts["citation"]), digits, values)


def compare(table: PublishedTable, computed: Mapping[str, Number]) -> tuple[PublishedRow, ...]:
    """Each printed value beside the computed one, in the table's order; a missing one does not agree."""
    return tuple(
        PublishedRow(name, published, computed.get(name), prints_as(computed.get(name), published))
        for name, published in table.values.items()
    )


def prints_as(value: Number | None, published: str) -> bool:
    """Whether ``value``, exactly as it is, rounds to the printed text; a tie may go either way."""
    if value is None or isinstance(value, str) or not math.isfinite(value):
        return False
    with decimal.localcontext(_EXACT):
        printed = decimal.Decimal(published)
        unit = decimal.Decimal((0, (1,), int(printed.as_tuple().exponent)))
        return abs(decimal.Decimal(value) - printed) <= unit / 2


def numbers_of(document: Any) -> dict[str, Number]:
    """The numbers of a JSON document by dotted name: ``{"logit": {"PSI": 2.4}}`` has ``logit.PSI``."""
    return dict(_numbers(document, ""))


def _numbers(node: Any, name: str) -> Iterator[tuple[str, Number]]:
    if isinstance(node, dict):
        for key, child in node.items():
            yield from _numbers(child, f"{name}.{key}" if name else str(key))
    elif isinstance(node, (int, float)) and not isinstance(node, bool):
        yield name, node


def _printed(node: Any, digits: int, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for key, child in node.items():
            yield from _printed(child, digits, f"{path}.{key}")
        return
    if isinstance(node, bool) or not isinstance(node, (int, str)):
        raise FormatError("a printed value is a number", path=path)
    try:
        value = decimal.Decimal(node)
    except decimal.InvalidOperation as error:
        raise FormatError(f"a printed value is a number, not {node!r}", path=path) from error
    if not value.is_finite() or value.as_tuple().exponent != -digits:
        raise FormatError(f"{node} does not have the {digits} decimals that the table states", path=path)
    yield path.removeprefix("values."), str(node)
