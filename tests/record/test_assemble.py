"""What a run's manifest says, given what was found out; and what each call in it has of its own."""

from pathlib import Path

import msgspec
import pytest

from taketwo.formats.places import Places
from taketwo.model.base import Blob, Notice
from taketwo.model.data import Input, Output
from taketwo.model.manifest import Ending, Host, Resources, Streams
from taketwo.model.rules import Rule
from taketwo.record import assemble, events
from taketwo.record.assemble import Found
from taketwo.record.ended import Ended
from taketwo.record.recording import Recording
from tests.support.recordings import NOON, call, metric, opened, process, returned, started

PROJECT = Path("/home/ada/study")
BLOB = Blob(sha256="a" * 64, size=1)
COMPLETED = Ended(ending=Ending(status="completed", exit_code=0), finished=NOON + 10)


def found(**changes) -> Found:
    return Found(
        **{
            "places": Places(project=str(PROJECT), home="/home/ada", python=f"{PROJECT}/.venv/bin/python"),
            "environment": None,
            "host": Host(system="Linux"),
            **changes,
        }
    )


def recording(**events) -> Recording:
    return Recording(PROJECT / "recording", **events)


def output(name: str) -> Output:
    return Output(name=name, path=f"$PROJECT/{name}", content=BLOB)


def nothing_to_keep(path: Path) -> Blob:
    raise AssertionError(path)


class TestGround:
    def ground(self, start=None, observed=None, ended=COMPLETED, **facts):
        return assemble.ground(start or started(PROJECT), observed or recording(), ended, found(**facts))

    def test_says_when_and_how_the_run_ended(self):
        made = self.ground()
        assert (made.started_at, made.finished_at) == ("2026-03-01T12:00:00.000Z", "2026-03-01T12:00:10.000Z")
        assert made.ending == Ending(status="completed", exit_code=0)

    def test_names_places_and_not_this_machine(self):
        made = self.ground(started(PROJECT, argv=(f"{PROJECT}/.venv/bin/python", f"{PROJECT}/a.py")))
        assert made.invocation.argv == ("$PYTHON", "$PROJECT/a.py")

    @pytest.mark.parametrize(
        ("typed", "named"),
        [
            (".venv/bin/python", "$PYTHON"),
            ("../study/.venv/bin/python", "$PYTHON"),
            (".venv/bin/train", "$ENV/bin/train"),
            ("./train.sh", "./train.sh"),
            ("python", "python"),
        ],
    )
    def test_knows_a_program_of_the_environment_by_its_relative_path(self, typed, named):
        environment = f"{PROJECT}/.venv"
        places = Places(project=str(PROJECT), python=f"{environment}/bin/python", environment=environment)
        made = self.ground(started(PROJECT, argv=(typed, ".venv/bin/python")), places=places)
        assert made.invocation.argv == (named, ".venv/bin/python")

    def test_hides_a_secret_of_the_command_line(self):
        made = self.ground(started(PROJECT, argv=("train", "--api-token", "hunter2")))
        assert "hunter2" not in repr(made)

    def test_of_a_replay_repeats_the_command_as_its_manifest_says_it(self):
        argv = ("$PYTHON", "a.py", "--api-token", "[masked]")
        assert self.ground(started(PROJECT, mode="replay", argv=argv)).invocation.argv == argv

    @pytest.mark.parametrize(
        ("directory", "said"), [(PROJECT, ""), (PROJECT / "study", "study"), (PROJECT.parent, "")]
    )
    def test_says_where_in_the_project_it_was_started(self, directory, said):
        assert self.ground(started(PROJECT, directory=str(directory))).invocation.directory == said

    @pytest.mark.parametrize(
        ("observed", "used"),
        [
            ({}, False),
            ({"calls": (call("c"),)}, True),
            ({"exits": (events.Exit(time=1, modules={"taketwo": "/x"}),)}, True),
            ({"exits": (events.Exit(time=1, modules={"numpy": "/x"}),)}, False),
        ],
    )
    def test_says_whether_the_experiment_needs_taketwo(self, observed, used):
        assert self.ground(observed=recording(**observed)).invocation.imports_taketwo is used

    def test_reads_the_flags_of_a_python_program_behind_its_script(self):
        start = started(PROJECT, argv=("python", "-X", "dev", "train.py", "--depth", "3"))
        made = self.ground(start, recording(processes=(process(PROJECT),)))
        assert [(p.name, p.value) for p in made.parameters] == [("depth", 3)]

    def test_reads_no_flags_where_the_program_had_none(self):
        start = started(PROJECT, argv=("python", "-X", "dev", "train.py"))
        assert self.ground(start, recording(processes=(process(PROJECT, "train.py"),))).parameters == ()

    def test_reads_the_flags_of_any_other_program_behind_its_name(self):
        made = self.ground(started(PROJECT, argv=("fit", "--depth=3")))
        assert [(p.name, p.value) for p in made.parameters] == [("depth", 3)]

    def test_names_an_input_by_the_place_that_the_original_had_it(self):
        lies = Input(name="d", path="$PROJECT/d.csv", kind="file", content=BLOB)
        ended = msgspec.structs.replace(COMPLETED, original_paths={"$PROJECT/d.csv": "$HOME/d.csv"})
        assert self.ground(ended=ended, inputs=(lies,)).inputs[0].path == "$HOME/d.csv"

    def test_adds_the_variables_that_were_known_at_the_start(self):
        host = Host(system="Linux", variables={"TZ": "UTC"})
        made = self.ground(started(PROJECT, variables={"OMP_NUM_THREADS": "2"}), host=host)
        assert made.host.variables == {"OMP_NUM_THREADS": "2", "TZ": "UTC"}

    def test_believes_the_supervisor_about_resources_and_the_processes_about_the_rest(self):
        observed = recording(
            processes=(process(PROJECT), process(PROJECT)),
            exits=(
                events.Exit(time=1, cpu_seconds=1.0, peak_memory_bytes=10),
                events.Exit(time=2, cpu_seconds=2.0, peak_memory_bytes=30),
            ),
        )
        ended = msgspec.structs.replace(COMPLETED, resources=Resources(wall_seconds=9.0, cpu_seconds=7.0))
        made = self.ground(observed=observed, ended=ended)
        assert made.resources == Resources(
            wall_seconds=9.0, cpu_seconds=7.0, peak_memory_bytes=30, processes=2
        )

    def test_says_each_notice_once(self):
        notice = Notice(topic="data", text="gone")
        ended = msgspec.structs.replace(COMPLETED, notices=(notice,))
        assert self.ground(ended=ended, notices=(notice, notice)).notices == (notice,)


class TestCommand:
    def test_has_the_metrics_of_every_call_under_its_label_and_what_was_logged_outside(self):
        observed = recording(
            calls=(call("c"),),
            metrics=(metric("loss", 1.0), metric("auc", 0.5, call="c")),
            parameters=(
                events.LoggedParameter(time=1, name="seed", value=1),
                events.LoggedParameter(time=2, name="seed", value=2),
                events.LoggedParameter(time=2, name="inner", value=3, call="c"),
            ),
            tags=(events.Tag(time=1, name="paper", value="two"),),
        )
        shared = assemble.ground(
            started(PROJECT, argv=("fit",), tags={"paper": "one", "lab": "x"}), observed, COMPLETED, found()
        )
        made = assemble.of_command(shared, observed, nothing_to_keep, started=NOON)
        assert [(m.name, m.value) for m in made.metrics] == [("loss", 1.0), ("train.auc", 0.5)]
        assert [m.at for m in made.metrics] == [2.0, 2.0]
        assert [(p.name, p.value) for p in made.parameters] == [("seed", 2)]
        assert made.tags == {"paper": "two", "lab": "x"}


class TestCall:
    def of_call(self, observed, wanted, *, ending=COMPLETED.ending, rules=(), **facts):
        shared = assemble.ground(
            started(PROJECT, rules=(Rule(target="loss", allow="ignore"),), tags={"lab": "x"}),
            observed,
            msgspec.structs.replace(COMPLETED, ending=ending),
            found(**facts),
        )
        return assemble.of_call(shared, observed, wanted, found().places, nothing_to_keep, rules=rules)

    def test_has_its_own_time_metrics_and_ending(self):
        observed = recording(
            calls=(call("c"),),
            returns=(returned("c", 3.5, metrics={"auc": 0.5}),),
            metrics=(metric("loss", 1.0),),
        )
        made = self.of_call(observed, observed.calls[0], ending=Ending(status="failed", exit_code=1))
        assert (made.started_at[-7:], made.finished_at[-7:]) == ("01.000Z", "03.500Z")
        assert made.resources.wall_seconds == 2.5
        assert [(m.name, m.value) for m in made.metrics] == [("auc", 0.5)]
        assert made.ending == Ending(status="completed")

    @pytest.mark.parametrize(
        ("error", "status"), [("ValueError: no", "failed"), ("KeyboardInterrupt: ", "interrupted")]
    )
    def test_that_raised_says_how(self, error, status):
        observed = recording(calls=(call("c"),), returns=(returned("c", error=error),))
        assert self.of_call(observed, observed.calls[0]).ending == Ending(status=status, error=error)

    @pytest.mark.parametrize(
        ("of_run", "of_call"),
        [
            (Ending(status="completed", exit_code=0), Ending(status="killed")),
            (
                Ending(status="killed", exit_code=-9, signal="SIGKILL"),
                Ending(status="killed", signal="SIGKILL"),
            ),
            (Ending(status="interrupted", exit_code=-2), Ending(status="interrupted", exit_code=-2)),
        ],
    )
    def test_that_never_came_to_its_end_ended_with_its_process(self, of_run, of_call):
        observed = recording(calls=(call("c"),))
        made = self.of_call(observed, observed.calls[0], ending=of_run)
        assert made.ending == of_call
        assert made.finished_at == "2026-03-01T12:00:10.000Z"

    def test_has_all_outputs_of_the_run_when_it_is_the_only_one(self):
        observed = recording(calls=(call("c"),), returns=(returned("c"),))
        made = self.of_call(observed, observed.calls[0], outputs=(output("later.csv"),))
        assert [o.name for o in made.outputs] == ["later.csv"]

    def test_among_others_has_the_outputs_that_it_wrote_or_logged_itself(self):
        observed = recording(
            calls=(call("c"), call("d", 4)),
            returns=(returned("c"), returned("d", 5)),
            opens=(opened(PROJECT / "c.csv", "w", call="c"), opened(PROJECT / "d.csv", "r", call="c")),
            artifacts=(events.Artifact(time=NOON + 2, call="c", name="a", path=f"{PROJECT}/a.csv"),),
        )
        outputs = tuple(output(f"{name}.csv") for name in "acd")
        made = self.of_call(observed, observed.calls[0], outputs=outputs)
        assert [o.name for o in made.outputs] == ["a.csv", "c.csv"]

    def test_adds_the_rules_of_its_decorator_and_has_no_console_of_its_own(self):
        observed = recording(calls=(call("c"),))
        rule = Rule(target="auc", allow="equal")
        made = self.of_call(observed, observed.calls[0], rules=(rule,), streams=Streams(stdout=BLOB))
        assert [r.target for r in made.rules] == ["loss", "auc"]
        assert made.streams == Streams()

    def test_has_the_tags_of_its_decorator_else_of_the_run_and_those_set_during_it(self):
        plain, tagged = call("c"), call("d", 4, options={"tags": {"paper": "one"}})
        observed = recording(calls=(plain, tagged), tags=(events.Tag(time=1, call="d", name="k", value="v"),))
        assert self.of_call(observed, plain).tags == {"lab": "x"}
        assert self.of_call(observed, tagged).tags == {"paper": "one", "k": "v"}
