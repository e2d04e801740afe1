"""docs/manifest.md and docs/json.md describe every field of every struct of the model, and no others."""

import importlib
import pkgutil
import re

import msgspec
import pytest

from taketwo import model
from taketwo.model.base import Value
from taketwo.model.manifest import Manifest
from taketwo.model.run_diff import RunDiff
from taketwo.model.verdict import Check, Difference, Verdict
from tests.support.cli_pages import ROOT

PAGE = (ROOT / "docs" / "manifest.md").read_text(encoding="utf-8")
IN_JSON_PAGE = {Verdict, Check, Difference, RunDiff}


def structs():
    """Every struct that is defined in ``taketwo.model``, except the base class."""
    for found in pkgutil.iter_modules(model.__path__, f"{model.__name__}."):
        module = importlib.import_module(found.name)
        classes = (thing for thing in vars(module).values() if isinstance(thing, type))
        own = (cls for cls in classes if cls.__module__ == module.__name__)
        yield from (cls for cls in own if issubclass(cls, msgspec.Struct) and cls is not Value)


def sections():
    parts = re.split(r"^##+ (.+)$", PAGE, flags=re.MULTILINE)[1:]
    rows = (re.findall(r"^\| `(\w+)` \| .+ \|$", body, re.MULTILINE) for body in parts[1::2])
    return {title: fields for title, fields in zip(parts[::2], rows, strict=True) if fields}


@pytest.mark.parametrize("struct", sorted(set(structs()) - IN_JSON_PAGE, key=lambda s: s.__name__))
def test_every_field_of_a_struct_is_documented_in_its_order(struct):
    assert sections()[struct.__name__] == list(struct.__struct_fields__)


def test_every_section_with_fields_is_a_struct():
    assert set(sections()) == {struct.__name__ for struct in set(structs()) - IN_JSON_PAGE}


def test_everything_that_a_manifest_can_hold_is_defined_in_the_model():
    reachable = set(msgspec.json.schema(Manifest)["$defs"])
    assert reachable <= {struct.__name__ for struct in structs()}


def test_every_alternative_of_a_field_is_named():
    """Each word that a ``Literal`` allows stands in the page, in code."""
    definitions = msgspec.json.schema(Manifest)["$defs"].values()
    words = {
        word
        for definition in definitions
        for field in definition.get("properties", {}).values()
        for part in (field, *field.get("anyOf", ()))
        for word in part.get("enum", ())
        if isinstance(word, str) and word
    }
    assert words
    assert {word for word in words if f"`{word}`" not in PAGE and f'`"{word}"`' not in PAGE} == set()
