"""Addresses of remotes lose what is private and stay usable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taketwo.vcs.remote_url import public_address

_SECRET = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_.~%:", min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("url", "public"),
    [
        ("https://git.example/lab/study.git", "https://git.example/lab/study.git"),
        ("https://alice:secret@git.example/study", "https://git.example/study"),
        ("https://glpat-token@git.example:8443/study", "https://git.example:8443/study"),
        ("https://git.example/study?private_token=x#part", "https://git.example/study"),
        ("ssh://git@git.example:2222/~lab/study", "ssh://git@git.example:2222/~lab/study"),
        ("ssh://alice@git.example/study", "ssh://git.example/study"),
        ("ssh://git:secret@git.example/study", "ssh://git@git.example/study"),
        ("git@git.example:lab/study.git", "git@git.example:lab/study.git"),
        ("alice@git.example:lab/study.git", "git.example:lab/study.git"),
        ("git.example:study", "git.example:study"),
        ("git@[2001:db8::1]:study", "git@[2001:db8::1]:study"),
        ("https://[2001:db8::1]:8443/study", "https://[2001:db8::1]:8443/study"),
        ("/home/alice/study.git", None),
        ("../study.git", None),
        ("~/study.git", None),
        ("C:\\Users\\alice\\study", None),
        ("file:///home/alice/study.git", None),
        ("ext::sh -c 'cat secret'", None),
        ("https://", None),
        ("https://git.example:port/x", None),
        ("", None),
    ],
)
def test_an_address_keeps_the_place_and_loses_the_person(url: str, public: str | None) -> None:
    assert public_address(url) == public


@given(user=_SECRET, password=_SECRET, token=_SECRET, scheme=st.sampled_from(["https", "http", "ssh", "git"]))
def test_no_credential_survives(user: str, password: str, token: str, scheme: str) -> None:
    url = f"{scheme}://U{user}:P{password}@git.example/study?token=T{token}#F{token}"
    assert public_address(url) == f"{scheme}://git.example/study"


@given(st.text())
def test_any_text_gives_an_address_or_nothing_and_cleaning_twice_changes_nothing(url: str) -> None:
    public = public_address(url)
    assert public is None or public_address(public) == public
