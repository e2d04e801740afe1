"""From a captured environment to a rebuilt one that equals it file by file, with the real uv."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
import uv

from taketwo.environments import facts, install, place, rebuilt
from taketwo.environments.lock import complete
from taketwo.environments.snapshot import Snapshots
from taketwo.environments.uv_index import UvArtefactIndex
from taketwo.errors import PackageUnavailable
from tests.support.environments import Blobs, Venv, inspector, only, settle, wheel

ADDRESS = "https://partner.example/tool.git"


def _build(environment, blobs, directory, access, sources=None):
    """What a replay does, unsealed: create, install, place. Returns the site-packages."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    requirements = directory.parent / "requirements.txt"
    requirements.write_bytes(blobs.read(environment.lock.requirements.sha256))
    wheels = directory.parent / "kept-wheels"
    wheels.mkdir(exist_ok=True)
    for d in environment.distributions:
        if d.wheel:
            blobs.copy_out(d.wheel.sha256, wheels / d.artefacts[0].filename)
    places = install.BuildPlaces(
        uv=uv.find_uv_bin(),
        environment=str(directory),
        requirements=str(requirements),
        cache=str(directory.parent / "private-cache"),
        home=str(directory.parent),
        wheels=str(wheels),
    )
    for step in (
        install.create_command(sys.executable, places),
        install.install_command(environment, places, access),
    ):
        done = subprocess.run(step.argv, env=step.environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise install.explain_failure(done.stderr)
    site = facts.site_of(directory)
    placing = place.Placing(
        site, directory, f"{directory}/bin/python", blobs.read, blobs.copy_out, sources or {}
    )
    place.place(environment, placing)
    return site


@pytest.fixture
def captured(tmp_path):
    """An index package edited by hand, a git install, a local wheel, an editable install and a stray."""
    blobs = Blobs()
    simple = tmp_path / "simple"
    venv = Venv(tmp_path / "author" / "venv")
    published = wheel(tmp_path / "published", "alpha", "1.0", {"alpha.py": "x = 1\n", "alpha_gone.py": "y"})
    local = wheel(tmp_path / "local", "beta", "2.0+lab", {"beta/__init__.py": "b = 2\n"})
    (simple / "alpha").mkdir(parents=True)
    (simple / "alpha" / "index.html").write_text(
        f'<!DOCTYPE html><html><body><a href="{published.as_uri()}">{published.name}</a></body></html>'
    )
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "UV_CACHE_DIR": str(tmp_path / "uv"),
        "UV_DEFAULT_INDEX": simple.as_uri(),
        "PIP_CONFIG_FILE": os.devnull,
    }
    install_argv = [uv.find_uv_bin(), "pip", "install", "--python", str(venv.python), "--no-deps", "-q"]
    subprocess.run([*install_argv, "alpha==1.0", str(local)], env=environ, check=True)
    info = "tool-1.0.dist-info/entry_points.txt"
    venv.install(
        "tool",
        files={
            "tool.py": "def main():\n    print('tool runs')\n",
            info: "[console_scripts]\ntool = tool:main\n",
        },
        direct_url={"url": ADDRESS, "vcs_info": {"vcs": "git", "commit_id": "c" * 40}},
    )
    source = tmp_path / "author" / "code"
    source.mkdir()
    (source / "mine.py").write_text("where = __file__\n")
    venv.install(
        "mine",
        files={"mine.pth": f"{source}\n"},
        direct_url={"url": source.as_uri(), "dir_info": {"editable": True}},
    )
    (venv.site / "alpha.py").unlink()  # a hard link into uv's cache: an edit in place would reach that
    (venv.site / "alpha.py").write_text("x = 'edited'\n")
    (venv.site / "alpha_gone.py").unlink()
    (venv.site / "stray.py").write_text("s = 1\n")
    environment = inspector(blobs).inspect(venv.facts)
    environment = complete(environment, UvArtefactIndex(environ=environ), blobs.put_bytes, 30)
    return environment, blobs, install.index_access(environ), source


def test_the_rebuilt_environment_equals_the_captured_one_file_by_file(captured, tmp_path):
    environment, blobs, access, _ = captured
    assert {d.name: d.origin for d in environment.distributions} == {
        "alpha": "index",
        "beta": "wheel",
        "mine": "editable",
        "tool": "content",
    }
    (tree,) = [d.source_tree for d in place.sources_needed(environment)]
    moved = tmp_path / "replayer" / "sources" / "mine"
    moved.parent.mkdir(parents=True)
    blobs.trees[tree].rename(moved)
    directory = tmp_path / "replayer" / "env"
    site = _build(environment, blobs, directory, access, {"mine": str(moved)})
    found = rebuilt.compare([site], environment, blobs.read)
    assert (found.different, found.missing, found.added) == ((), (), ())
    assert found.identical == found.files == environment.files
    code = "import alpha, beta, mine, stray; print(alpha.x, beta.b, stray.s, mine.where)"
    done = subprocess.run([directory / "bin/python", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == f"edited 2 1 {moved}/mine.py\n"
    assert subprocess.check_output([directory / "bin/tool"], text=True) == "tool runs\n"


def test_every_kind_of_difference_is_named(captured, tmp_path):
    environment, blobs, access, source = captured
    site = _build(environment, blobs, tmp_path / "replayer" / "env", access, {"mine": str(source)})
    (site / "beta" / "__init__.py").write_text("b = 3\n")
    (site / "stray.py").unlink()
    (site / "more.py").write_text("")
    found = rebuilt.compare([site], environment, blobs.read)
    assert found.different == ("beta/__init__.py",)
    assert found.missing == ("stray.py",)
    assert found.added == ("more.py",)
    assert found.identical == found.files - 2


class TestRemembered:
    """The second look at a built environment costs no reading, and still sees what was done to it."""

    @pytest.fixture
    def built(self, tmp_path):
        blobs, venv = Blobs(), Venv(tmp_path / "venv")
        venv.install("foo", files={"foo.py": "x = 1\n", "foo_more.py": "y = 1\n"})
        settle()
        environment = inspector(blobs).inspect(venv.facts)
        snapshots = Snapshots(tmp_path / "cache")
        whole = rebuilt.compare([venv.site], environment, blobs.read, snapshots=snapshots)
        assert whole.identical == whole.files > 0
        return venv.site, lambda: rebuilt.compare([venv.site], environment, blobs.read, snapshots=snapshots)

    def test_an_unchanged_environment_is_not_read_again(self, built):
        site, compare = built
        before = {path: path.stat().st_atime_ns for path in site.rglob("*.py")}
        opened = []
        watching = True
        sys.addaudithook(lambda event, args: opened.append(args[0]) if watching and event == "open" else None)
        found = compare()
        watching = False
        assert (found.different, found.missing, found.added) == ((), (), ())
        assert not {str(path) for path in before} & {str(path) for path in opened}

    def test_a_byte_that_was_flipped_and_dated_back_is_caught(self, built):
        site, compare = built
        path = site / "foo.py"
        status = path.stat()
        path.write_text("x = 2\n")
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
        after = path.stat()
        assert (after.st_size, after.st_mtime_ns, after.st_ino) == (
            status.st_size,
            status.st_mtime_ns,
            status.st_ino,
        )
        assert compare().different == ("foo.py",)
        settle()
        assert compare().different == ("foo.py",)
        assert compare().different == ("foo.py",)

    def test_a_file_replaced_by_another_of_the_same_size_and_dates_is_caught(self, built):
        site, compare = built
        status = (site / "foo.py").stat()
        (site / "other").write_text("x = 3\n")
        os.utime(site / "other", ns=(status.st_atime_ns, status.st_mtime_ns))
        (site / "other").rename(site / "foo.py")
        assert compare().different == ("foo.py",)

    def test_a_file_removed_or_added_is_caught(self, built):
        site, compare = built
        (site / "foo_more.py").unlink()
        (site / "stray.py").write_text("")
        found = compare()
        assert (found.missing, found.added) == (("foo_more.py",), ("stray.py",))

    def test_two_files_that_changed_places_are_caught(self, built):
        site, compare = built
        (site / "foo.py").rename(site / "third")
        (site / "foo_more.py").rename(site / "foo.py")
        (site / "third").rename(site / "foo_more.py")
        assert compare().different == ("foo.py", "foo_more.py")


def test_files_are_copied_out_of_the_private_cache_and_not_linked(captured, tmp_path):
    environment, blobs, access, source = captured
    directory = tmp_path / "replayer" / "env"
    site = _build(environment, blobs, directory, access, {"mine": str(source)})
    assert {path.stat().st_nlink for path in site.glob("beta/*.py")} == {1}
    assert list(site.glob("beta/__pycache__/*.pyc"))
    (site / "beta" / "__init__.py").write_text("poisoned")
    again = _build(environment, blobs, tmp_path / "replayer" / "again", access, {"mine": str(source)})
    assert (again / "beta" / "__init__.py").read_text() == "b = 2\n"


def test_a_package_that_the_index_now_has_with_other_content_is_an_error_that_names_it(captured, tmp_path):
    environment, blobs, access, source = captured
    wheel(tmp_path / "published", "alpha", "1.0", {"alpha.py": "x = 'other'\n"})
    with pytest.raises(PackageUnavailable, match=r"another file for alpha==1\.0"):
        _build(environment, blobs, tmp_path / "replayer" / "env", access, {"mine": str(source)})


def test_a_package_that_is_gone_is_an_error_that_names_it(captured, tmp_path):
    environment, blobs, access, source = captured
    (tmp_path / "simple" / "alpha" / "index.html").write_text("<!DOCTYPE html><html><body></body></html>")
    with pytest.raises(PackageUnavailable, match="alpha"):
        _build(environment, blobs, tmp_path / "replayer" / "env", access, {"mine": str(source)})


def test_how_equal_the_interpreters_are_is_told(captured, tmp_path):
    environment, blobs, _, _ = captured
    other = environment.interpreter
    minor = msgspec.structs.replace(other, version=other.minor + ".99")
    major = msgspec.structs.replace(other, version="3.99.0")
    told = [
        rebuilt.compare([], environment, blobs.read, interpreter=i).interpreter for i in (other, minor, major)
    ]
    assert told == ["exact", "same minor", "different"]


@pytest.mark.slow
def test_six_a_git_package_and_editables_from_a_real_index(tmp_path):
    venv = Venv(tmp_path / "author" / "venv")
    code = tmp_path / "author" / "code"
    code.mkdir()
    (code / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["setuptools>=64"]\nbuild-backend = "setuptools.build_meta"\n'
        '[project]\nname = "tiny"\nversion = "0.1"\nscripts = {tiny = "tiny:main"}\n'
        '[tool.setuptools]\npy-modules = ["tiny"]\n'
    )
    (code / "tiny.py").write_text("def main(): print('tiny')\n")
    editable = tmp_path / "author" / "editable"
    (editable / "src" / "lib").mkdir(parents=True)
    (editable / "src" / "lib" / "__init__.py").write_text("")
    (editable / "pyproject.toml").write_text(
        (code / "pyproject.toml").read_text().replace("tiny", "lib").split("[tool")[0]
    )
    git = ["git", "-C", str(code), "-c", "user.name=ada", "-c", "user.email=ada@partner.example"]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *arguments], check=True)
    argv = [
        uv.find_uv_bin(),
        "pip",
        "install",
        "-q",
        "--python",
        str(venv.python),
        "--cache-dir",
        str(tmp_path / "uv"),
    ]
    done = subprocess.run(
        [*argv, "six==1.17.0", f"git+file://{code}", "-e", str(editable)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"no package index can be reached from here: {done.stderr[-200:]}")
    blobs = Blobs()
    environment = inspector(blobs).inspect(venv.facts)
    environment = complete(environment, UvArtefactIndex(), blobs.put_bytes, 60)
    assert {d.name: d.origin for d in environment.distributions} == {
        "lib": "editable",
        "six": "index",
        "tiny": "content",
    }
    assert only(environment, "tiny").direct_url["vcs"] == "git"
    assert str(tmp_path) not in repr(environment)
    directory = tmp_path / "replayer" / "env"
    directory.parent.mkdir()
    sources = {"lib": str(editable)}
    site = _build(environment, blobs, directory, install.index_access(os.environ), sources)
    found = rebuilt.compare([site], environment, blobs.read)
    assert (found.identical, found.added) == (environment.files, ())
    assert subprocess.check_output([directory / "bin/tiny"], text=True) == "tiny\n"
    done = subprocess.run([directory / "bin/python", "-c", "import lib, six"], check=False)
    assert done.returncode == 0


def test_a_site_directory_is_found_by_looking(tmp_path):
    assert facts.site_of(Venv(tmp_path / "v").directory).name == "site-packages"
    assert facts.site_of(tmp_path / "empty") == Path(tmp_path, "empty", "Lib", "site-packages")
