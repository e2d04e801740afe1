""".pth files: lines that add directories to sys.path, and lines that run."""

# Paths are plain strings here: there are ten thousand of them, and a Path costs more than a stat.
# ruff: noqa: PTH110, PTH112, PTH118
from __future__ import annotations

import os
import re
from collections.abc import Collection
from dataclasses import dataclass

_PLACE = re.compile(r"(?<![\w.])/[\w.+-]+(?:/[\w.+-]+)+")


@dataclass(frozen=True)
class PathFile:
    """What a .pth file does: ``directories`` outside its own site, absolute; ``rest`` is everything else.

    ``places`` counts lines that run code about files of this machine, which are in neither.
    """

    directories: tuple[str, ...]
    rest: bytes
    places: int = 0

    @property
    def effective(self) -> bool:
        """Whether ``rest`` holds more than comments."""
        return any(line.strip() and not line.lstrip().startswith(b"#") for line in self.rest.splitlines())


def parse(content: bytes, site: str, *, sites: Collection[str] = ()) -> PathFile:
    """Split the lines of a .pth file that lies in ``site`` as Python's ``site`` module reads them.

    Lines about other site directories (``sites``) are left out: those are looked at on their own.
    """
    directories: list[str] = []
    rest: list[bytes] = []
    places = 0
    for line in content.splitlines(keepends=True):
        text = line.strip().decode("utf-8", "surrogateescape")
        runs = text.startswith(("import ", "import\t"))
        if text and not runs and not text.startswith("#"):
            path = os.path.normpath(os.path.join(site, text))
            if path != site and not path.startswith(site + "/"):
                if os.path.isdir(path) and path not in directories and os.path.realpath(path) not in sites:
                    directories.append(path)
                continue  # a line about a place that is not there has no effect, and would tell a path
        bracket = runs and "sys.__plen" in text  # easy_install's frame around the lines it owns
        if bracket or (runs and any(other in text for other in sites)):
            continue
        if runs and any(os.path.exists(place) for place in _PLACE.findall(text)):
            places += 1
            continue
        rest.append(line)
    return PathFile(tuple(directories), b"".join(rest), places)
