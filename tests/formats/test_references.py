"""What a manifest needs of the store: everything that it refers to, and nothing that only looks like it."""

from __future__ import annotations

import msgspec
import pytest

from taketwo.errors import FormatError
from taketwo.formats import listing, manifest, references
from taketwo.formats.references import Reference
from taketwo.model.base import Blob
from taketwo.model.data import Input
from taketwo.model.environment import Distribution, Environment, Interpreter
from taketwo.model.manifest import Call, Invocation, Parameter
from taketwo.model.source import Source
from tests.support.manifests import blob, full_manifest, small_manifest

PYTHON = Interpreter(implementation="cpython", version="3.11.7")


def _blobs(value):
    return references.blobs_of(manifest.seal(value).document)


def _directory(kept, content=None):
    return Input(name="d", path="$PROJECT/d", kind="directory", kept=kept, content=content or blob(1))


def _model_blobs(value):
    if isinstance(value, Blob):
        yield value
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from _model_blobs(getattr(value, name))
    elif isinstance(value, tuple):
        for item in value:
            yield from _model_blobs(item)


def test_every_blob_of_the_model_is_found_wherever_it_stands():
    value = full_manifest()
    found = {reference.sha256 for reference in _blobs(value)}
    assert found == {b.sha256 for b in _model_blobs(value)}
    assert len(found) == 13


def test_a_reference_leads_to_its_field():
    places = {reference.where for reference in _blobs(full_manifest())}
    assert {
        "streams.stdout",
        "environment.lock.pylock",
        "inputs[0].content",
        "parameters[1].stored.pickled",
    } <= places


def test_a_blob_that_is_not_in_the_store_is_not_needed_there():
    item = Input(name="f", path="$PROJECT/f", kind="file", kept="reference", content=blob(1, stored=False))
    assert _blobs(small_manifest(inputs=(item,))) == ()


def test_an_artefact_of_an_index_is_not_a_blob():
    assert "5" * 64 not in {reference.sha256 for reference in _blobs(full_manifest())}


def test_values_of_the_user_that_look_like_blobs_are_left_alone():
    lookalike = {"sha256": "9" * 64, "size": 1}
    value = small_manifest(
        parameters=(Parameter(name="p", value=[lookalike, {"deep": lookalike}]),),
        invocation=Invocation(argv=("x",), call=Call(module="m", qualname="f", result_json=lookalike)),
    )
    assert _blobs(value) == ()


def test_blobs_in_fields_of_a_later_version_are_found():
    document = manifest.seal(small_manifest()).document
    document["traces"] = [{"calls": {"sha256": "9" * 64, "size": 1, "media_type": "text/plain"}}]
    assert references.blobs_of(document) == (Reference("9" * 64, 1, "traces[0].calls"),)


@pytest.mark.parametrize(("kept", "follows"), [("store", True), ("source", False), ("reference", False)])
def test_the_files_of_a_directory_are_needed_when_it_is_kept_in_the_store(kept, follows):
    (reference,) = _blobs(small_manifest(inputs=(_directory(kept),)))
    assert reference.listing is follows


def test_the_files_of_an_overlay_and_of_kept_content_are_needed_and_those_of_the_environment_are_not():
    environment = Environment(
        interpreter=PYTHON,
        listing=blob(1),
        overlay=blob(2),
        distributions=(
            Distribution(name="a", version="1", origin="content", content=blob(3), wheel=blob(4)),
        ),
    )
    found = {r.sha256: r.listing for r in _blobs(small_manifest(environment=environment))}
    follows = {1: False, 2: True, 3: True, 4: False}
    assert found == {blob(n).sha256: expected for n, expected in follows.items()}


def test_the_closure_holds_a_listing_and_then_its_files():
    content = listing.encode([listing.Listed("x", "a" * 64, 1), listing.Listed("y", "b" * 64, 2)])
    document = manifest.seal(small_manifest(inputs=(_directory("store"),))).document
    found = list(references.closure(document, {blob(1).sha256: content}.__getitem__))
    assert [r.sha256 for r in found] == [blob(1).sha256, "a" * 64, "b" * 64]
    assert found[2].where == "inputs[0].content: 'y'"


def test_a_listing_that_cannot_be_read_is_an_error_and_not_an_empty_one():
    document = manifest.seal(small_manifest(inputs=(_directory("store"),))).document
    with pytest.raises(FormatError):
        list(references.closure(document, lambda _: b"nonsense"))


@pytest.mark.parametrize("bad", [{"sha256": "../../etc/passwd", "size": 1}, {"sha256": "a" * 64, "size": -1}])
def test_a_reference_that_cannot_be_one_is_refused(bad):
    document = manifest.seal(small_manifest()).document | {"extra": bad}
    with pytest.raises(FormatError) as caught:
        references.blobs_of(document)
    assert caught.value.path == "extra"


def test_a_document_of_any_depth_is_walked():
    document: dict = {"sha256": "a" * 64, "size": 1}
    for _ in range(5_000):
        document = {"d": document}
    assert len(references.blobs_of(document)) == 1
    while document:
        document = document.get("d", {})


def test_trees_are_those_of_the_source_and_of_sources_installed_from_each_once():
    environment = Environment(
        interpreter=PYTHON,
        distributions=(
            Distribution(name="a", version="1", origin="editable", source_tree="2" * 40),
            Distribution(name="b", version="1", origin="editable", source_tree="1" * 40),
            Distribution(name="c", version="1", origin="index"),
        ),
    )
    value = small_manifest(source=Source(tree="1" * 40), environment=environment)
    assert references.trees_of(value) == ("1" * 40, "2" * 40)
    assert references.trees_of(small_manifest()) == ()
