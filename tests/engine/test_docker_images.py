"""Which base image a run gets: exact, else the same minor version, else none; and by its id ever after."""

from __future__ import annotations

import json

import pytest

from taketwo.engine.docker_client import Image
from taketwo.engine.docker_images import image_for
from taketwo.errors import EngineError, NoInterpreter
from taketwo.model.environment import Interpreter
from tests.support.fake_engine import Behaviour, FakeEngine

WANTED = Interpreter(implementation="cpython", version="3.11.7")


class Daemon:
    """Images that are here, and images that its registry has."""

    def __init__(self, local=(), remote=(), variables=True):
        self.local, self.remote, self.variables, self.pulled = set(local), set(remote), variables, []

    def image(self, name):
        if name not in self.local:
            return None
        version = name.rpartition(":")[2].removesuffix("-slim")
        version = version if version.count(".") == 2 else f"{version}.99"
        return Image(f"sha256:of-{name}", {"PYTHON_VERSION": version} if self.variables else {})

    def tags(self):
        return sorted(self.local)

    def pull(self, name):
        self.pulled.append(name)
        if name not in self.remote:
            return f"{name} cannot be pulled: no such host"
        self.local.add(name)
        return None


def test_takes_the_exact_version_without_asking_a_registry():
    daemon = Daemon(local=["python:3.11.7-slim", "python:3.11-slim"])
    base = image_for(daemon, FakeEngine(), WANTED)
    assert (base.image, base.python_version) == ("python:3.11.7-slim", "3.11.7")
    assert base.image_id == "sha256:of-python:3.11.7-slim"
    assert daemon.pulled == []


def test_pulls_the_exact_version_before_it_settles_for_another():
    daemon = Daemon(local=["python:3.11.2-slim"], remote=["python:3.11.7-slim"])
    assert image_for(daemon, FakeEngine(), WANTED).python_version == "3.11.7"


@pytest.mark.parametrize("prefix", ["", "docker.io/library/", "localhost/"])
def test_settles_for_the_newest_local_patch_of_the_same_minor_version(prefix):
    daemon = Daemon(local=[f"{prefix}python:3.11.{patch}-slim" for patch in (2, 10, 9)])
    assert image_for(daemon, FakeEngine(), WANTED).python_version == "3.11.10"


def test_takes_no_image_of_somebody_else_for_the_official_one():
    with pytest.raises(NoInterpreter):
        image_for(Daemon(local=["evil.example/python:3.11.9-slim"]), FakeEngine(), WANTED)


def test_pulls_the_minor_version_when_nothing_is_here():
    assert image_for(Daemon(remote=["python:3.11-slim"]), FakeEngine(), WANTED).python_version == "3.11.99"


def test_says_what_was_tried_when_there_is_none():
    with pytest.raises(NoInterpreter, match="no such host") as refused:
        image_for(Daemon(local=["python:3.12.1-slim"]), FakeEngine(), WANTED)
    assert "python:3.11.7-slim" in refused.value.todo


def test_offers_no_image_of_another_implementation():
    with pytest.raises(NoInterpreter):
        image_for(
            Daemon(local=["python:3.11.7-slim"]),
            FakeEngine(),
            Interpreter(implementation="pypy", version="3.11.7"),
        )


def test_asks_an_image_that_does_not_declare_its_python():
    engine = FakeEngine()
    engine.arrange(
        lambda argv: argv[0] == "python3", Behaviour(json.dumps(["3.11.4", "/opt/bin/python3"]).encode())
    )
    base = image_for(Daemon(local=["lab:1"], variables=False), engine, WANTED, image="lab:1")
    assert (base.python_version, base.python, base.image) == ("3.11.4", "/opt/bin/python3", "lab:1")


def test_refuses_a_chosen_image_of_another_minor_version():
    with pytest.raises(NoInterpreter, match=r"has Python 3\.12\.1"):
        image_for(Daemon(local=["python:3.12.1-slim"]), FakeEngine(), WANTED, image="python:3.12.1-slim")


def test_says_so_when_a_chosen_image_has_no_python():
    engine = FakeEngine()
    engine.arrange(lambda argv: True, Behaviour(exit_code=127))
    with pytest.raises(EngineError, match="no Python that runs"):
        image_for(Daemon(local=["lab:1"], variables=False), engine, WANTED, image="lab:1")
