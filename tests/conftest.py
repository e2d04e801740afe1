"""Fixtures that every part of the suite may use: the engines of this machine, with what they need."""

from __future__ import annotations

import platform
import signal

import pytest

from taketwo.engine.bubblewrap import BubblewrapEngine
from taketwo.engine.docker import DockerEngine
from taketwo.engine.interface import Base
from taketwo.engine.venv import VenvEngine
from taketwo.model.environment import Interpreter
from tests.support.requirements import require


def pytest_configure() -> None:
    """Let Ctrl-C reach the programs that tests start, also when the tests themselves run in the background.

    A shell starts a background job with SIGINT ignored, and every program that the job starts inherits that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def this_interpreter() -> Interpreter:
    """The Python that runs the tests, as a manifest would name it."""
    return Interpreter(
        implementation=platform.python_implementation().lower(), version=platform.python_version()
    )


@pytest.fixture(scope="session")
def docker_engine() -> DockerEngine:
    """Docker or Podman with a base image for this Python; skipped, or failed when required, without."""
    require("docker")
    return DockerEngine()


@pytest.fixture(scope="session")
def bubblewrap_engine() -> BubblewrapEngine:
    """A bubblewrap that works; skipped, or failed when required, without."""
    require("bubblewrap")
    return BubblewrapEngine()


@pytest.fixture(scope="session")
def venv_engine() -> VenvEngine:
    """The engine that works everywhere."""
    return VenvEngine()


@pytest.fixture(scope="session")
def base_image(docker_engine: DockerEngine, this_interpreter: Interpreter) -> Base:
    """The base image with this Python."""
    return docker_engine.base_for(this_interpreter)
