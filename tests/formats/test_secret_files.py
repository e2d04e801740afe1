"""Which names of files stand for secrets."""

from __future__ import annotations

import pytest

from taketwo.formats.secret_files import may_hold_secrets


@pytest.mark.parametrize(
    "name",
    [".env", ".env.local", ".netrc", "server.pem", "id_rsa", "id_ed25519", "kaggle.json", "secrets.yaml"],
)
def test_names_of_keys_and_passwords_are_known(name: str) -> None:
    assert may_hold_secrets(name)


@pytest.mark.parametrize(
    "name", ["train.py", "id_rsa.pub", "id_rsa_tools.py", ".env.example", "environment.yml", "grades.csv", ""]
)
def test_public_keys_code_and_examples_are_harmless(name: str) -> None:
    assert not may_hold_secrets(name)
