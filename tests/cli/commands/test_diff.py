import pytest

from taketwo.model.verdict import Difference


@pytest.fixture
def changed(typed):
    """Two runs of which the second has other code."""
    typed.application.patch = "--- a/train.py\n+++ b/train.py\n@@ -1 +1 @@\n-seed = 1\n+seed = 2\n"
    typed.application.source = (Difference(area="source", subject="train.py", before="M", after="M"),)
    return typed


def test_runs_that_are_the_same_are_exit_code_0(typed):
    answer = typed("diff", "20260301", "latest", "--json")
    assert (answer.code, answer.document["same"]) == (0, True)
    assert typed.asked[2] == ("20260301", "latest")


def test_runs_that_differ_are_exit_code_1(changed):
    answer = changed("diff", "20260301", "latest", "--json")
    assert (answer.code, answer.document["same"]) == (1, False)
    assert answer.document["patch"].startswith("--- a/train.py")


def test_the_text_shows_what_differs_and_the_code(changed):
    answer = changed("diff", "20260301", "latest")
    assert answer.code == 1
    assert "train.py" in answer.out
    assert "+seed = 2" in answer.out


def test_a_page_can_be_written(typed):
    typed("diff", "20260301", "latest", "--json", "--html", "d.html")
    assert "<html" in (typed.directory / "d.html").read_text(encoding="utf-8").lower()


def test_one_run_alone_is_a_wrong_call(typed):
    assert typed("diff", "20260301").code == 2
