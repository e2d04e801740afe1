"""The Dockerfile by which a run is rebuilt by hand, in ten years, without taketwo: same run, same bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from taketwo.errors import FormatError
from taketwo.replay.places import ENVIRONMENT, HOME, PROJECT, SYSTEM_PATH
from taketwo.resources import fill_template

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./:@+-]*")
_PLACE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*(/[A-Za-z0-9_][A-Za-z0-9_.+-]*)*")


@dataclass(frozen=True)
class DockerfileRequest:
    """What the Dockerfile of a run says.

    ``base`` is a tag to pull; ``base_id`` the digest of the image that was used, if one was.
    ``requirements``, ``wheels``, ``root`` and ``source`` are paths beside the Dockerfile; ``wheels`` is
    ``None`` when every package is on an index, ``root`` (laid out like ``/``) when nothing lies over the
    installed packages or outside the project. ``removed`` are files of installed packages that the run did
    not have. ``argv``, ``directory`` (relative to the project) and ``environment`` are those inside the
    container; ``writable`` are places besides project and home that the command may write to.
    """

    run_id: str
    implementation: str
    python_version: str
    argv: tuple[str, ...]
    base: str
    base_id: str | None = None
    directory: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    requirements: str = "requirements.txt"
    wheels: str | None = None
    root: str | None = None
    removed: tuple[str, ...] = ()
    source: str = "source"
    writable: tuple[str, ...] = ()


def image_tag(run_id: str) -> str:
    """The name of the image of a run, in the lower case that Docker wants."""
    return f"taketwo-{run_id.lower()}"


def render(request: DockerfileRequest) -> str:
    """The text of the Dockerfile. ``FormatError`` for names that would be instructions rather than names."""
    for name in (
        request.requirements,
        request.wheels or "wheels",
        request.root or "root",
        request.source,
        *(place.removeprefix("/") for place in request.writable),
    ):
        _matching(_PLACE, name, "a relative path of the bundle")
    for word in (request.run_id, request.base, request.base_id or "none", request.python_version):
        _matching(_REFERENCE, word, "an id or an image name")
    _matching(_NAME, request.implementation, "an implementation of Python")
    directory = f"{PROJECT}/{request.directory}" if request.directory else PROJECT
    wheels, root = request.wheels, request.root
    return fill_template(
        "Dockerfile",
        run_id=request.run_id,
        image_tag=image_tag(request.run_id),
        implementation=request.implementation,
        python_version=request.python_version,
        base=request.base,
        base_note=f"The image was {request.base_id}." if request.base_id else "No image was used at capture.",
        requirements=request.requirements,
        copy_wheels=f"COPY {wheels}/ /taketwo/wheels/\n" if wheels else "",
        find_links="--find-links /taketwo/wheels " if wheels else "",
        copy_root=f"COPY {root}/ /\n" if root else "",
        remove=_removal(request.removed),
        source=request.source,
        writable=" ".join((PROJECT, HOME, *request.writable)),
        system_path=SYSTEM_PATH,
        home=HOME,
        variables="".join(
            f" \\\n    {_matching(_NAME, name, 'the name of a variable')}={_quoted(value)}"
            for name, value in sorted(request.environment.items())
            if name not in {"PATH", "HOME"}
        ),
        directory=_quoted(directory),
        command=json.dumps(list(request.argv)),
    )


def _removal(paths: tuple[str, ...]) -> str:
    """One instruction that no shell reads, one path a line: Docker bounds the length of lines."""
    if not paths:
        return ""
    for path in paths:
        inside = path.startswith(f"{ENVIRONMENT}/") and ".." not in path.split("/") and "\0" not in path
        if not inside or any("\ud800" <= character <= "\udfff" for character in path):
            raise FormatError(
                f"{path!r} is not a file of the environment that can be removed",
                path="Dockerfile",
                why="Its removal would reach other files, or be read as an instruction.",
            )
    names = "".join(f", \\\n    {json.dumps(path)}" for path in sorted(set(paths)))
    return f'RUN ["rm", "-f", "--"{names}]\n'


def _matching(pattern: re.Pattern[str], text: str, meaning: str) -> str:
    if not pattern.fullmatch(text):
        raise FormatError(
            f"{text!r} is not {meaning}",
            path="Dockerfile",
            why="Written as it is, it could be read as an instruction.",
        )
    return text


def _quoted(value: str) -> str:
    """A value that the Dockerfile neither splits nor expands."""
    if "\n" in value or "\r" in value:
        raise FormatError("a value of more than one line has no form in a Dockerfile", path="Dockerfile")
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
    return f'"{escaped}"'
