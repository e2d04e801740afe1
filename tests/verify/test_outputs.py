"""Outputs are matched by path, read only when their digests differ, and never read beyond limits."""

import pytest

from taketwo.errors import Tampered
from taketwo.model.base import Blob
from taketwo.model.data import Output
from taketwo.model.rules import Rung
from taketwo.verify.files.registry import LARGEST
from taketwo.verify.outputs import check_outputs
from tests.support.studies import rule


def check(content, before, after, *rules):
    (found,) = check_outputs(before, after, rules, content.read)
    return found


def test_the_same_digest_is_identical_and_nothing_is_read(content):
    output = content.output("a.csv", b"1")
    found = check(content, [output], [output])
    assert (found.rung, found.held, found.subject) == (Rung.IDENTICAL, True, "a.csv")
    assert content.reads == []


def test_other_bytes_are_compared_by_value(content):
    found = check(
        content, [content.output("a.csv", b"x,y\n1,2\n")], [content.output("a.csv", b"x,y\r\n1,2.0\r\n")]
    )
    assert (found.rung, found.held) == (Rung.EQUAL, True)


def test_the_rule_of_an_output_is_found_by_its_path(content):
    pair = [content.output("r/a.csv", b"x\n1.0\n")], [content.output("r/a.csv", b"x\n1.1\n")]
    assert check(content, *pair).held is False
    assert check(content, *pair, rule("output:r/*.csv", "tolerance", atol=0.2)).held is True
    assert check(content, *pair, rule("output:r/a.csv", "ignore")).held is None


def test_an_output_that_is_missing_fails(content):
    found = check(content, [content.output("a.csv", b"1")], [])
    assert (found.held, found.after) == (False, None)


def test_an_output_of_the_replay_alone_is_shown_and_decides_nothing(content):
    found = check(content, [], [content.output("cache/fonts.json", b"1")])
    assert (found.held, found.before) == (None, None)


def test_artifacts_are_matched_by_name(content):
    before = Output(name="model", path="$PROJECT/a/model.bin", content=content.blob(b"1"), artifact=True)
    after = Output(name="model", path="$PROJECT/b/model.bin", content=content.blob(b"1"), artifact=True)
    assert check(content, [before], [after]).subject == "model"


def test_a_name_that_carries_the_time_is_recognised(content):
    before = [
        content.output("runs/2026-03-01_10-15-00/a.csv", b"1"),
        content.output("runs/2026-03-01_10-15-00/b.csv", b"2"),
    ]
    after = [
        content.output("runs/2027-06-12_09-00-00/b.csv", b"2"),
        content.output("runs/2027-06-12_09-00-00/a.csv", b"1"),
    ]
    checks = check_outputs(before, after, [], content.read)
    assert [c.rung for c in checks] == [Rung.IDENTICAL, Rung.IDENTICAL]
    assert "named runs/2027-06-12_09-00-00/a.csv there" in checks[0].detail


def test_names_that_could_be_several_pairs_are_not_guessed(content):
    before = [content.output(f"m_2026030{i}.bin", b"1") for i in (1, 2)]
    after = [content.output(f"m_2027030{i}.bin", b"1") for i in (1, 2)]
    checks = check_outputs(before, after, [], content.read)
    assert [c.held for c in checks] == [False, False, None, None]


def test_content_that_is_not_kept_is_compared_by_digest(content):
    found = check(content, [content.output("a.csv", b"1", stored=False)], [content.output("a.csv", b"2")])
    assert found.held is False
    assert "not in the store" in found.detail
    lost = Output(name="a.csv", path="$PROJECT/a.csv", content=Blob(sha256="0" * 64, size=3))
    assert "not in the store" in check(content, [lost], [content.output("a.csv", b"2")]).detail


def test_content_that_is_too_large_is_never_read(content):
    large = Output(name="a", path="$PROJECT/a", content=Blob(sha256="0" * 64, size=LARGEST + 1))
    assert "too large" in check(content, [large], [content.output("a", b"2")]).detail
    assert content.reads == []


def test_a_size_that_lies_does_not_pass_the_limit(content):
    lying = Output(name="a.txt", path="$PROJECT/a.txt", content=Blob(sha256="0" * 64, size=3))
    content.kept["0" * 64] = bytes(LARGEST + 1)
    assert check(content, [lying], [content.output("a.txt", b"2")]).held is False


def test_damaged_content_is_an_error_and_not_a_difference(content):
    def damaged(sha256):
        raise Tampered(sha256)

    with pytest.raises(Tampered):
        check_outputs([content.output("a", b"1")], [content.output("a", b"2")], [], damaged)
