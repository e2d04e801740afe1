import msgspec
import pytest

from taketwo.model.verdict import Outcome
from tests.support.cli_app import FakeApplication
from tests.support.cli_runs import FIRST


class Agreeing(FakeApplication):
    """The study with a table whose values all agree."""

    def demo(self, settings, request, progress):
        found = super().demo(settings, request, progress)
        rows = tuple(row for row in found.table if row.agrees)
        return msgspec.structs.replace(found, table=rows)


@pytest.fixture
def agreeing(typed):
    typed.application = Agreeing()
    return typed


def test_the_published_table_stands_beside_the_replayed_one(typed):
    answer = typed("demo", "--engine", "venv")
    assert typed.asked[1].engine == "venv"
    rows = {line.split()[1]: line.split() for line in answer.out.splitlines() if len(line.split()) == 4}
    assert rows["PSI"] == ["ok", "PSI", "2.379", "2.378688"]
    assert rows["GPA"] == ["FAILED", "GPA", "2.826", "missing"]


def test_a_replay_and_a_table_that_hold_are_exit_code_0(agreeing):
    answer = agreeing("demo")
    assert answer.code == 0
    assert answer.out.startswith("Reproduced, and all 1 published values agree as they were printed.\n")


def test_a_table_that_does_not_agree_is_exit_code_1_although_the_replay_reproduced(typed):
    answer = typed("demo")
    assert answer.code == 1
    assert answer.out.startswith("Reproduced, but 1 of the 2 published values does not agree.\n")


@pytest.mark.parametrize(("outcome", "code"), [(Outcome.NOT_REPRODUCED, 1), (Outcome.INCONCLUSIVE, 3)])
def test_otherwise_the_exit_code_is_that_of_the_replay(agreeing, outcome, code):
    agreeing.application.outcome = outcome
    answer = agreeing("demo")
    assert answer.code == code
    assert answer.out.startswith(f"{outcome.value.capitalize()}: auc was judged")


def test_it_ends_with_where_everything_is_and_what_to_type_next(agreeing, tmp_path):
    lines = agreeing("demo").out.splitlines()
    assert f"Everything is in {tmp_path}" in lines
    assert (tmp_path / "report.html").read_text().startswith("<!doctype html>")
    assert lines[-1].strip() == f"taketwo diff {FIRST} latest"
