import pytest

from taketwo.cli.shell import Typed


@pytest.fixture
def programs(tmp_path):
    """An environment in a folder whose name has to be quoted, with the program in it."""
    folder = tmp_path / "my env"
    folder.mkdir()
    program = folder / "taketwo"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return folder


def test_in_an_active_environment_plain_names_are_typed(programs):
    assert Typed.by(str(programs / "taketwo"), "/x/python", f"/usr/bin:{programs}") == Typed(
        "taketwo", "python"
    )


def test_elsewhere_the_program_is_typed_with_its_path_as_it_was(programs):
    typed = Typed.by(str(programs / "taketwo"), "/x y/python", "/usr/bin")
    assert typed == Typed(f"'{programs}/taketwo'", "'/x y/python'")


def test_another_taketwo_of_the_same_name_is_not_the_one_that_is_meant(programs):
    assert Typed.by("/elsewhere/taketwo", "/x/python", str(programs)).taketwo == "/elsewhere/taketwo"


def test_the_program_replay_has_taketwo_beside_it(programs):
    assert Typed.by(str(programs / "replay"), "/x/python", str(programs)).taketwo == "taketwo"


def test_a_module_that_was_run_is_run_again():
    typed = Typed.by("/lib/taketwo/__main__.py", "/x/python", "")
    assert typed == Typed("/x/python -m taketwo", "/x/python")
