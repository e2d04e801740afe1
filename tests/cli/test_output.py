import io
import json

import pytest

from taketwo.cli import output
from taketwo.errors import UsageError


def test_text_ends_with_exactly_one_newline_of_ours(capsys):
    output.write("a")
    output.write("b\n")
    assert capsys.readouterr().out == "a\nb\n"


def test_names_that_a_stream_cannot_show_do_not_hide_the_answer():
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    output.print_to(stream, "caf\u00e9 \udcff ✓")
    assert raw.getvalue() == b"caf\\xe9 \\udcff \\u2713\n"


def test_a_json_document_survives_names_that_are_not_unicode(capsys):
    output.write_json({"path": "a\udcff"})
    assert json.loads(capsys.readouterr().out) == {"path": "a\udcff"}


def test_a_document_with_a_number_that_json_lacks_is_refused():
    with pytest.raises(ValueError, match="JSON"):
        output.write_json({"auc": float("nan")})


def test_a_place_that_is_a_directory_by_now_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="cannot be written"):
        output.write_file(tmp_path, "")


def test_no_report_asked_for_is_no_file(tmp_path):
    assert output.report_file(tmp_path, None) is None
