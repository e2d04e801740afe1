"""Manifests on disk: the seal is beside the bytes, and neither can be changed alone without notice."""

from __future__ import annotations

import hashlib
import shutil
import stat
import subprocess

import pytest

from taketwo.errors import StoreError, Tampered
from taketwo.formats import canonical_json
from taketwo.store.local import LocalStore
from tests.support.manifests import small_manifest


@pytest.fixture
def store(tmp_path):
    return LocalStore(tmp_path / "store")


@pytest.fixture
def run_id(store):
    return store.add_manifest(small_manifest()).manifest.run_id


def _overwrite(path, content):
    path.chmod(0o600)
    path.write_bytes(content)


def _manifest_file(store, run_id):
    return store.root / "manifests" / f"{run_id}.json"


def _seal_file(store, run_id):
    return store.root / "manifests" / f"{run_id}.sha256"


def _replant(store, run_id, document):
    """What somebody would do who changes a manifest and knows how seals are made."""
    sealed = canonical_json.encode(document)
    _overwrite(_manifest_file(store, run_id), sealed)
    digest = hashlib.sha256(sealed).hexdigest()
    _overwrite(_seal_file(store, run_id), f"{digest}  {run_id}.json\n".encode())


def test_the_file_holds_the_sealed_bytes_and_cannot_be_written(store, run_id):
    path = _manifest_file(store, run_id)
    assert path.read_bytes() == store.manifest(run_id).content
    assert stat.S_IMODE(path.stat().st_mode) == 0o444


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs the program sha256sum")
def test_anyone_can_check_a_seal_without_taketwo(store, run_id):
    def check():
        command = ["sha256sum", "--check", f"{run_id}.sha256"]
        return subprocess.run(
            command, cwd=store.root / "manifests", capture_output=True, check=False
        ).returncode

    assert check() == 0
    _overwrite(_manifest_file(store, run_id), b"{}")
    assert check() == 1


def test_a_flipped_byte_is_noticed(store, run_id):
    content = bytearray(_manifest_file(store, run_id).read_bytes())
    content[len(content) // 2] ^= 1
    _overwrite(_manifest_file(store, run_id), bytes(content))
    with pytest.raises(Tampered, match=run_id):
        store.manifest(run_id)


@pytest.mark.parametrize("seal", [b"", b"nonsense", b"0" * 64 + b"  x\n", b"\xff" * 2000])
def test_a_changed_seal_is_noticed(store, run_id, seal):
    _overwrite(_seal_file(store, run_id), seal)
    with pytest.raises(Tampered):
        store.manifest(run_id)


def test_a_seal_that_is_gone_is_noticed(store, run_id):
    _seal_file(store, run_id).unlink()
    with pytest.raises(Tampered):
        store.manifest(run_id)


def test_a_manifest_under_the_name_of_another_run_is_noticed(store, run_id):
    other = small_manifest().run_id
    _manifest_file(store, run_id).rename(_manifest_file(store, other))
    _seal_file(store, run_id).rename(_seal_file(store, other))
    with pytest.raises(Tampered, match=run_id):
        store.manifest(other)


def test_a_manifest_of_a_later_version_says_what_to_install(store, run_id):
    _replant(store, run_id, store.manifest(run_id).document | {"schema_version": "2.0"})
    with pytest.raises(StoreError, match="pip install --upgrade taketwo"):
        store.manifest(run_id)


def test_unknown_fields_survive_in_the_store(store, run_id):
    document = store.manifest(run_id).document | {"weather": "fine"}
    _replant(store, run_id, document)
    assert store.manifest(run_id).document["weather"] == "fine"
    assert store.manifest(run_id).content == canonical_json.encode(document)


def test_a_capture_that_died_between_seal_and_manifest_leaves_no_run_and_no_obstacle(store):
    value = small_manifest()
    store.put_bytes(b"")
    _seal_file(store, value.run_id).write_text("0" * 64 + "  x\n")
    assert list(store.runs()) == []
    assert list(store.verify()) == []
    store.add_manifest(value)
    assert store.manifest(value.run_id).manifest == value


def test_verifying_names_the_manifests_that_are_damaged(store, run_id):
    sound = store.add_manifest(small_manifest()).manifest.run_id
    _overwrite(_manifest_file(store, run_id), b"{}")
    (damage,) = store.verify()
    assert (damage.kind, damage.runs) == ("tampered manifest", (run_id,))
    assert sound not in damage.text


def test_verifying_names_the_manifests_that_cannot_be_read(store, run_id):
    _replant(store, run_id, store.manifest(run_id).document | {"schema_version": "2.0"})
    (damage,) = store.verify()
    assert (damage.kind, damage.runs) == ("unreadable manifest", (run_id,))
