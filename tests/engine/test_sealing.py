"""What was probed inside becomes a statement of the manifest: sealed only when every probe held."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taketwo.engine.interface import Base
from taketwo.engine.sealing import PREFIX, Opening, read_sealing
from taketwo.engine.venv import VenvEngine
from tests.support.fake_engine import FakeEngine

HELD = {
    "network": False,
    "root_writable": False,
    "kernel_settings_writable": False,
    "capabilities": "0000000000000000",
    "no_new_privileges": True,
    "uid": 65532,
    "host_root": False,
    "memory_limit_bytes": 1 << 30,
    "process_limit": 4096,
}


def sealing(found, engine=None, **options):
    line = found if isinstance(found, bytes) else json.dumps(found).encode()
    return read_sealing(line, engine or FakeEngine(), **options)


def test_is_sealed_when_every_probe_held():
    base = Base("key", "3.11.7", "python3", image="python:3.11.7-slim", image_id="sha256:0")
    found = read_sealing(json.dumps(HELD).encode(), FakeEngine(), base)
    assert (found.sealed, found.gaps, found.uid) == (True, (), 65532)
    assert (found.image, found.image_id) == ("python:3.11.7-slim", "sha256:0")


@pytest.mark.parametrize(
    ("name", "value", "gap"),
    [
        ("network", True, "the network was open"),
        ("root_writable", True, "the root file system could be written"),
        ("kernel_settings_writable", True, "settings of the machine's kernel could be written"),
        ("capabilities", "0000000000000400", "the command had capabilities: 0000000000000400"),
        ("no_new_privileges", False, "programs could gain new privileges"),
        ("uid", 0, "it could not be found out about the user"),
        ("memory_limit_bytes", None, "memory was not bounded"),
        ("process_limit", None, "the number of processes was not bounded"),
        ("network", None, "it could not be found out about the network"),
        ("network", "no", "it could not be found out about the network"),
        ("uid", True, "it could not be found out about the user"),
    ],
)
def test_is_not_sealed_when_one_probe_did_not_hold(name, value, gap):
    found = sealing(HELD | {name: value} | ({"host_root": None} if value == 0 else {}))
    assert not found.sealed
    assert [gap] == list(found.gaps) or (name == "uid" and found.gaps == ("the command ran as root",))


def test_takes_root_of_a_user_namespace_for_the_ordinary_user_that_it_is_outside():
    assert sealing(HELD | {"uid": 0, "host_root": False}).sealed
    assert not sealing(HELD | {"uid": 0, "host_root": True}).sealed
    assert not sealing(HELD | {"uid": 65532, "host_root": True}).sealed


def test_is_never_sealed_by_an_engine_that_does_not_isolate():
    found = sealing(HELD, VenvEngine())
    assert not found.sealed
    assert found.gaps == ("the engine venv does not isolate what it runs",)


def test_without_a_record_nothing_is_proven():
    found = read_sealing(None, FakeEngine())
    assert (found.sealed, found.gaps) == (False, ("the sandbox was not probed from inside",))


@given(
    content=st.binary()
    | st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists).map(json.dumps)
)
def test_a_record_that_is_not_one_never_counts_as_sealed(content):
    assert not sealing(content if isinstance(content, bytes) else content.encode()).sealed


@given(st.dictionaries(st.sampled_from(sorted(HELD)), st.none() | st.booleans() | st.integers() | st.text()))
def test_a_forged_answer_of_another_type_is_a_gap(forged):
    found = sealing(HELD | forged)
    held = all(
        type(forged.get(name, value)) is type(value)
        and (name.endswith(("_bytes", "limit")) or forged.get(name, value) == value)
        for name, value in HELD.items()
        if name not in {"host_root", "uid", "capabilities"}
    )
    assert not found.sealed or held


def test_a_network_that_was_opened_from_here_is_open_whatever_the_line_says():
    assert sealing(HELD, network=True).gaps == ("the network was open",)


LINE = PREFIX + json.dumps(HELD).encode() + b"\n"


@given(said=st.binary(max_size=40), cuts=st.lists(st.integers(0, len(LINE) + 40)), launched=st.booleans())
def test_the_first_line_is_taken_off_and_every_other_byte_is_left_however_it_arrives(said, cuts, launched):
    stream = LINE + said if launched else said
    opening, kept, last = Opening(), b"", 0
    for cut in [*sorted(min(cut, len(stream)) for cut in cuts), len(stream)]:
        kept += opening.feed(stream[last:cut])
        last = cut
    kept += opening.rest()
    assert kept == said
    assert (opening.line is not None) == launched


@pytest.mark.parametrize(
    "first", [b"bwrap: failed\n", b"\n", b" ", PREFIX + b"x" * 70_000 + b"\n", b"taketwo: no\n"]
)
def test_a_line_that_comes_later_was_written_by_the_command(first):
    opening = Opening()
    assert opening.feed(first) + opening.feed(LINE) + opening.rest() == first + LINE
    assert opening.line is None


def test_a_stream_that_does_not_begin_like_it_is_not_held_back():
    assert Opening().feed(b"taketwo? ") == b"taketwo? "


def test_a_beginning_that_never_ends_is_the_commands():
    opening = Opening()
    assert opening.feed(PREFIX) == b""
    assert opening.feed(b"x" * 70_000) == PREFIX + b"x" * 70_000
    assert opening.line is None
