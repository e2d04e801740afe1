"""HTML elements as values: every text is escaped and neutralised on its way in."""

from __future__ import annotations

import html
from collections.abc import Iterable

from taketwo.report.words import neutral


class Markup(str):
    """HTML that was built here; any other text is escaped when it becomes part of an element."""

    __slots__ = ()


Child = str | Markup | None


def element(tag: str, *children: Child, **attributes: str) -> Markup:
    """``<tag>`` with its children; ``class_`` writes ``class``. Absent children are left out."""
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{html.escape(neutral(text))}"'
        for name, text in attributes.items()
        if text
    )
    return Markup(f"<{tag}{written}>{join(children)}</{tag}>")


def join(children: Iterable[Child]) -> Markup:
    """Children one after the other."""
    return Markup("".join(_escaped(child) for child in children if child is not None))


def preformatted(text: str, **attributes: str) -> Markup:
    """A block of foreign text whose line ends stay."""
    # The first line end after <pre> is dropped by browsers, so one of ours goes first.
    inner = Markup("\n" + html.escape(neutral(text, lines=True)))
    return element("pre", inner, **attributes)


def table(header: Iterable[Child], rows: Iterable[Markup], **attributes: str) -> Markup:
    """A table with column headers, in a box that scrolls when the page is narrow."""
    head = element("tr", *(element("th", title, scope="col") for title in header))
    inner = element("table", element("thead", head), element("tbody", *rows), **attributes)
    return element("div", inner, class_="scroll")


def _escaped(child: Child) -> str:
    return child if isinstance(child, Markup) else html.escape(neutral(child or ""))
