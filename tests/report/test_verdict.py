"""Every form of the report answers in its first line, shows everything, and lets nothing foreign act."""

import json
import re
from html.parser import HTMLParser

import pytest

from taketwo.model.verdict import Outcome, Verdict
from taketwo.report import render_html, render_json, render_markdown, render_text
from tests.support.studies import manifest, replay
from tests.support.verdicts import HOSTILE, hostile, not_reproduced, reproduced

CASES = {"reproduced": reproduced, "not-reproduced": not_reproduced, "hostile": hostile}
ANSWERS = {"reproduced": "Reproduced", "not-reproduced": "Not reproduced", "hostile": "Not reproduced"}
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def page(name):
    verdict, original, replayed, content = CASES[name]()
    return render_html(verdict, original, replayed, read=content.read)


def forms(name):
    verdict, original, replayed, _ = CASES[name]()
    return {
        "txt": render_text(verdict, original, replayed),
        "json": render_json(verdict, original, replayed),
        "md": render_markdown(verdict, original, replayed),
        "html": page(name),
    }


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("form", ["txt", "json", "md", "html"])
def test_reports_are_those_that_were_looked_at(name, form, golden):
    golden(f"{name}.{form}", forms(name)[form])


@pytest.mark.parametrize("name", CASES)
def test_the_first_line_answers(name):
    found = forms(name)
    assert found["txt"].startswith(f"{ANSWERS[name]}: ")
    assert f" {ANSWERS[name]}: " in found["md"].split("\n", 1)[0]
    assert f"<h1>{ANSWERS[name]}</h1>" in found["html"]


def test_an_answer_without_a_reason_is_still_an_answer():
    verdict = Verdict(outcome=Outcome.INCONCLUSIVE, original="a", replay="b", checks=())
    for render in (render_text, render_markdown, render_html, render_json):
        assert "nconclusive" in render(verdict, manifest(), replay())


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("width", [40, 80, 200])
def test_text_keeps_to_the_width(name, width):
    verdict, original, replayed, _ = CASES[name]()
    lines = render_text(verdict, original, replayed, width=width).split("\n")
    assert max(map(len, lines)) <= width
    assert not any(line.endswith(" ") for line in lines)


def test_colours_change_nothing_but_colours():
    verdict, original, replayed, _ = not_reproduced()
    plain = render_text(verdict, original, replayed)
    colored = render_text(verdict, original, replayed, color=True)
    stripped = re.sub(r"\x1b\[[0-9;]*m", "", colored)
    assert "\x1b[" in colored
    assert [line.rstrip() for line in stripped.split("\n")] == plain.split("\n")


def test_the_environment_of_the_process_changes_nothing(monkeypatch):
    before = forms("not-reproduced")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    assert forms("not-reproduced") == before


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("form", ["txt", "md", "html"])
def test_nothing_foreign_acts_on_a_terminal(name, form):
    assert UNSAFE.findall(forms(name)[form]) == []


def test_nothing_foreign_acts_on_a_terminal_in_colour_either():
    verdict, original, replayed, _ = hostile()
    text = render_text(verdict, original, replayed, color=True)
    assert UNSAFE.findall(re.sub(r"\x1b\[[0-9;]*m", "", text)) == []
    assert "\\x1b[2J" in text


class Parsed(HTMLParser):
    """Elements and addresses of a page; unbalanced tags are an error."""

    VOID = {"meta", "br", "link", "img", "input", "hr"}

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.attributes = set(), [], set()
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("name", CASES)
def test_the_page_is_sound_and_needs_nothing_else(name):
    text = page(name)
    parsed = Parsed(text)
    assert not parsed.tags & {"script", "img", "link", "iframe", "object", "form", "a", "base"}
    assert not {a for a in parsed.attributes if a.startswith("on") or a in {"src", "href", "style"}}
    assert "url(" not in text
    assert "@import" not in text
    assert "default-src 'none'" in text


def test_foreign_text_is_shown_literally_on_the_page():
    text = page("hostile")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\\x1b[2J\\u202e" in text
    assert "<script" not in text


def test_foreign_text_cannot_become_markdown():
    text = forms("hostile")["md"]
    assert "<script" not in re.sub(r"\\.", "", text)
    assert "\\[x\\](javascript" in text
    assert all(line.count(" | ") == lines[0].count(" | ") for lines in tables(text) for line in lines)


def tables(text):
    found = []
    for block in text.split("\n\n"):
        lines = [re.sub(r"\\\|", "", line) for line in block.split("\n") if line.startswith("|")]
        if lines:
            found.append([line for line in lines if not line.startswith("| ---") and "| --- |" not in line])
    return found


def test_the_console_is_shown_folded_and_only_when_it_can_be_read():
    verdict, original, replayed, content = reproduced()
    assert "<details>" in page("reproduced")
    assert ">\naccuracy 0.8934\n</pre>" in page("reproduced")  # the last state of the progress bar
    assert "<details>" not in render_html(verdict, original, replayed)
    content.kept.clear()
    assert "not in the store" in render_html(verdict, original, replayed, read=content.read)


def test_json_has_every_key_and_exact_numbers():
    verdict, original, replayed, _ = not_reproduced()
    found = json.loads(render_json(verdict, original, replayed))
    assert list(found) == [
        "format", "outcome", "exit_code", "reasons", "caveats", "rules_by", "original", "replay", "checks",
        "differences", "sealing", "rebuilt",
    ]  # fmt: skip
    assert (found["outcome"], found["exit_code"]) == ("not reproduced", 1)
    assert found["original"]["run_id"] == original.run_id
    auc = next(c for c in found["checks"] if c["subject"] == "auc")
    assert (auc["before"], auc["after"], auc["held"], auc["rung"]) == (
        0.9127,
        0.9127000000000001,
        True,
        "within ULPs",
    )
    assert auc["rule"]["ulps"] == 2
    assert {tuple(c) for c in found["checks"]} == {
        ("subject", "kind", "rung", "rule", "held", "before", "after", "detail", "rule_text")
    }


def test_json_of_a_hostile_run_is_ascii_and_reads_back():
    verdict, original, replayed, _ = hostile()
    text = render_json(verdict, original, replayed)
    assert text.isascii()
    assert json.loads(text)["original"]["experiment"] == HOSTILE
    assert json.loads(text)["checks"][0]["before"] == "NaN"
