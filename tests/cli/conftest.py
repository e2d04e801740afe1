"""A terminal to type in: commands against a fake application, with what they print and their exit code."""

import json
from dataclasses import dataclass

import pytest

from taketwo.cli.main import run_replay, run_taketwo
from taketwo.cli.shell import Shell
from tests.support.cli_app import FakeApplication


@dataclass(frozen=True)
class Answer:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def document(self):
        return json.loads(self.out)


class Typist:
    """Types commands; ``application`` is what they reach."""

    def __init__(self, directory, capsys):
        self.application = FakeApplication()
        self.directory = directory
        self.environ = {}
        self._capsys = capsys

    def __call__(self, *words, program=run_taketwo):
        shell = Shell(self.application, self.environ, lambda: self.directory)
        code = program(words, shell)
        printed = self._capsys.readouterr()
        return Answer(code, printed.out, printed.err)

    def replay(self, *words):
        return self(*words, program=run_replay)

    @property
    def asked(self):
        """The last request: its use case, settings and what was typed."""
        return self.application.asked[-1]


@pytest.fixture
def typed(tmp_path, capsys):
    return Typist(tmp_path, capsys)
