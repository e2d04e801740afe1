from taketwo.store.interface import Collected, Damage
from tests.support.cli_runs import FIRST


def test_a_store_that_is_well_is_exit_code_0(typed):
    answer = typed("store", "verify")
    assert (answer.code, answer.out) == (0, "everything is as it was sealed\n")
    assert typed("store", "verify", "--json").document == []


def test_damage_is_named_with_the_runs_that_it_touches(typed):
    typed.application.damages = [Damage(kind="missing blob", sha256="f00", text="gone", runs=(FIRST,))]
    answer = typed("store", "verify")
    assert answer.code == 21
    assert answer.out == f"missing blob: gone\n    run {FIRST}\n1 damaged\n"
    assert typed("store", "verify", "--json").document == [
        {"kind": "missing blob", "sha256": "f00", "text": "gone", "runs": [FIRST]}
    ]


def test_gc_says_what_it_removed(typed):
    typed.application.garbage = Collected(blobs=1200, size=34567)
    assert typed("store", "gc").out == "removed 1,200 blobs of 34,567 bytes\n"
    assert typed("store", "gc", "--dry-run").out == "would remove 1,200 blobs of 34,567 bytes\n"
    assert [dry_run for _, _, dry_run in typed.application.asked] == [False, True]
    document = typed("store", "gc", "--dry-run", "--json").document
    assert document == {"blobs": 1200, "size": 34567, "dry_run": True}


def test_rebuild_index_counts_the_runs(typed):
    assert typed("store", "rebuild-index").out == "the index holds 2 runs\n"


def test_path_prints_the_place_and_opens_nothing(typed):
    typed.environ["TAKETWO_HOME"] = "elsewhere"
    assert typed("store", "path").out == f"{typed.directory / 'elsewhere'}\n"
    assert typed.application.asked == []
    assert list(typed.directory.iterdir()) == []
