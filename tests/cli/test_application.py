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
    pytest.importorskip(f"taketwo.app.{module}")
    real = getattr(importlib.import_module(f"taketwo.app.{module}"), function)
    given = list(inspect.signature(getattr(Application, method)).parameters)[1:]
    inspect.signature(real).bind(*given)
