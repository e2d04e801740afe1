"""What was probed inside becomes a statement of the manifest: sealed only when every probe held."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taketwo.engine.interface import Base
from taketwo.engine.sealing import read_sealing
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


def sealing(tmp_path, found, engine=None):
    (tmp_path / "sealing.json").write_bytes(found if isinstance(found, bytes) else json.dumps(found).encode())
    return read_sealing(tmp_path, engine or FakeEngine())


def test_is_sealed_when_every_probe_held(tmp_path):
    base = Base("key", "3.11.7", "python3", image="python:3.11.7-slim", image_id="sha256:0")
    (tmp_path / "sealing.json").write_text(json.dumps(HELD))
    found = read_sealing(tmp_path, FakeEngine(), base)
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
def test_is_not_sealed_when_one_probe_did_not_hold(tmp_path, name, value, gap):
    found = sealing(tmp_path, HELD | {name: value} | ({"host_root": None} if value == 0 else {}))
    assert not found.sealed
    assert [gap] == list(found.gaps) or (name == "uid" and found.gaps == ("the command ran as root",))


def test_takes_root_of_a_user_namespace_for_the_ordinary_user_that_it_is_outside(tmp_path):
    assert sealing(tmp_path, HELD | {"uid": 0, "host_root": False}).sealed
    assert not sealing(tmp_path, HELD | {"uid": 0, "host_root": True}).sealed
    assert not sealing(tmp_path, HELD | {"uid": 65532, "host_root": True}).sealed


def test_is_never_sealed_by_an_engine_that_does_not_isolate(tmp_path):
    found = sealing(tmp_path, HELD, VenvEngine())
    assert not found.sealed
    assert found.gaps == ("the engine venv does not isolate what it runs",)


def test_without_a_record_nothing_is_proven(tmp_path):
    found = read_sealing(tmp_path, FakeEngine())
    assert (found.sealed, found.gaps) == (False, ("the sandbox was not probed from inside",))


@given(
    content=st.binary()
    | st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists).map(json.dumps)
)
def test_a_record_that_is_not_one_never_counts_as_sealed(tmp_path_factory, content):
    where = tmp_path_factory.mktemp("recording")
    assert not sealing(where, content if isinstance(content, bytes) else content.encode()).sealed


@given(st.dictionaries(st.sampled_from(sorted(HELD)), st.none() | st.booleans() | st.integers() | st.text()))
def test_a_forged_answer_of_another_type_is_a_gap(tmp_path_factory, forged):
    found = sealing(tmp_path_factory.mktemp("recording"), HELD | forged)
    held = all(
        type(forged.get(name, value)) is type(value)
        and (name.endswith(("_bytes", "limit")) or forged.get(name, value) == value)
        for name, value in HELD.items()
        if name not in {"host_root", "uid", "capabilities"}
    )
    assert not found.sealed or held
