"""docs/errors.md lists every error class with its exit code."""

import re
from pathlib import Path

from taketwo import errors
from taketwo.cli.failures import BROKEN_PIPE
from taketwo.model.verdict import Outcome

PAGE = (Path(__file__).parents[2] / "docs" / "errors.md").read_text(encoding="utf-8")


def descendants(cls):
    return {cls, *(found for child in cls.__subclasses__() for found in descendants(child))}


def test_every_error_is_documented_with_its_exit_code():
    shown = {name: int(code) for name, code in re.findall(r"^\| `(\w+)` \| (\d+) \|", PAGE, re.MULTILINE)}
    own = {cls for cls in descendants(errors.TaketwoError) if cls.__module__ == errors.__name__}
    assert shown == {cls.__name__: cls.exit_code for cls in own}


def test_the_drawing_of_the_tree_agrees_with_the_classes():
    drawn = dict(re.findall(r"(\w+) {2,}(\d+)(?:\s|$)", errors.__doc__))
    own = {cls for cls in descendants(errors.TaketwoError) if cls.__module__ == errors.__name__}
    assert drawn == {cls.__name__: str(cls.exit_code) for cls in own}


def test_every_outcome_is_documented_with_its_exit_code():
    shown = {name: int(code) for code, name in re.findall(r"^\| (\d) \| ([\w ]+?) \|$", PAGE, re.MULTILINE)}
    assert shown == {outcome.value: outcome.exit_code for outcome in Outcome}


def test_no_error_has_the_exit_code_of_an_outcome_that_is_not_a_success():
    outcomes = {outcome.exit_code for outcome in Outcome}
    assert not outcomes & {cls.exit_code for cls in descendants(errors.TaketwoError)}


def test_the_exit_code_of_a_broken_pipe_is_documented():
    assert f"quietly with {BROKEN_PIPE}" in PAGE
