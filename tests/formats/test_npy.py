"""Arrays are read as NumPy wrote them, without NumPy and without evaluating anything."""

import contextlib
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taketwo.errors import FormatError
from taketwo.formats.npy import parse_npy


def saved(array, **options):
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


@pytest.mark.parametrize(
    "dtype", ["<f8", ">f8", "<f4", ">f4", "<f2", ">f2", "<i8", ">i4", "|i1", "<u2", "|u1", "|b1"]
)
def test_values_are_those_that_numpy_wrote(dtype):
    array = np.array([[0, 1, 2], [3, 100, 5]]).astype(dtype)
    found = parse_npy(saved(array))
    assert found.dtype == array.dtype.str
    assert found.shape == (2, 3)
    assert list(found.values()) == array.ravel().tolist()


def test_complex_numbers_give_two_values_each():
    assert list(parse_npy(saved(np.array([1 + 2j, 3 - 4j]))).values()) == [1, 2, 3, -4]


def test_strings_are_items_of_bytes():
    found = parse_npy(saved(np.array(["ab", "c"])))
    assert [item.decode("utf-32-le").rstrip("\0") for item in found.values()] == ["ab", "c"]


def test_dates_are_integers():
    assert list(parse_npy(saved(np.array(["1970-01-03"], dtype="M8[D]"))).values()) == [2]


@given(
    st.lists(st.integers(min_value=0, max_value=4), min_size=0, max_size=4).map(tuple),
    st.sampled_from("CF"),
)
def test_every_item_is_found_at_its_index_in_either_order(shape, order):
    array = np.asarray(np.arange(np.prod(shape, dtype=int)).reshape(shape), order=order)
    found = parse_npy(saved(array))
    values = found.values()
    assert [values[i] for i in found.rowwise()] == array.ravel(order="C").tolist()
    assert all(array[found.position(i)] == value for i, value in enumerate(values))


def test_object_arrays_are_refused():
    with pytest.raises(FormatError, match="objects"):
        parse_npy(saved(np.array([{}, None], dtype=object), allow_pickle=True))


def test_structured_arrays_are_refused():
    with pytest.raises(FormatError, match="structured"):
        parse_npy(saved(np.zeros(2, dtype=[("a", "f8"), ("b", "i4")])))


def test_a_header_is_never_evaluated():
    hostile = b"{'descr': __import__('os').abort(), 'fortran_order': False, 'shape': (1,), }\n"
    with pytest.raises(FormatError):
        parse_npy(b"\x93NUMPY\x01\x00" + len(hostile).to_bytes(2, "little") + hostile)


@pytest.mark.parametrize("size", [0, 5, 10, 11, 60, 127, 129])
def test_a_truncated_file_is_a_format_error(size):
    with pytest.raises(FormatError):
        parse_npy(saved(np.arange(4.0))[:size])


def test_a_shape_larger_than_the_data_is_a_format_error():
    with pytest.raises(FormatError, match="bytes"):
        parse_npy(saved(np.arange(4.0)).replace(b"(4,)", b"(9,)"))


@given(st.binary(max_size=64), st.integers(min_value=0, max_value=127))
def test_damaged_files_are_read_or_refused(noise, place):
    content = bytearray(saved(np.arange(3.0)))
    content[place : place + len(noise)] = noise
    with contextlib.suppress(FormatError):
        list(parse_npy(bytes(content)).values())
