"""pylock.toml: valid, deterministic, no address in it."""

import random
import tomllib

import msgspec
import pytest
from packaging import pylock as pep751

from taketwo.formats.pylock import marker, pylock
from taketwo.model.environment import Interpreter
from tests.formats.make_golden_locks import GOLDEN
from tests.support.sample_environment import sample


def test_the_bytes_are_the_golden_ones():
    assert pylock(sample()) == (GOLDEN / "pylock.toml").read_bytes()


def test_the_order_of_distributions_does_not_matter():
    environment = sample()
    shuffled = list(environment.distributions)
    random.Random(7).shuffle(shuffled)
    again = msgspec.structs.replace(environment, distributions=tuple(shuffled))
    assert pylock(again) == pylock(environment)


def test_it_follows_pep_751():
    lock = pep751.Pylock.from_dict(tomllib.loads(pylock(sample()).decode()))
    lock.validate()
    assert [package.name for package in lock.packages] == ["docopt", "six", "torchlike"]
    assert lock.packages[1].wheels[0].path == "wheels/six-1.17.0-py2.py3-none-any.whl"
    assert lock.packages[0].sdist.hashes == {"sha256": "b" * 64}


def test_it_holds_no_url_and_names_what_is_elsewhere():
    text = pylock(sample()).decode()
    assert "://" not in text
    assert "taketwo" not in [p["name"] for p in tomllib.loads(text)["packages"]]
    about = tomllib.loads(text)["tool"]["taketwo"]
    assert about["pending"] == ["private"]
    assert [entry["name"] for entry in about["placed"]] == ["mine", "python-apt", "tool"]


@pytest.mark.parametrize(
    ("platform", "expected"),
    [
        ("linux-x86_64", ("linux", "x86_64")),
        ("macosx-14.0-arm64", ("darwin", "arm64")),
        ("win-amd64", ("win32", "AMD64")),
    ],
)
def test_the_marker_names_exactly_one_environment(platform, expected):
    from packaging.markers import Marker

    text = marker(Interpreter(implementation="cpython", version="3.11.7", platform=platform))
    here = {
        "python_full_version": "3.11.7",
        "implementation_name": "cpython",
        "sys_platform": expected[0],
        "platform_machine": expected[1],
    }
    assert Marker(text).evaluate(here)
    assert not Marker(text).evaluate(here | {"python_full_version": "3.11.8"})
