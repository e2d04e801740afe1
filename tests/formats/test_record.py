"""RECORD files: what is read is what was written."""

import csv
import hashlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taketwo.errors import FormatError
from taketwo.formats import record

_paths = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp"), blacklist_characters="\\"), min_size=1
)


@given(st.lists(st.tuples(_paths, st.binary(), st.booleans())))
def test_every_row_that_a_csv_writer_wrote_is_read_back(rows):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for path, content, has_hash in rows:
        digest = record.encoded(hashlib.sha256(content).hexdigest()) if has_hash else ""
        writer.writerow([path, digest, len(content) if has_hash else ""])
    found = record.parse(text.getvalue())
    assert [r.path for r in found] == [path for path, _, _ in rows]
    for row, (_, content, has_hash) in zip(found, rows, strict=True):
        assert row.sha256 == (hashlib.sha256(content).hexdigest() if has_hash else None)
        assert row.size == (len(content) if has_hash else None)


@given(st.text())
def test_any_text_is_rows_or_a_format_error(text):
    try:
        rows = record.parse(text)
    except FormatError:
        return
    assert all(row.path for row in rows)


def test_another_algorithm_counts_as_no_hash():
    assert record.parse("a.py,md5=abc,3\nb.py,,\n") == (
        record.Recorded("a.py", None, 3),
        record.Recorded("b.py"),
    )


def test_a_bad_hash_names_its_line():
    with pytest.raises(FormatError, match="line 2"):
        record.parse("a.py,,\nb.py,sha256=short,1\n")


def test_windows_separators_become_slashes():
    assert record.parse("pkg\\a.py,,\n")[0].path == "pkg/a.py"
