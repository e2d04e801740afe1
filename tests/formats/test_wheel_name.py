"""Names of wheels."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taketwo.errors import FormatError
from taketwo.formats import wheel_name

_word = st.from_regex(r"[a-z][a-z0-9_.]{0,8}", fullmatch=True)
_tags = st.lists(st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True), min_size=1, max_size=3, unique=True)


@given(_word, st.from_regex(r"[0-9]+(\.[0-9]+)*(\+[a-z0-9.]+)?", fullmatch=True), _tags, _tags, _tags)
def test_the_parts_of_a_name_are_found_again(name, version, python, abi, platform):
    filename = f"{name}-{version}-{'.'.join(python)}-{'.'.join(abi)}-{'.'.join(platform)}.whl"
    found = wheel_name.parse(filename)
    assert (found.name, found.version, found.build) == (wheel_name.normalised(name), version, "")
    assert found.tags == {f"{p}-{a}-{q}" for p in python for a in abi for q in platform}


@given(st.text())
def test_any_text_is_a_wheel_name_or_a_format_error(text):
    with contextlib.suppress(FormatError):
        assert wheel_name.parse(text).tags


def test_a_build_number_is_recognised():
    assert wheel_name.parse("torch-2.1-3abc-cp311-cp311-linux_x86_64.whl").build == "3abc"


def test_a_variant_label_is_recognised():
    found = wheel_name.parse("torch-2.1-cp311-cp311-linux_x86_64-cu126.whl")
    assert found.variant == "cu126"
    assert found.tags == {"cp311-cp311-linux_x86_64"}


@pytest.mark.parametrize(
    "bad", ["six.whl", "six-1.0.tar.gz", "a/six-1.0-py3-none-any.whl", "six-1.0-py3-none.whl"]
)
def test_other_names_are_refused(bad):
    with pytest.raises(FormatError):
        wheel_name.parse(bad)


def test_spellings_of_one_version_are_the_same():
    assert wheel_name.same_version("2.13.0+cpu.1", "2.13.0+cpu_1")
    assert not wheel_name.same_version("1.0", "1.1")
