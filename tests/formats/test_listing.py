"""Listings: one set of files, one sequence of bytes, and no path that leads out."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taketwo.errors import FormatError
from taketwo.formats import listing
from taketwo.formats.listing import Listed

DIGEST = "ab" * 32
NAMES = (
    st.binary(min_size=1, max_size=6)
    .filter(lambda b: b"/" not in b and b"\0" not in b and b not in {b".", b".."})
    .map(os.fsdecode)
)
ODD = st.sampled_from(["a\nb", "\\n", "\\", "\r", " ", "  x", "…", "\udcff\udcfe", "...", "a\\\nb", "é"])
PATHS = st.lists(NAMES | ODD, min_size=1, max_size=3).map("/".join)


def _listed(paths):
    """The paths that can stand in one directory, as listed files."""
    kept: list[str] = []
    for path in paths:
        if not any(path == k or path.startswith(k + "/") or k.startswith(path + "/") for k in kept):
            kept.append(path)
    return [Listed(path, f"{number:064x}", number) for number, path in enumerate(kept)]


@given(st.lists(PATHS, max_size=8).map(_listed))
def test_any_files_round_trip_whatever_their_names(files):
    assert listing.decode(listing.encode(files)) == tuple(sorted(files))


@given(st.lists(PATHS, max_size=8).map(_listed), st.randoms(use_true_random=False))
def test_equal_trees_have_equal_bytes_in_whatever_order_they_were_found(files, order):
    shuffled = list(files)
    order.shuffle(shuffled)
    assert listing.encode(shuffled) == listing.encode(files)


@given(st.binary() | PATHS.map(lambda p: f"{DIGEST}  1  {p}\n".encode("utf-8", "surrogateescape")))
def test_any_bytes_are_refused_or_are_the_one_form_of_what_they_say(content):
    try:
        files = listing.decode(content)
    except FormatError:
        return
    assert listing.encode(files) == content


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../up", "a/../../b", "a//b", "a/", "./a", "a/.", "..", ".", "a\0b", ""]
)
def test_a_path_that_leads_out_is_refused_when_written_and_when_read(path):
    with pytest.raises(FormatError):
        listing.encode([Listed(path, DIGEST, 1)])
    with pytest.raises(FormatError):
        listing.decode(f"{DIGEST}  1  {path}\n".encode())


@pytest.mark.parametrize(
    ("paths", "why"),
    [
        (("b", "a"), "sorted"),
        (("a", "a"), "once"),
        (("a", "a/b"), "through another file"),
        (("a", "a-b", "a/b/c"), "through another file"),
    ],
)
def test_lines_that_cannot_be_one_directory_are_refused(paths, why):
    content = b"".join(f"{DIGEST}  1  {path}\n".encode() for path in paths)
    with pytest.raises(FormatError, match=why):
        listing.decode(content)


@pytest.mark.parametrize("paths", [("a", "a"), ("a", "a-b", "a/b")])
def test_files_that_cannot_be_one_directory_are_not_written(paths):
    with pytest.raises(FormatError):
        listing.encode([Listed(path, DIGEST, 1) for path in paths])


@pytest.mark.parametrize(
    "content",
    [
        b"\n",
        b"x",
        f"{DIGEST}  1  a".encode(),
        f"{DIGEST} 1 a\n".encode(),
        f"{DIGEST.upper()}  1  a\n".encode(),
        f"{DIGEST}  -1  a\n".encode(),
        f"{DIGEST}  01  a\n".encode(),
        f"{DIGEST}  {'9' * 5000}  a\n".encode(),
        f"{DIGEST}  1  a\\x\n".encode(),
        f"{DIGEST}  1  a\\\n".encode(),
        f"{DIGEST}  1  a\n\n".encode(),
    ],
)
def test_bad_lines_are_refused(content):
    with pytest.raises(FormatError):
        listing.decode(content)


@pytest.mark.parametrize(
    "file",
    [
        Listed("a", "AB" * 32, 1),
        Listed("a", "ab", 1),
        Listed("a", DIGEST, -1),
        Listed("\ud800", DIGEST, 1),
        Listed("\udcc3\udca9", DIGEST, 1),
    ],
)
def test_what_no_listing_can_say_is_not_written(file):
    with pytest.raises(FormatError):
        listing.encode([file])


def test_an_error_names_the_line():
    good = f"{DIGEST}  1  a\n".encode()
    with pytest.raises(FormatError) as caught:
        listing.decode(good + b"nonsense\n")
    assert caught.value.path == "line 2"


def test_the_form_is_the_documented_one():
    files = [Listed("b\nc", DIGEST, 2), Listed("a\\b", DIGEST, 10)]
    assert listing.encode(files) == f"{DIGEST}  10  a\\\\b\n{DIGEST}  2  b\\nc\n".encode()
    assert listing.encode([]) == b""
