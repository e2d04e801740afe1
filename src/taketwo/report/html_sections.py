"""The sections of the HTML report, each from a verdict and its two manifests."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from taketwo.errors import MissingBlob
from taketwo.model.base import Blob
from taketwo.model.manifest import Manifest
from taketwo.model.verdict import Check, Difference, Verdict
from taketwo.report import words
from taketwo.report.html_elements import Child, Markup, element, join, preformatted, table

_MARKS = {True: "held", False: "failed", None: "shown"}
_SIGNS = {True: "✓", False: "✗", None: "·"}
_MOST_ROWS = 500
_CONSOLE_LIMIT = 4 * 1024 * 1024
_CONSOLE_SHOWN = 20_000

Read = Callable[[str], bytes]


def section(title: str, *children: Child) -> Markup:
    """A section with its heading."""
    return element("section", element("h2", title), *children)


def seals(verdict: Verdict) -> Markup:
    """Three facts that say how much the answer is worth: sealing, environment, rules."""
    sealing, rebuilt = verdict.sealing, verdict.rebuilt
    sealed = sealing is not None and sealing.sealed and not sealing.network
    exact = rebuilt is not None and rebuilt.identical == rebuilt.files and not rebuilt.added
    share = f"{rebuilt.identical:,} of {rebuilt.files:,}" if rebuilt else words.MISSING
    return element(
        "div",
        _fact(
            "Sealed" if sealed else _unsealed(verdict), words.sealing(sealing).partition(": ")[2], good=sealed
        ),
        _fact(
            "Environment identical" if exact else "Environment differs",
            join([element("b", share), " files, ", _python(verdict)]) if rebuilt else words.rebuilt(None),
            good=exact,
        ),
        _fact(
            "Rules fixed beforehand" if verdict.rules_by == "author" else "Rules by the replayer",
            words.rules_by(verdict),
            good=verdict.rules_by == "author",
        ),
        class_="facts",
    )


def _unsealed(verdict: Verdict) -> str:
    return "Network open" if verdict.sealing and verdict.sealing.sealed else "Not sealed"


def _python(verdict: Verdict) -> str:
    return words.rebuilt(verdict.rebuilt).partition("; ")[2]


def _fact(title: str, text: Child, *, good: bool) -> Markup:
    kind = "held" if good else "weighed"
    sign = element("span", "✓" if good else "!", class_="sign", aria_hidden="true")
    return element(
        "div", element("h3", sign, title), element("p", text or words.MISSING), class_=f"fact {kind}"
    )


def sentences(title: str, found: Sequence[str], class_: str) -> Markup | None:
    """A list of sentences under a heading, when there are any."""
    if not found:
        return None
    return section(title, element("ul", *(element("li", text) for text in found), class_=class_))


def checks(title: str, found: Sequence[Check]) -> Markup | None:
    """A table of checks, failed ones first."""
    if not found:
        return None
    header = ("", "", "Original", "Replay", "Rule", "Reached")
    rows = [_check(check) for check in found[:_MOST_ROWS]]
    more = len(found) - len(rows)
    note = element("p", f"and {more:,} more", class_="quiet") if more else None
    return section(title, table(header, rows, class_="checks"), note)


def _check(check: Check) -> Markup:
    same = words.is_same(check)
    sign = element("span", _SIGNS[check.held], class_="sign", title=words.mark(check.held))
    detail = element("small", check.detail) if check.detail else None
    return element(
        "tr",
        element("td", sign),
        element("th", words.subject(check), detail, scope="row"),
        element("td", words.value(check.before), class_="value"),
        element(
            "td", "the same" if same else words.value(check.after), class_="value quiet" if same else "value"
        ),
        element("td", words.rule(check.rule), class_="quiet"),
        element("td", element("span", words.rung(check), class_="rung")),
        class_=_MARKS[check.held],
    )


def differences(found: Sequence[Difference]) -> Markup:
    """Everything that is not the same, by area; or the sentence that there is nothing."""
    title = "What is not the same"
    if not found:
        return section(
            title, element("p", "Nothing: source, data, parameters, packages and machine are the same.")
        )
    tables = []
    for area in dict.fromkeys(d.area for d in found):
        rows = [d for d in found if d.area == area]
        shown = [
            element(
                "tr",
                element("th", words.one_line(d.subject), scope="row"),
                element("td", words.side(d, d.before), class_="value"),
                element("td", words.side(d, d.after), class_="value"),
            )
            for d in rows[:_MOST_ROWS]
        ]
        more = f"{len(rows) - len(shown):,} more are not shown." if len(rows) > len(shown) else None
        tables.append(table((words.area(area), "Original", "Replay"), shown, class_="pairs"))
        tables.append(element("p", more, class_="quiet") if more else Markup(""))
    return section(title, *tables)


def runs(original: Manifest, replay: Manifest) -> Markup:
    """Both runs side by side: when, what, where."""
    rows = []
    for label, fact in _RUN_FACTS:
        before, after = fact(original), fact(replay)
        cells = (element("td", before, class_="value"), element("td", after, class_="value"))
        rows.append(element("tr", element("th", label, scope="row"), *cells))
    return section("The two runs", table(("", "Original", "Replay"), rows, class_="pairs"))


def _source(run: Manifest) -> str:
    source = run.source
    if source is None:
        return words.MISSING
    commit = source.repository.commit if source.repository else None
    changed = " with changes" if source.repository and source.repository.dirty else ""
    return f"tree {source.tree[:12]}" + (f", commit {commit[:12]}{changed}" if commit else "")


def _where(run: Manifest) -> str:
    return words.one_line(
        ", ".join(part for part in (run.host.distribution or run.host.system, run.host.cpu) if part)
    )


_RUN_FACTS: tuple[tuple[str, Callable[[Manifest], str]], ...] = (
    ("Run", lambda r: r.run_id),
    ("Started", lambda r: words.moment(r.started_at)),
    ("Took", lambda r: words.seconds(r.resources.wall_seconds)),
    ("Command", words.command),
    ("Source", _source),
    ("Python", lambda r: r.environment.interpreter.version if r.environment else words.MISSING),
    ("Packages", lambda r: words.packages(r.environment) if r.environment else words.MISSING),
    ("Inputs", lambda r: f"{len(r.inputs):,}"),
    ("Machine", _where),
)


def console(original: Manifest, replay: Manifest, read: Read | None) -> Markup | None:
    """What both runs printed, folded away; the end of it when it is long."""
    if read is None:
        return None
    columns = []
    for title, run in (("Original", original), ("Replay", replay)):
        for stream in ("stdout", "stderr"):
            text = _printed(getattr(run.streams, stream), read)
            if text:
                columns.append(element("div", element("h3", f"{title}, {stream}"), preformatted(text)))
    if not columns:
        return None
    summary = element("summary", "What both runs printed")
    return element("section", element("details", summary, element("div", *columns, class_="console")))


def _printed(blob: Blob | None, read: Read) -> str:
    if blob is None or not blob.size:
        return ""
    if not blob.stored or blob.size > _CONSOLE_LIMIT:
        return f"({words.size(blob.size)}, not shown)"
    try:
        content = read(blob.sha256)
    except MissingBlob:
        return f"({words.size(blob.size)}, not in the store)"
    text = content[-_CONSOLE_SHOWN:].decode("utf-8", "replace")
    lines = text.replace("\r\n", "\n").split("\n")
    shown = "\n".join(line.rstrip("\r").rsplit("\r", 1)[-1] for line in lines)
    return f"…\n{shown}" if len(content) > _CONSOLE_SHOWN else shown
