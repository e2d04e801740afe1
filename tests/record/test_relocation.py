"""A recording from a sandbox: what it says about places becomes places of this machine, or nothing."""

from pathlib import Path

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from taketwo.record import events
from taketwo.record.recording import Recording
from taketwo.record.relocation import relocate
from tests.support.recordings import NOON, opened, process

ROOTS = {"/taketwo/project": "/store/replay/project", "/taketwo/project/data": "/store/replay/outside/0"}


def moved(path: str) -> list[str]:
    found = relocate(Recording(Path("r"), opens=(opened(Path("/x")),)), {"/x": "/y"})
    assert [each.path for each in found.opens] == ["/y"]
    event = msgspec.structs.replace(opened(Path("/x")), path=path)
    return [each.path for each in relocate(Recording(Path("r"), opens=(event,)), ROOTS).opens]


def test_a_path_below_a_place_of_the_sandbox_is_below_its_source_and_longer_places_go_first():
    assert moved("/taketwo/project/a.csv") == ["/store/replay/project/a.csv"]
    assert moved("/taketwo/project/data/a.csv") == ["/store/replay/outside/0/a.csv"]
    assert moved("/taketwo/project/x/../a.csv") == ["/store/replay/project/a.csv"]


def test_what_lies_below_no_place_is_left_out():
    for path in (
        "/etc/shadow",
        "/taketwo/project/../../etc/shadow",
        "/taketwo/projects/a",
        "relative",
        "",
        "/taketwo/project/a\0b",
        "/taketwo/project/\ud800",
    ):
        assert moved(path) == []


@given(st.lists(st.sampled_from(["..", ".", "", "taketwo", "project", "data", "etc", "a"])).map("/".join))
def test_no_path_leads_out_of_every_root(path):
    for found in moved(f"/{path}"):
        assert ".." not in found.split("/")
        assert any(found == root or found.startswith(f"{root}/") for root in ROOTS.values())


def test_processes_modules_and_artifacts_keep_no_place_of_this_machine():
    recording = Recording(
        Path("r"),
        processes=(process(Path("/home"), executable="/etc/shadow", prefix="/", path=("/etc", "/taketwo/project/s")),),
        artifacts=(events.Artifact(time=NOON, journal="1-0", name="a", path="/etc/shadow"),),
        exits=(events.Exit(time=NOON, journal="1-0", modules={"m": "/etc/shadow", "n": "/taketwo/project/n.py"}),),
        preimages=(events.Preimage(time=NOON, journal="1-0", path="/etc/shadow", sha256="0" * 64, size=1, kept=True),),
    )  # fmt: skip
    found = relocate(recording, ROOTS)
    assert (found.processes[0].executable, found.processes[0].prefix) == ("", "")
    assert found.processes[0].path == ("/store/replay/project/s",)
    assert found.artifacts == found.preimages == ()
    assert found.exits[0].modules == {"m": "", "n": "/store/replay/project/n.py"}
