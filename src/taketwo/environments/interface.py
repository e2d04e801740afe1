"""What we ask of Python environments: what is installed, and which index files it came from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

from taketwo.model.base import Value
from taketwo.model.environment import Artefact, Distribution, Environment, Interpreter


class InterpreterFacts(Value, frozen=True, kw_only=True):
    """What an observed interpreter said of itself. Paths here are used and never recorded.

    ``confined`` is for environments that a replay built from somebody else's record: nothing that lies in them
    may lead to a file outside ``prefix``.
    """

    executable: str
    prefix: str
    base_prefix: str
    path: tuple[str, ...]
    identity: Interpreter
    user_site: str | None = None
    confined: bool = False


class EnvironmentInspector(ABC):
    """Reads an environment from disk: every distribution, every RECORD verified file by file."""

    @abstractmethod
    def inspect(self, facts: InterpreterFacts, *, project: Path | None = None) -> Environment:
        """Everything installed for that interpreter, what is not on an index kept as content.

        ``lock`` is not set yet. Editable sources inside ``project`` are part of the run's source and
        are named by ``$PROJECT/…`` rather than kept twice.
        """

    def kept_sources(self, facts: InterpreterFacts) -> tuple[str, ...]:  # noqa: ARG002 - of some inspectors only
        """Directories that the last ``inspect`` of these facts kept as sources of editable installs.

        What is read from them is part of the environment, and no data.
        """
        return ()


class ArtefactIndex(ABC):
    """Knows the files that an index (or a wheel folder of this machine) has for a distribution."""

    @abstractmethod
    def artefacts(
        self, distributions: Sequence[Distribution], interpreter: Interpreter, *, timeout: float
    ) -> dict[str, tuple[Artefact, ...]]:
        """By normalised name, the files with hashes that give exactly this version; absent when unknown.

        An index that cannot be reached gives an empty answer, never an error.
        """
