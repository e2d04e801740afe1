"""The README of a run that is rebuilt by hand: what it was, what to type, what should come out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from taketwo.formats.places import Places
from taketwo.model.manifest import Manifest, Metric
from taketwo.report import words
from taketwo.resources import fill_template

_CONTENTS = {
    "Dockerfile": "how the environment is put together, and the command",
    "requirements.txt": "the packages, each pinned and hashed",
    "pylock.toml": "the same as a standard lock file (PEP 751)",
    "wheels": "packages that no index has",
    "root": "what lies over the installed packages or outside the project, laid out like `/`",
    "source": "the source of the run, exactly, with its data in place",
    "manifest.json": "the record of the run",
}


@dataclass(frozen=True)
class RebuildReadme:
    """What the README says beyond the manifest.

    ``image`` is the tag to build, ``base`` what it stands on, ``places`` are those inside the container;
    ``seal`` is the digest of the manifest. ``contents`` are the entries of the directory; ``notices`` what
    the environment's capture could not record.
    """

    manifest: Manifest
    image: str
    base: str
    places: Places
    seal: str
    contents: tuple[str, ...]
    notices: tuple[str, ...] = ()


def render_rebuild_readme(about: RebuildReadme) -> str:
    """The README in Markdown; foreign text stands in code and cannot become markup."""
    run = about.manifest
    rules = "; ".join(f"{_code(rule.target)} {words.rule(rule)}" for rule in run.rules)
    judged = (
        f"fixed these rules for differences: {rules}" if rules else "gave no tolerance: values must be equal"
    )
    return fill_template(
        "rebuild-README.md",
        run_id=run.run_id,
        facts="\n".join(_facts(about)),
        image=about.image,
        base=about.base,
        project=about.places.project,
        rules=judged,
        results="\n".join(_results(about)),
        contents="\n".join(
            f"- `{name}`: {text}" for name, text in _CONTENTS.items() if name in about.contents
        ),
        notices="\n".join(_notices((*about.notices, *(notice.text for notice in run.notices)))),
        seal=about.seal,
    )


def _facts(about: RebuildReadme) -> Iterable[str]:
    run, ending = about.manifest, about.manifest.ending
    code = f" with exit code {ending.exit_code}" if ending.exit_code is not None else ""
    yield f"- experiment: {_code(run.experiment)}"
    yield f"- command: {_code(about.places.expand(' '.join(run.invocation.argv)))}"
    if run.invocation.call is not None:
        yield f"- the captured call: {_code(words.command(run))}, which the command makes among others"
    yield f"- captured: {words.moment(run.started_at)}, took {words.seconds(run.resources.wall_seconds)}"
    yield f"- it ended: {ending.status}{code}"
    for parameter in run.parameters:
        stored = parameter.stored
        shown = (stored.text or stored.type) if stored else repr(parameter.value)
        yield f"- parameter {_code(parameter.name)}: {_code(shown)}"
    for item in run.inputs:
        yield f"- input {_code(about.places.expand(item.path))}: SHA-256 `{item.content.sha256}`{_of(item.kind)}"


def _of(kind: str) -> str:
    return " of the list of its files" if kind == "directory" else ""


def _results(about: RebuildReadme) -> Iterable[str]:
    run = about.manifest
    series: dict[str, list[Metric]] = {}
    for metric in run.metrics:
        series.setdefault(metric.name, []).append(metric)
    if series:
        yield from ("| metric | value | |", "| --- | --- | --- |")
        for name, found in series.items():
            count = f"the last of {len(found):,}" if len(found) > 1 else ""
            yield f"| {_cell(name)} | {_cell(words.value(found[-1].value))} | {count} |"
        yield ""
    files = [(out.content.sha256, _copied(out.path)) for out in run.outputs]
    if files:
        yield from ("| file | SHA-256 |", "| --- | --- |")
        yield from (f"| {_cell(path)} | `{sha256}` |" for sha256, path in files)
        yield ""
    streams = [("stdout", run.streams.stdout), ("stderr", run.streams.stderr)]
    printed = [(name, blob) for name, blob in streams if blob is not None]
    if printed:
        yield from ("| printed to | bytes | SHA-256 |", "| --- | --- | --- |")
        yield from (f"| {name} | {blob.size} | `{blob.sha256}` |" for name, blob in printed)
        yield ""
    if not (series or files or printed):
        yield "The run left no metrics, files or printed text.\n"


def _copied(path: str) -> str:
    """Where a file of the run is after ``docker cp``."""
    return path.replace("$PROJECT/", "results/", 1) if path.startswith("$PROJECT/") else path


def _notices(texts: Sequence[str]) -> Iterable[str]:
    if texts:
        yield "\n## What the capture could not record\n"
        yield from (f"- {_code(text)}" for text in texts)
        yield ""


def _cell(text: str) -> str:
    return _code(text).replace("|", "\\|")


def _code(text: str) -> str:
    """``text`` on one line as code, whatever it holds: the fence is longer than any run of backticks in it."""
    line = words.one_line(text, longest=2000)
    longest = max(map(len, re.findall("`+", line)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {line} {fence}" if longest or not line else f"`{line}`"
