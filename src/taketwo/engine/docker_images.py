"""Which base image a run stands on: the slim image of its exact Python, else of its minor version."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from taketwo.engine.docker_client import DockerClient, Image
from taketwo.engine.interface import Base, Engine, RunRequest
from taketwo.errors import EngineError, NoInterpreter
from taketwo.model.environment import Interpreter

_OFFICIAL_PYTHON = "/usr/local/bin/python3"
_QUESTION = "import json, platform, sys; print(json.dumps([platform.python_version(), sys.executable]))"


def image_for(
    client: DockerClient, engine: Engine, interpreter: Interpreter, *, image: str | None = None
) -> Base:
    """The base for that interpreter; ``NoInterpreter`` says what was tried when there is none."""
    failures = []
    for name in [image] if image else _candidates(client, interpreter):
        found = client.image(name)
        if found is None:
            problem = client.pull(name)
            found = client.image(name)
            if found is None:
                failures.append(problem or f"{name} is not there")
                continue
        base = _base(engine, name, found)
        if base.python_version.split(".")[:2] == interpreter.version.split(".")[:2]:
            return base
        failures.append(f"{name} has Python {base.python_version}")
    raise NoInterpreter(
        f"There is no base image with {interpreter.implementation} {interpreter.minor}: "
        f"{'; '.join(failures) or 'there are official images of CPython only'}.",
        why=f"The run was captured with {interpreter.version}; another minor version is another language.",
        todo=f"Pull python:{interpreter.version}-slim where a registry is in reach "
        "(`docker save` and `docker load` carry it here), name an image with --base-image, or "
        "replay with --engine bubblewrap.",
    )


def _candidates(client: DockerClient, interpreter: Interpreter) -> Iterator[str]:
    """Names of images, the best first: exact; the newest local one of the minor version; the registry's."""
    if interpreter.implementation.lower() != "cpython":
        return
    yield f"python:{interpreter.version}-slim"
    pattern = re.compile(
        rf"(?:docker\.io/library/|localhost/)?python:{re.escape(interpreter.minor)}\.([0-9]+)-slim"
    )
    patches = {int(match[1]): tag for tag in client.tags() if (match := pattern.fullmatch(tag))}
    if patches:
        yield patches[max(patches)]
    yield f"python:{interpreter.minor}-slim"


def _base(engine: Engine, name: str, image: Image) -> Base:
    version, python = image.variables.get("PYTHON_VERSION", ""), _OFFICIAL_PYTHON
    if not re.fullmatch(r"3\.[0-9]+\.[0-9]+\S*", version):
        version, python = _asked(engine, name, image)
    return Base(
        key=f"{engine.name}-{image.id.replace(':', '-')}",
        python_version=version,
        python=python,
        image=name,
        image_id=image.id,
    )


def _asked(engine: Engine, name: str, image: Image) -> tuple[str, str]:
    """What the Python of an image says of itself, for images that do not declare it."""
    answers = bytearray()
    base = Base(key="", python_version="", python="python3", image=name, image_id=image.id)
    path = image.variables.get("PATH", "/usr/local/bin:/usr/bin:/bin")
    request = RunRequest(("python3", "-I", "-S", "-c", _QUESTION), "/", {"PATH": path}, base=base)
    outcome = engine.run(
        request, lambda stream, content: answers.extend(content if stream == "stdout" else b"")
    )
    try:
        version, python = json.loads(answers)
    except ValueError as error:
        raise EngineError(
            f"The image {name} has no Python that runs (exit code {outcome.exit_code}).",
            why="A replay needs the interpreter of the run.",
            todo="Name an image that has python3 on its PATH.",
        ) from error
    return str(version), str(python)
