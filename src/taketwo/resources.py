"""Where the texts that taketwo generates for people and for Docker come from, and the examples it ships."""

from __future__ import annotations

from pathlib import Path
from string import Template

_PACKAGE = Path(__file__).resolve().parent


def template_path(name: str) -> Path:
    """The file of the template ``name``, in the installed package or in a source checkout."""
    installed = _PACKAGE / "templates" / name
    return installed if installed.exists() else _PACKAGE.parent.parent / "templates" / name


def read_template(name: str) -> str:
    """The text of the template ``name``; templates are UTF-8."""
    return template_path(name).read_text(encoding="utf-8")


def fill_template(name: str, /, **values: str) -> str:
    """The template ``name`` with every ``${placeholder}`` filled; a missing value is a ``KeyError``."""
    return Template(read_template(name)).substitute(values)


def example_path(name: str) -> Path:
    """The folder of the example ``name``, in the installed package or in a source checkout."""
    installed = _PACKAGE / "examples" / name
    return installed if installed.exists() else _PACKAGE.parent.parent / "examples" / name
