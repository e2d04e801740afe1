"""The small text files of a ``.dist-info`` directory: METADATA, WHEEL, entry_points.txt, its own name."""

from __future__ import annotations

import re

from taketwo.formats.wheel_name import normalised

_DIST_INFO = re.compile(r"(?P<name>[A-Za-z0-9][^-/]*)-(?P<version>[0-9][0-9A-Za-z.+!]*)\.dist-info")


def name_and_version(directory: str) -> tuple[str, str] | None:
    """``("numpy", "2.2.6")`` of ``numpy-2.2.6.dist-info``; ``None`` when METADATA must be asked."""
    match = _DIST_INFO.fullmatch(directory)
    return (normalised(match["name"]), match["version"]) if match else None


def headers(text: str) -> dict[str, tuple[str, ...]]:
    """The header fields of METADATA, PKG-INFO or WHEEL by lower-case name; the body is not read."""
    found: dict[str, list[str]] = {}
    last: list[str] | None = None
    for line in text.splitlines():
        if not line.strip():
            break
        if line[0] in " \t":
            if last is not None:
                last[-1] += " " + line.strip()
            continue
        name, colon, value = line.partition(":")
        if colon:
            last = found.setdefault(name.strip().lower(), [])
            last.append(value.strip())
    return {name: tuple(values) for name, values in found.items()}


def scripts(entry_points: str) -> dict[str, str]:
    """Console and GUI scripts of entry_points.txt: name -> ``module:attribute``, ``{}`` when unreadable."""
    import configparser  # noqa: PLC0415 - heavy, only needed here

    parser = configparser.RawConfigParser(delimiters=("=",), strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names of scripts keep their case
    try:
        parser.read_string(entry_points)
    except configparser.Error:
        return {}
    found = {}
    for section in ("console_scripts", "gui_scripts"):
        if parser.has_section(section):
            found.update({name: value.split("[")[0].strip() for name, value in parser.items(section)})
    return found
