"""No tracked file names a place of somebody's machine, or the host of the index that it installs from."""

import re
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.cli_pages import ROOT

# Written in pieces, so that this file does not match itself.
HOME = re.compile(rb"/(?:home|Users)/" + rb"(?!(?:author|user|you)\b)[A-Za-z][\w.-]*/")
ROOT_HOME = re.compile(rb"(?<![\w.$}~-])/ro" + rb"ot/")


def tracked_files():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("this is no git checkout, so there are no tracked files")
    files = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in files if path.is_file() and not path.is_symlink()]


def index_hosts():
    """Hosts of the package indexes that pip uses on this machine, from its own configuration."""
    configuration = pytest.importorskip("pip._internal.configuration")
    loaded = configuration.Configuration(isolated=False)
    loaded.load()
    index = pytest.importorskip("pip._internal.models.index")
    urls = [index.PyPI.url, index.TestPyPI.url, index.PyPI.file_storage_domain]
    for name, value in loaded.items():
        if name.rpartition(".")[2] in {"index-url", "extra-index-url", "find-links", "proxy", "trusted-host"}:
            urls += value.split() if isinstance(value, str) else [str(item) for item in value]
    hosts = {urlsplit(url).hostname if "//" in url else url for url in urls}
    return {host for host in hosts if host and "." in host and not host.endswith(".example")}


def test_no_tracked_file_names_a_home_directory():
    """Tests may make up people and their homes; only the home of whoever runs them must not be there."""
    own = re.compile(re.escape(f"{Path.home()}/".encode()))
    found = {}
    for path in tracked_files():
        made_up = path.is_relative_to(ROOT / "tests")
        for pattern in (own, ROOT_HOME) if made_up else (own, ROOT_HOME, HOME):
            match = pattern.search(path.read_bytes())
            if match:
                found[str(path.relative_to(ROOT))] = match[0]
    assert not found


def test_no_tracked_file_names_the_host_of_a_package_index():
    hosts = index_hosts()
    assert hosts
    found = {}
    for path in tracked_files():
        content = path.read_bytes().lower()
        for host in hosts:
            if host.lower().encode() in content:
                found[str(path.relative_to(ROOT))] = host
    assert not found


@pytest.mark.parametrize(
    "text", [b"see /home/" + b"maria/x", b'"/ro' + b'ot/.cache"', b"/Users/" + b"kim/data"]
)
def test_a_place_of_a_machine_would_be_noticed(text):
    assert HOME.search(text) or ROOT_HOME.search(text)


@pytest.mark.parametrize("text", [b"/taketwo/home/x", b"sys/ro" + b"ot/x", b"$HOME/x", b"/home/" + b"user/x"])
def test_places_of_nobody_are_left_alone(text):
    assert not HOME.search(text)
    assert not ROOT_HOME.search(text)
