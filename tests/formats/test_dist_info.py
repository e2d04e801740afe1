"""The small files of a .dist-info directory."""

from hypothesis import given
from hypothesis import strategies as st

from taketwo.formats import dist_info


def test_name_and_version_stand_in_the_directory_name():
    assert dist_info.name_and_version("Foo_Bar-1.0.post1+cpu.dist-info") == ("foo-bar", "1.0.post1+cpu")
    assert dist_info.name_and_version("foo-bar-baz.dist-info") is None


def test_headers_end_where_the_body_begins():
    fields = dist_info.headers("Name: a\nTag: x\nTag: y\nSummary: long\n  and longer\n\nVersion: not this\n")
    assert fields == {"name": ("a",), "tag": ("x", "y"), "summary": ("long and longer",)}


def test_scripts_come_from_both_sections_without_extras():
    text = "[console_scripts]\nRun = a.b:main [extra]\n[gui_scripts]\nshow=c:d.e\n[other]\nx = y:z\n"
    assert dist_info.scripts(text) == {"Run": "a.b:main", "show": "c:d.e"}


@given(st.text())
def test_any_text_has_headers_and_scripts(text):
    assert all(values for values in dist_info.headers(text).values())
    assert isinstance(dist_info.scripts(text), dict)
