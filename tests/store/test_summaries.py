"""Rows of a listing, read from the bytes alone."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taketwo.formats import canonical_json, manifest
from taketwo.model.manifest import Call, Ending, Invocation, Parameter, StoredValue
from taketwo.store.summaries import UNREADABLE, summarise
from tests.support.manifests import full_manifest, small_manifest


def test_a_row_holds_what_the_manifest_says():
    value = full_manifest()
    sealed = manifest.seal(value)
    row = summarise(value.run_id, sealed.content)
    assert (row.experiment, row.status, row.parent) == ("early-warning", "killed", value.parent)
    assert (row.started_at, row.finished_at) == (value.started_at, value.finished_at)
    assert (row.replay_of, row.manifest_sha256) == (value.replay.run_id, sealed.sha256)


def test_a_row_of_a_call_tells_it_from_others_by_its_arguments():
    invocation = Invocation(
        argv=("$PYTHON", "train.py"), call=Call(module="__main__", qualname="train", script="train.py")
    )
    parameters = (
        Parameter(name="rate", value=0.5, origin="argument"),
        Parameter(name="table", stored=StoredValue(type="DataFrame"), origin="argument"),
        Parameter(name="text", value="x" * 100, origin="argument"),
        Parameter(name="depth", value=3, origin="default"),
    )
    value = small_manifest(invocation=invocation, parameters=parameters)
    row = summarise(value.run_id, manifest.seal(value).content)
    assert row.call == f'train.py:train(rate=0.5, table=DataFrame, text="{"x" * 22}…)'
    assert summarise(small_manifest().run_id, manifest.seal(small_manifest()).content).call is None


@given(st.lists(st.text() | st.text(st.characters(min_codepoint=0xDC80, max_codepoint=0xDCFF)), max_size=4))
def test_a_row_can_be_printed_whatever_was_typed(argv):
    value = small_manifest(invocation=Invocation(argv=tuple(argv)), ending=Ending(status="failed"))
    row = summarise(value.run_id, manifest.seal(value).content)
    assert row.status == "failed"
    row.command.encode("utf-8")


def test_a_run_of_a_later_version_is_listed_as_far_as_it_is_understood():
    document = manifest.seal(small_manifest()).document | {"schema_version": "2.0", "parameters": "elsewhere"}
    row = summarise(document["run_id"], canonical_json.encode(document))
    assert (row.status, row.experiment) == ("completed", "study")


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b"[" * 100_000, b'{"run_id":"other"}'])
def test_what_cannot_be_read_is_a_row_that_says_so(content):
    run_id = small_manifest().run_id
    row = summarise(run_id, content)
    assert (row.run_id, row.status) == (run_id, UNREADABLE)
    assert row.started_at.startswith("2026-11-23T12:00:00.")
    assert row.manifest_sha256 == hashlib.sha256(content).hexdigest()


def test_a_manifest_under_another_name_is_unreadable():
    value, other = small_manifest(), small_manifest()
    assert summarise(other.run_id, manifest.seal(value).content).status == UNREADABLE
