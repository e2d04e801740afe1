"""Tables are read as they are written: delimiter, header, line ends."""

import contextlib
import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taketwo.errors import FormatError
from taketwo.formats.delimited import parse_table


def test_a_header_is_told_from_data():
    table = parse_table(b"name,score\na,1\n")
    assert table.header == ("name", "score")
    assert table.rows == (("a", "1"),)


@pytest.mark.parametrize("content", [b"1,2\n3,4\n", b"a,a\n1,2\n", b"a,2\nb,3\n"])
def test_lines_of_data_alone_have_no_header(content):
    assert parse_table(content).header is None


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter):
    table = parse_table(f"a{delimiter}b\n1{delimiter}2\n".encode())
    assert (table.header, table.rows, table.delimiter) == (("a", "b"), (("1", "2"),), delimiter)


def test_line_ends_and_byte_order_marks_are_not_content():
    assert parse_table(b"\xef\xbb\xbfa,b\r\n1,2\r\n\r\n").rows == (("1", "2"),)
    assert parse_table(b"a,b\r\n1,2\r\n").line_end == "\r\n"


def test_quoted_cells_keep_delimiters_and_line_ends():
    assert parse_table(b'a,b\n"1,5","x\ny"\n').rows == (("1,5", "x\ny"),)


@pytest.mark.parametrize("content", [b'a,b\n"open', b"a\0b,c\n", b'"a"x,b\n', b"a," + b"x" * 200_000])
def test_what_is_no_table_is_a_format_error(content):
    with pytest.raises(FormatError):
        parse_table(content)


def test_an_empty_file_is_an_empty_table():
    assert parse_table(b"").rows == ()


@given(st.binary())
def test_any_bytes_give_a_table_or_a_format_error(content):
    with contextlib.suppress(FormatError):
        parse_table(content)


_CELL = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1)


@given(st.lists(st.lists(_CELL, min_size=2, max_size=2), min_size=1))
def test_what_python_writes_is_read_back(rows):
    written = io.StringIO()
    csv.writer(written).writerows([["first", "second"], *rows])
    table = parse_table(written.getvalue().encode(), delimiter=",")
    assert [list(row) for row in table.rows] == rows
