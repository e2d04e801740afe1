"""A package index in a directory (PEP 503) that has a wheel of everything installed in one place."""

from __future__ import annotations

import csv
import hashlib
import re
import zipfile
from pathlib import Path

_WHOLE = 1 << 20
"""Wheels of larger packages hold their metadata alone: they are asked for and never installed."""


def index_of(site: Path, root: Path) -> str:
    """Make the index below ``root``, and return its address."""
    simple = root / "simple"
    simple.mkdir(parents=True)
    for info in site.glob("*.dist-info"):
        name, version = info.name.removesuffix(".dist-info").rsplit("-", 1)
        tags = re.findall(r"^Tag: (\S+)", (info / "WHEEL").read_text(), re.MULTILINE)
        wheel = root / f"{name.replace('-', '_')}-{version}-{tags[0] if tags else 'py3-none-any'}.whl"
        _pack(wheel, site, info)
        page = simple / re.sub(r"[-_.]+", "-", name).lower() / "index.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        page.write_text(f'<!DOCTYPE html>\n<a href="{wheel.as_uri()}#sha256={digest}">{wheel.name}</a>\n')
    return simple.as_uri()


def _pack(wheel: Path, site: Path, info: Path) -> None:
    with (info / "RECORD").open(newline="") as record:
        paths = [row[0] for row in csv.reader(record)]
    left_out = ("INSTALLER", "REQUESTED", "direct_url.json")
    files = [path for path in paths if not path.startswith("..") and not path.endswith((*left_out, ".pyc"))]
    size = sum((site / path).stat().st_size for path in files if (site / path).is_file())
    with zipfile.ZipFile(wheel, "w") as archive:
        for path in files:
            if (site / path).is_file() and (size < _WHOLE or ".dist-info/" in path):
                archive.write(site / path, path)
