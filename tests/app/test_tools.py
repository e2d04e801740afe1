"""What was found out after sealing completes a manifest, and can change nothing that was sealed."""

import hashlib
import zipfile

import msgspec
import pytest

from taketwo.app import lock_run
from taketwo.app.tools import LOCK
from taketwo.environments.lock import complete
from taketwo.formats import listing
from taketwo.formats.listing import Listed
from taketwo.model.environment import Artefact, Distribution, Environment, Interpreter
from tests.support.fake_tools import fake_tools
from tests.support.manifests import small_manifest
from tests.support.wheels import make_wheel

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


@pytest.fixture
def private(tools, tmp_path, monkeypatch):
    """A package that no index has, installed from a wheel that lies in a folder which pip knows."""
    wheel = make_wheel(tmp_path / "wheels", "private", {"private.py": b"x = 1\n"})
    with zipfile.ZipFile(wheel) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    files = (Listed(name, hashlib.sha256(data).hexdigest(), len(data)) for name, data in content.items())
    monkeypatch.setenv("UV_FIND_LINKS", str(wheel.parent))
    pending = Distribution(name="private", version="1.0", origin="pending", tags=("py3-none-any",))
    return msgspec.structs.replace(
        SEALED, distributions=(pending,), listing=tools.store.put_bytes(listing.encode(files))
    )


def test_a_capture_keeps_the_wheel_of_what_no_index_has(tools, private):
    found = complete(private, tools.index, tools.store.put_bytes, 1, rescue=tools.rescue(private))
    (rescued,) = found.distributions
    assert (rescued.origin, found.lock.pending) == ("wheel", ())
    assert tools.store.has(rescued.wheel.sha256)


def test_a_wheel_that_was_found_after_sealing_completes_the_run_and_is_kept_with_it(
    tools, private, monkeypatch
):
    run = small_manifest(environment=private)
    tools.store.add_manifest(run)
    monkeypatch.setattr(lock_run, "compose", lambda _: tools)
    assert lock_run.run(tools.settings, run.run_id).completed == ("private",)
    tools.store.collect_garbage()
    (rescued,) = tools.environment_of(run).distributions
    assert rescued.origin == "wheel"
    assert tools.store.has(rescued.wheel.sha256)


def test_a_folder_without_the_wheel_rescues_nothing(tools, private, tmp_path):
    (tmp_path / "wheels" / "private-1.0-py3-none-any.whl").unlink()
    found = complete(private, tools.index, tools.store.put_bytes, 1, rescue=tools.rescue(private))
    assert found.lock.pending == ("private",)
