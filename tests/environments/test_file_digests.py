"""Digests of files by device, inode, size and times."""

import hashlib
import os
import time
from pathlib import Path

from taketwo.environments import file_digests


def test_only_files_whose_key_is_unknown_are_read(tmp_path):
    paths = []
    for number in range(200):
        path = tmp_path / f"{number}.bin"
        path.write_bytes(b"x" * number)
        paths.append(str(path))
    keys = file_digests.split_keys(file_digests.packed_keys(paths))
    found = file_digests.digests(paths, keys, {})
    assert found == [hashlib.sha256(b"x" * number).digest() for number in range(200)]
    known = {key: bytes(32)[:31] + b"k" for key in keys[:150]}
    again = file_digests.digests(paths, keys, known)
    assert again[:150] == [known[key] for key in keys[:150]]
    assert again[150:] == found[150:]


def test_a_large_file_is_streamed(tmp_path):
    path = tmp_path / "large.bin"
    path.write_bytes(b"y" * (1 << 20) + b"z")
    keys = file_digests.split_keys(file_digests.packed_keys([str(path)]))
    assert file_digests.size_of(keys[0]) == (1 << 20) + 1
    assert file_digests.digests([str(path)], keys, {}) == [hashlib.sha256(path.read_bytes()).digest()]


def test_a_file_that_is_not_there_has_an_empty_key_and_no_digest(tmp_path):
    packed = file_digests.packed_keys([str(tmp_path / "gone")])
    assert packed == bytes(file_digests.WIDTH)
    assert file_digests.digests([str(tmp_path / "gone")], [packed], {}) == [b""]


def test_a_key_is_that_of_the_file_wherever_the_others_lie(tmp_path):
    (tmp_path / "lib").mkdir()
    (tmp_path / "libexec" / "deep").mkdir(parents=True)
    paths = [
        tmp_path / "lib",
        tmp_path / "lib" / "a",
        tmp_path / "libexec" / "deep" / "b",
        tmp_path / "gone" / "c",
    ]
    for path in paths[1:3]:
        path.write_text(path.name)
    texts = [str(path) for path in [*paths, Path("/"), Path("/etc")]]
    alone = [file_digests.packed_keys([path]) for path in texts]
    for chosen in (texts, texts[:4], texts[:1], texts[3:4], texts[4:], list(reversed(texts))):
        expected = b"".join(alone[texts.index(path)] for path in chosen)
        assert file_digests.packed_keys(chosen) == expected
    assert file_digests.size_of(alone[1]) == 1
    assert alone[3] == bytes(file_digests.WIDTH)
    assert file_digests.packed_keys([]) == b""
    empty = bytes(file_digests.WIDTH)
    assert file_digests.packed_keys(["", *texts]) == empty + b"".join(alone)
    assert file_digests.packed_keys([""]) == empty


def test_every_change_of_a_file_changes_its_key(tmp_path):
    path = tmp_path / "a"
    path.write_text("one")
    stat = path.stat()
    before = file_digests.packed_keys([str(path)])
    time.sleep(0.02)
    path.write_text("two")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert file_digests.packed_keys([str(path)]) != before


def test_times_before_1970_have_keys_too(tmp_path):
    path = tmp_path / "old"
    path.write_text("")
    os.utime(path, (-5, -5))
    assert len(file_digests.packed_keys([str(path)])) == file_digests.WIDTH


def test_files_written_just_now_are_not_settled(tmp_path):
    path = tmp_path / "new"
    path.write_text("")
    assert not file_digests.settled(file_digests.packed_keys([str(path)]))
    assert file_digests.settled(bytes(file_digests.WIDTH))
