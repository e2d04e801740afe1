"""``taketwo replay`` and the program ``replay``: run a captured run again, sealed, and judge the result."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from taketwo.cli import output
from taketwo.cli.arguments import (
    engine_option,
    located,
    named,
    quantity,
    report_options,
    run_argument,
    tolerance_option,
)
from taketwo.cli.shell import Shell, common_options, json_option, pass_shell
from taketwo.config.values import SECONDS, SIZE


@click.command(name="replay", short_help="Run a captured run again, sealed, and say whether it reproduced.")
@run_argument
@engine_option
@click.option(
    "--data",
    metavar="NAME=PATH",
    multiple=True,
    help="Where this machine has an input; its digest is checked. May be repeated.",
)
@tolerance_option
@click.option("--base-image", metavar="IMAGE", help="The container image to build on.")
@click.option("--network", is_flag=True, help="Open the network; the verdict says so.")
@click.option(
    "--memory", metavar="SIZE", callback=quantity(SIZE), help="At most this much memory, like 8GiB."
)
@click.option("--timeout", metavar="TIME", callback=quantity(SECONDS), help="At most this long, like 2h.")
@report_options
@json_option
@common_options
@pass_shell
def command(
    shell: Shell,
    *,
    run: str,
    engine: str | None,
    data: tuple[str, ...],
    tolerance: tuple[str, ...],
    base_image: str | None,
    network: bool,
    memory: int | None,
    timeout: float | None,
    html: Path | None,
    markdown: Path | None,
    as_json: bool,
) -> int:
    """Replay RUN (an id, the beginning of one, or "latest") from its manifest alone.

    The source, the environment and the data are rebuilt and checked, the command runs without a
    network, and the results are compared under rules that were fixed beforehand.

    Exit code: 0 reproduced, 1 not reproduced, 3 inconclusive, 2 a wrong call; others are errors.
    """
    from taketwo.app.requests import ReplayRequest  # noqa: PLC0415  as late as possible
    from taketwo.cli import reports  # noqa: PLC0415  as late as possible
    from taketwo.cli.progress import progress_on  # noqa: PLC0415  as late as possible

    here = shell.directory
    html, markdown = (output.report_file(here, path) for path in (html, markdown))
    request = ReplayRequest(
        run=run,
        data={name: located(here, path) for name, path in named(data, "--data", form="NAME=PATH").items()},
        tolerance=tolerance,
        network=network,
    )
    settings = shell.settings(engine=engine, base_image=base_image, memory_limit=memory, time_limit=timeout)
    with progress_on(sys.stderr) as progress:
        result = shell.application.replay_run(settings, request, progress)
    reports.of_replay(result).publish(html=html, markdown=markdown, as_json=as_json)
    return result.verdict.outcome.exit_code
