"""docs/settings.md says everything about the settings that exist, and nothing about others."""

import re
import tomllib
from pathlib import Path

from taketwo.config import load
from taketwo.config.settings import KINDS, VARIABLES
from taketwo.config.values import ENGINES
from taketwo.verify.rules import rules_from

PAGE = (Path(__file__).parents[2] / "docs" / "settings.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `(\w+)` \| `(\w+)` \| (.+?) \| (.+) \|$", PAGE, re.MULTILINE)


def test_every_setting_is_documented_and_every_documented_setting_exists():
    assert [name for name, *_ in ROWS] == list(KINDS)


def test_every_variable_is_the_one_that_is_read():
    assert {name: variable for name, variable, *_ in ROWS} == dict(VARIABLES)


def test_the_documented_defaults_are_the_defaults(tmp_path):
    found = load(tmp_path, {}, {})
    shown = {name: default for name, _, default, _ in ROWS}
    for name in ("input_limit", "output_limit", "preimage_limit", "lock_timeout"):
        read = KINDS[name].read(shown[name], tmp_path)
        assert read == getattr(found, name), name
    assert int(shown["process_limit"]) == found.process_limit
    assert shown["engine"] == f"`{found.engine}`"
    for name in ("data", "tolerance", "ignore", "variables", "time_limit"):
        assert shown[name] == "none"
        assert not getattr(found, name)


def test_every_engine_is_named():
    assert all(f"`{engine}`" in PAGE for engine in ENGINES)


def test_the_example_is_a_valid_configuration(tmp_path):
    example = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)[1]
    (tmp_path / "pyproject.toml").write_text(example, encoding="utf-8")
    found = load(tmp_path, {}, {})
    assert found.experiment == tomllib.loads(example)["tool"]["taketwo"]["experiment"]
    assert found.data == {"grades": tmp_path / "data" / "grades.csv"}
    assert [rule.allow for rule in rules_from(found.tolerance)] == ["tolerance", "printed", "tolerance"]
