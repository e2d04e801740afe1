"""One run as text, for ``taketwo show``: everything that its manifest says, in sections."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from taketwo.model.manifest import Manifest, Metric, Parameter
from taketwo.report import words
from taketwo.report.terminal import Screen

_MOST_ROWS = 40


def render_run(manifest: Manifest, *, seal: str = "", width: int = 80, color: bool = False) -> str:
    """The run for a terminal (``color``) or a file; ``seal`` is the digest of its sealed bytes."""
    screen = Screen(width=width, color=color)
    ending = manifest.ending
    code = f", exit code {ending.exit_code}" if ending.exit_code is not None else ""
    by = f" by {ending.signal}" if ending.signal else ""
    style = {"completed": "ok"}.get(ending.status, "FAILED")
    screen.line(f"{manifest.run_id}  {words.one_line(manifest.experiment)}", "heading")
    screen.line(f"{ending.status}{by}{code}", style)
    if ending.error:
        screen.line(words.one_line(ending.error), "quiet")
    screen.line()
    screen.facts(_facts(manifest, seal))
    for title, section in _SECTIONS:
        section(screen, title, manifest)
    return screen.text()


def _facts(run: Manifest, seal: str) -> list[tuple[str, str]]:
    took = words.seconds(run.resources.wall_seconds)
    found = [
        ("started", f"{words.moment(run.started_at)}, took {took}"),
        ("command", words.one_line(" ".join(run.invocation.argv))),
    ]
    if run.invocation.call is not None:
        found.append(("function", words.command(run)))
    if run.parent:
        found.append(("part of", run.parent))
    if run.replay:
        found.append(("replay of", run.replay.run_id))
        found.append(("sealing", words.sealing(run.replay.sealing)))
        found.append(("rebuilt", words.rebuilt(run.replay.rebuilt)))
    found += [(f"tag {key}", words.one_line(text)) for key, text in sorted(run.tags.items())]
    found += [(f"rule {words.one_line(rule.target)}", words.rule(rule)) for rule in run.rules]
    if seal:
        found.append(("seal", f"sha256 {seal}"))
    return found


def _parameters(screen: Screen, title: str, run: Manifest) -> None:
    rows = [(words.one_line(p.name), _parameter(p), p.origin) for p in run.parameters]
    _rows(screen, title, ("name", "value", "origin"), rows)


def _parameter(parameter: Parameter) -> str:
    if parameter.stored is not None:
        return words.one_line(parameter.stored.text or parameter.stored.type)
    return words.one_line(json.dumps(parameter.value, ensure_ascii=False))


def _metrics(screen: Screen, title: str, run: Manifest) -> None:
    series: dict[str, list[Metric]] = {}
    for metric in run.metrics:
        series.setdefault(metric.name, []).append(metric)
    rows = [
        (
            words.one_line(name),
            words.value(found[-1].value),
            f"{len(found):,} values" if len(found) > 1 else "",
        )
        for name, found in series.items()
    ]
    _rows(screen, title, ("name", "last value", ""), rows)


def _inputs(screen: Screen, title: str, run: Manifest) -> None:
    rows = [
        (
            words.one_line(item.name),
            item.content.sha256[:12],
            f"{item.files:,} files" if item.kind == "directory" else words.size(item.content.size),
            "changed during the run" if item.changed_during_run else f"kept in the {item.kept}"
            if item.kept != "reference" else ", ".join(place.kind for place in item.locations) or "not kept",
        )
        for item in run.inputs
    ]  # fmt: skip
    _rows(screen, title, ("name", "sha256", "size", ""), rows)


def _outputs(screen: Screen, title: str, run: Manifest) -> None:
    rows = [
        (
            words.one_line(item.name),
            item.content.sha256[:12],
            words.size(item.content.size),
            "artifact" if item.artifact else "",
        )
        for item in run.outputs
    ]
    _rows(screen, title, ("name", "sha256", "size", ""), rows)


def _source(screen: Screen, title: str, run: Manifest) -> None:
    source = run.source
    if source is None:
        return
    proven = "rebuilt and proven at capture" if source.proven else "not proven"
    pairs = [("tree", f"{source.tree} ({source.files:,} files, {proven})")]
    repository = source.repository
    if repository is not None:
        commit = repository.commit or "no commit yet"
        pairs.append(("commit", f"{commit}{f' on {repository.branch}' if repository.branch else ''}"))
        if repository.remote:
            pairs.append(("remote", words.one_line(repository.remote)))
        if repository.unpushed:
            pairs.append(("unpushed", f"{repository.unpushed:,} commits, kept with the run"))
        if repository.changed:
            pairs.append(("changed", words.one_line(", ".join(repository.changed))))
    screen.heading(title)
    screen.facts(pairs)


def _environment(screen: Screen, title: str, run: Manifest) -> None:
    environment = run.environment
    if environment is None:
        return
    python = environment.interpreter
    pairs = [
        ("Python", f"{python.implementation} {python.version} {python.platform}".strip()),
        ("packages", f"{words.packages(environment)}, {environment.files:,} files"),
    ]
    if environment.identity:
        pairs.append(("identity", environment.identity))
    if environment.lock and environment.lock.pending:
        pairs.append(("hashes pending", ", ".join(environment.lock.pending)))
    pairs += [
        (d.name, f"{d.version}, edited: {words.one_line(', '.join(d.modified + d.missing))}")
        for d in environment.distributions
        if d.modified or d.missing
    ]
    asked = [r for r in environment.requested if not r.constraint]
    if asked:
        pairs.append(("asked for", words.one_line(", ".join(r.text for r in asked))))
    screen.heading(title)
    screen.facts(pairs)


def _host(screen: Screen, title: str, run: Manifest) -> None:
    host, used = run.host, run.resources
    pairs = [
        ("system", " ".join(part for part in (host.distribution or host.system, host.release) if part)),
        ("CPU", f"{host.cpu}, {host.cores_usable or host.cores or '?'} cores usable" if host.cpu else ""),
        ("GPU", ", ".join(gpu.name for gpu in host.gpus)),
        ("libraries", ", ".join(f"{lib.name} {lib.version}".strip() for lib in host.libraries)),
        ("variables", " ".join(f"{key}={text}" for key, text in sorted(host.variables.items()))),
        ("CPU time", words.seconds(used.cpu_seconds) if used.cpu_seconds is not None else ""),
        ("peak memory", words.size(used.peak_memory_bytes) if used.peak_memory_bytes is not None else ""),
    ]
    shown = [(label, words.one_line(text)) for label, text in pairs if text]
    if shown:
        screen.heading(title)
        screen.facts(shown)


def _notices(screen: Screen, title: str, run: Manifest) -> None:
    if run.notices:
        screen.heading(title)
        screen.bullets([f"{notice.topic}: {notice.text}" for notice in run.notices], "warn")


_SECTIONS: tuple[tuple[str, Callable[[Screen, str, Manifest], None]], ...] = (
    ("Notices", _notices),
    ("Metrics", _metrics),
    ("Parameters", _parameters),
    ("Inputs", _inputs),
    ("Outputs", _outputs),
    ("Source", _source),
    ("Environment", _environment),
    ("Machine", _host),
)


def _rows(screen: Screen, title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if not rows:
        return
    screen.heading(title)
    screen.table(header, rows[:_MOST_ROWS])
    if len(rows) > _MOST_ROWS:
        screen.bullets([f"and {len(rows) - _MOST_ROWS:,} more"], "quiet")
