from pathlib import Path

import pytest

from taketwo.app.requests import ReplayRequest
from taketwo.model.verdict import Outcome


@pytest.mark.parametrize("outcome", Outcome)
def test_the_exit_code_tells_the_outcome(typed, outcome):
    typed.application.outcome = outcome
    answer = typed("replay", "latest", "--json")
    assert answer.code == outcome.exit_code
    assert answer.document["outcome"] == outcome.value


def test_the_text_answers_did_it_reproduce_in_its_first_line(typed):
    typed.application.outcome = Outcome.NOT_REPRODUCED
    answer = typed("replay", "latest")
    assert "not reproduced" in answer.out.splitlines()[0].lower()
    assert "auc" in answer.out


def test_what_was_typed_reaches_the_use_case(typed):
    typed("replay", "2026", "--data", "grades=g.csv", "--tolerance", "auc: 1%", "--network", "--json")
    _, settings, request = typed.asked
    assert request == ReplayRequest(
        run="2026", data={"grades": typed.directory / "g.csv"}, tolerance=("auc: 1%",), network=True
    )
    assert settings.engine == "auto"


def test_options_that_can_be_configured_become_settings(typed):
    typed.environ["TAKETWO_ENGINE"] = "docker"
    words = [
        "--engine",
        "bubblewrap",
        "--base-image",
        "python:3.11.7-slim",
        "--memory",
        "2GiB",
        "--timeout",
        "1h",
    ]
    typed("replay", "latest", *words, "--json")
    settings = typed.asked[1]
    assert (settings.engine, settings.base_image) == ("bubblewrap", "python:3.11.7-slim")
    assert (settings.memory_limit, settings.time_limit) == (2 * 1024**3, 3600.0)


@pytest.mark.parametrize(("option", "expected"), [("--memory", "a size"), ("--timeout", "a time")])
def test_a_quantity_that_cannot_be_read_stops_before_anything_runs(typed, option, expected):
    answer = typed("replay", "latest", option, "lots")
    assert answer.code == 2
    assert f"'{option}': 'lots' is not {expected}" in answer.err
    assert typed.application.asked == []


def test_reports_are_written_beside_the_answer(typed):
    answer = typed("replay", "latest", "--html", "r.html", "--markdown", "r.md", "--json")
    assert answer.document["outcome"] == "reproduced"
    assert "<html" in (typed.directory / "r.html").read_text(encoding="utf-8").lower()
    assert "auc" in (typed.directory / "r.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("place", ["missing/report.html", "."])
def test_a_report_that_cannot_be_written_is_refused_before_the_work(typed, place):
    answer = typed("replay", "latest", "--html", place)
    assert answer.code == 2
    assert str(Path(place)) in answer.err
    assert typed.application.asked == []


def test_progress_goes_to_stderr_in_plain_lines_when_that_is_no_terminal(typed):
    typed.application.during = lambda progress: progress.step("building the environment")
    answer = typed("replay", "latest", "--json")
    assert answer.err == "taketwo: building the environment\n"
    assert answer.document
