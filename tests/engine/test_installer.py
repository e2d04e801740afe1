"""What a build step is given of this machine, so that it reaches the indexes that its user reaches."""

from __future__ import annotations

import pytest

from taketwo.engine.installer import UV, installer_of_this_machine


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".config" / "pip").mkdir(parents=True)
    return tmp_path


def installer(**environment: str):
    return installer_of_this_machine({"PIP_CONFIG_FILE": "/dev/null"} | environment)


def targets(found):
    return {mount.target for mount in found.mounts}


def test_uv_is_there_under_a_fixed_name(home):
    assert UV in targets(installer())


def test_index_settings_are_passed_on_and_nothing_else_of_the_environment(home):
    found = installer(UV_INDEX="https://index.example/simple", AWS_SECRET="x", PYTHONPATH="/y").environment
    assert found["UV_INDEX"] == "https://index.example/simple"
    assert not {"AWS_SECRET", "PYTHONPATH", "PIP_CONFIG_FILE"} & set(found)


def test_what_pip_was_told_is_told_to_uv(home):
    (home / ".config" / "pip" / "pip.conf").write_text(
        "[global]\nindex-url = https://index.example/simple\nextra-index-url =\n  https://a.example\n  https://b.example\n"
    )
    found = installer(PIP_CONFIG_FILE="").environment
    assert found["UV_DEFAULT_INDEX"] == "https://index.example/simple"
    assert found["UV_INDEX"] == found["PIP_EXTRA_INDEX_URL"] == "https://a.example https://b.example"


def test_what_uv_was_told_itself_is_left_alone(home):
    found = installer(PIP_INDEX_URL="https://pip.example", UV_DEFAULT_INDEX="https://uv.example").environment
    assert found["UV_DEFAULT_INDEX"] == "https://uv.example"
    assert found["PIP_INDEX_URL"] == "https://pip.example"


def test_a_broken_pip_file_does_not_stand_in_the_way(home):
    (home / ".config" / "pip" / "pip.conf").write_text("this is not a settings file")
    assert UV in targets(installer(PIP_CONFIG_FILE=""))


def test_folders_of_wheels_and_local_indexes_are_mounted_at_their_own_place(home):
    wheels, simple = home / "wheels", home / "index" / "simple"
    wheels.mkdir()
    simple.mkdir(parents=True)
    found = installer(PIP_FIND_LINKS=str(wheels), UV_INDEX=f"local=file://{simple}")
    assert {str(wheels), str(simple.parent)} <= targets(found)
    assert found.environment["UV_FIND_LINKS"] == str(wheels)
    assert not any(mount.writable for mount in found.mounts)


def test_certificates_are_mounted_and_named_in_every_spelling(home):
    bundle = home / "lab.pem"
    bundle.write_text("-----BEGIN CERTIFICATE-----")
    found = installer(SSL_CERT_FILE=str(bundle))
    assert str(bundle) in targets(found)
    assert {found.environment[name] for name in ("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE")} == {
        str(bundle)
    }


def test_passwords_are_not_shown_with_the_value(home):
    assert "hunter2" not in repr(installer(UV_INDEX="https://me:hunter2@index.example/simple"))
