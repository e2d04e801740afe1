"""Locks are completed from an index, now or later."""

import msgspec

from taketwo.environments.lock import RememberedLock, complete
from taketwo.model.environment import Artefact, Distribution, Environment, Interpreter
from tests.support.environments import Blobs
from tests.support.fake_index import FakeIndex

SIX = Artefact(filename="six-1.17.0-py2.py3-none-any.whl", sha256="a" * 64)


def _environment(*names):
    return Environment(
        interpreter=Interpreter(implementation="cpython", version="3.11.7", platform="linux-x86_64"),
        distributions=tuple(
            Distribution(name=name, version="1.17.0", origin="pending", tags=("py3-none-any", "py2-none-any"))
            for name in names
        ),
    )


def test_what_the_index_has_is_pinned_and_the_rest_stays_pending():
    blobs = Blobs()
    done = complete(
        _environment("private", "six"), FakeIndex({("six", "1.17.0"): (SIX,)}), blobs.put_bytes, 5
    )
    assert {d.name: d.origin for d in done.distributions} == {"private": "pending", "six": "index"}
    assert done.lock.pending == ("private",)
    assert b"six==1.17.0" in blobs.read(done.lock.requirements.sha256)
    assert b'"private"' in blobs.read(done.lock.pylock.sha256)


def test_a_lock_is_completed_later_by_asking_only_for_what_is_pending():
    index = FakeIndex({("six", "1.17.0"): (SIX,)})
    index.reachable = False
    before = complete(_environment("six"), index, Blobs().put_bytes, 5)
    assert before.lock.pending == ("six",)
    index.reachable = True
    after = complete(before, index, Blobs().put_bytes, 5)
    assert after.lock.pending == ()
    assert complete(after, index, Blobs().put_bytes, 5) == after
    assert index.asked == [("six",), ("six",)]


def test_an_instrument_is_never_locked():
    environment = Environment(
        interpreter=Interpreter(implementation="cpython", version="3.11.7"),
        distributions=(Distribution(name="taketwo", version="1", origin="instrument"),),
    )
    blobs = Blobs()
    done = complete(environment, FakeIndex(), blobs.put_bytes, 5)
    assert done.lock.pending == ()
    assert b"taketwo==" not in blobs.read(done.lock.requirements.sha256)


def test_a_rescue_is_asked_for_what_the_index_does_not_have(tmp_path):
    from taketwo.environments.wheel_folders import from_folders
    from taketwo.formats import listing
    from tests.support.environments import Venv, inspector, only, wheel

    blobs = Blobs()
    path = wheel(tmp_path / "wheels", "private", "1.0", {"private.py": "x = 1\n"})
    venv = Venv(tmp_path / "venv")
    import zipfile

    with zipfile.ZipFile(path) as archive:
        archive.extractall(venv.site)
    environment = inspector(blobs).inspect(venv.facts)
    files = {f.path: f.sha256 for f in listing.decode(blobs.read(environment.listing.sha256))}
    rescue = from_folders((path.parent,), blobs.put_file, files)
    done = complete(environment, FakeIndex(), blobs.put_bytes, 5, rescue=rescue)
    assert only(done, "private").origin == "wheel"
    assert done.lock.pending == ()
    other = from_folders((path.parent,), blobs.put_file, files | {"private.py": "0" * 64})
    assert complete(environment, FakeIndex(), blobs.put_bytes, 5, rescue=other).lock.pending == ("private",)


class TestRemembered:
    def test_an_unchanged_environment_is_neither_asked_for_nor_written_again(self, tmp_path):
        blobs, index = Blobs(), FakeIndex({("six", "1.17.0"): (SIX,)})
        remembered = RememberedLock(tmp_path / "lock", blobs.content.__contains__)
        first = complete(_environment("six"), index, blobs.put_bytes, 5, remembered=remembered)
        again = complete(_environment("six"), index, _refuse, 5, remembered=remembered)
        assert again == first
        assert index.asked == [("six",)]

    def test_any_difference_in_the_environment_is_noticed(self, tmp_path):
        blobs, index = Blobs(), FakeIndex({("six", "1.17.0"): (SIX,)})
        remembered = RememberedLock(tmp_path / "lock", blobs.content.__contains__)
        before = complete(_environment("six"), index, blobs.put_bytes, 5, remembered=remembered)
        other = msgspec.structs.replace(_environment("six"), identity="f" * 64)
        assert complete(other, index, blobs.put_bytes, 5, remembered=remembered).identity == "f" * 64
        six = msgspec.structs.replace(_environment("six").distributions[0], version="1.16.0")
        older = msgspec.structs.replace(_environment("six"), distributions=(six,))
        after = complete(older, index, blobs.put_bytes, 5, remembered=remembered)
        assert after.lock.pending == ("six",)
        assert after.lock != before.lock

    def test_what_is_pending_is_asked_for_again(self, tmp_path):
        blobs, index = Blobs(), FakeIndex()
        remembered = RememberedLock(tmp_path / "lock", blobs.content.__contains__)
        complete(_environment("six"), index, blobs.put_bytes, 5, remembered=remembered)
        index.files = {("six", "1.17.0"): (SIX,)}
        assert (
            complete(_environment("six"), index, blobs.put_bytes, 5, remembered=remembered).lock.pending == ()
        )

    def test_another_store_gets_the_lock_too(self, tmp_path):
        one, other = Blobs(), Blobs()
        index = FakeIndex({("six", "1.17.0"): (SIX,)})
        for blobs in (one, other):
            remembered = RememberedLock(tmp_path / "lock", blobs.content.__contains__)
            complete(_environment("six"), index, blobs.put_bytes, 5, remembered=remembered)
        assert other.content == one.content

    def test_a_store_without_the_rescued_wheel_gets_it_again(self, tmp_path):
        blobs = Blobs()
        remembered = RememberedLock(tmp_path / "lock", blobs.content.__contains__)

        def rescue(distribution):
            wheel = blobs.put_bytes(b"the wheel")
            return msgspec.structs.replace(distribution, origin="wheel", artefacts=(SIX,), wheel=wheel)

        for _ in range(2):
            found = complete(
                _environment("six"), FakeIndex(), blobs.put_bytes, 5, rescue=rescue, remembered=remembered
            )
            assert blobs.content.pop(found.distributions[0].wheel.sha256) == b"the wheel"


def _refuse(content):
    raise AssertionError(content)
