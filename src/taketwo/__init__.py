"""taketwo: capture a run, replay it elsewhere, and say with evidence whether the result holds."""

from __future__ import annotations

from taketwo.version import __version__

__all__ = ["__version__"]
