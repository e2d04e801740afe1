from taketwo.model.verdict import Outcome


def test_the_published_table_stands_beside_the_replayed_one(typed):
    answer = typed("demo", "--engine", "venv")
    assert answer.code == 0
    assert typed.asked[1].engine == "venv"
    rows = {line.split()[0]: line.split()[1:] for line in answer.out.splitlines() if line.strip()}
    assert rows["PSI"] == ["2.379", "2.378688"]
    assert rows["GPA"] == ["2.826", "missing", "differs"]


def test_the_exit_code_is_that_of_the_replay(typed):
    typed.application.outcome = Outcome.NOT_REPRODUCED
    assert typed("demo").code == 1
