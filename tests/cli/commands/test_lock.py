from tests.support.cli_runs import FIRST


def test_a_complete_lock_is_exit_code_0(typed):
    answer = typed("lock", "latest")
    assert (answer.code, answer.out) == (
        0,
        f"{FIRST}: the lock is complete (2 hashes found now)\n",
    )
    assert typed.asked[2] == "latest"


def test_a_lock_with_gaps_names_them_and_is_exit_code_41(typed):
    typed.application.pending = ("torch",)
    answer = typed("lock", "latest")
    assert answer.code == 41
    assert answer.out == f"{FIRST}: 2 hashes found, 1 still missing: torch\n"
    document = typed("lock", "latest", "--json").document
    assert document == {
        "run_id": FIRST,
        "completed": ["numpy", "scipy"],
        "pending": ["torch"],
    }
