"""Text for terminals and files: headings, facts and tables, through rich; the same bytes every time."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from taketwo.report.words import display_width, neutral

if TYPE_CHECKING:
    from rich.console import Console

STYLES = {
    "ok": "green",
    "FAILED": "bold red",
    "info": "dim",
    "heading": "bold",
    "quiet": "dim",
    "warn": "yellow",
}
_NARROWEST = 40
_WIDEST_NAME = 36
_NARROWEST_CELL = 10


class Screen:
    """Collects a report. Everything shown is neutralised; nothing of the environment is consulted."""

    def __init__(self, *, width: int = 80, color: bool = False) -> None:
        from rich.console import Console  # noqa: PLC0415 - heavy, only needed here

        self._file = io.StringIO()
        self._color = color
        self._console: Console = Console(
            file=self._file,
            width=max(width, _NARROWEST),
            height=100,
            color_system="standard" if color else None,
            force_terminal=color,
            no_color=not color,
            legacy_windows=False,
            highlight=False,
            markup=False,
            emoji=False,
            _environ={},
        )

    def line(self, text: str = "", style: str = "") -> None:
        """A paragraph, wrapped at the width."""
        from rich.text import Text  # noqa: PLC0415 - heavy, only needed here

        self._console.print(Text(neutral(text), style=STYLES.get(style, style)))

    def heading(self, text: str) -> None:
        """A heading with an empty line before it."""
        self.line()
        self.line(text, "heading")

    def block(self, text: str) -> None:
        """Lines that are not to be wrapped: a patch. Changed lines are coloured."""
        colors = {"+": "green", "-": "red", "@": "cyan"}
        for line in text.splitlines():
            from rich.text import Text  # noqa: PLC0415 - heavy, only needed here

            shown = Text(neutral(line, lines=True).expandtabs(4), style=colors.get(line[:1], ""))
            self._console.print(shown, no_wrap=True, overflow="ignore", crop=False)

    def facts(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Labels with what they stand for."""
        self._table([[(label, "quiet"), (text, "")] for label, text in pairs], header=None)

    def bullets(self, sentences: Iterable[str], style: str = "") -> None:
        """Sentences, each behind a dash."""
        self._table([[("-", style), (sentence, style)] for sentence in sentences], header=None, gap=1)

    def table(
        self, header: Sequence[str], rows: Iterable[Sequence[str | tuple[str, str]]], *, name: int = 0
    ) -> None:
        """Rows under a header; a cell may carry a style. The column ``name`` is the last to be folded."""
        cells = [[cell if isinstance(cell, tuple) else (cell, "") for cell in row] for row in rows]
        self._table(cells, header=header, name=name)

    def _table(
        self,
        rows: Sequence[Sequence[tuple[str, str]]],
        *,
        header: Sequence[str] | None,
        name: int = 0,
        gap: int = 2,
    ) -> None:
        from rich.padding import Padding  # noqa: PLC0415 - heavy, only needed here
        from rich.table import Table  # noqa: PLC0415 - heavy, only needed here
        from rich.text import Text  # noqa: PLC0415 - heavy, only needed here

        if not rows:
            return
        titles = list(header) if header is not None else [""] * len(rows[0])
        natural = [
            max(display_width(neutral(text)) for text in (title, *(row[column][0] for row in rows)))
            for column, title in enumerate(titles)
        ]
        room = self._console.width - 2 - sum(natural)
        if len(titles) <= room < gap * len(titles):
            gap = 1  # columns that stand close read better than a number that is folded
        table = Table(
            box=None,
            padding=(0, gap, 0, 0),
            show_header=header is not None,
            header_style="dim",
            pad_edge=False,
        )
        room = self._console.width - 2 - gap * len(titles)
        for title, width in zip(titles, fit(natural, room, name=name), strict=True):
            table.add_column(Text(neutral(title)), overflow="fold", width=width)
        for row in rows:
            table.add_row(*(Text(neutral(text), style=STYLES.get(style, style)) for text, style in row))
        self._console.print(Padding(table, (0, 0, 0, 2)))

    def text(self) -> str:
        """All of it, lines ending without blanks."""
        lines = self._file.getvalue().split("\n")
        return "\n".join(lines if self._color else [line.rstrip() for line in lines])


def fit(natural: Sequence[int], room: int, *, name: int) -> list[int]:
    """Widths of columns that fit into ``room``: the widest gives way first, the column ``name`` last."""
    widths = list(natural)
    while sum(widths) > room:
        floors = [_WIDEST_NAME if column == name else _NARROWEST_CELL for column in range(len(widths))]
        wide = [column for column, width in enumerate(widths) if width > floors[column]]
        # Nothing above its floor is left only when there are many columns: then all give way.
        column = max(wide or range(len(widths)), key=widths.__getitem__)
        if widths[column] <= 1:
            break
        widths[column] -= 1
    return widths
