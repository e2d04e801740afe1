"""Links between the pages lead somewhere."""

import re

import pytest

from tests.support.cli_pages import PAGES, ROOT, anchors, without_code

LINK = re.compile(r"\]\(([^)\s]+)\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_internal_link_of_a_page_resolves(page):
    text = page.read_text(encoding="utf-8")
    for link in LINK.findall(without_code(text)):
        if re.match(r"[a-z]+:", link):
            continue
        target, _, anchor = link.partition("#")
        file = page.parent / target if target else page
        assert file.exists(), f"{link} leads nowhere"
        if anchor and file.suffix == ".md":
            assert anchor in anchors(file.read_text(encoding="utf-8")), f"{link} has no such heading"


def test_links_are_found_at_all():
    assert any(LINK.search(without_code(page.read_text(encoding="utf-8"))) for page in PAGES)
