"""An environment that was built from somebody else's record is read, and what its files point to is not."""

import os
from pathlib import Path

import pytest

from taketwo.environments.facts import facts_of_rebuilt, facts_of_this_process
from tests.support.environments import Blobs, Venv, inspector, only

SECRET = "nobody's business"


@pytest.fixture
def secret(tmp_path):
    (tmp_path / "private").mkdir()
    path = tmp_path / "private" / "grades.py"
    path.write_text(SECRET)
    (tmp_path / "private" / "other.egg-info").mkdir()
    (tmp_path / "private" / "other.egg-info" / "PKG-INFO").write_text(f"Name: {SECRET}\nVersion: 1\n")
    return path


@pytest.fixture
def venv(tmp_path):
    return Venv(tmp_path / "env")


def inspected(venv, blobs):
    facts = facts_of_rebuilt(venv.directory, facts_of_this_process().identity, version="3.11.1")
    return inspector(blobs, has=lambda _: False).inspect(facts, project=venv.directory.parent / "project")


def test_links_records_editables_and_path_files_lead_nowhere(venv, secret):
    blobs = Blobs()
    up = os.path.relpath(secret, venv.site)
    info = venv.install("evil", files={"evil.py": "x = 1\n"}, direct_url={"url": "file:///", "dir_info": {}})
    (venv.site / "linked.py").symlink_to(secret)
    (venv.site / "folder").symlink_to(secret.parent)
    (venv.directory / "share").symlink_to(secret.parent)
    with (info / "RECORD").open("a") as record:
        for path in (up, str(secret), "linked.py", "folder/grades.py", "../../../share/grades.py"):
            record.write(f"{path},,\n")
        (venv.directory / "bin" / "tool").symlink_to(secret)
        record.write("../../../bin/tool,,\n")
    (venv.site / "more.pth").write_text(f"{secret.parent}\n")
    (venv.site / "develop.egg-link").write_text(f"{secret.parent}\n.\n")
    venv.install("mine", direct_url={"url": f"file://{secret.parent}", "dir_info": {"editable": True}})
    found = inspected(venv, blobs)
    assert only(found, "evil").version == "1.0"
    assert blobs.trees == {}
    assert all(SECRET.encode() not in content for content in blobs.content.values())
    assert all("private" not in str(value) for value in (found.distributions, found.notices))


def test_what_really_lies_in_it_is_read_as_always_and_the_base_has_the_last_word_on_the_version(venv):
    blobs = Blobs()
    venv.install("alpha", files={"alpha.py": "x = 1\n", "alpha/data.bin": "1"})
    (venv.site / "inner.py").symlink_to(venv.site / "alpha.py")
    found = inspected(venv, blobs)
    assert {"alpha.py", "alpha/data.bin", "inner.py"} <= set(blobs.paths(found.listing))
    assert found.interpreter.version == "3.11.1"
    assert only(found, "alpha").missing == ()


def test_in_the_authors_own_environment_links_are_followed(venv, secret):
    (venv.site / "linked.py").symlink_to(secret)
    blobs = Blobs()
    assert "linked.py" in blobs.paths(inspector(blobs).inspect(venv.facts).listing)


def test_a_prefix_is_never_taken_from_the_working_directory(venv, monkeypatch):
    monkeypatch.chdir(Path("/"))
    venv.install("alpha")
    assert only(inspected(venv, Blobs()), "alpha")
