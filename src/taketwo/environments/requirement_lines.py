"""Reads requirement files and pyproject.toml line by line, and says of each whether it is satisfied."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from taketwo.formats.direct_url import without_credentials
from taketwo.formats.wheel_name import normalised
from taketwo.model.environment import Requirement

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s;]+")
_OPTION = re.compile(r"^(--?[A-Za-z-]+)(?:[= ]|$)")
_WITH_ADDRESS = frozenset({"-i", "--index-url", "--extra-index-url", "-f", "--find-links", "--trusted-host"})


def of_file(
    path: Path, name: str, installed: Mapping[str, str], *, constraint: bool
) -> Iterator[Requirement]:
    """Every requirement of one file, which is called ``name`` in the record."""
    from pip_requirements_parser import RequirementsFile  # noqa: PLC0415 - heavy, only needed here

    parsed = RequirementsFile.from_file(str(path), include_nested=False)
    lines = [(r.line_number, r.requirement_line.line, r) for r in parsed.requirements]
    lines += [(bad.line_number, bad.line, None) for bad in parsed.invalid_lines]
    for _, text, requirement in sorted(lines, key=lambda line: line[0]):
        shown = _shown(text)
        if shown is None:
            continue
        known = normalised(requirement.name) if requirement is not None and requirement.name else None
        yield Requirement(
            file=name,
            text=shown,
            name=known,
            constraint=constraint,
            installed=installed.get(known) if known else None,
            satisfied=_satisfied(shown, known, installed, optional=constraint) if known else None,
        )


def of_pyproject(content: bytes, installed: Mapping[str, str]) -> Iterator[Requirement]:
    """Every requirement that the content of a ``pyproject.toml`` names; none when it is no TOML."""
    try:
        document = tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return
    for table, lines in _tables(document):
        for line in lines:
            if not isinstance(line, str):
                continue  # {include-group = "…"}: that group is read on its own
            name = _name(line)
            yield Requirement(
                file=f"pyproject.toml [{table}]",
                text=_shown(line) or "",
                name=name,
                installed=installed.get(name) if name else None,
                satisfied=_satisfied(line, name, installed, optional=table != "project.dependencies")
                if name
                else None,
            )


def _tables(document: dict[str, Any]) -> Iterator[tuple[str, Iterable[Any]]]:
    project = document.get("project")
    project = project if isinstance(project, dict) else {}
    if isinstance(project.get("dependencies"), list):
        yield "project.dependencies", project["dependencies"]
    for title, groups in (
        ("project.optional-dependencies", project.get("optional-dependencies")),
        ("dependency-groups", document.get("dependency-groups")),
    ):
        for group, lines in sorted(groups.items()) if isinstance(groups, dict) else ():
            if isinstance(lines, list):
                yield f"{title}.{group}", lines


def _name(line: str) -> str | None:
    match = re.match(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:$|[\[(<>=!~;@ ])", line)
    return normalised(match[1]) if match else None


def _satisfied(text: str, name: str | None, installed: Mapping[str, str], *, optional: bool) -> bool | None:
    """Whether what is installed fits; ``None`` when that cannot be said, or nothing was demanded.

    Markers are not evaluated: they speak of the observed interpreter. A requirement with a marker, or of
    an optional group, that is not installed may be right.
    """
    from packaging.requirements import InvalidRequirement  # noqa: PLC0415 - heavy, only needed here
    from packaging.requirements import Requirement as Parsed  # noqa: PLC0415

    try:
        parsed = Parsed(re.split(r"\s--|\s#", text)[0].strip().rstrip("\\").strip())
    except InvalidRequirement:
        return None
    version = installed.get(name or "")
    if version is None:
        return None if optional or parsed.marker else False
    return parsed.specifier.contains(version, prereleases=True)


def _shown(text: str) -> str | None:
    """The line as it may be recorded; ``None`` for one that only says where an index is."""
    option = _OPTION.match(text.strip())
    if option and option[1] in _WITH_ADDRESS:
        return None
    shown = _URL.sub(lambda match: _public(match[0]), text.strip())
    return re.sub(r"\s*\\\s*", " ", shown).strip()


def _public(url: str) -> str:
    if "file:" in url:
        return "file:" + url.rsplit("/", 1)[-1]
    reference = ""
    path = url.split("://", 1)[1].partition("/")[2]
    if "@" in path and url.startswith(("git+", "hg+", "svn+", "bzr+")):
        url, _, reference = url.rpartition("@")
        reference = "@" + reference.partition("#")[0]
    return without_credentials(url) + reference
