"""Components that tests need and a machine may lack: skipped with the reason, or failed if required.

``TAKETWO_REQUIRE=docker,bubblewrap`` names those whose absence is a failure and not a skip.
"""

from __future__ import annotations

import functools
import os
import platform
import shutil
from collections.abc import Callable

import pytest

from tests.support import base_image


def require(*components: str) -> None:
    """Skip the running test when a component is missing, or fail it when the component is required."""
    required = {name.strip() for name in os.environ.get("TAKETWO_REQUIRE", "").split(",")}
    for component in components:
        problem = _problem(component)
        if problem is None:
            continue
        message = f"{component} is missing: {problem}"
        if component in required:
            pytest.fail(f"{message} (and TAKETWO_REQUIRE names it)", pytrace=False)
        pytest.skip(message)


@functools.cache
def _problem(component: str) -> str | None:
    """Why a component cannot be used, found out once; ``None`` when it can. Unknown names are programs."""
    check = _CHECKS.get(component)
    if check is not None:
        return check()
    return None if shutil.which(component) else f"there is no program {component}"


def _docker() -> str | None:
    from taketwo.engine.docker import DockerEngine
    from taketwo.errors import TaketwoError
    from taketwo.model.environment import Interpreter

    engine = DockerEngine()
    availability = engine.availability()
    if not availability:
        return availability.reason
    try:
        base = engine.base_for(Interpreter(implementation="cpython", version=platform.python_version()))
    except TaketwoError as error:
        return f"{error.what} (python3 tests/support/base_image.py makes one)"
    if base.python_version != platform.python_version():
        return f"there is no {base_image.tag()} (python3 tests/support/base_image.py makes one)"
    return None


def _bubblewrap() -> str | None:
    from taketwo.engine.bubblewrap import BubblewrapEngine

    availability = BubblewrapEngine().availability()
    return None if availability else availability.reason


_CHECKS: dict[str, Callable[[], str | None]] = {"docker": _docker, "bubblewrap": _bubblewrap}
