"""Archives are opened within limits that they cannot talk us out of."""

import contextlib
import gzip
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taketwo.errors import FormatError
from taketwo.formats.archives import gunzip, unzip


def zipped(members, compression=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


@given(st.binary(max_size=2000))
def test_what_was_compressed_comes_back(content):
    assert gunzip(gzip.compress(content), limit=2000) == content
    assert unzip(zipped({"a": content}), limit=2000) == {"a": content}


def test_members_of_a_gzip_file_are_joined():
    assert gunzip(gzip.compress(b"one ") + gzip.compress(b"two"), limit=100) == b"one two"


def test_a_bomb_is_refused_before_it_is_unpacked():
    bomb = gzip.compress(bytes(50_000_000))
    with pytest.raises(FormatError, match="more than 1,000,000 bytes"):
        gunzip(bomb, limit=1_000_000)
    with pytest.raises(FormatError, match="more than 1,000,000 bytes"):
        unzip(zipped({"a": bytes(50_000_000)}), limit=1_000_000)


def test_the_limit_counts_all_members_together():
    with pytest.raises(FormatError):
        unzip(zipped({"a": bytes(600), "b": bytes(600)}), limit=1000)
    with pytest.raises(FormatError):
        gunzip(gzip.compress(bytes(600)) * 2, limit=1000)


def test_a_truncated_file_is_a_format_error():
    whole = gzip.compress(b"content" * 100)
    for size in (1, 5, 12, len(whole) - 1):
        with pytest.raises(FormatError):
            gunzip(whole[:size], limit=10_000)


def test_a_name_that_stands_twice_is_a_format_error():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a", b"1")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a", b"2")
    with pytest.raises(FormatError, match="two members"):
        unzip(file.getvalue(), limit=100)


@given(st.binary(max_size=40), st.integers(min_value=0, max_value=200))
def test_damaged_archives_are_read_or_refused(noise, place):
    content = bytearray(zipped({"a.txt": b"hello", "b/c": b"world"}))
    content[place : place + len(noise)] = noise
    for unpack in (gunzip, unzip):
        with contextlib.suppress(FormatError):
            unpack(bytes(content), limit=10_000)
