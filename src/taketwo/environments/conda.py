"""Which packages conda put into a prefix, by the names of its own records; their content is not read."""

from __future__ import annotations

from pathlib import Path

from taketwo.formats.wheel_name import normalised


def builds(prefix: str) -> dict[str, str]:
    """Normalised name -> build string, from ``conda-meta/NAME-VERSION-BUILD.json``; empty without conda."""
    names = [path.name for path in Path(prefix, "conda-meta").glob("*.json")]
    parts = [name[:-5].rsplit("-", 2) for name in names]
    return {normalised(name): build for name, _, build in (p for p in parts if len(p) == 3)}
