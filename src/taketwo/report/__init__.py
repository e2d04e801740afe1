"""A verdict, a manifest or a difference of two, rendered for people and machines."""

from taketwo.report.diff import render_diff, render_diff_json
from taketwo.report.listing import render_listing, render_listing_json
from taketwo.report.published_text import render_published
from taketwo.report.run import render_run
from taketwo.report.verdict_html import render_html
from taketwo.report.verdict_json import render_json
from taketwo.report.verdict_markdown import render_markdown
from taketwo.report.verdict_text import render_text

__all__ = [
    "render_diff",
    "render_diff_json",
    "render_html",
    "render_json",
    "render_listing",
    "render_listing_json",
    "render_markdown",
    "render_published",
    "render_run",
    "render_text",
]
