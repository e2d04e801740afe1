"""Which files count as inputs of a run, and what is recorded of them."""

import hashlib
import os
import time
from pathlib import Path

import pytest

from taketwo.data.digests import FileDigests
from taketwo.data.directory import list_directory
from taketwo.formats import listing
from taketwo.model.data import Location
from taketwo.record.files import Declared, FileStat, Opened, Preimage
from taketwo.record.inputs import InputRequest, find_inputs, first_reads
from taketwo.record.places import observed_places
from tests.support.keeping import KeepingStore


def sha256(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


class World:
    """A project, a home and a run whose opens the test decides."""

    def __init__(self, root: Path) -> None:
        self.home = root / "home"
        self.project = self.home / "study"
        self.project.mkdir(parents=True)
        self.store = KeepingStore()
        self.opens: list[Opened] = []
        self.sources: set[str] = set()
        self.started_ns = time.time_ns() + 3_600_000_000_000  # everything made before `begin` is older
        self.options: dict = {}

    def begin(self) -> None:
        """The run starts now: whatever is written later is newer than its start."""
        time.sleep(0.05)
        self.started_ns = time.time_ns()
        time.sleep(0.05)

    def file(self, name: str, content: str = "1", *, source: bool = False) -> Path:
        path = self.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        if source:
            self.sources.add(name)
        return path

    def opened(self, path: Path, mode: str = "r") -> Path:
        stat = FileStat.of(path.stat()) if path.exists() else None
        self.opens.append(Opened(str(path), mode, stat, time=len(self.opens)))
        return path

    def find(self, *, limit: int = 1 << 30, locate=lambda _: ((), ()), **options):
        request = InputRequest(
            opens=self.opens,
            places=observed_places(self.project, home=self.home),
            started_ns=self.started_ns,
            source_root=self.project,
            source_files=self.sources,
            **options,
        )
        return find_inputs(
            request,
            self.store.keeping(size_limit=limit),
            list_directory=lambda root: list_directory(root, FileDigests(None)),
            locate=locate,
        )


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def test_a_file_that_git_ignores_is_kept_in_the_store(world):
    world.opened(world.file("data/students.csv", "a,b"))
    (item,) = world.find().inputs
    assert (item.name, item.path, item.kept) == ("students.csv", "$PROJECT/data/students.csv", "store")
    assert world.store.blobs[item.content.sha256] == b"a,b"


def test_a_tracked_data_file_is_an_input_whose_bytes_are_in_the_source(world):
    world.opened(world.file("students.csv", "a,b", source=True))
    (item,) = world.find().inputs
    assert item.kept == "source"
    assert item.content.sha256 == sha256("a,b")
    assert not item.content.stored
    assert world.store.copied == []


def test_code_of_the_source_tree_is_source_and_not_data(world):
    world.opened(world.file("train.py", source=True))
    world.opened(world.file("ignored_settings.py"))
    assert [item.path for item in world.find().inputs] == ["$PROJECT/ignored_settings.py"]


def test_a_tracked_link_to_a_file_elsewhere_is_kept_because_the_source_only_has_the_link(world):
    outside = world.home / "big.csv"
    outside.write_text("big")
    (world.project / "big.csv").symlink_to(outside)
    world.sources.add("big.csv")
    world.opened(world.project / "big.csv")
    (item,) = world.find().inputs
    assert (item.path, item.kept) == ("$PROJECT/big.csv", "store")


@pytest.mark.parametrize(
    "name",
    [
        ".git/config",
        ".taketwo/x",
        "__pycache__/x.csv",
        "lib/__pycache__/m.pyc",
        "node_modules/a/b.json",
        "x.pyc",
    ],
)
def test_files_of_tools_are_no_inputs(world, name):
    world.opened(world.file(name))
    assert world.find().inputs == ()


def test_an_environment_in_the_project_is_no_data(world):
    world.file("env/pyvenv.cfg")
    world.opened(world.file("env/lib/data.csv"))
    assert world.find().inputs == ()


def test_files_of_the_interpreter_and_of_the_system_are_no_inputs(world, tmp_path):
    inside = tmp_path / "python" / "lib"
    inside.mkdir(parents=True)
    (inside / "table.csv").write_text("1")
    world.opened(inside / "table.csv")
    world.opened(Path("/proc/self/status"))
    world.opened(Path("/etc/hostname"))
    world.opened(Path("/dev/null"))
    assert world.find(outside=[str(tmp_path / "python")]).inputs == ()


def test_a_project_below_the_prefix_of_the_interpreter_keeps_its_data(world):
    world.opened(world.file("x.csv"))
    assert len(world.find(outside=[str(world.home)]).inputs) == 1


def test_hidden_files_of_home_and_secrets_are_named_and_not_taken(world):
    for path in (world.home / ".netrc", world.home / ".config" / "service" / "token"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("password")
        world.opened(path)
    world.opened(world.file(".env", "KEY=1"))
    found = world.find()
    assert found.inputs == ()
    assert world.store.blobs == {}
    assert sorted(n.text.split()[0] for n in found.notices) == [
        "$HOME/.config/service/token",
        "$HOME/.netrc",
        "$PROJECT/.env",
    ]


def test_a_model_in_the_cache_of_a_hub_is_an_input(world):
    path = world.home / ".cache/huggingface/hub/models--x/blobs/ab"
    path.parent.mkdir(parents=True)
    path.write_text("weights")
    world.opened(path)
    assert [item.path for item in world.find().inputs] == ["$HOME/.cache/huggingface/hub/models--x/blobs/ab"]


def test_what_the_run_made_itself_is_no_input(world):
    path = world.project / "intermediate.csv"
    world.opened(path, "w")
    path.write_text("1")
    world.opened(path)
    overwritten = world.opened(world.file("old.csv"), "w")
    world.opened(overwritten)
    assert world.find().inputs == ()


def test_what_an_unobserved_program_of_the_run_made_is_no_input(world):
    world.begin()
    world.opened(world.file("from_r.csv"))
    assert world.find().inputs == ()


def test_a_file_that_was_read_and_then_overwritten_is_recorded_as_it_was_read(world, tmp_path):
    path = world.opened(world.file("state.json", "before"))
    kept = tmp_path / "preimage"
    kept.write_text("before")
    world.opened(path, "w")
    path.write_text("after the run")
    found = world.find(preimages={str(path): Preimage(sha256("before"), 6, kept)})
    (item,) = found.inputs
    assert item.content.sha256 == sha256("before")
    assert item.changed_during_run
    assert world.store.blobs[item.content.sha256] == b"before"
    assert found.notices == ()


def test_a_file_that_changed_below_python_is_noticed(world):
    path = world.opened(world.file("state.json", "before"))
    path.write_text("after!")
    found = world.find()
    assert found.inputs[0].changed_during_run
    assert "changed while the run used it" in found.notices[0].text


def test_a_file_updated_in_place_without_a_change_is_unchanged(world):
    world.opened(world.file("table.db"), "rw")
    (item,) = world.find().inputs
    assert not item.changed_during_run


def test_a_file_that_was_read_and_removed_is_a_notice(world):
    path = world.opened(world.file("gone.csv"))
    path.unlink()
    found = world.find()
    assert found.inputs == ()
    assert found.notices[0].text.startswith("$PROJECT/gone.csv was read and is gone")


def test_a_file_that_is_too_large_is_referenced_by_digest_and_place(world):
    path = world.home / "large.bin"
    path.write_text("12345")
    world.opened(path)
    (item,) = world.find(limit=4).inputs
    assert (item.kept, item.content.stored, item.content.size) == ("reference", False, 5)
    assert item.locations == (Location(kind="file", reference="$HOME/large.bin"),)
    assert world.store.copied == []


def test_bytes_that_the_store_has_are_not_read_again(world):
    world.opened(world.file("x.csv", "known"))
    world.store.put_bytes(b"known")
    (item,) = world.find().inputs
    assert item.kept == "store"
    assert item.content.stored
    assert world.store.copied == []


def test_where_else_a_file_may_be_had_is_recorded(world):
    world.opened(world.file("x.csv"))
    place = Location(kind="dvc", reference="x.csv", md5="c4ca4238a0b923820dcc509a6f75849b")
    assert world.find(locate=lambda _: ((place,), ())).inputs[0].locations == (place,)


def test_a_declared_file_is_an_input_although_nobody_saw_it_opened(world):
    path = world.file("from_r.csv", "1")
    found = world.find(declared=[Declared.now(path, "cohort")])
    assert [(i.name, i.declared) for i in found.inputs] == [("cohort", True)]


def test_a_declared_file_that_a_child_process_rewrites_is_noticed(world):
    path = world.file("x.csv", "1")
    declared = Declared.now(path)
    path.write_text("22")
    assert world.find(declared=[declared]).inputs[0].changed_during_run


def test_a_declared_file_that_is_read_as_well_is_one_input(world):
    path = world.opened(world.file("x.csv"))
    assert len(world.find(declared=[Declared.now(path, "cohort")]).inputs) == 1


def test_a_declared_secret_is_taken(world):
    path = world.opened(world.file(".env"))
    assert len(world.find(declared=[Declared.now(path)]).inputs) == 1


def test_a_declared_file_that_is_not_there_is_a_notice(world):
    found = world.find(declared=[Declared.now(world.project / "nothing.csv")])
    assert found.inputs == ()
    assert "does not exist" in found.notices[0].text


def test_a_declared_directory_is_one_input_with_a_listing(world):
    world.file("data/b.csv", "b")
    world.opened(world.file("data/a.csv", "a"))
    (item,) = world.find(declared=[Declared.now(world.project / "data")]).inputs
    assert (item.kind, item.files, item.kept, item.path) == ("directory", 2, "store", "$PROJECT/data")
    files = listing.decode(world.store.blobs[item.content.sha256])
    assert [f.path for f in files] == ["a.csv", "b.csv"]
    assert all(f.sha256 in world.store.blobs for f in files)


def test_a_declared_directory_with_a_link_that_leads_out_is_a_notice(world):
    world.file("data/a.csv")
    (world.project / "data" / "b.csv").symlink_to("/etc/hostname")
    found = world.find(declared=[Declared.now(world.project / "data")])
    assert found.inputs == ()
    assert "$PROJECT/data/b.csv" in found.notices[0].text


def test_a_directory_that_changes_during_the_run_says_so(world):
    path = world.file("data/a.csv", "a")
    world.begin()
    declared = [Declared.now(world.project / "data")]
    assert not world.find(declared=declared).inputs[0].changed_during_run
    path.write_text("b")
    assert world.find(declared=declared).inputs[0].changed_during_run


def test_names_are_short_and_each_only_once(world):
    for name in ("train/x.csv", "test/x.csv", "y.csv", "deep/z.csv"):
        world.opened(world.file(name))
    declared = [Declared.now(world.file("w.csv"), "y.csv")]
    names = {item.path: item.name for item in world.find(declared=declared).inputs}
    assert names == {
        "$PROJECT/train/x.csv": "train/x.csv",
        "$PROJECT/test/x.csv": "test/x.csv",
        "$PROJECT/deep/z.csv": "z.csv",
        "$PROJECT/w.csv": "y.csv",
        "$PROJECT/y.csv": "$PROJECT/y.csv",
    }


def test_one_file_under_two_names_of_the_project_is_one_input(world, tmp_path):
    path = world.file("x.csv")
    (tmp_path / "link").symlink_to(world.project)
    world.opened(path)
    world.opened(tmp_path / "link" / "x.csv")
    request = observed_places(tmp_path / "link", home=world.home)
    found = find_inputs(
        InputRequest(world.opens, request, world.started_ns, world.project, set()),
        world.store.keeping(),
        list_directory=lambda root: list_directory(root, FileDigests(None)),
    )
    assert [item.path for item in found.inputs] == ["$PROJECT/x.csv"]


def test_untrusted_code_cannot_have_files_of_this_machine_recorded(world):
    secret = world.home / "grades.csv"
    secret.write_text("private")
    (world.project / "link.csv").symlink_to(secret)
    world.opened(secret)
    world.opened(world.project / "link.csv")
    world.opened(world.file("mine.csv"))
    assert [item.path for item in world.find(sealed=True).inputs] == ["$PROJECT/mine.csv"]
    assert sha256("private") not in world.store.blobs


def test_directories_and_pipes_that_were_opened_are_no_inputs(world):
    os.mkfifo(world.project / "pipe")
    (world.project / "folder").mkdir()
    world.opens += [
        Opened(str(world.project / name), "r", FileStat(0, 0, 1, 0)) for name in ("pipe", "folder")
    ]
    found = world.find()
    assert found.inputs == ()


def test_the_order_of_events_decides_and_not_the_order_of_reports():
    stat = FileStat(1, 0, 1, 0)
    read, write = Opened("/x", "r", stat, time=2.0), Opened("/x", "w", stat, time=1.0)
    assert first_reads([read, write], 10) == {}
    assert first_reads([Opened("/x", "w", stat, time=3.0), read], 10) == {"/x": stat}


def test_a_file_that_was_only_given_another_owner_since_it_was_put_there_is_an_input():
    put, owned, changed = FileStat(1, 0, 1, 5), FileStat(1, 0, 1, 12), FileStat(2, 9, 1, 12)
    before = {"/x": put}
    assert first_reads([Opened("/x", "r", owned, time=2.0)], 10) == {}
    assert first_reads([Opened("/x", "r", owned, time=2.0)], 10, before) == {"/x": owned}
    assert first_reads([Opened("/x", "r", changed, time=2.0)], 10, before) == {}


def test_the_way_from_the_project_is_kept_for_what_lies_beside_it(world):
    outside = world.project.parent / "beside.csv"
    outside.write_text("1")
    world.opened(outside)
    world.opened(world.file("inside.csv", "2"))
    by_name = {item.name: item.relative for item in world.find().inputs}
    assert by_name == {"beside.csv": "../beside.csv", "inside.csv": None}


def test_the_way_from_the_project_never_names_the_home_directory(world):
    world.home = world.project.parent / "people" / "author"
    inside_home = world.home / "data" / "a.csv"
    inside_home.parent.mkdir(parents=True)
    inside_home.write_text("1")
    world.opened(inside_home)
    (item,) = world.find().inputs
    assert (item.path, item.relative) == ("$HOME/data/a.csv", None)


def test_what_a_replay_placed_outside_the_project_is_an_input_and_nothing_else_is(world, tmp_path):
    placed, other = tmp_path / "store" / "0" / "a.csv", tmp_path / "store" / "other.csv"
    placed.parent.mkdir(parents=True)
    for path in (placed, other):
        path.write_text("1")
        world.opened(path)
    found = world.find(sealed=True, placed=(str(placed),), outside=[str(tmp_path / "store")])
    assert [item.path for item in found.inputs] == [str(placed)]
