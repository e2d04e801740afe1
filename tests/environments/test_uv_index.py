"""Indexes of artefacts: one contract for the fake, for uv against a folder of ours, and for the cache."""

import hashlib
import os
import sys
import tarfile

import pytest

from taketwo.environments.cached_index import CachedArtefactIndex
from taketwo.environments.uv_index import UvArtefactIndex, choose
from taketwo.model.environment import Artefact, Distribution, Interpreter
from tests.support.environments import wheel
from tests.support.fake_index import FakeIndex

TAG = f"cp{sys.version_info[0]}{sys.version_info[1]}"
INTERPRETER = Interpreter(implementation="cpython", version=".".join(map(str, sys.version_info[:3])))


def _distribution(name, version="1.0", tags=("py3-none-any",)):
    return Distribution(name=name, version=version, origin="pending", tags=tags)


def _artefact(path):
    kind = "wheel" if path.suffix == ".whl" else "sdist"
    return Artefact(
        filename=path.name,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        size=path.stat().st_size,
        kind=kind,
    )


@pytest.fixture
def published(tmp_path):
    """A package with two wheels, and one that is a source distribution only."""
    folder = tmp_path / "published"
    pure = wheel(folder, "alpha", "1.0", {"alpha.py": ""})
    compiled = wheel(folder, "alpha", "1.0", {"alpha.py": "c"}, tag=f"{TAG}-{TAG}-manylinux_2_17_x86_64")
    source = folder / "beta-1.0.tar.gz"
    metadata = folder / "PKG-INFO"
    metadata.write_text("Metadata-Version: 2.2\nName: beta\nVersion: 1.0\n")
    with tarfile.open(source, "w:gz") as archive:
        archive.add(metadata, "beta-1.0/PKG-INFO")
    metadata.unlink()
    return pure, compiled, source


@pytest.fixture(params=["fake", "uv", "cached"])
def index(request, published, tmp_path):
    pure, compiled, source = published
    if request.param == "fake":
        return FakeIndex(
            {
                ("alpha", "1.0"): (_artefact(pure), _artefact(compiled)),
                ("beta", "1.0"): (_artefact(source),),
            }
        )
    simple = tmp_path / "simple"
    for name, files in {"alpha": (pure, compiled), "beta": (source,)}.items():
        (simple / name).mkdir(parents=True)
        links = (f'<a href="{f.as_uri()}#sha256={_artefact(f).sha256}">{f.name}</a>' for f in files)
        (simple / name / "index.html").write_text(
            "<!DOCTYPE html><html><body>" + "".join(links) + "</body></html>"
        )
    real = UvArtefactIndex(environ=_environ(tmp_path, UV_DEFAULT_INDEX=simple.as_uri()))
    return real if request.param == "uv" else CachedArtefactIndex(real, tmp_path / "artefacts.json")


def _environ(tmp_path, **variables):
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "UV_CACHE_DIR": str(tmp_path / "uv"),
        "PIP_CONFIG_FILE": os.devnull,
        **variables,
    }


class TestContract:
    def test_the_wheel_that_was_installed_is_told_by_its_tags(self, index, published):
        pure, compiled, _ = published
        one = index.artefacts([_distribution("alpha")], INTERPRETER, timeout=30)
        other = _distribution("alpha", tags=(f"{TAG}-{TAG}-manylinux_2_17_x86_64",))
        assert [a.filename for a in one["alpha"]] == [pure.name]
        assert one["alpha"][0].sha256 == _artefact(pure).sha256
        assert index.artefacts([other], INTERPRETER, timeout=30)["alpha"][0].filename == compiled.name

    def test_a_source_distribution_is_named_when_no_wheel_fits(self, index, published):
        found = index.artefacts(
            [_distribution("beta", tags=(f"{TAG}-{TAG}-linux_x86_64",))], INTERPRETER, timeout=30
        )
        assert [(a.filename, a.kind) for a in found["beta"]] == [("beta-1.0.tar.gz", "sdist")]

    def test_unknown_names_and_versions_are_absent_and_do_not_spoil_the_others(self, index):
        wanted = [_distribution("alpha"), _distribution("nowhere"), _distribution("beta", "9.9+cpu")]
        assert set(index.artefacts(wanted, INTERPRETER, timeout=30)) == {"alpha"}

    def test_nothing_is_asked_without_time(self, index):
        assert index.artefacts([_distribution("alpha")], INTERPRETER, timeout=0) == {}

    def test_no_answer_holds_an_address(self, index, tmp_path):
        found = index.artefacts([_distribution("alpha"), _distribution("beta")], INTERPRETER, timeout=30)
        assert str(tmp_path) not in repr(found)
        assert "://" not in repr(found)


def test_an_index_that_cannot_be_reached_is_an_empty_answer(tmp_path):
    environ = _environ(tmp_path, UV_DEFAULT_INDEX="https://index.invalid/simple", UV_HTTP_RETRIES="0")
    assert UvArtefactIndex(environ=environ).artefacts([_distribution("alpha")], INTERPRETER, timeout=30) == {}


def test_a_missing_uv_is_an_empty_answer(tmp_path):
    index = UvArtefactIndex(str(tmp_path / "no-uv"))
    assert index.artefacts([_distribution("alpha")], INTERPRETER, timeout=5) == {}


def test_the_cache_asks_once_and_again_when_the_files_differ(tmp_path):
    inner = FakeIndex({("alpha", "1.0"): (Artefact(filename="alpha-1.0-py3-none-any.whl", sha256="a" * 64),)})
    index = CachedArtefactIndex(inner, tmp_path / "deep" / "artefacts.json")
    first = index.artefacts([_distribution("alpha"), _distribution("gamma")], INTERPRETER, timeout=5)
    inner.reachable = False
    again = CachedArtefactIndex(inner, tmp_path / "deep" / "artefacts.json")
    assert again.artefacts([_distribution("alpha")], INTERPRETER, timeout=5) == first
    assert inner.asked == [("alpha", "gamma")]
    assert again.artefacts([_distribution("alpha", tags=("cp311-abi3-any",))], INTERPRETER, timeout=5) == {}


def test_what_was_not_found_is_not_asked_for_again_at_once_but_later_and_by_who_insists(tmp_path):
    inner = FakeIndex({("alpha", "1.0"): (Artefact(filename="alpha-1.0-py3-none-any.whl", sha256="a" * 64),)})
    inner.reachable = False
    path, wanted = tmp_path / "artefacts.json", [_distribution("alpha"), _distribution("mine")]
    patient = CachedArtefactIndex(inner, path, patience=600)
    assert patient.artefacts(wanted, INTERPRETER, timeout=5) == {}
    inner.reachable = True
    assert CachedArtefactIndex(inner, path, patience=600).artefacts(wanted, INTERPRETER, timeout=5) == {}
    assert len(inner.asked) == 1
    assert set(CachedArtefactIndex(inner, path).artefacts(wanted, INTERPRETER, timeout=5)) == {"alpha"}
    assert CachedArtefactIndex(inner, path, patience=1e-9).artefacts(wanted, INTERPRETER, timeout=5)
    assert inner.asked[-1] == ("mine",)


def test_another_version_of_what_was_not_found_is_asked_for(tmp_path):
    inner = FakeIndex({("alpha", "2.0"): (Artefact(filename="alpha-2.0-py3-none-any.whl", sha256="a" * 64),)})
    patient = CachedArtefactIndex(inner, tmp_path / "artefacts.json", patience=600)
    assert patient.artefacts([_distribution("alpha")], INTERPRETER, timeout=5) == {}
    assert set(patient.artefacts([_distribution("alpha", "2.0")], INTERPRETER, timeout=5)) == {"alpha"}


def test_a_damaged_cache_is_asked_anew(tmp_path):
    path = tmp_path / "artefacts.json"
    path.write_text("{not json")
    inner = FakeIndex({("alpha", "1.0"): (Artefact(filename="alpha-1.0-py3-none-any.whl", sha256="a" * 64),)})
    assert CachedArtefactIndex(inner, path).artefacts([_distribution("alpha")], INTERPRETER, timeout=5)


def test_the_same_tags_win_over_shared_ones_and_a_later_build_over_an_earlier():
    distribution = _distribution("a", tags=("py2-none-any", "py3-none-any"))
    names = ["a-1.0-py3-none-any.whl", "a-1.0-1-py2.py3-none-any.whl", "a-1.0-py2.py3-none-any.whl"]
    wheels = [Artefact(filename=name, sha256="0" * 64) for name in names]
    assert choose(distribution, wheels, None)[0].filename == "a-1.0-1-py2.py3-none-any.whl"
    assert choose(_distribution("a", tags=("cp311-x-y",)), wheels, None) == ()


@pytest.mark.slow
def test_the_configured_index_knows_six():
    distribution = _distribution("six", "1.17.0", tags=("py2-none-any", "py3-none-any"))
    found = UvArtefactIndex().artefacts([distribution], INTERPRETER, timeout=30)
    if not found:
        pytest.skip("no package index can be reached from here")
    assert found["six"][0].filename == "six-1.17.0-py2.py3-none-any.whl"
    assert found["six"][0].sha256 == "4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274"
