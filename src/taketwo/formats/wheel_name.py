"""Names of wheel files: distribution, version, build number, tags (PEP 427), tolerant of later parts."""

from __future__ import annotations

import re

import msgspec

from taketwo.errors import FormatError

_WHEEL = re.compile(
    r"(?P<name>[^-/\s]+)-(?P<version>[^-/\s]+)(?:-(?P<build>[0-9][^-/\s]*))?"
    r"-(?P<python>[A-Za-z_][^-/\s]*)-(?P<abi>[^-/\s]+)-(?P<platform>[^-/\s]+?)"
    r"(?:-(?P<variant>[^-/\s]+))?\.whl"
)


class WheelName(msgspec.Struct, frozen=True):
    """What the name of a wheel says; ``name`` is normalised (PEP 503), ``version`` is as written.

    ``variant`` is the label that wheel variants (PEP 825, a draft) add behind the tags.
    """

    name: str
    version: str
    build: str
    tags: frozenset[str]
    variant: str = ""


def normalised(name: str) -> str:
    """The name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def same_version(one: str, other: str) -> bool:
    """Whether two spellings mean one version; file names write ``_`` or ``-`` for separators."""
    return _separators.sub(".", one.lower()) == _separators.sub(".", other.lower())


def parse(filename: str) -> WheelName:
    """Take the name of a wheel apart; ``FormatError`` when it is not one."""
    match = _WHEEL.fullmatch(filename)
    if match is None:
        raise FormatError(f"{filename!r} is not the name of a wheel")
    tags = expand(match["python"], match["abi"], match["platform"])
    return WheelName(
        normalised(match["name"]), match["version"], match["build"] or "", tags, match["variant"] or ""
    )


def expand(python: str, abi: str, platform: str) -> frozenset[str]:
    """Every single tag that a compressed set of tags stands for."""
    return frozenset(
        f"{p}-{a}-{q}" for p in python.split(".") for a in abi.split(".") for q in platform.split(".")
    )


_separators = re.compile(r"[-_.]+")
