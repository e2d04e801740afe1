"""The verdict: what decides, in which order, and what a reader must know besides."""

import msgspec
import pytest

from taketwo.formats import listing
from taketwo.model.base import Notice
from taketwo.model.data import Input
from taketwo.model.manifest import (
    Ending,
    Host,
    Invocation,
    Metric,
    Parameter,
    StoredValue,
    Streams,
)
from taketwo.model.rules import Rung
from taketwo.model.source import Source
from taketwo.model.verdict import Outcome
from tests.support.judging import bare, called, judge
from tests.support.studies import (
    HOST,
    blob,
    digest,
    distribution,
    environment,
    manifest,
    rebuilt,
    replay,
    rule,
    sealing,
)


def test_an_honest_replay_is_reproduced_without_a_caveat(content):
    verdict = judge(content, manifest(), replay())
    assert verdict.outcome is Outcome.REPRODUCED
    assert verdict.reasons == ("3 metrics and 1 output all agree bit for bit.",)
    assert verdict.differences == verdict.caveats == ()
    assert (verdict.original, verdict.replay) == (manifest().run_id, replay().run_id)
    assert verdict.sealing == sealing()
    assert verdict.rebuilt == rebuilt()


def test_the_same_manifests_give_the_same_verdict(content):
    changed = replay(metrics=(Metric(name="auc", value=0.5),), host=Host(cpu="other"))
    assert judge(content, manifest(), changed) == judge(content, manifest(), changed)


def test_another_metric_is_not_reproduced_and_named_first(content):
    metrics = (Metric(name="accuracy", value=0.8912), *manifest().metrics[1:])
    verdict = judge(content, manifest(), replay(metrics=metrics))
    assert verdict.outcome is Outcome.NOT_REPRODUCED
    assert verdict.reasons[0] == (
        "The metric accuracy is 0.8912 instead of 0.8934: "
        "relative difference 0.0025 (the rule: equal values)."
    )


def test_a_tolerance_reproduces_it_and_the_rung_is_told(content):
    metrics = (Metric(name="accuracy", value=0.8912), *manifest().metrics[1:])
    verdict = judge(content, manifest(), replay(metrics=metrics), rule("accuracy", "tolerance", atol=0.01))
    assert verdict.outcome is Outcome.REPRODUCED
    assert verdict.checks[0].rung is Rung.TOLERANCE
    assert "within the tolerances" in verdict.reasons[0]


def test_changed_data_is_named(content):
    metrics = (Metric(name="accuracy", value=0.5), *manifest().metrics[1:])
    inputs = (msgspec.structs.replace(manifest().inputs[0], content=blob(b"other")),)
    verdict = judge(content, manifest(), replay(metrics=metrics, inputs=inputs))
    assert verdict.outcome is Outcome.NOT_REPRODUCED
    assert any("The input data/cohort.csv has other content" in reason for reason in verdict.reasons)
    assert verdict.differences[0].area == "input"


def test_changed_files_of_a_directory_are_named(content):
    def directory(text):
        files = [
            listing.Listed("a.csv", digest(b"same"), 4),
            listing.Listed("b.csv", digest(text), len(text)),
        ]
        return Input(
            name="data", path="$PROJECT/data", kind="directory", content=content.blob(listing.encode(files))
        )

    verdict = judge(content, manifest(inputs=(directory(b"1"),)), replay(inputs=(directory(b"2"),)))
    assert [d.subject for d in verdict.differences] == ["data", "data/b.csv"]
    assert "inputs are not the same" in verdict.caveats[0]


def test_a_listing_that_is_damaged_names_the_directory_only(content):
    def directory(text):
        return Input(name="data", path="$PROJECT/data", kind="directory", content=content.blob(text))

    verdict = judge(content, manifest(inputs=(directory(b"x"),)), replay(inputs=(directory(b"y"),)))
    assert [d.subject for d in verdict.differences] == ["data"]


def test_an_output_that_differs_is_named(content):
    original = manifest(outputs=(content.output("r/a.csv", b"x\n1\n"),))
    verdict = judge(content, original, replay(of=original, outputs=(content.output("r/a.csv", b"x\n2\n"),)))
    assert verdict.outcome is Outcome.NOT_REPRODUCED
    assert verdict.reasons[0].startswith("The output r/a.csv does not agree: 1 of 1 values differ")


def test_a_replay_that_fails_is_not_reproduced_and_says_so_first(content):
    failed = Ending(status="failed", exit_code=1, error="ImportError: no module named x")
    verdict = judge(content, manifest(), replay(ending=failed, metrics=()))
    assert verdict.outcome is Outcome.NOT_REPRODUCED
    assert verdict.reasons[0].startswith("The replay failed with exit code 1: ImportError")


def test_a_failure_reproduces_when_it_is_the_same_failure(content):
    failed = Ending(status="failed", exit_code=2, error="ValueError: <A object at 0x7f0000001234>")
    again = Ending(status="failed", exit_code=2, error="ValueError: <A object at 0x7f000000ffff>")
    verdict = judge(content, bare(ending=failed), replay(of=bare(), ending=again))
    assert verdict.outcome is Outcome.REPRODUCED
    assert verdict.reasons[0].startswith("The run failed in the same way")


@pytest.mark.parametrize(
    "other",
    [
        Ending(status="completed", exit_code=0),
        Ending(status="failed", exit_code=3, error="ValueError: x"),
        Ending(status="failed", exit_code=2, error="KeyError: x"),
    ],
)
def test_another_ending_than_the_failure_is_not_reproduced(content, other):
    failed = Ending(status="failed", exit_code=2, error="ValueError: x")
    assert (
        judge(content, bare(ending=failed), replay(of=bare(), ending=other)).outcome is Outcome.NOT_REPRODUCED
    )


def test_of_a_call_the_exit_code_of_its_process_says_nothing(content):
    failed = Ending(status="failed", exit_code=1)
    again = Ending(status="failed", exit_code=70)
    original = bare(ending=failed, invocation=called(error="ValueError: x"))
    assert judge(content, original, replay(of=original, ending=again)).outcome is Outcome.REPRODUCED


@pytest.mark.parametrize(
    "ending", [Ending(status="interrupted", exit_code=130), Ending(status="killed", signal="SIGKILL")]
)
def test_a_run_that_was_stopped_from_outside_is_inconclusive(content, ending):
    for verdict in (
        judge(content, manifest(ending=ending), replay()),
        judge(content, manifest(), replay(ending=ending)),
    ):
        assert verdict.outcome is Outcome.INCONCLUSIVE
        assert "stopped from outside" in verdict.reasons[0]


def test_a_crash_of_the_program_itself_is_a_result(content):
    crash = Ending(status="killed", signal="SIGSEGV", exit_code=139)
    assert judge(content, bare(ending=crash), replay(of=bare(), ending=crash)).outcome is Outcome.REPRODUCED


def test_nothing_to_compare_is_inconclusive(content):
    verdict = judge(content, bare(), replay(of=bare()))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "nothing to judge" in verdict.reasons[0]


def test_rules_that_ignore_everything_are_inconclusive(content):
    verdict = judge(content, manifest(), replay(), rule("*", "ignore"))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "ignore every result" in verdict.reasons[0]


def test_a_replay_that_failed_says_so_first_and_what_its_program_said_last(content):
    said = content.blob(b"Traceback (most recent call last):\n  ...\nKeyError: 'grades'\n")
    failed = replay(ending=Ending(status="failed", exit_code=1), outputs=(), streams=Streams(stderr=said))
    verdict = judge(content, manifest(), failed)
    assert verdict.outcome is Outcome.NOT_REPRODUCED
    assert verdict.reasons[0] == (
        "The replay failed with exit code 1, where the original completed with exit code 0; "
        "the last line of its stderr: KeyError: 'grades'."
    )


def test_a_replay_that_failed_without_a_word_says_so_first(content):
    failed = replay(ending=Ending(status="failed", exit_code=1), streams=Streams())
    assert judge(content, manifest(), failed).reasons[0] == (
        "The replay failed with exit code 1, where the original completed with exit code 0."
    )


def test_an_unsealed_replay_is_a_caveat(content):
    verdict = judge(
        content,
        manifest(),
        replay(sealing=sealing(engine="venv", sealed=False, gaps=("the root can be written",))),
    )
    assert verdict.outcome is Outcome.REPRODUCED
    assert verdict.caveats == (
        "The replay was not sealed (engine: venv), so it could reach more than the run: the root can be written.",
    )


def test_an_open_network_is_a_caveat(content):
    assert "network was open" in judge(content, manifest(), replay(sealing=sealing(network=True))).caveats[0]


def test_a_sealed_replay_without_an_image_could_use_programs_of_this_machine(content):
    (caveat,) = judge(
        content, manifest(), replay(sealing=sealing(engine="bubblewrap", image=None, image_id=None))
    ).caveats
    assert caveat.startswith(
        "The engine bubblewrap has no image: the replay could use programs of this machine"
    )


def test_a_failed_replay_tells_which_variables_were_recorded_and_how_to_record_more(content):
    failed = judge(content, manifest(), replay(metrics=()))
    assert failed.outcome is Outcome.NOT_REPRODUCED
    assert "Name them in the setting `variables` and capture again." in failed.caveats[-1]
    assert judge(content, manifest(), replay()).caveats == ()


def test_another_patch_release_and_other_files_are_caveats(content):
    built = rebuilt(
        interpreter="same minor", interpreter_version="3.11.9", identical=12430, different=("numpy/core.py",)
    )
    verdict = judge(content, manifest(), replay(rebuilt=built))
    assert verdict.caveats == (
        "The replay ran on Python 3.11.9 instead of 3.11.7.",
        "The environment is not identical: 12,430 of 12,431 files are.",
    )
    assert [d.subject for d in verdict.differences] == ["numpy/core.py"]


def test_the_replayer_who_fixed_the_rules_is_named(content):
    verdict = judge(
        content, manifest(), replay(), rule("*", "tolerance", atol=1), by="the partner university"
    )
    assert verdict.rules_by == "the partner university"
    assert "fixed by the partner university" in verdict.caveats[0]


def test_the_machine_is_a_caveat_only_when_a_check_failed(content):
    other = msgspec.structs.replace(HOST, cpu="Intel Xeon", time_zone="CET")
    metrics = (Metric(name="accuracy", value=0.5), *manifest().metrics[1:])
    assert judge(content, manifest(), replay(host=other)).caveats == ()
    failed = judge(content, manifest(), replay(host=other, metrics=metrics))
    assert "The machines differ: CPU, time zone." in failed.caveats


def test_an_input_that_changed_while_it_was_read_is_a_caveat(content):
    changing = msgspec.structs.replace(manifest().inputs[0], changed_during_run=True)
    original = manifest(inputs=(changing,))
    assert "changed while the original run" in judge(content, original, replay(of=original)).caveats[0]


def test_every_kind_of_difference_is_found(content):
    other = replay(
        source=Source(tree="f" * 40),
        environment=environment(
            interpreter=msgspec.structs.replace(environment().interpreter, version="3.11.9"),
            distributions=(
                distribution("numpy", "2.3.0"),
                distribution("scikit-learn", "1.7.2", modified=("sklearn/base.py",)),
                distribution("pandas", "2.2.0"),
            ),
        ),
        parameters=(
            Parameter(name="seed", value=8),
            Parameter(name="depth", stored=StoredValue(type="D", sha256="ab")),
        ),
        invocation=Invocation(argv=("$PYTHON", "train.py", "--seed", "8")),
        host=msgspec.structs.replace(
            HOST, variables={"OMP_NUM_THREADS": "4"}, cpu_features=("avx", "avx512f"), libraries=()
        ),
    )
    found = {(d.area, d.subject): (d.before, d.after) for d in judge(content, manifest(), other).differences}
    assert found["source", "tree"][1] == "f" * 40
    assert found["interpreter", "version"] == ("3.11.7", "3.11.9")
    assert found["environment", "numpy"] == ("2.2.6", "2.3.0")
    assert found["environment", "scikit-learn"] == ("1.7.2", "1.7.2 (edited: sklearn/base.py)")
    assert found["environment", "scipy"] == ("1.16.1", None)
    assert found["environment", "pandas"] == (None, "2.2.0")
    assert found["parameter", "seed"] == ("7", "8")
    assert found["parameter", "depth"] == (None, "D ab")
    assert found["parameter", "model"] == ("'gradient boosting'", None)
    assert found["invocation", "command"][1] == "$PYTHON train.py --seed 8"
    assert found["host", "variable OMP_NUM_THREADS"] == ("8", "4")
    assert found["host", "variable PYTHONHASHSEED"] == ("0", None)
    assert found["host", "CPU features"] == ("only here: avx2 fma", "only here: avx512f")
    assert found["host", "library openblas"] == ("0.3.27, Zen, 8 threads", None)


def test_many_failures_are_counted_and_not_all_listed(content):
    metrics = tuple(Metric(name=f"m{i:02}", value=i) for i in range(20))
    other = tuple(Metric(name=f"m{i:02}", value=i + 1) for i in range(20))
    verdict = judge(content, manifest(metrics=metrics), replay(metrics=other))
    assert "12 more results do not agree." in verdict.reasons


def test_what_was_masked_when_it_was_captured_is_told_with_the_verdict(content):
    masked = Notice(topic="secrets", text="the value of --password was masked; a replay runs without it")
    verdict = judge(content, manifest(notices=(masked,)), replay(of=manifest(notices=(masked,))))
    assert "The value of --password was masked; a replay runs without it." in verdict.caveats


def test_inputs_of_the_home_directory_are_named_when_only_the_replay_fails(content):
    item = Input(name="x", path="$HOME/x.csv", kind="file", content=content.blob(b"1"))
    failed = Ending(status="failed", exit_code=1)
    before = manifest(inputs=(item,))
    verdict = judge(content, before, replay(of=before, ending=failed))
    assert any("$HOME/x.csv" in reason and "full path" in reason for reason in verdict.reasons)
    alike = manifest(inputs=(item,), ending=failed)
    assert not any("full path" in r for r in judge(content, alike, replay(of=alike, ending=failed)).reasons)
