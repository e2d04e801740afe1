"""A kept environment is used again only when every file of it is as it was built."""

import os

import pytest

from taketwo.environments import file_digests, sealed_listing
from tests.support.environments import settle


@pytest.fixture
def built(tmp_path):
    root = tmp_path / "env"
    cache = root / "lib" / "__pycache__"
    cache.mkdir(parents=True)
    (cache / "a.cpython-311.pyc").write_bytes(b"header and code")
    (root / "lib" / "a.py").write_text("x = 1\n")
    (root / "bin").mkdir()
    (root / "bin" / "python").symlink_to("/usr/bin/python3")
    sealed_listing.write(root, tmp_path / "listing")
    return root


def difference(root):
    return sealed_listing.difference(root, root.parent / "listing")


def test_nothing_has_changed(built):
    assert difference(built) is None
    assert difference(built) is None


def test_a_byte_of_byte_code_that_was_changed_and_dated_back_is_found(built):
    settle()
    assert difference(built) is None
    path = built / "lib" / "__pycache__" / "a.cpython-311.pyc"
    before = path.stat()
    path.write_bytes(b"header and evil")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    assert difference(built) == "lib/__pycache__/a.cpython-311.pyc"


def test_byte_code_that_an_unsealed_run_has_added_is_removed(built):
    new = built / "lib" / "__pycache__" / "b.cpython-311.pyc"
    new.write_bytes(b"evil")
    (built / "bin" / "__pycache__").mkdir()
    (built / "bin" / "__pycache__" / "c.pyc").write_bytes(b"evil")
    assert difference(built) is None
    assert not new.exists()
    assert not (built / "bin" / "__pycache__").exists()


CHANGES = {
    "lib/new.pyc": lambda root: (root / "lib" / "new.pyc").write_bytes(b""),
    "lib/a.py": lambda root: (root / "lib" / "a.py").unlink(),
    "lib/dir": lambda root: (root / "lib" / "dir").mkdir(),
    "bin/python": lambda root: _link(root, "/tmp/evil").replace(root / "bin" / "python"),
    "lib/__pycache__": lambda root: (root / "lib" / "__pycache__").chmod(0o777),
}


def _link(root, target):
    (root.parent / "link").symlink_to(target)
    return root.parent / "link"


@pytest.mark.parametrize("path", CHANGES)
def test_what_is_new_gone_or_leads_elsewhere_is_found(built, path):
    CHANGES[path](built)
    assert difference(built) == path


@pytest.mark.parametrize("content", [None, b"", b"\x80", b"garbage"])
def test_without_a_listing_that_can_be_read_nothing_is_trusted(built, content):
    listing = built.parent / "listing"
    listing.unlink() if content is None else listing.write_bytes(content)
    assert difference(built) == "listing"


def test_files_that_were_left_alone_are_not_read_again(built, monkeypatch):
    settle()
    assert difference(built) is None
    read = []
    monkeypatch.setattr(file_digests, "_digest", lambda path: read.append(path) or b"")
    assert difference(built) is None
    assert read == []
