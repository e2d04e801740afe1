"""What was found out after sealing completes a manifest, and can change nothing that was sealed."""

import msgspec
import pytest

from taketwo.app.tools import LOCK
from taketwo.model.environment import Artefact, Distribution, Environment, Interpreter
from tests.support.fake_tools import fake_tools
from tests.support.manifests import small_manifest

WHEEL = Artefact(filename="six-1.0-py3-none-any.whl", sha256="a" * 64)
PENDING = Distribution(name="six", version="1.0", origin="pending", files_sha256="b" * 64)
SEALED = Environment(
    interpreter=Interpreter(implementation="cpython", version="3.11.7"),
    distributions=(PENDING, Distribution(name="own", version="2", origin="index", artefacts=(WHEEL,))),
    identity="c" * 64,
)


@pytest.fixture
def tools(tmp_path):
    return fake_tools(tmp_path)


@pytest.fixture
def manifest():
    return small_manifest(environment=SEALED)


def amend(tools, manifest, document):
    tools.store.amend(manifest.run_id, LOCK, document)
    return tools.environment_of(manifest)


def test_without_an_amendment_the_environment_is_the_sealed_one(tools, manifest):
    assert tools.environment_of(manifest) == SEALED


def test_hashes_that_were_found_later_complete_the_lock(tools, manifest):
    found = amend(tools, manifest, {"artefacts": {"six": [msgspec.to_builtins(WHEEL)]}})
    assert found.distributions[0].artefacts == (WHEEL,)
    assert found.lock.pending == ()


def test_an_amendment_cannot_change_what_was_sealed(tools, manifest):
    other = msgspec.to_builtins(msgspec.structs.replace(WHEEL, sha256="d" * 64))
    forged = {
        "artefacts": {"own": [other], "new": [other]},
        "environment": {"identity": "e" * 64, "distributions": []},
    }
    found = amend(tools, manifest, forged)
    assert (found.identity, found.distributions) == (SEALED.identity, SEALED.distributions)


@pytest.mark.parametrize("document", [{}, {"artefacts": 3}, {"artefacts": {"six": [{"filename": 1}]}}])
def test_an_amendment_that_is_none_is_passed_over(tools, manifest, document):
    assert amend(tools, manifest, document).distributions == SEALED.distributions
