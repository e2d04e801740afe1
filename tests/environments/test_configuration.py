"""pip's configuration in the terms of uv."""

import os

import pytest

from taketwo.environments.configuration import in_folders, pip_settings, uv_environment, wheel_folders
from taketwo.environments.install import index_access


@pytest.fixture
def home(tmp_path):
    (tmp_path / ".config" / "pip").mkdir(parents=True)
    return tmp_path


def _environ(home, **variables):
    # PIP_CONFIG_FILE is the strongest file: with it a machine's own /etc/pip.conf cannot disturb a test.
    return {"HOME": str(home), "PIP_CONFIG_FILE": str(home / "pip.conf"), **variables}


def test_pips_index_and_certificates_are_given_to_uv(home):
    (home / "pip.conf").write_text(
        "[global]\nindex-url = https://index.example/simple\n"
        "extra-index-url =\n  https://a.example/s\n  https://b.example/s\n"
        "cert = /etc/lab.pem\ntrusted-host = index.example\nno-index = false\n"
        "proxy = http://proxy.example:3128\n"
    )
    found = uv_environment(_environ(home))
    assert found["UV_DEFAULT_INDEX"] == "https://index.example/simple"
    assert found["UV_INDEX"] == "https://a.example/s https://b.example/s"
    assert found["UV_INDEX_STRATEGY"] == "unsafe-best-match"
    assert found["SSL_CERT_FILE"] == "/etc/lab.pem"
    assert found["UV_INSECURE_HOST"] == "index.example"
    assert found["HTTPS_PROXY"] == "http://proxy.example:3128"
    assert "UV_NO_INDEX" not in found


def test_a_variable_is_stronger_than_a_file(home):
    (home / "pip.conf").write_text("[global]\nindex-url = https://index.example/simple\n")
    environ = _environ(home, PIP_INDEX_URL="https://other.example/simple")
    assert pip_settings(environ)["index-url"] == "https://other.example/simple"


def test_uvs_own_index_is_left_alone(home):
    (home / "pip.conf").write_text("[global]\nindex-url = https://index.example/simple\ncert = /lab.pem\n")
    found = uv_environment(_environ(home, UV_DEFAULT_INDEX="https://own.example/simple"))
    assert found["UV_DEFAULT_INDEX"] == "https://own.example/simple"
    assert found["SSL_CERT_FILE"] == "/lab.pem"
    (home / ".config" / "uv").mkdir()
    (home / ".config" / "uv" / "uv.toml").write_text('[pip]\nindex-url = "https://own.example/simple"\n')
    assert "UV_DEFAULT_INDEX" not in uv_environment(_environ(home))


def test_a_proxy_or_certificate_of_the_machine_is_not_replaced(home):
    (home / "pip.conf").write_text("[global]\nproxy = http://proxy.example\ncert = /lab.pem\n")
    found = uv_environment(_environ(home, https_proxy="http://mine.example", SSL_CERT_FILE="/mine.pem"))
    assert (found["https_proxy"], found["SSL_CERT_FILE"]) == ("http://mine.example", "/mine.pem")
    assert "HTTPS_PROXY" not in found


def test_wheel_folders_come_from_pip_and_uv_and_are_kept_from_uv(home):
    folders = [home / name for name in ("one", "two", "three")]
    for folder in folders:
        folder.mkdir()
    (home / ".config" / "uv").mkdir()
    (home / ".config" / "uv" / "uv.toml").write_text(
        f'find-links = ["{folders[2]}", "https://x.example/w"]\n'
    )
    (home / "pip.conf").write_text(f"[global]\nfind-links = {folders[0].as_uri()} https://x.example/w\n")
    environ = _environ(home, UV_FIND_LINKS=f"{folders[1]},/nowhere/at/all")
    assert wheel_folders(environ) == tuple(folders)
    assert "UV_FIND_LINKS" not in uv_environment(environ)
    assert in_folders(f"file://{folders[0]}/a%2Bb-1-py3-none-any.whl", tuple(folders))
    assert not in_folders("https://x.example/one/a-1-py3-none-any.whl", tuple(folders))


@pytest.mark.parametrize("content", ["no section", "[global\n", "\xff\xfe"])
def test_unreadable_configuration_is_no_configuration(home, content):
    (home / "pip.conf").write_bytes(content.encode("latin-1"))
    (home / ".config" / "uv").mkdir()
    (home / ".config" / "uv" / "uv.toml").write_text("not = [toml")
    assert "index-url" not in pip_settings(_environ(home))
    assert wheel_folders(_environ(home)) == ()


def test_pip_can_be_told_to_read_no_file(home):
    (home / ".config" / "pip" / "pip.conf").write_text("[global]\nindex-url = https://index.example/simple\n")
    assert pip_settings({"HOME": str(home)})["index-url"] == "https://index.example/simple"
    assert "index-url" not in pip_settings({"HOME": str(home), "PIP_CONFIG_FILE": os.devnull})


def test_access_to_the_index_names_the_local_paths_that_a_sandbox_must_see(home):
    (home / "simple").mkdir()
    (home / "ca.pem").write_text("")
    environ = _environ(
        home,
        UV_INDEX=f"lab={(home / 'simple').as_uri()} https://index.example/simple",
        SSL_CERT_FILE=str(home / "ca.pem"),
        SECRET_TOKEN="hidden",
    )
    access = index_access(environ)
    assert access.paths == (home, home / "ca.pem")
    assert set(access.variables) == {"UV_INDEX", "SSL_CERT_FILE"}
