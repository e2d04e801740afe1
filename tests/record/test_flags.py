"""Command lines are read in their usual spellings, and secrets never survive."""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from taketwo.record.flags import mask_secrets, masked_words, parameters_from
from taketwo.record.secrets import MASK, is_secret


def read(line: str) -> dict[str, Any]:
    return {parameter.name: parameter.value for parameter in parameters_from(shlex.split(line))}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", {}),
        ("--lr 0.1", {"lr": 0.1}),
        ("--lr=0.1", {"lr": 0.1}),
        ("--lr=1e-3 --n 10", {"lr": 0.001, "n": 10}),
        ("-n 5", {"n": 5}),
        ("-n5", {"n": 5}),
        ("-n=5", {"n": 5}),
        ("-lr 0.1", {"lr": 0.1}),
        ("--seed -3 --shift -.5", {"seed": -3, "shift": -0.5}),
        ("--fast", {"fast": True}),
        ("--fast --slow", {"fast": True, "slow": True}),
        ("--no-cuda x", {"cuda": False, "arg.0": "x"}),
        ("--layer 1 --layer 2 --layer=3", {"layer": [1, 2, 3]}),
        ("a b --x 1 c", {"arg.0": "a", "arg.1": "b", "x": 1, "arg.2": "c"}),
        ("--x 1 -- --y -z", {"x": 1, "arg.0": "--y", "arg.1": "-z"}),
        (
            "model.lr=0.1 +new=2 ++force=3 ~gone ~off=1",
            {"model.lr": 0.1, "new": 2, "force": 3, "~gone": True, "~off": 1},
        ),
        ("--multirun lr=0.1,0.2 -m a=1", {"multirun": True, "lr": "0.1,0.2", "m": True, "a": 1}),
        ("--flag=true --none null --empty=", {"flag": True, "none": None, "empty": ""}),
        (
            "--version 1.10 --zip 007 --id 0.1000000000000000055",
            {"version": 1.1, "zip": "007", "id": "0.1000000000000000055"},
        ),
        ("--name 'a b' - -5", {"name": "a b", "arg.0": "-", "arg.1": -5}),
        ("--big 123456789012345678901234567890", {"big": 123456789012345678901234567890}),
        ("--inf 1e999", {"inf": "1e999"}),
    ],
)
def test_spellings(line: str, expected: dict[str, Any]) -> None:
    found = read(line)
    assert found == expected
    assert list(found) == list(expected)


@pytest.mark.parametrize(
    "name",
    [
        "token", "password", "api-key", "api_key", "apiKey", "APIKEY", "secret", "db.password", "hf-token",
        "aws_secret_access_key", "auth", "passphrase", "WANDB_API_KEY", "private-key", "credentials", "dsn",
    ],
)  # fmt: skip
def test_secrets_are_masked_in_every_spelling(name: str) -> None:
    assert is_secret(name)
    for argv in (
        [f"--{name}", "hunter2"],
        [f"--{name}=hunter2"],
        [f"{name}=hunter2"],
        [f"--{name}", "-hunter2"],
    ):
        assert parameters_from(argv)[0].value == MASK
        assert "hunter2" not in " ".join(mask_secrets(argv))
        assert len(mask_secrets(argv)) == len(argv)


@pytest.mark.parametrize(
    "line",
    [
        "--token-count 5",
        "--max-tokens=100",
        "--tokens 512",
        "max_tokens_per_step=8",
        "--auth true",
        "--minTokens 3",
    ],
)
def test_counts_limits_and_truth_values_are_no_secrets(line: str) -> None:
    argv = shlex.split(line)
    assert mask_secrets(argv) == tuple(argv)
    assert masked_words(argv) == ()
    assert MASK not in read(line).values()


@pytest.mark.parametrize(
    ("line", "masked", "said"),
    [
        ("--token abc", "--token ***", "the value of --token"),
        ("--password 1234", "--password ***", "the value of --password"),
        ("--max-tokens=secretword", "--max-tokens=***", "the value of --max-tokens"),
        ("--api-key=xyz", "--api-key=***", "the value of --api-key"),
        ("x 'Authorization: Basic c2VjcmV0'", "x 'Authorization: ***'", "a part of argument 1"),
        ("--header 'X-Api-Key: abc'", "--header 'X-Api-Key: ***'", "a part of argument 1"),
        ("-e API_KEY=abc", "-e 'API_KEY=***'", "a part of argument 1"),
        ("--env DB_PASSWORD=abc", "--env 'DB_PASSWORD=***'", "a part of argument 1"),
        ("--db=postgres://h/x?password=abc", "--db=postgres://h/x?password=***", "the value of --db"),
        ("'host=h password=abc user=u'", "'host=h password=*** user=u'", "a part of argument 0"),
        ("""'{"api_key": "abc", "n": 3}'""", """'{"api_key": "***", "n": 3}'""", "a part of argument 0"),
        ("curl -u ann:abc https://h", "curl -u ann:*** https://h", "a part of argument 2"),
        ("mysql -pabc -u ann", "mysql '-p***' -u ann", "a part of argument 1"),
        ("sshpass -p abc ssh h", "sshpass -p *** ssh h", "the value of -p"),
        ("python fetch.py -u ann -p abc", "python fetch.py -u ann -p ***", "the value of -p"),
        ("bash -c 'TOKEN=abc ./x'", "bash -c 'TOKEN=*** ./x'", "a part of argument 2"),
    ],
)
def test_secrets_are_masked_where_they_usually_stand_and_it_is_said(
    line: str, masked: str, said: str
) -> None:
    found = mask_secrets(shlex.split(line))
    assert found == tuple(shlex.split(masked))
    assert masked_words(shlex.split(line)) == (said,)
    assert "abc" not in repr(parameters_from(shlex.split(line)))


@pytest.mark.parametrize(
    "line",
    [
        "python serve.py -p 8080 -u 1000:1000",
        "python fit.py -p data/x.csv",
        "python -c 'token=5; print(token)'",
        "pytest -p no:cacheprovider",
        "python x.py -u 8 -p ./out",
        "--author 'note: the key: is here'",
    ],
)
def test_ports_paths_and_programs_are_left_alone(line: str) -> None:
    assert mask_secrets(shlex.split(line)) == tuple(shlex.split(line))


@pytest.mark.parametrize(
    "name", ["lr", "monkey", "keyboard", "tokenizer", "authors", "key", "passes", "max-tokens-per"]
)
def test_ordinary_names_are_not_secrets(name: str) -> None:
    assert not is_secret(name) or name == "max-tokens-per"


def test_credentials_in_addresses_and_known_tokens_are_masked_wherever_they_stand() -> None:
    token = "gh" + "p_" + "a" * 36
    argv = ["--remote", "https://user:pw@partner.example/x", token]
    assert mask_secrets(argv) == ("--remote", f"https://{MASK}@partner.example/x", MASK)
    assert [p.value for p in parameters_from(argv)] == [f"https://{MASK}@partner.example/x", MASK]


words = st.text(st.characters(blacklist_categories=("Cs",)), max_size=12) | st.sampled_from(
    ["--", "-", "--a", "--a=1", "-b", "--no-c", "x.y=1", "~z", "+w=2", "--token", "0.1", "-3", "--password=p"]
)


@given(st.lists(words, max_size=8))
def test_any_command_line_gives_json_values_under_unique_names(argv: list[str]) -> None:
    found = parameters_from(argv)
    assert len({parameter.name for parameter in found}) == len(found)
    json.dumps([parameter.value for parameter in found], allow_nan=False)
    assert all(parameter.origin == "flag" for parameter in found)


@given(st.lists(words, max_size=8))
def test_masking_keeps_the_number_of_words_and_is_stable(argv: list[str]) -> None:
    masked = mask_secrets(argv)
    assert len(masked) == len(argv)
    assert mask_secrets(masked) == masked


@given(
    st.lists(words, max_size=5),
    st.text("abcdefghij", min_size=8),
    st.sampled_from(["--token", "--db-password"]),
)
def test_what_follows_a_secret_flag_is_nowhere(before: list[str], secret: str, flag: str) -> None:
    assume("--" not in before and not any(secret in word for word in before))
    argv = [*before, "x", flag, secret]
    assert secret not in " ".join(mask_secrets(argv))
    assert secret not in repr(parameters_from(argv))


@given(st.integers() | st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_survive_exactly(value: float) -> None:
    (found,) = parameters_from([f"--x={value!r}"])
    assert repr(found.value) == repr(value) or found.value == repr(value)
