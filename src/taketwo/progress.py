"""Progress as an observer: silent unless an entrance (a terminal, a server) asks to be told."""

from __future__ import annotations


class Progress:
    """Hears what a use case is doing; this default hears nothing and is what libraries get."""

    def step(self, text: str) -> None:
        """Say that a new step begins, for example ``building the environment``."""

    def detail(self, text: str) -> None:
        """Report what the step is doing just now, which is worth a glance: a line of an installer's output."""

    def found(self, text: str) -> None:
        """Report what the step found out, which is worth keeping: ``8,152 of 8,152 files identical``."""

    def warn(self, text: str) -> None:
        """Tell the user something that they should know, which does not stop the work."""


SILENT = Progress()
