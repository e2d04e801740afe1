"""Data that DVC tracks: recognised without DVC, fetched with it, the user's workspace never written to."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from taketwo.data.digests import FileDigests
from taketwo.data.directory import list_directory
from taketwo.data.dvc import DvcSource
from taketwo.data.dvc_files import directory_object
from taketwo.errors import DataError, WrongData
from taketwo.model.base import Blob
from taketwo.model.data import Input, Location

pytest.importorskip("yaml", reason="PyYAML or ruamel reads what DVC writes")
SOURCE = DvcSource(FileDigests(None))


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


def track(project: Path, name: str, digest: str, *, modern: bool = True) -> None:
    kind = "hash: md5\n  " if modern else ""
    (project / f"{name}.dvc").write_text(
        f"outs:\n- {kind}md5: {digest}\n  size: 4\n  path: {Path(name).name}\n"
    )


def test_a_tracked_file_is_recognised_with_its_md5(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "s.csv").write_bytes(b"data")
    track(tmp_path, "data/s.csv", md5(b"data"))
    found = SOURCE.recognise(tmp_path / "data" / "s.csv", tmp_path)
    assert found == Location(kind="dvc", reference="data/s.csv", md5=md5(b"data"))


def test_a_file_that_changed_since_it_was_added_says_so(tmp_path):
    (tmp_path / "s.csv").write_bytes(b"changed")
    track(tmp_path, "s.csv", md5(b"data"))
    with pytest.raises(WrongData, match="has changed since") as caught:
        SOURCE.recognise(tmp_path / "s.csv", tmp_path)
    assert "dvc add s.csv" in caught.value.todo


def test_the_md5_of_a_text_file_by_an_old_dvc_is_understood(tmp_path):
    (tmp_path / "s.csv").write_bytes(b"a\r\nb\r\n")
    track(tmp_path, "s.csv", md5(b"a\nb\n"), modern=False)
    assert SOURCE.recognise(tmp_path / "s.csv", tmp_path) is not None
    track(tmp_path, "s.csv", md5(b"a\nb\n"), modern=True)
    with pytest.raises(WrongData):
        SOURCE.recognise(tmp_path / "s.csv", tmp_path)


def test_an_output_of_a_pipeline_is_recognised_from_its_lock(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "model.bin").write_bytes(b"m")
    (tmp_path / "dvc.lock").write_text(
        f"schema: '2.0'\nstages:\n  train:\n    cmd: x\n    outs:\n    - path: out/model.bin\n"
        f"      hash: md5\n      md5: {md5(b'm')}\n"
    )
    found = SOURCE.recognise(tmp_path / "out" / "model.bin", tmp_path)
    assert found == Location(kind="dvc", reference="out/model.bin", md5=md5(b"m"))


def test_a_tracked_directory_and_a_file_in_it_are_recognised(tmp_path):
    members = {"a.csv": b"a", "deep/b.csv": b"b"}
    for name, content in members.items():
        (tmp_path / "d" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "d" / name).write_bytes(content)
    digest = md5(directory_object({name: md5(content) for name, content in members.items()})) + ".dir"
    track(tmp_path, "d", digest)
    assert SOURCE.recognise(tmp_path / "d", tmp_path) == Location(kind="dvc", reference="d", md5=digest)
    found = SOURCE.recognise(tmp_path / "d" / "deep" / "b.csv", tmp_path)
    assert found == Location(kind="dvc", reference="d/deep/b.csv", md5=md5(b"b"))
    (tmp_path / "d" / "deep" / "b.csv").write_bytes(b"c")
    for path in (tmp_path / "d", tmp_path / "d" / "deep" / "b.csv"):
        with pytest.raises(WrongData):
            SOURCE.recognise(path, tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "outs: 3",
        "outs:\n- 3",
        "outs:\n- path: s.csv",
        "outs:\n- path: s.csv\n  md5: ../../x",
        "stages: []",
    ],
)
def test_a_tracking_file_without_a_usable_entry_is_no_recognition(tmp_path, content):
    (tmp_path / "s.csv").write_bytes(b"data")
    (tmp_path / "s.csv.dvc").write_text(content)
    (tmp_path / "dvc.lock").write_text(content)
    assert SOURCE.recognise(tmp_path / "s.csv", tmp_path) is None


def test_a_damaged_tracking_file_is_a_data_error_and_runs_nothing(tmp_path):
    (tmp_path / "s.csv").write_bytes(b"data")
    for content in ("outs: [", f"outs: !!python/object/apply:os.mkdir ['{tmp_path}/made']"):
        (tmp_path / "s.csv.dvc").write_text(content)
        with pytest.raises(DataError, match="not YAML"):
            SOURCE.recognise(tmp_path / "s.csv", tmp_path)
    assert not (tmp_path / "made").exists()


def test_without_a_yaml_reader_the_missing_part_is_named(tmp_path):
    (tmp_path / "s.csv").write_bytes(b"data")
    track(tmp_path, "s.csv", md5(b"data"))
    program = (
        "import sys; sys.modules.update({'yaml': None, 'ruamel': None, 'ruamel.yaml': None})\n"
        "from pathlib import Path\n"
        "from taketwo.data.digests import FileDigests; from taketwo.data.dvc import DvcSource\n"
        "from taketwo.errors import DataError\n"
        "try: DvcSource(FileDigests(None)).recognise(Path('s.csv').absolute(), Path.cwd())\n"
        "except DataError as error: print(error.todo)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "taketwo[dvc]" in done.stdout


def test_a_cache_whose_file_is_damaged_is_not_used(tmp_path):
    digest = md5(b"data")
    cached = tmp_path / ".dvc/cache/files/md5" / digest[:2] / digest[2:]
    cached.parent.mkdir(parents=True)
    cached.write_bytes(b"DATA")
    from taketwo.data.dvc import _cached

    assert _cached(tmp_path, digest) is None
    cached.write_bytes(b"data")
    assert _cached(tmp_path, digest) == cached


# What follows runs DVC itself.


def dvc(directory: Path, *arguments: str) -> None:
    environment = {
        **os.environ,
        "DVC_NO_ANALYTICS": "1",
        "DVC_SITE_CACHE_DIR": str(directory.parent / "site"),
    }
    subprocess.run(
        [sys.executable, "-m", "dvc", *arguments],
        cwd=directory,
        env=environment,
        check=True,
        capture_output=True,
    )


@pytest.fixture(scope="module")
def author(tmp_path_factory) -> Path:
    """A project of an author who has pushed a file and a directory to a remote, named relative to it."""
    pytest.importorskip("dvc", reason="DVC is not installed")
    root = tmp_path_factory.mktemp("author")
    project = root / "project"
    (project / "d" / "deep").mkdir(parents=True)
    (project / "s.csv").write_bytes(b"a\r\nb\r\n")
    (project / "d" / "x.csv").write_bytes(b"x")
    (project / "d" / "deep" / "y.csv").write_bytes(b"y")
    dvc(project, "init", "--no-scm", "--quiet")
    dvc(project, "remote", "add", "--default", "store", "../remote")
    dvc(project, "add", "--quiet", "s.csv", "d")
    dvc(project, "push", "--quiet")
    return project


def item(name: str, kind: str, size: int = 0) -> Input:
    return Input(name=name, path=f"$PROJECT/{name}", kind=kind, content=Blob(sha256="0" * 64, size=size))


def snapshot(directory: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path.relative_to(directory)): (path.lstat().st_mtime_ns, path.read_bytes())
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


@pytest.mark.slow
def test_what_dvc_itself_wrote_is_recognised(author):
    for name in ("s.csv", "d", "d/x.csv", "d/deep/y.csv"):
        found = SOURCE.recognise(author / name, author)
        assert found is not None
        assert found.reference == name


@pytest.mark.slow
def test_dvc_pulls_files_and_directories_and_leaves_the_workspace_as_it_was(author, tmp_path, monkeypatch):
    locations = {name: SOURCE.recognise(author / name, author) for name in ("s.csv", "d", "d/deep/y.csv")}
    clone = (
        author.parent / "clone"
    )  # beside the remote, as another checkout would be; no cache, no .dvc files
    (clone / ".dvc").mkdir(parents=True, exist_ok=True)
    (clone / ".dvc" / "config").write_bytes((author / ".dvc" / "config").read_bytes())
    before = snapshot(clone), snapshot(author)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    SOURCE.fetch(item("s.csv", "file"), locations["s.csv"], tmp_path / "s", clone)
    SOURCE.fetch(item("y", "file"), locations["d/deep/y.csv"], tmp_path / "y", clone)
    SOURCE.fetch(item("d", "directory"), locations["d"], tmp_path / "d", clone)
    assert (tmp_path / "s").read_bytes() == b"a\r\nb\r\n"
    assert (tmp_path / "y").read_bytes() == b"y"
    assert [f.path for f in list_directory(tmp_path / "d", FileDigests(None)).files] == [
        "deep/y.csv",
        "x.csv",
    ]
    assert (snapshot(clone), snapshot(author)) == before


@pytest.mark.slow
def test_what_the_remote_does_not_have_is_a_data_error_with_dvcs_reason(author, tmp_path):
    missing = Location(kind="dvc", reference="gone.csv", md5=md5(b"never pushed"))
    clone = author.parent / "other"
    (clone / ".dvc").mkdir(parents=True, exist_ok=True)
    (clone / ".dvc" / "config").write_bytes((author / ".dvc" / "config").read_bytes())
    with pytest.raises(DataError, match=r"DVC did not deliver 'gone\.csv'") as caught:
        SOURCE.fetch(item("gone.csv", "file"), missing, tmp_path / "out", clone)
    assert "ERROR" in caught.value.what
    assert not (tmp_path / "out").exists()
