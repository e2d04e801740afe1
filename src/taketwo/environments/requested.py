"""What people wrote down that they want: requirement files, constraint files, pyproject.toml."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from taketwo.environments.memo import Memo, key_of
from taketwo.model.environment import Distribution, Requirement

_PATTERNS = ("*requirements*.txt", "*constraints*.txt", "requirements/*.txt", "*requirements*.in")
_LARGEST = 1024 * 1024
_MOST_FILES = 100


def requested(
    project: Path, distributions: Sequence[Distribution], *, memo: Path | None = None
) -> tuple[Requirement, ...]:
    """Every requirement in the project's own files, beside what is installed.

    Files are those at the top of the project and in ``requirements/``, and those that they include with
    ``-r`` and ``-c``, as long as these lie in the project. A line that is no requirement is kept as
    text. Credentials are taken out of URLs; lines about indexes are left out. ``memo`` is a file in which
    the answer is remembered together with the digest of all that was read: the parsers are slow to load.
    """
    root = project.resolve()
    installed = {d.name: d.version for d in distributions}
    files = list(_files(root))
    pyproject = _content(root / "pyproject.toml")
    if not files and not pyproject:
        return ()
    remembered = Memo(memo)
    key = key_of(
        [(str(path), constraint, content) for path, constraint, content in files], pyproject, installed
    )
    known = remembered.recall(key, tuple[Requirement, ...])
    if known is not None:
        return known
    from taketwo.environments.requirement_lines import of_file, of_pyproject  # noqa: PLC0415 - see ``memo``

    found: list[Requirement] = []
    for path, constraint, _ in files:
        found += of_file(path, path.relative_to(root).as_posix(), installed, constraint=constraint)
    answer = (*found, *of_pyproject(pyproject, installed))
    remembered.keep(key, answer)
    return answer


def _files(root: Path) -> Iterator[tuple[Path, bool, bytes]]:
    """Requirement files, each once, with their content; includes behind the file that includes them."""
    start = sorted({path for pattern in _PATTERNS for path in root.glob(pattern)})
    waiting = [(path, "constraints" in path.name) for path in start]
    seen: set[Path] = set()
    while waiting and len(seen) < _MOST_FILES:
        path, constraint = waiting.pop(0)
        real = path.resolve()
        if (
            real in seen
            or not real.is_relative_to(root)
            or not real.is_file()
            or real.stat().st_size > _LARGEST
        ):
            continue
        seen.add(real)
        try:
            content = real.read_bytes()
        except OSError:
            continue  # what cannot be read says nothing of what was wanted
        yield real, constraint, content
        included = []
        for line in content.decode("utf-8", "replace").splitlines():
            match = re.match(r"\s*(-r|-c|--requirement|--constraint)(?:\s+|=)\s*(\S+)", line)
            if match and "://" not in match[2]:
                included.append((real.parent / match[2], constraint or match[1] in {"-c", "--constraint"}))
        waiting = included + waiting


def _content(path: Path) -> bytes:
    """The content of a file of bearable size, else nothing."""
    try:
        return path.read_bytes() if path.stat().st_size <= _LARGEST else b""
    except OSError:
        return b""
