"""Files are compared by value where they can be read, and by bytes everywhere else."""

import gzip
import io
import json
import pickle
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taketwo.model.rules import Rung
from taketwo.verify.files.registry import COMPARATORS, compare_files
from tests.support.studies import rule

EQUAL = rule()
GRID = np.arange(6.0).reshape(2, 3)
CLOSE = rule(allow="tolerance", rtol=1e-6)


def saved(array):
    file = io.BytesIO()
    np.save(file, array, allow_pickle=array.dtype == object)
    return file.getvalue()


def zipped(members, *, date=(2026, 1, 1, 0, 0, 0)):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, date), content)
    return file.getvalue()


@pytest.mark.parametrize("name", ["a.json", "a.csv", "a.npy", "a.txt", "a.png", "a.bin"])
def test_equal_bytes_are_identical_whatever_the_format(name):
    assert compare_files(name, b"x", b"x", EQUAL).rung is Rung.IDENTICAL


@pytest.mark.parametrize(
    ("name", "before", "after", "note"),
    [
        ("a.json", b'{"x": 1.0, "y": [2]}', b'{"y":[2],"x":1}', "order of keys"),
        ("a.jsonl", b'{"x": 1}\n{"x": 2}\n', b'{"x":1}\n{"x":2}\n', ""),
        ("a.json", b'{"x": NaN, "y": Infinity}', b'{"x":NaN,"y":Infinity}', ""),
        ("a.csv", b"a,b\n1,2.50\n", b"a,b\r\n1,2.5\r\n", "line ends"),
        ("a.csv", b"a,b\n1,2\n", b"b,a\n2,1\n", "order of columns"),
        ("a.csv", b"a,b\n1,2\n", b"a;b\n1;2\n", "delimiter"),
        ("a.csv", b"a,b\nx,nan\n", b'a,b\n"x",nan\n', ""),
        ("a.txt", b"auc  0.50 of 7\n", b"auc 0.5 of 7\r\n", "blanks"),
        ("a.npy", saved(np.array([1.0, 0.0])), saved(np.array([1.0, -0.0])), ""),
        ("a.npy", saved(GRID), saved(np.asfortranarray(GRID)), "memory"),
        ("a.npy", saved(np.array([1, 2], "<i8")), saved(np.array([1, 2], ">i4")), "type is >i4"),
        ("a.csv.gz", gzip.compress(b"a\n1\n", mtime=1), gzip.compress(b"a\n1\n", mtime=2), "container"),
        ("a.zip", zipped({"x.txt": b"1"}), zipped({"x.txt": b"1"}, date=(2027, 1, 1, 0, 0, 0)), "container"),
    ],
)  # fmt: skip
def test_equal_values_in_other_bytes_are_equal(name, before, after, note):
    compared = compare_files(name, before, after, EQUAL)
    assert compared.rung is Rung.EQUAL
    assert compared.held
    assert note in compared.detail


@pytest.mark.parametrize(
    ("name", "before", "after", "place"),
    [
        ("a.json", b'{"m": {"auc": [0.5, 1.0]}}', b'{"m": {"auc": [0.5, 1.00000001]}}',
         "$.m.auc[1]: 1.0 became 1.00000001"),
        ("a.csv", b"id,auc\n1,0.5\n2,1.0\n", b"id,auc\n1,0.5\n2,1.00000001\n",
         "row 2, column 'auc': 1.0 became"),
        ("a.csv", b"1,0.5\n2,1.0\n", b"1,0.5\n2,1.00000001\n", "row 2, column 2: 1.0 became"),
        ("a.txt", b"epoch 1\nauc 1.0\n", b"epoch 1\nauc 1.00000001\n", "line 2: 1.0 became"),
        ("a.npy", saved(np.array([[0.5, 1.0]])), saved(np.array([[0.5, 1.00000001]])), "[0, 1]: 1.0 became"),
        ("a.npy", saved(np.array([1 + 1j])), saved(np.array([1 + 1.00000001j])), "[0]: 1.0 became"),
        ("a.npz", zipped({"w.npy": saved(np.array([1.0]))}), zipped({"w.npy": saved(np.array([1.00000001]))}),
         "w.npy [0]: 1.0 became"),
        ("a.json.gz", gzip.compress(b"[1.0]", mtime=1), gzip.compress(b"[1.00000001]", mtime=1), "$[0]: 1.0 became"),
    ],
)  # fmt: skip
def test_a_small_difference_holds_within_a_tolerance_and_is_named(name, before, after, place):
    assert not compare_files(name, before, after, EQUAL).held
    compared = compare_files(name, before, after, CLOSE)
    assert compared.held
    assert compared.rung is Rung.TOLERANCE
    assert place in compared.detail
    assert "worst relative difference 1e-08" in compared.detail


@pytest.mark.parametrize(
    ("name", "before", "after", "detail"),
    [
        ("a.json", b'{"a": 1}', b'{"a": 1, "b": 2}', "$.b: nothing became 2"),
        ("a.json", b"[1, 2]", b"[1]", "a list of 2 became a list of 1"),
        ("a.json", b"[true]", b"[1]", "true became 1"),
        ("a.json", b'["1"]', b"[1]", '"1" became 1'),
        ("a.json", b"[null]", b"[0]", "null became 0"),
        ("a.jsonl", b"1\n2\n", b"1\n", "2 lines became 1 lines"),
        ("a.csv", b"a,b\n1,2\n", b"a,c\n1,2\n", "column 'b': present became missing"),
        ("a.csv", b"a,b\n1,2\n3,4\n", b"a,b\n1,2\n", "2 rows became 1 rows"),
        ("a.csv", b"a,b\n007,x\n", b"a,b\n7,x\n", "'007' became '7'"),
        ("a.csv", b"a,b\n1,2\n", b"a,b\n1\n", "2 cells became 1 cells"),
        ("a.csv", b"a,b\n1,2\n3,4\n", b"a,b\n3,4\n1,2\n", "4 of 4 values differ"),
        ("a.txt", b"auc 0.5\n", b"AUC 0.5\n", "line 1: 'auc 0.5' became 'AUC 0.5'"),
        ("a.txt", b"1\n2\n", b"1\n", "2 lines became 1 lines"),
        ("a.txt", b"x" * 90 + b"a", b"x" * 90 + b"b", "after the first 80"),
        ("a.npy", saved(np.zeros(3)), saved(np.zeros(4)), "shape: (3,) became (4,)"),
        ("a.npy", saved(np.zeros(3)), saved(np.zeros(3, int)), "type: <f8 became <i8"),
        ("a.npy", saved(np.array(["a"])), saved(np.array(["b"])), "'a' became 'b'"),
        ("a.npy", saved(np.array([True])), saved(np.array([False])), "1 became 0"),
        ("a.npz", zipped({"a.npy": saved(np.zeros(1))}), zipped({"b.npy": saved(np.zeros(1))}),
         "member a.npy: present"),
        ("a.zip", zipped({"a.bin": b"\0\1"}), zipped({"a.bin": b"\0\2"}), "member a.bin"),
        ("a.png", b"\x89PNG1", b"\x89PNG2", "5 bytes became 5 other bytes"),
        ("a.svg", b"<svg width='1.0'/>", b"<svg width='1.00'/>", "other bytes"),
        ("a.pkl", pickle.dumps(1, 0), pickle.dumps(1.0, 0), "other bytes"),
        ("a.bin", b"\0\1", b"\0\2", "not one that can be read"),
        ("a.json", b"{bad", b"{bad!", "not readable as JSON"),
        ("a.json", b'{"a":1,"a":2}', b'{"a":2}', "twice"),
        ("a.csv", b'a,b\n"open', b"a,b\n1,2", "not readable as table"),
        ("a.npy", saved(np.array([None])), saved(np.array([{}])), "holds objects"),
        ("a.gz", gzip.compress(b"x" * 99, mtime=1)[:-9], gzip.compress(b"y", mtime=1), "not readable as gzip"),
    ],
)  # fmt: skip
def test_no_tolerance_covers_a_real_difference(name, before, after, detail):
    compared = compare_files(name, before, after, rule(allow="tolerance", rtol=1e-6, digits=2, ulps=3))
    assert compared.rung is Rung.DIFFERENT
    assert not compared.held
    assert detail in compared.detail


def test_identical_bytes_can_be_required():
    compared = compare_files("a.csv", b"a\n1\n", b"a\n1.0\n", rule(allow="identical"))
    assert not compared.held
    assert "identical bytes are required" in compared.detail


def test_ulps_are_those_of_the_type_of_the_array():
    before = saved(np.array([1.5], "f4"))
    after = saved(np.array([np.nextafter(np.float32(1.5), np.float32(2))], "f4"))
    compared = compare_files("a.npy", before, after, rule(allow="ulp", ulps=1))
    assert compared.rung is Rung.ULP


def test_only_the_first_differences_are_named_and_all_are_counted():
    before, after = (json.dumps([i + offset for i in range(1000)]).encode() for offset in (0, 1))
    compared = compare_files("a.json", before, after, EQUAL)
    assert "1,000 of 1,000 values differ" in compared.detail
    assert "$[2]" in compared.detail
    assert "$[3]" not in compared.detail


def test_what_breaks_the_rule_is_named_before_what_does_not():
    before = b"1.0\n2.0\n3.0\n4.0\n"
    after = b"1.0000001\n2.0000001\n3.0000001\n5.0\n"
    compared = compare_files("a.txt", before, after, CLOSE)
    assert "4 of 4 values differ; 1 of them by more than the rule allows" in compared.detail
    assert "line 4: 4.0 became 5.0; line 1" in compared.detail


def test_numbers_with_more_digits_than_a_float_are_not_equal():
    compared = compare_files("a.txt", b"0.12345678901234567890", b"0.12345678901234567891", EQUAL)
    assert not compared.held


def test_files_that_are_too_large_are_compared_by_bytes(monkeypatch):
    text = next(c for c in COMPARATORS if c.format == "text")
    content = b"1 " * (text.limit // 2 + 1)
    assert "too large" in compare_files("a.txt", content, content + b"2", EQUAL).detail


def test_an_archive_bomb_is_compared_by_bytes():
    bomb = gzip.compress(bytes(200_000_000))
    assert "more than" in compare_files("a.gz", bomb, bomb + b"\0", EQUAL).detail


def test_nesting_cannot_exhaust_the_stack():
    deep = b"[" * 100_000 + b"]" * 100_000
    assert "not readable as JSON" in compare_files("a.json", deep, b"[]", EQUAL).detail


def test_nothing_is_unpickled(tmp_path):
    target = tmp_path / "executed"

    class Hostile:
        def __reduce__(self):
            return (target.write_text, ("x",))

    content = pickle.dumps(Hostile())
    arrays = saved(np.array([1], dtype=object))[:128] + content
    for name in ("a.pkl", "a.npy", "a.bin", "a.npz", "a"):
        compare_files(name, content, content + b"x", CLOSE)
        compare_files(name, arrays, arrays + b"x", CLOSE)
    assert not target.exists()


NAMES = st.sampled_from(
    [
        "a.json",
        "a.jsonl",
        "a.csv",
        "a.tsv",
        "a.npy",
        "a.npz",
        "a.gz",
        "a.csv.gz",
        "a.zip",
        "a.txt",
        "a",
        "a.png",
    ]
)
SEEDS = st.sampled_from(
    [b'{"a": [1, 2.5]}', b"a,b\n1,2\n", saved(np.arange(3.0)), gzip.compress(b"a\n1\n", mtime=1),
     zipped({"a.txt": b"1 2"}), "größe 1 2".encode()]
)  # fmt: skip


@st.composite
def damaged(draw):
    content = bytearray(draw(SEEDS))
    noise = draw(st.binary(max_size=8))
    place = draw(st.integers(min_value=0, max_value=len(content)))
    content[place : place + len(noise)] = noise
    return bytes(content)


CONTENT = st.one_of(SEEDS, damaged(), st.binary(max_size=80), st.text(max_size=40).map(str.encode))


@given(NAMES, CONTENT, CONTENT)
def test_foreign_bytes_always_give_a_comparison(name, before, after):
    compared = compare_files(name, before, after, CLOSE)
    assert (compared.rung is Rung.IDENTICAL) == (before == after)
    assert compared.held == (compared.rung is not Rung.DIFFERENT)


@given(NAMES, CONTENT, CONTENT)
def test_a_stricter_rule_never_holds_where_a_looser_one_fails(name, before, after):
    strict, loose = (compare_files(name, before, after, r).held for r in (EQUAL, CLOSE))
    assert loose or not strict


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES)
def test_json_written_differently_is_equal(value):
    before = json.dumps(value).encode()
    after = json.dumps(value, indent=1, ensure_ascii=False).encode("utf-8", "surrogatepass")
    compared = compare_files("a.json", before, after, EQUAL)
    assert compared.held or "not readable" in compared.detail  # lone surrogates are not UTF-8
