"""Values are frozen, and equal when they say the same."""

from __future__ import annotations

import pytest

from tests.support.manifests import NOON, full_manifest, small_manifest


def test_a_manifest_cannot_be_changed():
    with pytest.raises(AttributeError):
        small_manifest().experiment = "another"


def test_manifests_that_say_the_same_are_equal():
    one = small_manifest(at=NOON)
    assert small_manifest(run_id=one.run_id) == one
    assert full_manifest() != one
