from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from taketwo.environments.memo import Memo, key_of, write_whole

_PLAIN = st.recursive(
    st.none() | st.integers(-(2**60), 2**60) | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def test_an_answer_comes_back_under_its_key_and_under_no_other(tmp_path: Path) -> None:
    memo = Memo(tmp_path / "deep" / "memo")
    memo.keep(key_of("a"), ["one", "two"])
    assert Memo(tmp_path / "deep" / "memo").recall(key_of("a"), list[str]) == ["one", "two"]
    assert memo.recall(key_of("b"), list[str]) is None
    memo.keep(key_of("b"), ["three"])
    assert memo.recall(key_of("a"), list[str]) is None


def test_a_damaged_file_or_an_answer_of_another_kind_is_no_answer(tmp_path: Path) -> None:
    memo = Memo(tmp_path / "memo")
    memo.keep(key_of("a"), "text")
    assert memo.recall(key_of("a"), int) is None
    content = (tmp_path / "memo").read_bytes()
    (tmp_path / "memo").write_bytes(content[:-2])
    assert memo.recall(key_of("a"), str) is None


def test_without_a_file_nothing_is_remembered_and_a_full_disk_is_no_error(tmp_path: Path) -> None:
    Memo(None).keep(b"", 1)
    assert Memo(None).recall(b"", int) is None
    (tmp_path / "file").touch()
    Memo(tmp_path / "file" / "memo").keep(b"", 1)


@given(_PLAIN, _PLAIN)
def test_the_key_tells_any_two_questions_apart(one: object, other: object) -> None:
    assert (key_of(one) == key_of(other)) == (one == other)
    assert (key_of(one, other) == key_of([one, other])) is False


def test_a_draft_that_cannot_be_put_in_place_is_removed(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    try:
        write_whole(tmp_path / "there", b"x")
    except OSError:
        assert [path.name for path in tmp_path.iterdir()] == ["there"]
    else:
        raise AssertionError
