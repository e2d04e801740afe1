"""What is installed, read from real virtual environments on the disk."""

import hashlib
import json
import os
import sys
import time

import pytest

from taketwo.formats import listing
from tests.support.environments import Blobs, Venv, hashed, inspector, only, settle, wheel


@pytest.fixture
def blobs():
    return Blobs()


@pytest.fixture
def venv(tmp_path):
    return Venv(tmp_path / "venv")


def test_an_unmodified_install_is_pending_until_an_index_is_asked(venv, blobs):
    venv.install("Foo_Bar", "1.2", {"foo_bar/__init__.py": "x = 1\n"}, tags=("py3-none-any", "py2-none-any"))
    found = only(inspector(blobs).inspect(venv.facts), "foo-bar")
    assert (found.version, found.origin, found.installer) == ("1.2", "pending", "pip")
    assert found.tags == ("py2-none-any", "py3-none-any")
    assert (found.modified, found.missing) == ((), ())


def test_the_identity_is_the_digest_of_the_listing_of_every_counted_file(venv, blobs):
    venv.install("foo", files={"foo.py": "x = 1\n", "foo_data/a.txt": "a"})
    environment = inspector(blobs).inspect(venv.facts)
    content = blobs.read(environment.listing.sha256)
    assert hashlib.sha256(content).hexdigest() == environment.identity
    paths = [file.path for file in listing.decode(content)]
    assert paths == ["foo-1.0.dist-info/METADATA", "foo-1.0.dist-info/WHEEL", "foo.py", "foo_data/a.txt"]
    assert environment.files == len(paths)


def test_two_environments_with_the_same_files_have_the_same_identity(tmp_path, blobs):
    one, other = Venv(tmp_path / "one"), Venv(tmp_path / "elsewhere" / "other")
    for venv in (one, other):
        venv.install("foo", scripts={"foo": f"#!{venv.python}\nprint()\n"})
    (one.site / "__pycache__").mkdir()
    (one.site / "__pycache__" / "foo.cpython-311.pyc").write_bytes(b"compiled")
    (one.site / "foo-1.0.dist-info" / "REQUESTED").touch()
    assert inspector(blobs).inspect(one.facts).identity == inspector(blobs).inspect(other.facts).identity


def test_a_file_edited_by_hand_is_found_and_kept_also_when_size_and_mtime_are_put_back(venv, blobs, tmp_path):
    venv.install("foo", files={"foo.py": "x = 1\n"})
    before = inspector(blobs, tmp_path / "cache").inspect(venv.facts)
    file = venv.site / "foo.py"
    times = file.stat()
    file.write_text("x = 2\n")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    after = inspector(blobs, tmp_path / "cache").inspect(venv.facts)
    assert only(after, "foo").modified == ("foo.py",)
    assert only(after, "foo").origin == "pending"
    assert after.identity != before.identity
    assert blobs.file(after.overlay, "foo.py") == b"x = 2\n"
    assert before.overlay is None


def test_a_removed_file_is_missing_and_an_added_one_is_in_the_overlay(venv, blobs):
    venv.install("foo", files={"foo/__init__.py": "", "foo/gone.py": "x"})
    (venv.site / "foo" / "gone.py").unlink()
    (venv.site / "foo" / "extra.py").write_text("y = 1\n")
    environment = inspector(blobs).inspect(venv.facts)
    assert only(environment, "foo").missing == ("foo/gone.py",)
    assert blobs.paths(environment.overlay) == ["foo/extra.py"]
    assert "foo/extra.py" in blobs.paths(environment.listing)


def test_directories_of_byte_code_that_virtualenv_records_are_no_files(venv, blobs):
    venv.install("foo", files={"foo/__init__.py": ""})
    plain = inspector(blobs).inspect(venv.facts)
    (venv.site / "foo" / "__pycache__").mkdir()
    with (venv.site / "foo-1.0.dist-info" / "RECORD").open("a") as record:
        record.write("foo/__pycache__,,\n")
    recorded = inspector(blobs).inspect(venv.facts)
    assert only(recorded, "foo").missing == ()
    assert recorded.identity == plain.identity


def test_certificates_of_the_machine_are_not_recorded_and_do_not_change_the_identity(venv, blobs):
    venv.install("certs", files={"certs/cacert.pem": "published", "certs/__init__.py": ""})
    before = inspector(blobs).inspect(venv.facts)
    (venv.site / "certs" / "cacert.pem").write_text("published and the authority of our institution")
    after = inspector(blobs).inspect(venv.facts)
    assert after.identity == before.identity
    assert only(after, "certs").modified == ()
    assert after.overlay is None
    assert "certs/cacert.pem" in after.notices[0].text


def test_packages_of_the_system_with_a_record_are_of_the_system_still(venv, blobs):
    venv.install("bare", record=False)
    info = venv.install("stripped")
    (info / "INSTALLER").write_text("debian\n")
    venv.install("ours")
    from msgspec.structs import replace

    facts = venv.facts
    environment = inspector(blobs).inspect(replace(facts, base_prefix=facts.prefix))
    assert [(d.name, d.origin) for d in environment.distributions] == [
        ("bare", "system"),
        ("ours", "pending"),
        ("stripped", "system"),
    ]


def test_stray_modules_are_kept_and_the_furniture_of_environments_is_not(venv, blobs):
    (venv.site / "sitecustomize.py").write_text("import sys\n")
    for name in ("_virtualenv.py", "_virtualenv.pth", "distutils-precedence.pth", "README.txt"):
        (venv.site / name).write_text("import os\n")
    (venv.site / "~umpy").mkdir()
    (venv.site / "~umpy" / "left_over.py").write_text("")
    environment = inspector(blobs).inspect(venv.facts)
    assert blobs.paths(environment.overlay) == ["sitecustomize.py"]


def test_strays_that_are_too_large_are_named_and_left_out(venv, blobs):
    (venv.site / "model.bin").write_bytes(b"x" * 4096)
    (venv.site / "small.py").write_text("")
    from taketwo.environments import scanner
    from taketwo.environments.sites import site_directories

    scan = scanner.look(site_directories(venv.facts), {}, stray_limit=1000).scan
    assert [stray.path for stray in scan.strays] == ["small.py"]
    assert "model.bin" in scan.notices[0].text


def test_a_git_install_is_kept_as_content_with_its_hand_written_script(venv, blobs):
    venv.install(
        "tool",
        files={
            "tool.py": "def main(): pass\n",
            "tool-1.0.dist-info/entry_points.txt": "[console_scripts]\nt = tool:main\n",
        },
        direct_url={
            "url": "https://ada:hidden@partner.example/tool.git",
            "vcs_info": {"vcs": "git", "commit_id": "c" * 40},
        },
        scripts={"t": f"#!{venv.python}\nimport tool\n", "by-hand": f"#!{venv.python}\nprint(1)\n"},
    )
    found = only(inspector(blobs).inspect(venv.facts), "tool")
    assert found.origin == "content"
    assert found.direct_url == {
        "kind": "vcs",
        "vcs": "git",
        "commit": "c" * 40,
        "url": "https://partner.example/tool.git",
    }
    paths = blobs.paths(found.content)
    assert "$PREFIX/bin/t" not in paths
    assert blobs.file(found.content, "$PREFIX/bin/by-hand") == b"#!python\nprint(1)\n"
    assert {"tool.py", "tool-1.0.dist-info/RECORD", "tool-1.0.dist-info/METADATA"} <= set(paths)
    assert not [path for path in paths if path.endswith("direct_url.json")]


def test_files_outside_site_packages_count_unless_they_are_scripts(venv, blobs):
    info = venv.install("foo")
    share = venv.directory / "share" / "foo"
    share.mkdir(parents=True)
    (share / "data.txt").write_text("data")
    with (info / "RECORD").open("a") as record:
        record.write(f"../../../share/foo/data.txt,{hashed(b'data')},4\n../../../../outside.txt,,\n")
    assert "$PREFIX/share/foo/data.txt" in blobs.paths(inspector(blobs).inspect(venv.facts).listing)


def test_a_local_wheel_that_is_still_there_is_kept_as_a_wheel(venv, blobs, tmp_path):
    path = wheel(tmp_path / "wheels", "local", "1.0", {"local.py": "x = 1\n"})
    venv.install(
        "local",
        files={"local.py": "x = 1\n"},
        direct_url={"url": path.as_uri(), "archive_info": {}},
    )
    # Our hand-made install differs from the wheel in one generated file; take the wheel's own.
    _unpack(path, venv)
    found = only(inspector(blobs).inspect(venv.facts), "local")
    assert found.origin == "wheel"
    assert blobs.read(found.wheel.sha256) == path.read_bytes()
    assert found.artefacts[0].filename == path.name
    assert str(tmp_path) not in repr(found)


def test_a_local_wheel_with_other_content_is_not_taken_for_the_installed_one(venv, blobs, tmp_path):
    path = wheel(tmp_path / "wheels", "local", "1.0", {"local.py": "x = 2\n"})
    venv.install(
        "local", files={"local.py": "x = 1\n"}, direct_url={"url": path.as_uri(), "archive_info": {}}
    )
    found = only(inspector(blobs).inspect(venv.facts), "local")
    assert found.origin == "content"
    assert blobs.file(found.content, "local.py") == b"x = 1\n"


def test_a_local_version_is_looked_for_in_the_wheel_folders_and_read_once(venv, blobs, tmp_path):
    path = wheel(tmp_path / "wheels", "torchlike", "2.0+cpu", {"torchlike.py": "x = 1\n"})
    _unpack(path, venv)
    settle()
    options = {"wheel_folders": lambda: (path.parent,), "has": blobs.content.__contains__}
    found = only(inspector(blobs, tmp_path / "cache", **options).inspect(venv.facts), "torchlike")
    assert (found.origin, found.artefacts[0].filename) == ("wheel", path.name)
    blobs.files_read.clear()
    inspector(blobs, tmp_path / "cache", **options).inspect(venv.facts)
    assert blobs.files_read == []


def test_packages_without_record_are_kept_in_a_venv_and_named_only_in_a_system(venv, blobs):
    venv.install("bare", record=False)
    found = inspector(blobs).inspect(venv.facts)
    assert only(found, "bare").origin == "content"
    assert blobs.paths(only(found, "bare").content) == [
        "bare-1.0.dist-info/METADATA",
        "bare-1.0.dist-info/WHEEL",
        "bare.py",
    ]
    from msgspec.structs import replace

    facts = venv.facts
    system = inspector(blobs).inspect(replace(facts, base_prefix=facts.prefix))
    assert only(system, "bare").origin == "system"
    assert system.overlay is None
    assert "bare" in system.notices[0].text


@pytest.mark.parametrize("damage", ["", "a.py,sha256=short,1\n", "\0"])
def test_a_damaged_record_is_no_record(venv, blobs, damage):
    (venv.install("foo") / "RECORD").write_text(damage)
    found = only(inspector(blobs).inspect(venv.facts), "foo")
    assert found.origin == "content"
    assert "foo.py" in blobs.paths(found.content)


def test_the_first_of_two_sites_wins(venv, blobs, tmp_path):
    first = Venv(tmp_path / "modules")
    first.install("foo", "2.0")
    venv.install("foo", "1.0")
    venv.install("bar")
    from msgspec.structs import replace

    facts = venv.facts
    facts = replace(facts, path=(str(first.site), *facts.path))
    environment = inspector(blobs).inspect(facts)
    assert [(d.name, d.version) for d in environment.distributions] == [("bar", "1.0"), ("foo", "2.0")]
    assert environment.overlay is None


def test_taketwo_itself_is_the_instrument_and_no_part_of_the_identity(venv, blobs):
    before = inspector(blobs).inspect(venv.facts)
    venv.install("taketwo")
    after = inspector(blobs).inspect(venv.facts)
    assert only(after, "taketwo").origin == "instrument"
    assert after.identity == before.identity


def test_an_unchanged_environment_is_not_read_again(venv, blobs, tmp_path):
    venv.install("foo")
    (venv.site / "stray.py").write_text("x = 1\n")
    settle()
    cold = inspector(blobs, tmp_path / "cache", has=blobs.content.__contains__).inspect(venv.facts)
    blobs.files_read.clear()
    (venv.site / "foo.py").chmod(0o644)  # touches ctime: read again, and the same is found
    settle()
    assert inspector(blobs, tmp_path / "cache", has=blobs.content.__contains__).inspect(venv.facts) == cold
    (saved,) = (tmp_path / "cache").glob("*.snapshot")
    written = saved.stat().st_mtime_ns
    assert inspector(blobs, tmp_path / "cache", has=blobs.content.__contains__).inspect(venv.facts) == cold
    assert saved.stat().st_mtime_ns == written  # the snapshot held: nothing was looked at anew
    assert blobs.files_read == []


def test_calls_in_quick_succession_share_one_look_and_a_change_is_seen_by_the_next(venv, blobs, tmp_path):
    venv.install("foo")
    settle()
    eager = inspector(blobs, tmp_path / "cache")
    patient = inspector(blobs, tmp_path / "cache", trusted_for=0.3)
    before = eager.inspect(venv.facts)
    assert patient.inspect(venv.facts) == before
    (venv.site / "foo.py").write_text("x = 'edited'\n")
    assert patient.inspect(venv.facts) == before
    after = eager.inspect(venv.facts)
    time.sleep(0.3)
    assert only(after, "foo").modified == ("foo.py",)
    assert patient.inspect(venv.facts) == after


def test_another_environment_is_looked_at_however_short_the_time(venv, blobs, tmp_path):
    venv.install("foo")
    other = Venv(tmp_path / "other")
    other.install("bar")
    settle()
    patient = inspector(blobs, tmp_path / "cache", trusted_for=60)
    for one in (venv, other, venv, other):
        assert patient.inspect(one.facts) == inspector(blobs).inspect(one.facts)


@pytest.mark.parametrize("name", ["REQUESTED", "direct_url.json"])
def test_a_bookkeeping_file_that_comes_later_is_noticed(venv, blobs, tmp_path, name):
    venv.install("foo")
    settle()
    before = inspector(blobs, tmp_path / "cache").inspect(venv.facts)
    (info,) = venv.site.glob("foo-*.dist-info")
    (info / name).write_text('{"url": "https://partner.example/foo.zip", "archive_info": {}}')
    after = inspector(blobs, tmp_path / "cache").inspect(venv.facts)
    assert only(after, "foo") != only(before, "foo")
    assert after == inspector(blobs).inspect(venv.facts)


@pytest.mark.parametrize("damage", [b"", b"\x00garbage", b"\x81"])
def test_a_damaged_snapshot_is_ignored(venv, blobs, tmp_path, damage):
    venv.install("foo")
    cold = inspector(blobs, tmp_path / "cache").inspect(venv.facts)
    (saved,) = (tmp_path / "cache").glob("*.snapshot")
    saved.write_bytes(damage)
    assert inspector(blobs, tmp_path / "cache").inspect(venv.facts) == cold


def test_nothing_recorded_names_a_place_of_this_machine(venv, blobs, tmp_path):
    venv.install("foo", direct_url={"url": f"file://{tmp_path}/src/foo", "dir_info": {}})
    source = tmp_path / "lib"
    source.mkdir()
    (venv.site / "mine.pth").write_text(f"{source}\nimport os\n")
    environment = inspector(blobs).inspect(venv.facts)
    assert str(tmp_path) not in repr(environment)
    kept = b"".join(content for content in blobs.content.values())
    assert str(tmp_path).encode() not in kept


def test_the_python_of_the_site_is_not_run(venv, blobs):
    venv.install("foo")
    (venv.site / "boom.pth").write_text("import sys; open('/nonexistent/ran', 'w')\n")
    venv.python.unlink()
    assert inspector(blobs).inspect(venv.facts).files == 4


def test_conda_packages_are_of_the_system_and_the_others_are_counted_in_a_notice(venv, blobs):
    venv.install("foo")
    meta = venv.directory / "conda-meta"
    meta.mkdir()
    for name in ("foo-1.0-py311_0", "openssl-3.2-h5"):
        (meta / f"{name}.json").write_text("{}")
    environment = inspector(blobs).inspect(venv.facts)
    assert only(environment, "foo").origin == "system"
    assert only(environment, "foo").direct_url == {"kind": "conda", "build": "py311_0"}
    assert "1 of its packages" in environment.notices[-1].text


def test_an_environment_survives_being_written_as_json(venv, blobs):
    import msgspec

    from taketwo.formats import canonical_json
    from taketwo.model.environment import Environment

    venv.install("foo")
    environment = inspector(blobs).inspect(venv.facts)
    assert msgspec.convert(json.loads(canonical_json.encode(environment)), Environment) == environment


def _unpack(path, venv):
    import zipfile

    with zipfile.ZipFile(path) as archive:
        archive.extractall(venv.site)


def test_an_interpreter_without_a_site_directory_has_nothing_installed(blobs):
    from msgspec.structs import replace

    from taketwo.environments.facts import facts_of_this_process

    facts = replace(facts_of_this_process(), path=(sys.prefix + "/nowhere",))
    environment = inspector(blobs).inspect(facts)
    assert (environment.distributions, environment.files) == ((), 0)
