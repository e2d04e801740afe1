"""Which files count as outputs of a run, and which must not."""

import hashlib
import os
import socket
import time
from pathlib import Path

import msgspec
import pytest

from taketwo.model.base import Blob
from taketwo.model.data import Input
from taketwo.record import outputs as outputs_module
from taketwo.record.files import Allowance, FileStat, Opened
from taketwo.record.outputs import Artifact, OutputRequest, find_outputs
from taketwo.record.places import observed_places
from tests.support.keeping import KeepingStore


class World:
    """A project in which a run begins when the test says so."""

    def __init__(self, root: Path) -> None:
        self.home = root
        self.project = root / "study"
        self.project.mkdir()
        self.store = KeepingStore()
        self.started_ns = 0

    def begin(self) -> None:
        time.sleep(0.05)
        self.started_ns = time.time_ns()

    def file(self, name: str, content: str = "1") -> Path:
        path = self.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        return path

    def find(self, *, limit: int = 1 << 30, **options):
        places = observed_places(self.project, home=self.home)
        request = OutputRequest(places=places, started_ns=self.started_ns, **options)
        return find_outputs(request, self.store.keeping(size_limit=limit))

    def paths(self, **options) -> list[str]:
        return [output.path for output in self.find(**options).outputs]


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def written(path: Path) -> Opened:
    return Opened(str(path), "w", None)


def test_files_made_or_changed_since_the_start_are_outputs_with_their_bytes(world):
    world.file("old.txt")
    world.file("changed.txt", "before")
    world.begin()
    world.file("changed.txt", "after")
    world.file("results/table.csv", "a,b")
    outputs = world.find().outputs
    assert [(o.name, o.path) for o in outputs] == [
        ("changed.txt", "$PROJECT/changed.txt"),
        ("results/table.csv", "$PROJECT/results/table.csv"),
    ]
    assert [world.store.blobs[o.content.sha256] for o in outputs] == [b"after", b"a,b"]


def test_a_file_made_at_the_very_start_is_not_missed(world):
    for n in range(20):
        world.started_ns = time.time_ns()
        world.file(f"{n}.txt")
        assert f"$PROJECT/{n}.txt" in world.paths()


def test_a_file_that_the_process_wrote_just_before_the_start_is_no_output(world):
    path = world.file("prepared.csv")
    before = Opened(str(path), "w", None, time=time.time())
    world.started_ns = time.time_ns()
    assert world.paths(opens=[before]) == []


def test_a_source_file_that_was_saved_just_before_the_start_is_no_output(world):
    world.file("train.py")
    world.started_ns = time.time_ns()
    assert world.paths() == ["$PROJECT/train.py"]  # without knowing the source, its time decides
    assert world.paths(source_root=world.project, source_files={"train.py"}) == []


def test_a_source_file_that_the_run_rewrites_is_an_output(world):
    world.begin()
    world.file("notes.md", "after")
    world.started_ns -= 30_000_000
    assert world.paths(source_root=world.project, source_files={"notes.md"}) == ["$PROJECT/notes.md"]


def test_a_copy_that_keeps_old_dates_is_an_output(world):
    world.begin()
    path = world.file("model.bin")
    os.utime(path, (1, 1))
    assert world.paths() == ["$PROJECT/model.bin"]


@pytest.mark.parametrize(
    "name",
    [
        *(".git/index", ".taketwo/runs/x", "pkg/__pycache__/m.cpython-311.pyc", "node_modules/x/y.js"),
        *("venv/lib/x.txt", ".pytest_cache/v", "m.pyc"),
    ],
)
def test_what_tools_write_is_no_output(world, name):
    world.file("venv/pyvenv.cfg")
    world.begin()
    path = world.file(name)
    world.file("result.txt")
    assert world.paths(opens=[written(path)]) == ["$PROJECT/result.txt"]


def test_a_file_that_was_removed_again_is_no_output(world):
    world.begin()
    path = world.file("scratch.tmp")
    path.unlink()
    found = world.find(opens=[written(path)])
    assert found.outputs == ()
    assert found.notices == ()


def test_observed_writes_count_although_the_times_say_nothing(world):
    path = world.file("x.txt")
    world.begin()
    assert world.paths() == []
    assert world.paths(opens=[written(path), Opened(str(path), "r", None)]) == ["$PROJECT/x.txt"]


def test_observed_writes_outside_the_project_are_no_outputs(world):
    path = world.home / "elsewhere.txt"
    path.write_text("1")
    assert world.paths(opens=[written(path)], sealed=False) == []


def test_an_input_that_was_only_touched_is_no_output_and_a_rewritten_one_is(world):
    same, other = world.file("same.csv", "same"), world.file("other.csv", "before")
    inputs = [
        Input(
            name=path.name,
            path=f"$PROJECT/{path.name}",
            kind="file",
            content=Blob(sha256=hashlib.sha256(path.read_bytes()).hexdigest(), size=path.stat().st_size),
        )
        for path in (same, other)
    ]
    world.begin()
    same.chmod(0o600)
    other.write_text("after")
    assert world.paths(inputs=inputs) == ["$PROJECT/other.csv"]


@pytest.mark.parametrize(
    "way", ["file", "directory", "through a folder", "absolute", "into git", "into git's folder"]
)
def test_a_link_must_not_carry_a_file_of_this_machine_into_the_record(world, way):
    secret = world.home / "secret"
    secret.mkdir()
    (secret / "key").write_text("private")
    world.file(".git/config", "private")
    world.begin()
    link = world.project / "out"
    target = {
        "file": "../secret/key",
        "directory": "../secret",
        "through a folder": "../secret",
        "absolute": f"{secret}/key",
        "into git": ".git/config",
        "into git's folder": ".git",
    }[way]
    link.symlink_to(target)
    claimed = [written(link), written(link / "key"), written(link / "config")]
    artifacts = [Artifact("mine", str(path)) for path in (link, link / "key", link / "config")]
    for options in ({}, {"opens": claimed}, {"artifacts": artifacts}, {"declared": ["out", "out/*", "*"]}):
        assert world.paths(**options) == []
    assert world.store.blobs == {}
    assert any("leads out" in n.text for n in world.find(opens=claimed).notices)


def test_a_link_to_another_output_is_an_output_of_its_own(world):
    world.begin()
    world.file("run1.csv", "1")
    (world.project / "latest.csv").symlink_to("run1.csv")
    (world.project / "dangling").symlink_to("nothing")
    found = world.find()
    assert [o.path for o in found.outputs] == ["$PROJECT/latest.csv", "$PROJECT/run1.csv"]
    assert "leads to nothing" in found.notices[0].text


def test_pipes_and_sockets_are_named_and_skipped(world):
    world.begin()
    os.mkfifo(world.project / "pipe")
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(world.project / "s"))
    server.close()
    found = world.find()
    assert found.outputs == ()
    assert sorted(n.text.split()[0] for n in found.notices) == ["$PROJECT/pipe", "$PROJECT/s"]


def test_an_output_that_is_too_large_is_recorded_by_digest(world):
    world.begin()
    world.file("large.bin", "12345")
    (output,) = world.find(limit=4).outputs
    assert (output.content.stored, output.content.size) == (False, 5)
    assert world.store.blobs == {}


def test_an_artifact_keeps_its_name_and_may_lie_outside_the_project(world):
    outside = world.home / "model.bin"
    outside.write_text("weights")
    world.begin()
    inside = world.file("table.csv")
    artifacts = [Artifact("the model", str(outside)), Artifact("the table", str(inside))]
    outputs = world.find(artifacts=artifacts).outputs
    assert [(o.name, o.path, o.artifact) for o in outputs] == [
        ("the model", "$HOME/model.bin", True),
        ("the table", "$PROJECT/table.csv", True),
    ]


def test_a_sealed_run_cannot_name_a_file_of_this_machine_as_its_artifact(world):
    (world.home / "grades.csv").write_text("private")
    found = world.find(artifacts=[Artifact("mine", str(world.home / "grades.csv"))], sealed=True)
    assert found.outputs == ()
    assert world.store.blobs == {}


def test_an_artifact_that_is_gone_and_a_directory_are_notices(world):
    (world.project / "folder").mkdir()
    artifacts = [Artifact("a", str(world.project / "gone")), Artifact("b", str(world.project / "folder"))]
    found = world.find(artifacts=artifacts)
    assert found.outputs == ()
    assert len(found.notices) == 2


def test_declared_outputs_are_found_by_path_glob_and_directory(world):
    for name in ("a.csv", "results/b.csv", "figures/c.png", "figures/deep/d.png", "e.txt"):
        world.file(name)
    world.begin()
    assert world.paths(declared=["a.csv", "results/*.csv", "figures"]) == [
        "$PROJECT/a.csv",
        "$PROJECT/figures/c.png",
        "$PROJECT/figures/deep/d.png",
        "$PROJECT/results/b.csv",
    ]


@pytest.mark.parametrize("pattern", ["missing.csv", "/etc/*", "../*", "a/../../x"])
def test_a_declared_output_that_is_missing_or_outside_is_a_notice(world, pattern):
    found = world.find(declared=[pattern])
    assert found.outputs == ()
    assert pattern in found.notices[0].text


def test_a_directory_that_cannot_be_searched_is_a_notice(world, monkeypatch):
    if os.geteuid() == 0:
        pytest.skip("root may search every directory")
    (world.project / "closed").mkdir(mode=0o000)
    assert "cannot be searched" in world.find().notices[0].text


def test_a_stat_in_the_recording_order_is_understood(tmp_path):
    found = tmp_path.stat()
    assert FileStat.of(found) == (found.st_size, found.st_mtime_ns, found.st_ino, found.st_ctime_ns)


def test_a_write_that_was_seen_in_a_cache_of_the_project_is_an_output_and_a_change_there_is_none(world):
    world.begin()
    seen, unseen = world.file(".cache/model.bin"), world.file(".cache/other.bin")
    opens = [Opened(str(seen), "w", None, time.time())]
    assert world.paths(opens=opens) == ["$PROJECT/.cache/model.bin"]
    assert unseen.exists()


def test_a_store_that_lies_in_the_project_under_another_name_is_no_output(world):
    world.begin()
    world.file("st/blobs/ab/cd")
    world.file("result.txt")
    assert world.paths(outside=[str(world.project / "st")]) == ["$PROJECT/result.txt"]


def test_a_change_that_another_run_claims_is_not_ours_unless_we_were_seen_to_write_it(world):
    world.begin()
    theirs, shared = world.file("theirs.txt"), world.file("shared.txt")
    world.file("ours.txt")
    request = OutputRequest(
        places=observed_places(world.project, home=world.home),
        started_ns=world.started_ns,
        opens=[Opened(str(shared), "w", None, time.time())],
    )
    claimed = {str(theirs): None, str(shared): None}
    found = find_outputs(request, world.store.keeping(), claims=lambda: claimed).outputs
    assert [each.path for each in found] == ["$PROJECT/ours.txt", "$PROJECT/shared.txt"]


def test_a_change_that_another_run_made_earlier_with_other_content_is_ours(world):
    world.begin()
    path = world.file("x.txt", "now")
    request = OutputRequest(
        places=observed_places(world.project, home=world.home), started_ns=world.started_ns
    )
    for digest, names in (("0" * 64, ["x.txt"]), (hashlib.sha256(b"now").hexdigest(), [])):
        found = find_outputs(request, world.store.keeping(), claims=lambda d=digest: {str(path): d})
        assert [each.name for each in found.outputs] == names


def test_what_is_beyond_the_allowance_is_not_even_read(world):
    world.begin()
    world.file("small.txt", "x")
    with world.file("sparse.bin").open("r+b") as file:
        file.truncate(8 << 40)
    request = OutputRequest(
        places=observed_places(world.project, home=world.home), started_ns=world.started_ns, sealed=True
    )
    keeping = msgspec.structs.replace(world.store.keeping(), allowance=Allowance(1 << 20))
    found = find_outputs(request, keeping)
    assert [output.name for output in found.outputs] == ["small.txt"]
    assert [notice.text for notice in found.notices] == [
        "$PROJECT/sparse.bin is too large to be read: it is not recorded"
    ]


def test_files_without_number_are_not_all_looked_at_in_a_replay(world, monkeypatch):
    monkeypatch.setattr(outputs_module, "SEALED_ENTRIES", 10)
    world.begin()
    for n in range(12):
        world.file(f"{n}/a.txt")
    assert len(world.paths()) == 12
    found = world.find(sealed=True)
    assert len(found.outputs) < 12
    assert [notice.topic for notice in found.notices] == ["outputs"]
