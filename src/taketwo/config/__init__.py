"""Settings: defaults, a file of the project, the environment and the command line, as one frozen value."""

from __future__ import annotations

from taketwo.config.settings import Settings, load

__all__ = ["Settings", "load"]
