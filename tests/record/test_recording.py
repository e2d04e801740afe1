"""Recordings are foreign bytes: a cut-off end is forgiven, what breaks the format is refused."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from taketwo.errors import FormatError
from taketwo.observer.journal import Journal
from taketwo.observer.series import COMPLETE, RECORD, WITH_STEP
from taketwo.record import recording as module
from taketwo.record.events import KINDS
from taketwo.record.recording import Recording

DIGEST = "0" * 64


def written(directory: Path, *lines: Any, name: str = "7-0", end: str = "\n") -> Path:
    (directory / "events").mkdir(exist_ok=True, parents=True)
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    (directory / "events" / f"{name}.jsonl").write_text(text + end)
    return directory


def test_nothing_was_observed(tmp_path: Path) -> None:
    assert Recording.read(tmp_path / "nowhere") == Recording(tmp_path / "nowhere")


def test_a_last_line_that_is_cut_off_is_passed_over(tmp_path: Path) -> None:
    tag = {"event": "tag", "time": 1.0, "name": "a", "value": "b"}
    found = Recording.read(written(tmp_path, tag, '{"event":"tag","ti', end=""))
    assert [(t.name, t.journal) for t in found.tags] == [("a", "7-0")]


def test_events_and_fields_of_a_later_observer_are_passed_over(tmp_path: Path) -> None:
    tag = {"event": "tag", "time": 1.0, "name": "a", "value": "b", "later": [1]}
    found = Recording.read(written(tmp_path, {"event": "hologram", "time": 2}, tag))
    assert len(found.tags) == 1


def test_events_of_all_processes_come_in_order_of_time(tmp_path: Path) -> None:
    for time, name in ((3.0, "a"), (1.0, "b"), (2.0, "c")):
        written(tmp_path, {"event": "tag", "time": time, "name": name, "value": ""}, name=f"{name}-0")
    assert [t.name for t in Recording.read(tmp_path).tags] == ["b", "c", "a"]


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        "[1]",
        '{"time": 1}',
        '{"event": "tag", "time": "soon", "name": "a", "value": "b"}',
        '{"event": "tag", "time": 1, "name": "a"}',
        '{"event": "tag", "time": NaN, "name": "a", "value": "b"}',
        '{"event": "tag", "time": 1, "time": 2, "name": "a", "value": "b"}',
        '{"event": "open", "time": 1, "path": "/x", "mode": "x"}',
        '{"event": "open", "time": 1, "path": "/x", "mode": "r", "stat": [1]}',
        '{"event": "preimage", "time": 1, "path": "/x", "sha256": "../../x", "size": 1, "kept": true}',
        f'{{"event": "preimage", "time": 1, "path": "/x", "sha256": "{DIGEST}\\n", "size": 1, "kept": true}}',
        '{"event": "preimage", "time": 1, "path": "/x", "sha256": null, "size": -1, "kept": true}',
        '{"event": "parameter", "time": 1, "name": "x", "value": ' + "[" * 100 + "]" * 100 + "}",
        '{"event": "parameter", "time": 1, "name": "x", "value": ' + "[" * 100_000 + "]" * 100_000 + "}",
    ],
    ids=range(14),
)
def test_what_does_not_follow_the_format_is_refused_with_its_place(tmp_path: Path, line: str) -> None:
    with pytest.raises(FormatError, match=r"7-0\.jsonl:1"):
        Recording.read(written(tmp_path, line))


def test_limits_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, {"event": "tag", "time": 1, "name": "a", "value": "b"})
    for name in ("FILE_LIMIT", "LINE_LIMIT", "EVENT_LIMIT", "JOURNAL_LIMIT"):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, 0)
            with pytest.raises(FormatError):
                Recording.read(tmp_path)


def test_links_and_special_files_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text('{"event": "tag", "time": 1, "name": "a", "value": "b"}\n')
    one, two, three = tmp_path / "one", tmp_path / "two", tmp_path / "three"
    for directory in (one, two):
        (directory / "events").mkdir(parents=True)
    (one / "events" / "1-0.jsonl").symlink_to(secret)
    os.mkfifo(two / "events" / "1-0.jsonl")
    written(tmp_path / "elsewhere", {"event": "tag", "time": 1, "name": "a", "value": "b"})
    three.mkdir()
    (three / "events").symlink_to(tmp_path / "elsewhere" / "events")
    for directory in (one, two, three):
        with pytest.raises(FormatError):
            Recording.read(directory)


def test_kept_files_are_only_regular_ones_of_the_recording(tmp_path: Path) -> None:
    (tmp_path / "values").mkdir()
    (tmp_path / "secret").write_text("x")
    (tmp_path / "values" / f"{DIGEST}.pickle").symlink_to(tmp_path / "secret")
    found = Recording.read(tmp_path)
    assert found.value_file(DIGEST) is None
    assert found.value_file("../secret") is None
    (tmp_path / "values" / f"{'1' * 64}.pickle").write_text("x")
    assert found.value_file("1" * 64) == tmp_path / "values" / f"{'1' * 64}.pickle"


def series(number: int, name: str, **more: Any) -> dict[str, Any]:
    return {"event": "series", "time": 1.0, "series": number, "name": name, **more}


def test_metric_records_that_were_never_completed_are_passed_over(tmp_path: Path) -> None:
    written(tmp_path, series(0, "m", call="c"))
    records = [(2.0, 0.5, 3, 0, COMPLETE | WITH_STEP), (3.0, 0.5, 3, 0, 0), (4.0, 1.5, 9, 0, COMPLETE)]
    content = b"".join(RECORD.pack(*record) for record in records)
    (tmp_path / "events" / "7-0.metrics").write_bytes(content + bytes(64) + b"torn")
    found = Recording.read(tmp_path).metrics
    assert [(m.name, m.value, m.step, m.call, m.time) for m in found] == [
        ("m", 0.5, 3, "c", 2.0),
        ("m", 1.5, None, "c", 4.0),
    ]


def test_a_metric_record_without_a_name_is_refused(tmp_path: Path) -> None:
    written(tmp_path, series(0, "m"))
    (tmp_path / "events" / "7-0.metrics").write_bytes(RECORD.pack(1.0, 1.0, 0, 5, COMPLETE))
    with pytest.raises(FormatError):
        Recording.read(tmp_path)


def test_a_call_takes_its_inner_calls_along_and_nothing_else(tmp_path: Path) -> None:
    def call(name: str, **more: Any) -> dict[str, Any]:
        return {"event": "call", "time": 1.0, "call": name, "module": "m", "qualname": name, **more}

    def tag(name: str, call: str | None) -> dict[str, Any]:
        return {"event": "tag", "time": 2.0, "name": name, "value": "", "call": call}

    written(
        tmp_path,
        call("a"),
        call("b", parent="a"),
        call("c", parent="b"),
        call("d"),
        *[tag(name, name) for name in "abcd"],
        tag("none", None),
    )
    found = Recording.read(tmp_path)
    assert [t.name for t in found.for_call("a").tags] == ["a", "b", "c"]
    assert [t.name for t in found.for_call("b").tags] == ["b", "c"]
    assert [t.name for t in found.for_call("x").tags] == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
HERE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)


@HERE
@given(content=st.binary(max_size=200) | st.text(max_size=200).map(lambda t: t.encode("utf-8", "replace")))
def test_any_bytes_are_read_or_refused_and_nothing_else(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "events").mkdir(exist_ok=True)
    (tmp_path / "events" / "1-0.jsonl").write_bytes(content)
    (tmp_path / "events" / "1-0.metrics").write_bytes(content)
    try:
        Recording.read(tmp_path)
    except FormatError:
        return


@HERE
@given(
    kind=st.sampled_from(sorted(KINDS)),
    fields=st.dictionaries(st.text(), json_values, max_size=4),
    data=st.data(),
)
def test_any_json_is_read_or_refused_and_nothing_else(
    tmp_path: Path, kind: str, fields: dict[str, Any], data: st.DataObject
) -> None:
    known = data.draw(
        st.dictionaries(st.sampled_from(KINDS[kind].__struct_fields__), json_values, max_size=6)
    )
    written(tmp_path, {"time": 1.0, **fields, **known, "event": kind})
    try:
        Recording.read(tmp_path)
    except FormatError:
        return


@HERE
@given(name=st.text(), value=json_values.filter(lambda v: not isinstance(v, dict)))
def test_what_the_journal_writes_is_what_is_read(tmp_path: Path, name: str, value: Any) -> None:
    directory = tmp_path / str(len(list(tmp_path.iterdir())))
    journal = Journal(str(directory))
    journal.write("parameter", {"name": name, "value": value, "call": None})
    journal.close()
    (found,) = Recording.read(directory).parameters
    assert (found.name, found.value) == (name, value)
    assert json.dumps(found.value) == json.dumps(value)
