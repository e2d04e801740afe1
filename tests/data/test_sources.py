"""Fetching through several sources: own copies first, the digest always checked, nothing half-done left."""

import hashlib
from pathlib import Path

import pytest

from taketwo.data.digests import FileDigests
from taketwo.data.directory import list_directory
from taketwo.data.local import LocalSource
from taketwo.data.sources import DataSources
from taketwo.errors import DataError, WrongData
from taketwo.formats import listing
from taketwo.formats.places import Places
from taketwo.model.base import Blob
from taketwo.model.data import Input, Location
from tests.support.data_sources import MemorySource

DIGESTS = FileDigests(None)


def file_input(content: bytes, *locations: Location) -> Input:
    blob = Blob(sha256=hashlib.sha256(content).hexdigest(), size=len(content), stored=False)
    return Input(name="students", path="$PROJECT/s.csv", kind="file", content=blob, locations=locations)


def directory_input(files: dict[str, bytes], *locations: Location) -> tuple[Input, bytes]:
    listed = [listing.Listed(n, hashlib.sha256(c).hexdigest(), len(c)) for n, c in files.items()]
    content = listing.encode(listed)
    blob = Blob(sha256=hashlib.sha256(content).hexdigest(), size=len(content))
    item = Input(
        name="cohorts",
        path="$PROJECT/c",
        kind="directory",
        content=blob,
        locations=locations,
        files=len(files),
    )
    return item, content


def sources(*others: MemorySource, **copies: Path) -> DataSources:
    return DataSources(LocalSource(Places(project="/nowhere"), copies, DIGESTS), others, DIGESTS)


def web(**contents: bytes) -> MemorySource:
    source = MemorySource("url")
    source.contents.update(contents)
    return source


def at(reference: str) -> Location:
    return Location(kind="url", reference=reference)


def test_the_first_place_that_has_the_right_bytes_wins(tmp_path):
    source = web(wrong=b"other", right=b"data")
    item = file_input(b"data", at("missing"), at("wrong"), at("right"), at("never asked"))
    assert sources(source).fetch(item, tmp_path / "out", tmp_path) == at("right")
    assert (tmp_path / "out").read_bytes() == b"data"
    assert source.fetched == ["missing", "wrong", "right"]


def test_the_own_copy_of_the_replayer_comes_first(tmp_path):
    (tmp_path / "mine.csv").write_bytes(b"data")
    source = web(right=b"data")
    item = file_input(b"data", at("right"))
    sources(source, students=tmp_path / "mine.csv").fetch(item, tmp_path / "out", tmp_path)
    assert source.fetched == []
    assert (tmp_path / "mine.csv").read_bytes() == b"data"


def test_an_own_copy_with_other_content_stops_and_nothing_else_is_tried(tmp_path):
    (tmp_path / "mine.csv").write_bytes(b"date")
    source = web(right=b"data")
    with pytest.raises(WrongData, match="'students' is not the captured data") as caught:
        sources(source, students=tmp_path / "mine.csv").fetch(
            file_input(b"data", at("right")), tmp_path / "out", tmp_path
        )
    assert "--data students=" in caught.value.todo
    assert source.fetched == []
    assert sorted(p.name for p in tmp_path.iterdir()) == ["mine.csv"]


def test_an_own_copy_that_is_not_there_is_said_to_be_missing_and_nothing_else_is_tried(tmp_path):
    source = web(right=b"data")
    with pytest.raises(
        DataError, match=r"there is nothing at .*mine\.csv, where the data 'students'"
    ) as caught:
        sources(source, students=tmp_path / "mine.csv").fetch(
            file_input(b"data", at("right")), tmp_path / "out", tmp_path
        )
    assert "--data" in caught.value.why
    assert source.fetched == []


def test_only_wrong_content_everywhere_is_wrong_data(tmp_path):
    with pytest.raises(WrongData):
        sources(web(wrong=b"other")).fetch(
            file_input(b"data", at("missing"), at("wrong")), tmp_path / "out", tmp_path
        )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("locations", [(), (at("missing"),), (Location(kind="dvc", reference="x"),)])
def test_data_that_is_nowhere_names_the_option_that_helps(tmp_path, locations):
    with pytest.raises(DataError, match="cannot be obtained") as caught:
        sources(web()).fetch(file_input(b"data", *locations), tmp_path / "out", tmp_path)
    assert not isinstance(caught.value, WrongData)
    assert "--data students=PATH" in caught.value.todo


def test_a_directory_is_checked_file_by_file(tmp_path):
    item, content = directory_input({"a.csv": b"a", "deep/b.csv": b"b"}, at("whole"), at("changed"))
    source = MemorySource("url")
    source.contents["whole"] = {"deep/b.csv": b"b", "a.csv": b"a"}
    sources(source).fetch(item, tmp_path / "out", tmp_path)
    assert list_directory(tmp_path / "out", DIGESTS).listing == content


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"a.csv": b"a", "deep/b.csv": b"x"}, "deep/b.csv differs"),
        ({"a.csv": b"a"}, "deep/b.csv is missing"),
        ({"a.csv": b"a", "deep/b.csv": b"b", "z": b""}, "z was not captured"),
        ({"a.csv": b"x"}, r"a.csv differs \(and 1 files more\)"),
    ],
)
def test_a_wrong_directory_names_the_first_file_that_differs(tmp_path, files, sentence):
    item, content = directory_input({"a.csv": b"a", "deep/b.csv": b"b"})
    for name, part in files.items():
        (tmp_path / "mine" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "mine" / name).write_bytes(part)
    with pytest.raises(WrongData, match=sentence):
        sources(cohorts=tmp_path / "mine").fetch(
            item, tmp_path / "out", tmp_path, read_listing=lambda _: content
        )
    with pytest.raises(WrongData):
        sources(cohorts=tmp_path / "mine").fetch(item, tmp_path / "out", tmp_path)


def test_a_file_where_a_directory_was_captured_is_refused(tmp_path):
    item, _ = directory_input({"a.csv": b"a"})
    (tmp_path / "mine").write_bytes(b"a")
    with pytest.raises(DataError, match="is not a directory"):
        sources(cohorts=tmp_path / "mine").fetch(item, tmp_path / "out", tmp_path)


def test_the_link_to_where_the_data_was_gives_way_to_the_data(tmp_path):
    (tmp_path / "out").symlink_to("/where/the/author/kept/it")
    sources(web(right=b"data")).fetch(file_input(b"data", at("right")), tmp_path / "out", tmp_path)
    assert not (tmp_path / "out").is_symlink()
    assert (tmp_path / "out").read_bytes() == b"data"


def test_every_place_is_listed_and_what_stands_in_the_way_is_a_notice(tmp_path):
    class Broken(MemorySource):
        def recognise(self, path, project):
            raise DataError("the tracking file is damaged")

    known = web()
    known.origins[tmp_path / "s.csv"] = "somewhere"
    locations, notices = sources(Broken("dvc"), known).locate(tmp_path / "s.csv", tmp_path)
    assert locations == (at("somewhere"),)
    assert [notice.text for notice in notices] == ["the tracking file is damaged"]
