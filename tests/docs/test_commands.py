"""docs/commands.md describes every command and option; what the pages tell people to type exists."""

import re

import click
import pytest

from taketwo.cli.main import COMMANDS
from taketwo.cli.shell import common_options
from taketwo.verify.rules import parse_rule
from tests.support.cli_pages import PAGES, ROOT, real_commands, typed_commands

PAGE = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
REAL = real_commands()
COMMON = {option for param in click.command()(common_options(lambda: None)).params for option in param.opts}


def section(path):
    """The text below the heading of a command, up to the next heading."""
    match = re.search(rf"^##+ {re.escape(path)}\n(.*?)(?=^#|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    return match[1] if match else None


def documented_options(text):
    first_cells = re.findall(r"^\| (`-.*?) \|", text, re.MULTILINE)
    return {option for cell in first_cells for option in re.findall(r"`(--?[\w-]+)", cell)}


def options(command):
    flags = (param for param in command.params if isinstance(param, click.Option))
    return {name for option in flags for name in (*option.opts, *option.secondary_opts)}


def test_every_heading_is_a_command_and_every_command_has_one():
    assert set(re.findall(r"^##+ (taketwo.*)$", PAGE, re.MULTILINE)) == set(REAL) - {"taketwo"}


@pytest.mark.parametrize("path", sorted(set(REAL) - {"taketwo"}))
def test_every_option_of_a_command_is_in_its_table_and_nothing_else_is(path):
    assert documented_options(section(path)) == options(REAL[path]) - COMMON


def test_the_options_of_all_commands_stand_at_the_top():
    intro = PAGE.split("## taketwo run")[0]
    assert documented_options(intro) - {"-h", "--help"} == COMMON
    assert "`taketwo --version`" in intro
    assert options(REAL["taketwo"]) - COMMON == {"--version"}


@pytest.mark.parametrize("path", sorted(set(REAL) - {"taketwo", "taketwo store"}))
def test_every_command_takes_the_common_options(path):
    assert options(REAL[path]) >= COMMON


def test_the_summaries_that_are_shown_without_importing_are_those_of_the_commands():
    assert {name: REAL[f"taketwo {name}"].get_short_help_str(200) for name in COMMANDS} == COMMANDS


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_everything_that_a_page_says_to_type_can_be_typed(page):
    for words in typed_commands(page.read_text(encoding="utf-8")):
        parse(["taketwo", *words] if words[0] == "replay" else words)


def test_every_rule_that_is_shown_can_be_read():
    shown = re.findall(r"^\| `(.+?)` \| ", section("How rules are written"), re.MULTILINE)
    ladder = {parse_rule(text).allow for text in shown}
    assert ladder == {"tolerance", "printed", "ulp", "equal", "identical", "ignore"}


def test_a_command_that_does_not_exist_would_be_noticed():
    (words,) = typed_commands("```console\n$ taketwo ls --limitt 3\n2026…  output\n```\n")
    with pytest.raises(click.NoSuchOption):
        parse(words)


def parse(words):
    """Parse a command line as click would, calling nothing."""
    command, rest = REAL["taketwo"], words[1:]
    path = "taketwo"
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        path = f"{path} {rest[0]}"
        assert path in REAL, f"{path} is not a command"
        command, rest = REAL[path], rest[1:]
    if {"--help", "--version"} & set(rest) and not isinstance(command, click.Group):
        return
    context = click.Context(command, info_name=path, **command.context_settings)
    command.make_parser(context).parse_args(list(rest))
