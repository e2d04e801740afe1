"""A verdict as one HTML page that needs nothing else: no script, no font, no image, no network."""

from __future__ import annotations

from taketwo.model.manifest import Manifest
from taketwo.model.verdict import Outcome, Verdict
from taketwo.report import html_sections as sections
from taketwo.report import words
from taketwo.report.html_elements import Markup, element, join
from taketwo.resources import fill_template

_SIGNS = {Outcome.REPRODUCED: "✓", Outcome.NOT_REPRODUCED: "✗", Outcome.INCONCLUSIVE: "?"}
_TONES = {
    Outcome.REPRODUCED: "reproduced",
    Outcome.NOT_REPRODUCED: "not-reproduced",
    Outcome.INCONCLUSIVE: "inconclusive",
}


def render_html(
    verdict: Verdict, original: Manifest, replay: Manifest, *, read: sections.Read | None = None
) -> str:
    """The page. With ``read`` it shows what both runs printed. The same verdict gives the same bytes."""
    answer, reason = words.headline(verdict)
    body = join(
        [
            sections.seals(verdict),
            sections.sentences("Why", verdict.reasons[1:], "reasons"),
            sections.sentences("To be weighed", verdict.caveats, "caveats"),
            sections.checks("Metrics", words.by_kind(verdict.checks, "metric")),
            sections.checks("Outputs", words.by_kind(verdict.checks, "output")),
            sections.checks("Other results", words.by_kind(verdict.checks, "result", "exit", "console")),
            sections.differences(verdict.differences),
            sections.runs(original, replay),
            sections.console(original, replay, read),
        ]
    )
    return fill_template(
        "report.html",
        title=join([f"{answer}: {words.one_line(original.experiment)}"]),
        tone=_TONES[verdict.outcome],
        sign=_SIGNS[verdict.outcome],
        answer=join([answer]),
        reason=join([reason]),
        experiment=join([words.one_line(original.experiment)]),
        command=join([words.command(original)]),
        body=body,
        colophon=_colophon(verdict, original, replay),
    )


def _colophon(verdict: Verdict, original: Manifest, replay: Manifest) -> Markup:
    seal = replay.replay.manifest_sha256 if replay.replay else ""
    versions = sorted({v for v in (original.taketwo_version, replay.taketwo_version) if v})
    parts = [
        join(
            [
                "Run ",
                element("code", verdict.original),
                " judged against ",
                element("code", verdict.replay),
                ".",
            ]
        ),
        join([" Seal of the original: ", element("code", seal), "."]) if seal else Markup(""),
        f" taketwo {' and '.join(versions)}." if versions else "",
        " The same two manifests and rules always give this page.",
    ]
    return join(parts)
