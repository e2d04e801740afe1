"""From a recording to sealed manifests: which there are, how they hang together, and what is found out for them."""

import os
import time

import msgspec
import pytest

from taketwo.app.conclude import conclude, discard
from taketwo.model.base import Notice
from taketwo.model.environment import Artefact, Distribution
from taketwo.model.manifest import Ending
from taketwo.record.ended import Ended
from taketwo.record.recording import Recording
from tests.support.fake_tools import fake_tools
from tests.support.recordings import NOON, call, metric, opened, process, returned, started

COMPLETED = Ended(ending=Ending(status="completed", exit_code=0), finished=NOON + 10)


@pytest.fixture
def project(tmp_path):
    (tmp_path / "study").mkdir()
    return tmp_path / "study"


def test_a_command_has_one_manifest_and_so_has_each_call_in_it(project):
    tools = fake_tools(project)
    observed = Recording(
        project / "r",
        processes=(process(project),),
        calls=(call("outer"), call("inner", 2, parent="outer", qualname="fit"), call("next", 5)),
        returns=(returned("inner", 3), returned("outer", 4), returned("next", 6)),
        metrics=(metric("auc", 0.5, call="inner"),),
    )
    start = started(project)
    command, outer, inner, later = (s.manifest for s in conclude(tools, start, observed, COMPLETED))
    assert command.run_id == start.run_id
    assert [each.parent for each in (command, outer, inner, later)] == [
        None,
        command.run_id,
        outer.run_id,
        command.run_id,
    ]
    assert [m.name for m in command.metrics] == ["fit.auc"]
    assert [m.name for m in inner.metrics] == ["auc"]
    assert len(tools.store.run_ids()) == 4


def test_a_call_that_is_captured_on_its_own_is_the_run_itself(project):
    observed = Recording(
        project / "r", calls=(call("c"), call("inner", 2, parent="c")), returns=(returned("c"),)
    )
    start = started(project, mode="call")
    first, inner = (s.manifest for s in conclude(fake_tools(project), start, observed, COMPLETED))
    assert first.run_id == start.run_id
    assert first.invocation.call.qualname == "train"
    assert inner.parent == first.run_id


@pytest.mark.parametrize("chosen", [None, "d"])
def test_a_replay_is_one_manifest_of_the_command_or_of_the_chosen_call(project, chosen):
    observed = Recording(
        project / "r",
        calls=(call("c"), call("d", 4)),
        metrics=(metric("auc", 0.5, call="c"), metric("auc", 0.75, call="d")),
    )
    start = started(project, mode="replay", argv=("$PYTHON", "a.py"))
    (only,) = conclude(fake_tools(project), start, observed, COMPLETED, chosen=chosen)
    wanted = [0.5, 0.75] if chosen is None else [0.75]
    assert [m.value for m in only.manifest.metrics] == wanted


def test_calls_have_the_experiment_and_the_rules_of_their_decorator(project):
    options = {"experiment": "other", "tolerance": {"auc": "ulps=2"}}
    observed = Recording(project / "r", calls=(call("c", options=options),))
    command, child = (
        s.manifest for s in conclude(fake_tools(project), started(project), observed, COMPLETED)
    )
    assert (command.experiment, child.experiment) == ("study", "other")
    assert (command.rules, [r.target for r in child.rules]) == ((), ["auc"])


def test_what_was_read_is_input_what_was_written_is_output_and_source_is_neither(project):
    (project / "train.py").write_text("source")
    source = fake_tools(project).vault.snapshot(project)
    tools = fake_tools(project)
    tools.vault.snapshot(project)
    (project / "data.csv").write_text("1,2")
    now = time.time()
    os.utime(project / "data.csv", (now - 100, now - 100))
    (project / "train.py").write_text("source")
    (project / "result.csv").write_text("3")
    stdout = project.parent / "stdout"
    stdout.write_text("printed")
    observed = Recording(
        project / "r", processes=(process(project),), opens=(opened(project / "result.csv", "w", time=now),)
    )
    start = started(project, started=now - 1, source=source)
    ended = Ended(ending=COMPLETED.ending, finished=now, stdout=stdout)
    (sealed,) = conclude(tools, start, observed, ended)
    made = sealed.manifest
    assert "$PROJECT/result.csv" in [o.path for o in made.outputs]
    assert "$PROJECT/train.py" not in [i.path for i in made.inputs]
    assert tools.store.read(made.streams.stdout.sha256) == b"printed"
    assert made.streams.stderr is None


def test_the_environment_is_inspected_and_its_lock_completed(project):
    wheel = Artefact(filename="numpy-2.2.6-py3-none-any.whl", sha256="b" * 64)
    tools = fake_tools(project)
    tools.inspector.distributions = [
        Distribution(name="numpy", version="2.2.6", origin="pending", tags=("py3-none-any",))
    ]
    tools.index.files["numpy", "2.2.6"] = (wheel,)
    observed = Recording(project / "r", processes=(process(project),))
    (sealed,) = conclude(tools, started(project), observed, COMPLETED)
    assert sealed.manifest.environment.lock.pending == ()
    assert sealed.manifest.notices == ()


def test_hashes_that_are_not_to_be_had_now_are_a_notice_that_says_how_to_get_them(project):
    tools = fake_tools(project)
    tools.index.reachable = False
    tools.inspector.distributions = [
        Distribution(name=f"p{n}", version="1", origin="pending") for n in range(7)
    ]
    observed = Recording(project / "r", processes=(process(project),))
    (sealed,) = conclude(tools, started(project), observed, COMPLETED)
    (notice,) = sealed.manifest.notices
    assert notice.text == "7 packages have no hash yet (p0, p1, p2, p3, p4, …); complete them: taketwo lock"


def test_a_replay_asks_no_index(project):
    tools = fake_tools(project)
    tools.inspector.distributions = [Distribution(name="numpy", version="2.2.6", origin="pending")]
    start = started(project, mode="replay", argv=("$PYTHON", "a.py"))
    conclude(tools, start, Recording(project / "r", processes=(process(project),)), COMPLETED)
    assert tools.index.asked == []


def test_a_run_without_any_python_says_that_nothing_is_known_of_its_packages(project):
    (sealed,) = conclude(fake_tools(project), started(project), Recording(project / "r"), COMPLETED)
    assert sealed.manifest.environment is None
    assert [notice.topic for notice in sealed.manifest.notices] == ["environment"]


def test_a_recording_is_gone_when_it_is_discarded_and_may_be_gone_before(tmp_path):
    (tmp_path / "r" / "events").mkdir(parents=True)
    discard(tmp_path / "r")
    discard(tmp_path / "r")
    assert not (tmp_path / "r").exists()


def test_what_the_snapshot_has_to_say_is_among_the_notices_of_a_capture(project):
    said = Notice(topic="source", text="not in the source: .env")
    source = msgspec.structs.replace(fake_tools(project).vault.snapshot(project), notices=(said,))
    tools = fake_tools(project)
    tools.vault.snapshot(project)
    observed = Recording(project / "r", processes=(process(project),))
    (sealed,) = conclude(tools, started(project, source=source), observed, COMPLETED)
    assert said in sealed.manifest.notices
    assert sealed.manifest.source.notices == ()
