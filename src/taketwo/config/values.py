"""The kinds of values that settings have, and how each is read from TOML and from plain text."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Za-z]*)")
_UNITS = {"": 1, "b": 1}
for _power, _letter in enumerate("kmgt", start=1):
    _UNITS |= {f"{_letter}b": 1000**_power, f"{_letter}ib": 1024**_power, _letter: 1024**_power}
_SECONDS = {"": 1, "s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}


class Kind(msgspec.Struct, frozen=True):
    """One kind of value: the words for what is expected, and the functions that read it.

    ``read`` takes what TOML gives and the directory that relative paths start from; it raises
    ``ValueError`` when the value is not of this kind. ``parse`` turns text (an environment variable,
    an option) into what TOML would have given.
    """

    expected: str
    read: Callable[[Any, Path], Any]
    parse: Callable[[str], Any] = str


def size(value: object) -> int:
    """Bytes of ``1048576``, ``"1 MiB"`` or ``"1.5 GB"``; a bare letter (``"2G"``) is binary, as in Docker."""
    return int(_scaled(value, _UNITS))


def seconds(value: object) -> float:
    """Seconds of ``90``, ``"90 s"``, ``"1.5 min"`` or ``"2 h"``."""
    return float(value if isinstance(value, float) else _scaled(value, _SECONDS))


def expand_home(path: Path) -> Path:
    """``~`` and ``~user`` expanded; a name that no user has is the name of a file."""
    try:
        return path.expanduser()
    except RuntimeError:
        return path


def _scaled(value: object, units: Mapping[str, int]) -> Decimal:
    """A whole number, or a number with a unit, exactly."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return Decimal(value)
    match = _QUANTITY.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None or match[2].lower() not in units:
        raise ValueError(value)
    return Decimal(match[1]) * units[match[2].lower()]


def _text(value: object, _: Path) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(value)
    return value


def _count(value: object, _: Path) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(value)
    return value


def _path(value: object, base: Path) -> Path:
    if isinstance(value, Path):
        return base / value
    return base / expand_home(Path(_text(value, base)))


def _positive_seconds(value: object, _: Path) -> float:
    found = seconds(value)
    if not 0 < found < math.inf:
        raise ValueError(value)
    return found


def _texts(value: object, base: Path) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise ValueError(value)  # noqa: TRY004  one error for everything that is not of the kind
    return tuple(_text(item, base) for item in value)


def _paths(value: object, base: Path) -> dict[str, Path]:
    return {name: _path(item, base) for name, item in _table(value).items()}


def _addresses(value: object, base: Path) -> dict[str, str]:
    found = {path: _text(url, base) for path, url in _table(value).items()}
    if not all("://" in url for url in found.values()):
        raise ValueError(value)
    return found


def _rules(value: object, _: Path) -> dict[str, Any]:
    found = _table(value)
    for item in found.values():
        if isinstance(item, bool) or not isinstance(item, str | int | float | dict):
            raise ValueError(item)  # noqa: TRY004  as above
    return found


def _table(value: object) -> dict[str, Any]:
    if not isinstance(value, Mapping) or not all(isinstance(name, str) and name for name in value):
        raise ValueError(value)
    return dict(value)


def _choice(names: tuple[str, ...]) -> Callable[[object, Path], str]:
    def read(value: object, _: Path) -> str:
        if value not in names:
            raise ValueError(value)
        return str(value)

    return read


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _split_pairs(text: str) -> dict[str, str]:
    # Semicolons, because rules ("rtol:1e-5, atol:1e-8") contain commas.
    pairs = [part.partition("=") for part in text.split(";") if part.strip()]
    if not all(equals for _, equals, _ in pairs):
        raise ValueError(text)
    return {name.strip(): value.strip() for name, _, value in pairs}


ENGINES = ("auto", "docker", "bubblewrap", "venv")

TEXT = Kind("a text that is not empty", _text)
COUNT = Kind("a whole number of 1 or more", _count, int)
SIZE = Kind('a size in bytes, as a number or like "500 MB" or "1 GiB"', lambda value, _: size(value))
SECONDS = Kind('a time in seconds, as a number or like "90 s" or "2 h"', _positive_seconds)
PATH = Kind("a path", _path)
TEXTS = Kind("a list of texts (in the environment: separated by commas)", _texts, _split)
PATHS = Kind("a table of names and paths (in the environment: NAME=PATH;NAME=PATH)", _paths, _split_pairs)
ADDRESSES = Kind(
    "a table of paths and URLs (in the environment: PATH=URL;PATH=URL)", _addresses, _split_pairs
)
RULES = Kind(
    "a table of targets and rules (in the environment: TARGET=RULE;TARGET=RULE)", _rules, _split_pairs
)
ENGINE = Kind("one of " + ", ".join(ENGINES), _choice(ENGINES))
