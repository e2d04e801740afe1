"""What the disk refuses is told in three sentences, and leaves nothing half written."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from taketwo.errors import StoreError
from taketwo.store.disk import (
    disk_errors,
    hash_stream,
    make_directory,
    names_in,
    temporary_file,
    write_durably,
)

SOURCE = Path(__file__).resolve().parents[2] / "src"


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.ENOSPC, "taketwo store gc"),
        (errno.EDQUOT, "taketwo store gc"),
        (errno.EACCES, "TAKETWO_HOME"),
        (errno.EROFS, "read-only"),
        (errno.EIO, "taketwo store verify"),
        (errno.EMFILE, "try again"),
    ],
)
def test_a_disk_error_says_what_happened_why_it_matters_and_what_to_do(number, advice):
    with pytest.raises(StoreError) as caught, disk_errors("the blob cannot be kept"):
        raise OSError(number, os.strerror(number))
    assert caught.value.what == f"the blob cannot be kept: {os.strerror(number)}"
    assert caught.value.why
    assert advice in caught.value.todo
    assert isinstance(caught.value.__cause__, OSError)


def test_other_errors_pass():
    with pytest.raises(KeyError), disk_errors("x"):
        raise KeyError


def test_a_temporary_file_is_gone_whatever_ends_it(tmp_path):
    def interrupted():
        with temporary_file(tmp_path) as (file, path):
            file.write(b"half")
            assert path.exists()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert names_in(tmp_path) == []


def test_a_file_is_replaced_as_a_whole(tmp_path):
    (tmp_path / "temporary").mkdir()
    path = tmp_path / "file"
    for content in (b"old", b"new"):
        write_durably(path, content, tmp_path / "temporary")
        assert path.read_bytes() == content
    assert names_in(tmp_path / "temporary") == []


def test_making_a_directory_twice_is_making_it_once(tmp_path):
    make_directory(tmp_path / "a")
    make_directory(tmp_path / "a")
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o700


def test_a_directory_that_is_not_there_has_no_names(tmp_path):
    assert names_in(tmp_path / "missing") == []


def test_hashing_a_stream_reads_all_of_it(tmp_path):
    (tmp_path / "a").write_bytes(b"abc" * 1_000_000)
    with (tmp_path / "a").open("rb") as source, (tmp_path / "b").open("wb") as target:
        digest, size = hash_stream(source, target)
    assert size == 3_000_000
    assert digest == subprocess.run(
        ["sha256sum", tmp_path / "b"], check=True, capture_output=True, text=True
    ).stdout.split()[0].lstrip("\\")


def _can_mount():
    if shutil.which("unshare") is None:
        return False
    probe = ["unshare", "--mount", "--map-root-user", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


FILL = """
import os, sys
from pathlib import Path
from taketwo.errors import StoreError
from taketwo.store.local import LocalStore
store = LocalStore(Path(sys.argv[1]) / "store")
small = store.put_bytes(b"small")
try:
    store.put_bytes(bytes(3_000_000))
except StoreError as error:
    assert "No space left" in error.what and error.why and "store gc" in error.todo, error
else:
    sys.exit("nothing was refused")
assert list(store.digests()) == [small.sha256]
assert os.listdir(store.root / "temporary") == []
assert store.read(small.sha256) == b"small"
"""

READ = """
import sys
from pathlib import Path
from taketwo.errors import StoreError
from taketwo.store.local import LocalStore
store = LocalStore(Path(sys.argv[1]))
(row,) = store.runs()
(digest,) = store.digests()
assert store.has(digest) and store.read(digest) == b"kept"
assert store.resolve("latest") == row.run_id == store.manifest(row.run_id).manifest.run_id
for write in (lambda: store.put_bytes(b"kept"), lambda: store.put_bytes(b"new"), store.rebuild_index):
    try:
        write()
    except StoreError as error:
        assert error.why and error.todo, error
    else:
        sys.exit("nothing was refused")
"""


def _run_mounted(mount, script, directory):
    command = f'{mount} && exec "$0" -c "$1" "$2"'
    finished = subprocess.run(
        ["unshare", "--mount", "--map-root-user", "sh", "-c", command, sys.executable, script, directory],
        env={**os.environ, "PYTHONPATH": str(SOURCE), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr


@pytest.mark.skipif(not _can_mount(), reason="needs unshare(1) and user namespaces, to mount a small disk")
def test_a_full_disk_is_told_and_leaves_nothing_half_written(tmp_path):
    _run_mounted(f"mount -t tmpfs -o size=2m tmpfs {tmp_path}", FILL, tmp_path)


@pytest.mark.skipif(not _can_mount(), reason="needs unshare(1) and user namespaces, to mount read-only")
@pytest.mark.parametrize("indexed", [True, False])
def test_a_read_only_disk_is_read_and_writing_to_it_is_told(tmp_path, indexed):
    from taketwo.store.local import LocalStore
    from tests.support.manifests import small_manifest

    store = LocalStore(tmp_path)
    store.put_bytes(b"kept")
    store.add_manifest(small_manifest())
    if indexed:
        store.runs()
    _run_mounted(f"mount --bind {tmp_path} {tmp_path} && mount -o remount,bind,ro {tmp_path}", READ, tmp_path)
