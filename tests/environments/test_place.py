"""Placing kept content: it never leaves the environment."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taketwo.environments import place
from taketwo.errors import RebuildError
from taketwo.formats import listing
from taketwo.formats.listing import Listed
from taketwo.model.environment import Distribution, Environment, Interpreter
from tests.support.environments import Blobs


@pytest.fixture
def world(tmp_path):
    site = tmp_path / "env" / "lib" / "python3.11" / "site-packages"
    site.mkdir(parents=True)
    blobs = Blobs()
    placing = place.Placing(site, tmp_path / "env", "/taketwo/env/bin/python", blobs.read, blobs.copy_out)
    return site, blobs, placing


def _listing(blobs, files):
    listed = []
    for path, content in files.items():
        blob = blobs.put_bytes(content)
        listed.append(Listed(path, blob.sha256, blob.size))
    return blobs.put_bytes(listing.encode(listed))


def _environment(overlay=None, *distributions):
    interpreter = Interpreter(implementation="cpython", version="3.11.7")
    return Environment(interpreter=interpreter, overlay=overlay, distributions=distributions)


def test_an_overlay_replaces_files_and_their_byte_code(world):
    site, blobs, placing = world
    (site / "foo.py").write_text("x = 1\n")
    (site / "__pycache__").mkdir()
    stale, other = (site / "__pycache__" / f"{name}.cpython-311.pyc" for name in ("foo", "foobar"))
    stale.write_bytes(b"old")
    other.write_bytes(b"other")
    overlay = _listing(blobs, {"foo.py": b"x = 2\n", "new/deep.txt": b"d", "$PREFIX/share/a": b"a"})
    assert place.place(_environment(overlay), placing) == 3
    assert (site / "foo.py").read_text() == "x = 2\n"
    assert (site / "new" / "deep.txt").read_text() == "d"
    assert (placing.prefix / "share" / "a").read_text() == "a"
    assert not stale.exists()
    assert other.exists()


def test_a_hard_link_is_broken_and_not_written_through(world, tmp_path):
    site, blobs, placing = world
    cached = tmp_path / "cached.py"
    cached.write_text("x = 1\n")
    (site / "foo.py").hardlink_to(cached)
    place.place(_environment(_listing(blobs, {"foo.py": b"x = 2\n"})), placing)
    assert cached.read_text() == "x = 1\n"


@pytest.mark.parametrize("path", ["linked/evil.py", "linked/deeper/evil.py", "$PREFIX/linked/evil.py"])
def test_nothing_is_written_through_a_symbolic_link(world, tmp_path, path):
    site, blobs, placing = world
    outside = tmp_path / "outside"
    outside.mkdir()
    (site / "linked").symlink_to(outside)
    (placing.prefix / "linked").symlink_to(outside)
    with pytest.raises(RebuildError, match="outside"):
        place.place(_environment(_listing(blobs, {path: b"x"})), placing)
    assert list(outside.iterdir()) == []


def test_a_link_in_place_of_a_file_is_replaced_and_its_target_left_alone(world, tmp_path):
    site, blobs, placing = world
    target = tmp_path / "target.py"
    target.write_text("mine")
    (site / "foo.py").symlink_to(target)
    place.place(_environment(_listing(blobs, {"foo.py": b"x"})), placing)
    assert target.read_text() == "mine"
    assert not (site / "foo.py").is_symlink()


@given(st.lists(st.sampled_from(["..", ".", "", "a", "$PREFIX", "b\0"]), min_size=1, max_size=5))
def test_a_missing_file_that_leads_out_is_refused(tmp_path_factory, parts):
    root = tmp_path_factory.mktemp("place")
    site = root / "env" / "site-packages"
    site.mkdir(parents=True)
    outside = root / "a"
    outside.write_text("stays")
    placing = place.Placing(site, root / "env", "python", Blobs().read, Blobs().copy_out)
    gone = Distribution(name="x", version="1", origin="index", missing=("/".join(parts),))
    try:
        place.place(_environment(None, gone), placing)
    except RebuildError:
        assert {"..", ".", "", "b\0"} & set(parts)
    assert outside.read_text() == "stays"


@pytest.mark.parametrize("reference", ["os:system('x')", "a b:c", "os", "x:y\nimport z"])
def test_an_entry_point_that_is_none_is_refused(reference):
    with pytest.raises(RebuildError, match="entry point"):
        place._entry_point(reference, "python")


def test_an_editable_without_a_place_is_an_error(world):
    _, blobs, placing = world
    content = _listing(blobs, {"mine.pth": b"@taketwo-source@\n"})
    mine = Distribution(name="mine", version="1", origin="editable", content=content, source_tree="a" * 40)
    with pytest.raises(RebuildError, match="mine"):
        place.place(_environment(None, mine), placing)
    lost = Distribution(name="mine", version="1", origin="editable", content=content)
    assert place.place(_environment(None, lost), placing) == 0


def test_scripts_get_the_interpreter_of_the_environment(world):
    _, blobs, placing = world
    content = _listing(blobs, {"$PREFIX/bin/run": b"#!python\nprint(1)\n"})
    tool = Distribution(name="tool", version="1", origin="content", content=content)
    place.place(_environment(None, tool), placing)
    script = placing.prefix / "bin" / "run"
    assert script.read_text() == "#!/taketwo/env/bin/python\nprint(1)\n"
    assert script.stat().st_mode & 0o111


def test_a_missing_file_that_is_a_directory_here_is_left_alone(world):
    _, _, placing = world
    (placing.site_packages / "foo" / "inner").mkdir(parents=True)
    gone = Distribution(name="foo", version="1", origin="index", missing=("foo",))
    assert place.place(_environment(None, gone), placing) == 0
    assert (placing.site_packages / "foo" / "inner").is_dir()
