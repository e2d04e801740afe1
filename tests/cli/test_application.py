"""The use cases that commands call exist, and take what commands give them."""

import importlib
import inspect

import pytest

from taketwo.cli.application import Application

USE_CASES = {
    "capture_command": ("capture_command", "run"),
    "replay_run": ("replay_run", "run"),
    "compare_runs": ("compare_runs", "run"),
    "lock_run": ("lock_run", "run"),
    "open_store": ("open_store", "open"),
    "verify_store": ("store_care", "verify"),
    "collect_garbage": ("store_care", "collect_garbage"),
    "demo": ("demo", "run"),
    "survey_engines": ("engines", "survey"),
    "export_dockerfile": ("export_dockerfile", "run"),
}


def test_every_use_case_of_the_commands_is_checked_here():
    methods = {name for name in vars(Application) if not name.startswith("_")}
    assert methods == set(USE_CASES)


@pytest.mark.parametrize("method", USE_CASES)
def test_a_use_case_takes_what_the_command_gives_it(method):
    module, function = USE_CASES[method]
    real = getattr(importlib.import_module(f"taketwo.app.{module}"), function)
    _self, *given = inspect.signature(getattr(Application, method)).parameters.values()
    by_place = [each.name for each in given if each.kind is not each.KEYWORD_ONLY]
    by_name = {each.name: each.name for each in given if each.kind is each.KEYWORD_ONLY}
    inspect.signature(real).bind(*by_place, **by_name)
