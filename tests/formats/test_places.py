"""Places: what is written names no machine, and what is expanded is what was there."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from taketwo.formats.places import Places

HERE = Places(
    project="/home/ann/study",
    home="/home/ann",
    python="/home/ann/study/.venv/bin/python",
    environment="/home/ann/study/.venv",
    aliases=(("/mnt/disk/ann/study", "PROJECT"),),
)
SANDBOX = Places(
    project="/taketwo/project",
    home="/taketwo/home",
    python="/taketwo/env/bin/python",
    environment="/taketwo/env",
)

fragments = st.sampled_from(
    [
        *("/home/ann/study", "/home/ann", "/home/ann/study/.venv/bin/python", "/home/annabel"),
        *("$PROJECT", "$HOME", "$ENV/bin/x", "$PYTHON", "$$HOME", "$", "PROJECT", "HOMES"),
        *("=", ":", "/", "-I", "file://", " ", "\n", "x", '"'),
    ]
)
texts = st.lists(fragments | st.text(max_size=4), max_size=8).map("".join)


@given(texts)
@example("$HOME:/home/ann")
@example("-I/home/ann/include")
def test_expanding_gives_back_what_was_tokenised(text):
    assert HERE.expand(HERE.tokenise(text)) == text
    assert HERE.expand(HERE.tokenise_path(text)) == text


@given(texts.filter(lambda text: "/home/ann" not in text))
def test_text_without_a_known_place_is_the_same_on_every_machine(text):
    assert SANDBOX.expand(HERE.tokenise(text)) == text


@pytest.mark.parametrize(
    ("argument", "written"),
    [
        ("/home/ann/study/train.py", "$PROJECT/train.py"),
        ("/home/ann/study", "$PROJECT"),
        ("/home/ann/data.csv", "$HOME/data.csv"),
        ("/home/ann/study/.venv/bin/python", "$PYTHON"),
        ("/home/ann/study/.venv/bin/pytest", "$ENV/bin/pytest"),
        ("--data=/home/ann/study/x.csv", "--data=$PROJECT/x.csv"),
        ("/home/ann/a:/home/ann/study/b:/opt/c", "$HOME/a:$PROJECT/b:/opt/c"),
        ("-I/home/ann/include", "-I$HOME/include"),
        ('{"in": "/home/ann/x", "out": "/home/ann/study/y"}', '{"in": "$HOME/x", "out": "$PROJECT/y"}'),
        ("file:///home/ann/x", "file://$HOME/x"),
        ("/mnt/disk/ann/study/x", "$PROJECT/x"),
        ("/home/annabel/x", "/home/annabel/x"),
        ("backup/home/ann/x", "backup/home/ann/x"),
        ("$HOME/x", "$$HOME/x"),
        ("$HOMES", "$HOMES"),
        ("costs $5", "costs $5"),
    ],
)
def test_paths_are_recognised_wherever_an_argument_holds_one(argument, written):
    assert HERE.tokenise(argument) == written


def test_a_whole_path_is_only_recognised_at_its_start():
    assert HERE.tokenise_path("/home/ann/a:/home/ann/b c") == "$HOME/a:/home/ann/b c"
    assert HERE.tokenise_path("/data/x,/home/ann") == "/data/x,/home/ann"
    assert HERE.tokenise_path("/home/ann\n/x") == "/home/ann\n/x"


def test_a_replay_sees_the_paths_of_its_sandbox():
    written = HERE.tokenise("--data=/home/ann/study/x.csv")
    assert SANDBOX.expand(written) == "--data=/taketwo/project/x.csv"
    assert SANDBOX.expand(HERE.tokenise("/home/ann/study/.venv/bin/pytest")) == "/taketwo/env/bin/pytest"


def test_of_a_shared_prefix_only_the_interpreter_and_named_scripts_are_tokens():
    system = Places(
        project="/p", python="/usr/bin/python3", environment="/usr", shared=True, scripts=("pytest",)
    )
    assert system.tokenise("/usr/bin/python3") == "$PYTHON"
    assert system.tokenise("/usr/bin/pytest") == "$ENV/bin/pytest"
    assert system.expand("$ENV/bin/pytest") == "/usr/bin/pytest"
    assert system.tokenise("/usr/bin/Rscript") == "/usr/bin/Rscript"


def test_the_root_directory_as_home_is_no_place():
    assert Places(project="/p", home="/").tokenise("/etc/x:/p/y") == "/etc/x:$PROJECT/y"


def test_a_token_whose_place_is_missing_stays_readable():
    assert Places(project="/p").expand("$HOME/x $PROJECT/y") == "$HOME/x /p/y"


def test_paths_inside_the_project_are_told_relative_to_it():
    assert HERE.inside_project("/home/ann/study/a/b") == "a/b"
    assert HERE.inside_project("/mnt/disk/ann/study") == ""
    assert HERE.inside_project("/home/ann/study2") is None


PART = Places(project="/r/a/b/study", root="/r", home="/home/ann", aliases=(("/mnt/r/a", "PROJECT/../.."),))


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("/r/a/b/study/x", "$PROJECT/x"),
        ("/r/a/b/x", "$PROJECT/../x"),
        ("/r/a/x", "$PROJECT/../../x"),
        ("/r/x", "$PROJECT/../../../x"),
        ("/r", "$PROJECT/../../.."),
        ("/mnt/r/a/x", "$PROJECT/../../x"),
        ("/rx", "/rx"),
    ],
)
def test_the_rest_of_the_repository_is_named_from_the_project(path, written):
    assert PART.tokenise(path) == PART.tokenise_path(path) == written
    if not path.startswith("/mnt"):
        assert PART.expand(written) == path


@given(
    st.lists(
        st.sampled_from(
            ["/r", "/a", "/b", "/study", "/x", ":", "$PROJECT", "$", "=", "/home/ann", "..", "/..x"]
        ),
        max_size=8,
    )
    .map("".join)
    .filter(lambda text: "/.." not in text.replace("/..x", ""))
)
def test_paths_above_the_project_come_back_as_they_were(text):
    assert PART.expand(PART.tokenise(text)) == text


def test_no_more_steps_up_than_the_project_lies_deep_are_known():
    assert PART.expand("$PROJECT/../../../../x") == "/r/a/b/study/../../../../x"
    assert PART.inside_source("/r/x")
    assert PART.inside_source("/mnt/r/a/x")
    assert not PART.inside_source("/rx")
    assert not HERE.inside_source("/home/ann/x")


def test_a_home_directory_that_is_the_repository_is_part_of_the_source():
    assert (
        Places(project="/home/ann/a", root="/home/ann", home="/home/ann").tokenise("/home/ann/x")
        == "$PROJECT/../x"
    )
