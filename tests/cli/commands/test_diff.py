import pytest

from taketwo.model.verdict import Outcome


@pytest.mark.parametrize("outcome", Outcome)
def test_the_exit_code_tells_whether_the_results_agree(typed, outcome):
    typed.application.outcome = outcome
    answer = typed("diff", "20260301", "latest", "--json")
    assert answer.code == outcome.exit_code
    assert answer.document["verdict"]["outcome"] == outcome.value
    assert answer.document["code_diff"].startswith("---")
    assert typed.asked[2] == ("20260301", "latest")


def test_the_text_shows_results_and_code(typed):
    answer = typed("diff", "20260301", "latest")
    assert "auc" in answer.out
    assert "+++ b" in answer.out


def test_a_page_can_be_written(typed):
    typed("diff", "20260301", "latest", "--json", "--html", "d.html")
    assert "<html" in (typed.directory / "d.html").read_text(encoding="utf-8").lower()


def test_one_run_alone_is_a_wrong_call(typed):
    assert typed("diff", "20260301").code == 2
