"""The generated Dockerfile: same run, same bytes; nothing foreign becomes an instruction; it builds."""

from __future__ import annotations

import hashlib
import json
import shlex
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taketwo.errors import FormatError
from taketwo.replay.dockerfile import DockerfileRequest, render
from tests.support.wheels import make_wheel

GOLDEN = Path(__file__).with_name("Dockerfile.golden")
REQUEST = DockerfileRequest(
    run_id="20260412T101530Z-7f3a",
    implementation="cpython",
    python_version="3.11.7",
    argv=("python", "train.py", "--name", 'a "quoted" $VALUE'),
    base="python:3.11.7-slim",
    base_id="sha256:0123456789abcdef",
    directory="studies/one",
    environment={"PYTHONHASHSEED": "0", "LANG": "C.UTF-8", "PRICE": '5 $ "net" \\'},
    wheels="wheels",
    root="root",
    removed=(
        "/taketwo/env/lib/python3.11/site-packages/six.py",
        '/taketwo/env/share/a "quoted" $NAME',
    ),
    writable=("/taketwo/recording",),
)


def test_is_byte_for_byte_what_it_was():
    assert render(REQUEST) == GOLDEN.read_text()


def test_does_not_depend_on_the_order_of_variables():
    reversed_order = dict(reversed(REQUEST.environment.items()))
    assert render(replace(REQUEST, environment=reversed_order)) == render(REQUEST)


def test_copies_and_removes_nothing_when_there_is_nothing():
    text = render(replace(REQUEST, wheels=None, root=None, removed=()))
    assert "wheels" not in text
    assert "root" not in text
    assert '"rm"' not in text


def test_what_was_missing_is_removed_after_everything_is_there_and_before_byte_code_is_made():
    text = render(REQUEST)
    order = [text.index(step) for step in ("pip install", "COPY root/ /", 'RUN ["rm"', "compileall")]
    assert order == sorted(order)


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1), min_size=1))
def test_any_file_of_the_environment_can_be_removed(names):
    paths = tuple(f"/taketwo/env/{name}" for name in names if name != "..")
    text = render(replace(REQUEST, removed=paths))
    instruction = text.partition("RUN [")[2].partition("]\nRUN ")[0] if paths else ""
    words = json.loads(f"[{instruction}]".replace(", \\\n", ",\n"))
    assert words == (["rm", "-f", "--", *sorted(set(paths))] if paths else [])


@pytest.mark.parametrize(
    "changes",
    [
        {"run_id": "x\nRUN true"},
        {"base": "python\nRUN true"},
        {"base_id": "x y"},
        {"requirements": "../requirements.txt"},
        {"source": "a b"},
        {"wheels": "/etc"},
        {"root": "../root"},
        {"removed": ("/etc/passwd",)},
        {"removed": ("/taketwo/env/../../etc/passwd",)},
        {"removed": ("/taketwo/env/a\0b",)},
        {"removed": ("/taketwo/env/\udc80",)},
        {"writable": ("/taketwo/a b",)},
        {"environment": {"A B": "1"}},
        {"environment": {"A": "1\nRUN true"}},
        {"directory": "a\nRUN true"},
    ],
)
def test_refuses_what_could_be_read_as_an_instruction(changes):
    with pytest.raises(FormatError):
        render(replace(REQUEST, **changes))


@given(st.lists(st.text(), min_size=1))
def test_keeps_any_command_on_one_line_that_reads_back(argv):
    text = render(replace(REQUEST, argv=tuple(argv)))
    last = text.splitlines()[-1]
    assert json.loads(last.removeprefix("CMD ")) == argv
    assert len([line for line in text.splitlines() if line.startswith("CMD")]) == 1


@given(st.text(st.characters(codec="utf-8", exclude_characters="\n\r\0"), max_size=20))
def test_keeps_the_value_of_any_variable(value):
    text = render(replace(REQUEST, environment={"NAME": value}))
    written = next(line for line in text.split("\n") if line.startswith("    NAME="))
    quoted = written.removeprefix("    NAME=")
    assert (
        shlex.split(quoted.replace("\\$", "$").replace("$", "\\$"), posix=True)[0].replace("\\$", "$")
        == value
    )


@pytest.mark.slow
def test_builds_the_environment_and_runs_the_command(tmp_path, docker_engine, base_image):
    import docker

    wheel = make_wheel(tmp_path / "wheels", "answer", {"answer.py": b"VALUE = 42\n", "unwanted.py": b""})
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (tmp_path / "requirements.txt").write_text(f"answer==1.0 --hash=sha256:{digest}\n")
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "train.py").write_text(
        "import importlib.util, os, answer\n"
        "assert not importlib.util.find_spec('unwanted'), 'it was to be removed'\n"
        "assert not importlib.util.find_spec('pip'), 'the run had no pip'\n"
        "open('result', 'w').write('x')\n"
        "print(answer.VALUE, os.getuid(), os.environ['PRICE'])\n"
    )
    minor = ".".join(base_image.python_version.split(".")[:2])
    site = f"/taketwo/env/lib/python{minor}/site-packages"
    request = replace(
        REQUEST,
        argv=("python", "train.py"),
        directory="",
        python_version=base_image.python_version,
        base=base_image.image,
        root=None,
        removed=(f"{site}/unwanted.py",),
    )
    (tmp_path / "Dockerfile").write_text(render(request))
    client = docker.from_env()
    try:
        image, _ = client.images.build(
            path=str(tmp_path), buildargs={"PIP_NO_INDEX": "1"}, network_mode="none", rm=True
        )
    except docker.errors.BuildError as error:
        pytest.fail("".join(line.get("stream", "") for line in error.build_log))
    try:
        output = client.containers.run(image.id, network_mode="none", cap_drop=["ALL"], remove=True)
    finally:
        client.images.remove(image.id, force=True)
        client.close()
    assert output.decode().strip() == '42 65532 5 $ "net" \\'
