"""Directories as listings: complete, sorted, and never more than the directory."""

import hashlib
import os
import socket

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taketwo.data.digests import FileDigests
from taketwo.data.directory import list_directory
from taketwo.errors import DataError
from taketwo.formats import listing

DIGESTS = FileDigests(None)
names = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=8)


def paths(root, **options):
    return [file.path for file in list_directory(root, DIGESTS, **options).files]


@settings(max_examples=40)
@given(
    files=st.dictionaries(
        st.lists(names.filter(lambda n: n not in {".", ".."}), min_size=1, max_size=3).map(tuple),
        st.binary(max_size=20),
        max_size=6,
    )
)
def test_a_listing_names_every_file_with_its_digest_and_reads_back(tmp_path_factory, files):
    root = tmp_path_factory.mktemp("tree")
    expected = {}
    for parts, content in files.items():
        path = root.joinpath(*parts)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except OSError:  # a name that is both a file and a directory
            continue
        expected["/".join(parts)] = (hashlib.sha256(content).hexdigest(), len(content))
    found = list_directory(root, DIGESTS)
    assert {f.path: (f.sha256, f.size) for f in found.files} == expected
    assert listing.decode(found.listing) == found.files


def test_two_directories_with_the_same_files_have_the_same_listing(tmp_path):
    for name, order in (("one", "abc"), ("two", "cab")):
        for letter in order:
            (tmp_path / name / letter).mkdir(parents=True)
            (tmp_path / name / letter / "x").write_text(letter)
    (tmp_path / "two" / "empty").mkdir()
    one, two = (list_directory(tmp_path / name, DIGESTS).listing for name in ("one", "two"))
    assert one == two


def test_links_that_stay_inside_are_listed_under_their_own_names(tmp_path):
    (tmp_path / "2024").mkdir()
    (tmp_path / "2024" / "x.csv").write_text("1")
    (tmp_path / "latest").symlink_to("2024")
    (tmp_path / "best.csv").symlink_to("latest/x.csv")
    assert paths(tmp_path) == ["2024/x.csv", "best.csv", "latest/x.csv"]


def test_links_may_lead_to_a_wider_place_when_that_is_said(tmp_path):
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "ab").write_text("1")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "x.csv").symlink_to("../cache/ab")
    with pytest.raises(DataError, match="leads out"):
        paths(tmp_path / "data")
    assert paths(tmp_path / "data", within=tmp_path) == ["x.csv"]


@pytest.mark.parametrize("target", ["/etc/hostname", "../secret", "nothing", "/", "..", ".", "loop"])
def test_links_that_lead_out_to_nothing_or_in_a_circle_are_refused(tmp_path, target):
    (tmp_path / "secret").write_text("not yours")
    root = tmp_path / "data"
    root.mkdir()
    (root / "loop").symlink_to(target)
    with pytest.raises(DataError) as caught:
        list_directory(root, DIGESTS)
    assert "loop" in caught.value.what
    assert caught.value.todo


def test_a_name_that_only_begins_like_the_root_is_outside(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data-private").write_text("1")
    (tmp_path / "data" / "x").symlink_to(tmp_path / "data-private")
    with pytest.raises(DataError, match="leads out"):
        list_directory(tmp_path / "data", DIGESTS)


def test_the_directory_itself_may_be_reached_through_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "x").write_text("1")
    (tmp_path / "link").symlink_to("real")
    assert paths(tmp_path / "link") == ["x"]


def test_sockets_and_pipes_are_skipped_by_name(tmp_path):
    (tmp_path / "x").write_text("1")
    os.mkfifo(tmp_path / "pipe")
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(tmp_path / "s"))
    server.close()
    found = list_directory(tmp_path, DIGESTS)
    assert [f.path for f in found.files] == ["x"]
    assert [n.text.split()[0] for n in found.skipped] == ["pipe", "s"]


def test_a_missing_directory_and_a_file_are_errors(tmp_path):
    (tmp_path / "file").write_text("1")
    for name in ("missing", "file"):
        with pytest.raises(DataError):
            list_directory(tmp_path / name, DIGESTS)
