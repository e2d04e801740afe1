import io

from rich.console import Console

from taketwo.cli.progress import QUIET_SECONDS, LiveStatus, PlainLines, Warnings, progress_on
from taketwo.progress import Progress


class Clock:
    """A clock that stands still until it is told."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_plain_lines_say_each_step_and_what_it_found_once():
    stream = io.StringIO()
    progress = PlainLines(stream, Clock())
    progress.step("building the environment")
    progress.detail("+ numpy==2.1.0")
    progress.found("812 of 812 files identical")
    progress.warn("taken from the cache")
    assert stream.getvalue().splitlines() == [
        "taketwo: building the environment",
        "         812 of 812 files identical",
        "taketwo: note: taken from the cache",
    ]


def test_plain_lines_show_life_while_a_step_is_busy():
    stream, clock = io.StringIO(), Clock()
    progress = PlainLines(stream, clock)
    progress.step("building the environment")
    for number in range(30):
        clock.now += QUIET_SECONDS / 10
        progress.detail(f"package {number}")
    assert stream.getvalue().splitlines()[1:] == [f"         … package {number}" for number in (9, 19, 29)]


def test_a_name_that_the_stream_cannot_show_is_escaped():
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    PlainLines(stream).step("reading caf\u00e9\udcff.csv")
    assert raw.getvalue() == b"taketwo: reading caf\\xe9\\udcff.csv\n"


def test_what_a_program_prints_cannot_act_on_the_terminal():
    hostile = "\x1b]0;owned\x07\x1b[2J\x9b1;1HReproduced\u202e\r: everything"
    stream, clock = io.StringIO(), Clock()
    plain = PlainLines(stream, clock)
    terminal, progress = live(clock)
    with progress:
        for each in (plain, progress):
            each.step("running")
            clock.now += QUIET_SECONDS
            each.detail(hostile)
            each.found(hostile)
            each.warn(hostile)
    for text in (stream.getvalue(), terminal.getvalue()):
        assert "\\x1b]0;owned\\x07\\x1b[2J\\x9b1;1HReproduced\\u202e" in text.replace("\n", "")
        assert not {"\x07", "\x9b", "\u202e"} & set(text)
        assert "\x1b]0" not in text
        assert "\x1b[2J" not in text


def test_warnings_say_nothing_else():
    stream = io.StringIO()
    progress = Warnings(stream)
    progress.step("a")
    progress.detail("b")
    progress.found("b")
    progress.warn("c")
    assert stream.getvalue() == "taketwo: note: c\n"


def live(clock):
    stream = Terminal()
    return stream, LiveStatus(Console(file=stream, force_terminal=True, width=80, color_system=None), clock)


def test_a_terminal_keeps_finished_steps_with_their_times():
    clock = Clock()
    stream, progress = live(clock)
    with progress:
        progress.step("building [the] environment")
        progress.detail("numpy [extra]")
        progress.found("812 of 812 [files]")
        progress.found("2 new")
        clock.now += 2.5
        progress.step("running")
        progress.warn("network [open]")
    text = stream.getvalue()
    assert "✓ building [the] environment: 812 of 812 [files]; 2 new (2.5 s)" in text
    assert "✓ running (0.0 s)" in text
    assert "note: network [open]" in text


def test_a_terminal_marks_the_step_that_failed():
    stream, progress = live(Clock())
    progress.__enter__()
    progress.step("running")
    progress.__exit__(KeyboardInterrupt)
    assert "✗ running" in stream.getvalue()
    assert "\x1b[?25h" in stream.getvalue(), "the cursor is shown again"


def test_what_is_no_terminal_gets_plain_lines_and_does_not_load_rich():
    with progress_on(io.StringIO()) as progress:
        assert isinstance(progress, PlainLines)


def test_a_terminal_gets_the_live_line(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    with progress_on(Terminal()) as progress:
        assert isinstance(progress, LiveStatus)


def test_a_dumb_terminal_gets_plain_lines(monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    with progress_on(Terminal()) as progress:
        assert isinstance(progress, PlainLines)


def test_every_kind_hears_everything_that_a_progress_can_hear():
    verbs = {name for name in vars(Progress) if not name.startswith("_")}
    for kind in (PlainLines, LiveStatus):
        overridden = {name for base in kind.__mro__ if base is not Progress for name in vars(base)}
        assert verbs <= overridden, kind
