"""Manifests as bytes: what goes in comes out, the bytes are kept, and bad ones are told where."""

from __future__ import annotations

import contextlib
import hashlib
import json
import math

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taketwo.errors import FormatError
from taketwo.formats import canonical_json, manifest
from taketwo.model.base import as_float, number
from taketwo.model.manifest import Metric
from tests.support.manifests import full_manifest, small_manifest


def _at_default(value, where=""):
    """The fields of a model value, at any depth, that hold their default."""
    if isinstance(value, msgspec.Struct):
        for field in msgspec.structs.fields(value):
            held, place = getattr(value, field.name), f"{where}.{field.name}"
            default = field.default if field.default is not msgspec.NODEFAULT else field.default_factory
            if held == default or (callable(default) and held == default()):
                yield place
            yield from _at_default(held, place)
    elif isinstance(value, tuple):
        # One example that sets the field is enough: a parameter has a value or a stored form.
        per_item = [set(_at_default(item, where + "[]")) for item in value]
        yield from set.intersection(*per_item) if per_item else ()


def test_the_full_manifest_leaves_no_field_at_its_default():
    # The schema version has no other value, and blobs are in the store but for two tests of their own.
    held = {place for place in _at_default(full_manifest()) if not place.endswith(".stored")}
    assert held == {".schema_version"}


@pytest.mark.parametrize("value", [full_manifest(), small_manifest()])
def test_a_manifest_comes_back_as_it_was_sealed(value):
    sealed = manifest.seal(value)
    again = manifest.parse(sealed.content)
    assert again == sealed
    assert again.manifest == value
    assert manifest.seal(again.manifest).content == sealed.content


def test_the_seal_is_the_sha256_of_the_bytes():
    sealed = manifest.seal(small_manifest())
    assert sealed.sha256 == hashlib.sha256(sealed.content).hexdigest()


@given(st.floats() | st.integers())
def test_every_number_survives_to_the_bit(value):
    sealed = manifest.seal(small_manifest(metrics=(Metric(name="m", value=number(value)),)))
    found = as_float(manifest.parse(sealed.content).manifest.metrics[0].value)
    assert type(found) is type(value)
    if isinstance(value, float):
        same = math.isnan(found) if math.isnan(value) else found == value
        assert same
        assert math.copysign(1, found) == math.copysign(1, value) or math.isnan(value)
    else:
        assert found == value


def test_fields_of_a_later_version_stay_in_the_bytes_and_in_the_document():
    document = manifest.seal(small_manifest()).document
    document["schema_version"] = "1.7"
    document["weather"] = {"sky": [1, 2]}
    document["ending"]["mood"] = "fine"
    content = canonical_json.encode(document)
    sealed = manifest.parse(content)
    assert sealed.content == content
    assert sealed.document["weather"] == {"sky": [1, 2]}
    assert sealed.document["ending"]["mood"] == "fine"
    assert sealed.manifest.ending.status == "completed"


def test_bytes_that_are_not_canonical_are_kept_as_they_are():
    content = json.dumps(manifest.seal(small_manifest()).document, indent=2).encode()
    assert manifest.parse(content).content == content
    assert manifest.parse(content).sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("value", [full_manifest(), small_manifest()])
def test_the_published_schema_accepts_what_is_sealed(value):
    schema = manifest.json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(manifest.seal(value).document, schema, cls=jsonschema.Draft202012Validator)


def test_the_published_schema_refuses_what_parsing_refuses():
    document = manifest.seal(small_manifest()).document
    document["ending"]["status"] = "splendid"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, manifest.json_schema())


@pytest.mark.parametrize("version", ["2.0", "0.9", "10.0", ""])
def test_another_major_version_is_refused_with_what_to_do(version):
    document = manifest.seal(small_manifest()).document | {"schema_version": version}
    with pytest.raises(FormatError, match="follows schema") as caught:
        manifest.parse(canonical_json.encode(document))
    assert caught.value.path == "schema_version"
    assert "pip install" in caught.value.todo


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"ending": {"status": "nope"}}, "ending.status"),
        ({"ending": {}}, "ending.status"),
        ({"metrics": [{"name": "a", "value": 1}, {"name": "b", "value": True}]}, "metrics[1].value"),
        ({"metrics": [{"name": "a", "value": "nan"}]}, "metrics[0].value"),
        ({"inputs": [{}]}, "inputs[0].name"),
        ({"run_id": 7}, "run_id"),
        ({"schema_version": 1}, "schema_version"),
        ({"schema_version": None}, "schema_version"),
        ({"tags": {"a": 1}}, "tags[...]"),
    ],
)
def test_an_error_leads_to_the_bad_field(change, path):
    document = manifest.seal(small_manifest()).document | change
    with pytest.raises(FormatError) as caught:
        manifest.parse(canonical_json.encode(document))
    assert caught.value.path == path
    assert str(caught.value).startswith(path)
    assert "- at" not in str(caught.value)


@pytest.mark.parametrize("name", ["run_id", "experiment", "ending", "invocation", "schema_version"])
def test_a_field_that_is_missing_is_named(name):
    document = manifest.seal(small_manifest()).document
    del document[name]
    with pytest.raises(FormatError) as caught:
        manifest.parse(canonical_json.encode(document))
    assert caught.value.path == name


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"{", b"\xff", b'{"a":1,"a":1}'])
def test_what_is_not_a_json_object_is_refused(content):
    with pytest.raises(FormatError):
        manifest.parse(content)


def test_too_many_bytes_are_refused_before_they_are_read():
    with pytest.raises(FormatError, match="bytes"):
        manifest.parse(b"{" + b" " * manifest.SIZE_LIMIT)


@given(st.data())
def test_a_manifest_with_one_value_replaced_is_read_or_is_a_format_error(data):
    document = manifest.seal(full_manifest()).document
    name = data.draw(st.sampled_from(sorted(document)))
    document[name] = data.draw(st.none() | st.integers() | st.text() | st.lists(st.none()) | st.just({}))
    content = canonical_json.encode(document)
    with contextlib.suppress(FormatError):
        assert manifest.parse(content).content == content
