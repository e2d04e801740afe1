"""What an interpreter's version says."""

from __future__ import annotations

import pytest

from taketwo.model.environment import Interpreter


@pytest.mark.parametrize(("version", "minor"), [("3.11.7", "3.11"), ("3.14.0rc2", "3.14"), ("3.8", "3.8")])
def test_the_minor_version_is_the_first_two_parts(version, minor):
    assert Interpreter(implementation="cpython", version=version).minor == minor
