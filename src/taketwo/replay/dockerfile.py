"""The Dockerfile by which a run is rebuilt by hand, in ten years, without taketwo: same run, same bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from taketwo.errors import FormatError
from taketwo.resources import fill_template

HOME = "/taketwo/home"
PROJECT = "/taketwo/project"

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./:@+-]*")
_PLACE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*(/[A-Za-z0-9_][A-Za-z0-9_.+-]*)*")


@dataclass(frozen=True)
class DockerfileRequest:
    """What the Dockerfile of a run says.

    ``base`` is a tag to pull; ``base_id`` the digest of the image that was used, if one was.
    ``requirements``, ``wheels`` and ``source`` are paths beside the Dockerfile; ``wheels`` is ``None`` when
    every package is on an index. ``argv``, ``directory`` (relative to the project) and ``environment`` are
    those inside the container.
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
    source: str = "source"


def render(request: DockerfileRequest) -> str:
    """The text of the Dockerfile. ``FormatError`` for names that would be instructions rather than names."""
    for name in (request.requirements, request.wheels or "wheels", request.source):
        _matching(_PLACE, name, "a relative path of the bundle")
    for word in (request.run_id, request.base, request.base_id or "none", request.python_version):
        _matching(_REFERENCE, word, "an id or an image name")
    _matching(_NAME, request.implementation, "an implementation of Python")
    directory = f"{PROJECT}/{request.directory}" if request.directory else PROJECT
    wheels = request.wheels
    return fill_template(
        "Dockerfile",
        run_id=request.run_id,
        image_tag=f"taketwo-{request.run_id.lower()}",
        implementation=request.implementation,
        python_version=request.python_version,
        base=request.base,
        base_note=f"The image was {request.base_id}." if request.base_id else "No image was used at capture.",
        requirements=request.requirements,
        copy_wheels=f"COPY {wheels}/ /taketwo/wheels/\n" if wheels else "",
        find_links="--find-links /taketwo/wheels " if wheels else "",
        source=request.source,
        home=HOME,
        variables="".join(
            f" \\\n    {_matching(_NAME, name, 'the name of a variable')}={_quoted(value)}"
            for name, value in sorted(request.environment.items())
            if name not in {"PATH", "HOME"}
        ),
        directory=_quoted(directory),
        command=json.dumps(list(request.argv)),
    )


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
