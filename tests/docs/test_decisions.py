"""Decisions are numbered without gaps, and the index of docs/ names each by its title."""

import re

from tests.support.cli_pages import ROOT

DOCS = ROOT / "docs"
FILES = sorted((DOCS / "decisions").iterdir())


def test_decisions_are_numbered_from_one_without_gaps():
    assert [path.name[:5] for path in FILES] == [f"{number:04}-" for number in range(1, len(FILES) + 1)]


def test_the_index_names_every_decision_by_its_number_and_title():
    listed = re.findall(
        r"^(\d+)\. \[(.+)\]\(decisions/(.+)\)$",
        (DOCS / "README.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    titles = [path.read_text(encoding="utf-8").splitlines()[0] for path in FILES]
    assert [(f"# {number}. {title}", name) for number, title, name in listed] == [
        (title, path.name) for title, path in zip(titles, FILES, strict=True)
    ]


def test_the_index_leads_to_every_page():
    linked = set(re.findall(r"\]\((\w+\.md)\)", (DOCS / "README.md").read_text(encoding="utf-8")))
    assert linked == {path.name for path in DOCS.glob("*.md")} - {"README.md"}
