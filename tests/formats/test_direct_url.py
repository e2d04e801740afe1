"""direct_url.json: what may be recorded holds no secret and no path."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taketwo.errors import FormatError
from taketwo.formats import direct_url

_secret = st.from_regex(r"[A-Za-z0-9]{12,20}", fullmatch=True).map(lambda s: "SECRET" + s)


def _parse(**document):
    return direct_url.parse(json.dumps(document).encode())


@given(_secret, _secret, st.sampled_from(["https", "http", "git+https", "git+ssh", "ssh"]))
def test_no_part_of_credentials_or_query_survives(user, password, scheme):
    url = f"{scheme}://{user}:{password}@partner.example:8443/lab/code.git?token={password}#{user}"
    shown = direct_url.without_credentials(url)
    assert "SECRET" not in shown
    assert shown == f"{scheme}://partner.example:8443/lab/code.git"


@given(st.text())
def test_any_text_as_a_url_gives_text_without_an_at_sign_before_the_host(text):
    shown = direct_url.without_credentials(f"https://{text}@partner.example/x") if "/" not in text else ""
    assert isinstance(shown, str)
    assert text == "" or f"{text}@" not in shown or text == "git"


@given(st.binary())
def test_any_bytes_are_a_direct_url_or_a_format_error(content):
    with contextlib.suppress(FormatError):
        direct_url.parse(content)


def test_a_git_install_keeps_its_commit():
    found = _parse(
        url="https://token@partner.example/lab/code.git",
        vcs_info={"vcs": "git", "commit_id": "a" * 40, "requested_revision": "main"},
        subdirectory="python",
    )
    assert found.public == {
        "kind": "vcs",
        "vcs": "git",
        "commit": "a" * 40,
        "revision": "main",
        "url": "https://partner.example/lab/code.git",
        "subdirectory": "python",
    }
    assert found.local_path is None


@pytest.mark.parametrize("prefix", ["file://", "git+file://", "file:", "file://localhost"])
def test_a_local_path_is_handed_over_and_not_recorded(prefix):
    found = _parse(url=f"{prefix}/home/ada/my%20code", dir_info={"editable": True})
    assert found.kind == "editable"
    assert found.local_path == "/home/ada/my code"
    assert "ada" not in json.dumps(found.public)


def test_a_local_wheel_keeps_its_name_and_hash():
    found = _parse(url="file:///srv/a-1-py3-none-any.whl", archive_info={"hash": "sha256=" + "b" * 64})
    assert found.public == {"kind": "archive", "sha256": "b" * 64, "filename": "a-1-py3-none-any.whl"}


def test_ssh_addresses_lose_the_user_unless_it_is_git():
    assert (
        direct_url.without_credentials("ada@partner.example:lab/code.git") == "partner.example:lab/code.git"
    )
    assert (
        direct_url.without_credentials("git@partner.example:lab/code.git")
        == "git@partner.example:lab/code.git"
    )
    assert (
        direct_url.without_credentials("ssh://git@partner.example/c.git") == "ssh://git@partner.example/c.git"
    )


@pytest.mark.parametrize("document", [{}, {"url": 3}, {"url": "https://x.example"}, []])
def test_other_documents_are_refused(document):
    with pytest.raises(FormatError):
        direct_url.parse(json.dumps(document).encode())
