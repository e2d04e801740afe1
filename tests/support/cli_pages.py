"""What the documentation says, as data: commands in code blocks, headings, links; and the real commands."""

import re
import shlex
from pathlib import Path

import click

from taketwo.cli.main import taketwo

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_SHELLS = {"console", "sh", "shell", "bash"}


def real_commands():
    """Every command and subcommand by the words that call it, for example ``taketwo store gc``."""
    return dict(_walk("taketwo", taketwo))


def _walk(path, command):
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from _walk(f"{path} {name}", command.get_command(context, name))


def typed_commands(text):
    """Every call of one of our programs in the shell blocks of a page, as lists of words."""
    for language, block in _BLOCK.findall(text):
        if language not in _SHELLS:
            continue
        prompted = any(line.startswith("$ ") for line in block.splitlines())
        for line in block.replace("\\\n", " ").splitlines():
            if prompted and not line.startswith("$ "):
                continue
            words = shlex.split(line.removeprefix("$ "), comments=True)
            if words and words[0] in {"taketwo", "replay"}:
                yield words


def without_code(text):
    """The page without its code, where brackets are no links."""
    return re.sub(r"`[^`\n]*`", "``", _BLOCK.sub("", text))


def anchors(text):
    """The anchors of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", _BLOCK.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}
