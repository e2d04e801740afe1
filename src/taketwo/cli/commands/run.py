"""``taketwo run``: run any command, untouched, and capture what it did."""

from __future__ import annotations

import sys

import click

from taketwo.cli import output
from taketwo.cli.arguments import located, named, perhaps_named, tolerance_option
from taketwo.cli.shell import Shell, common_options, pass_shell


@click.command(
    name="run",
    short_help="Run a command and capture what it did.",
    context_settings={"allow_interspersed_args": False},
)
@click.option("--experiment", metavar="NAME", help="The experiment that the run belongs to.")
@click.option(
    "--data",
    metavar="[NAME=]PATH",
    multiple=True,
    help="A file or directory that the run reads; may be repeated.",
)
@click.option(
    "--output",
    "outputs",
    metavar="PATH",
    multiple=True,
    help="A file or directory that is a result, although git ignores it; may be repeated.",
)
@tolerance_option
@click.option("--tag", "tags", metavar="NAME=VALUE", multiple=True, help="A tag; may be repeated.")
@click.option("--quiet", is_flag=True, help="Do not say at the end what was captured.")
@click.argument("argv", metavar="[--] COMMAND [ARGUMENT]...", nargs=-1, required=True, type=click.UNPROCESSED)
@common_options
@pass_shell
def command(
    shell: Shell,
    *,
    experiment: str | None,
    data: tuple[str, ...],
    outputs: tuple[str, ...],
    tolerance: tuple[str, ...],
    tags: tuple[str, ...],
    quiet: bool,
    argv: tuple[str, ...],
) -> int:
    """Run COMMAND and capture it: source, environment, data, parameters, metrics, outputs.

    COMMAND gets its arguments, its terminal and its exit code as it would without taketwo. Everything
    after its first word belongs to it. What taketwo has to say goes to stderr.
    """
    from taketwo.app.requests import CaptureRequest, DeclaredData  # noqa: PLC0415  as late as possible
    from taketwo.cli.progress import Warnings  # noqa: PLC0415  as late as possible

    here = shell.directory
    declared = (perhaps_named(item) for item in data)
    request = CaptureRequest(
        argv=argv,
        directory=here,
        environment=shell.environ,
        data=tuple(DeclaredData(name=name, path=located(here, path)) for name, path in declared),
        outputs=tuple(located(here, path) for path in outputs),
        tolerance=tolerance,
        tags=named(tags, "--tag"),
    )
    settings = shell.settings(experiment=experiment)
    result = shell.application.capture_command(settings, request, Warnings(sys.stderr))
    if result.failure is not None:
        from taketwo.cli import failures  # noqa: PLC0415  rarely needed

        failures.report(result.failure, shell)
        output.say(
            f"taketwo: {result.run_id} is not captured yet. Its recording is kept, and the next taketwo command "
            f"here tries again. The exit code ({result.exit_code}) is that of your command."
        )
    elif not quiet:
        for notice in result.notices:
            output.say(f"taketwo: note: {notice}")
        store = settings.store.relative_to(here) if settings.store.is_relative_to(here) else settings.store
        output.say(
            f"taketwo: captured {result.run_id} ({settings.experiment}, exit code {result.exit_code}) in {store}; "
            f"next: {shell.typed.taketwo} replay {result.run_id}"
        )
    return result.exit_code
