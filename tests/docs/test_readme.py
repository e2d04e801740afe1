"""The command that README gives for the tests is the command that CI runs."""

import re

from tests.support.cli_pages import ROOT

COMMAND = "python3 -m venv .venv && .venv/bin/pip install tox && .venv/bin/tox"


def code_lines(text):
    """The lines of fenced code, without a prompt."""
    blocks = re.findall(r"^```[^\n]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [line.strip().removeprefix("$ ") for block in blocks for line in block.splitlines()]


def test_the_readme_gives_the_test_command_as_one_line_to_copy():
    assert COMMAND in code_lines((ROOT / "README.md").read_text(encoding="utf-8"))


def test_ci_ends_with_that_very_command():
    commands = [
        line
        for line in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
        if line.strip() and not line.lstrip().startswith("#")
    ]
    assert commands[-1] == COMMAND
