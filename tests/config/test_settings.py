from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taketwo.config import Settings, load
from taketwo.config.settings import KINDS, VARIABLES
from taketwo.errors import ConfigurationError


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def settings(directory: Path, environ=None, **overrides):
    return load(directory, environ or {}, overrides)


def test_without_any_source_the_defaults_follow_from_the_directory(tmp_path):
    found = settings(tmp_path)
    assert found.project == tmp_path
    assert found.store == tmp_path / ".taketwo"
    assert found.experiment == tmp_path.name
    assert found.engine == "auto"
    assert found.memory_limit is None


@pytest.mark.parametrize("marker", [".taketwo/", "taketwo.toml", ".git/", ".git"])
def test_the_project_is_the_nearest_ancestor_with_a_marker(tmp_path, marker):
    project = tmp_path / "outer" / "project"
    inner = project / "src" / "deep"
    inner.mkdir(parents=True)
    for place in (project, tmp_path):
        (place / marker).mkdir() if marker.endswith("/") else write(place / marker, "")
    assert settings(inner).project == project


def test_a_pyproject_marks_the_project_only_when_it_configures_taketwo(tmp_path):
    write(tmp_path / "pyproject.toml", '[tool.taketwo]\nengine = "venv"\n')
    write(tmp_path / "package" / "pyproject.toml", '[project]\nname = "taketwo-user"\n')
    assert settings(tmp_path / "package").project == tmp_path
    assert settings(tmp_path / "package").engine == "venv"


def test_a_broken_pyproject_that_does_not_mention_taketwo_stops_nobody(tmp_path):
    write(tmp_path / "pyproject.toml", "[project\n")
    assert settings(tmp_path).engine == "auto"


def test_a_broken_file_that_configures_taketwo_is_named(tmp_path):
    path = write(tmp_path / "taketwo.toml", "engine = \n")
    with pytest.raises(ConfigurationError, match="not valid TOML") as caught:
        settings(tmp_path)
    assert str(path) in caught.value.what


def test_later_sources_win_over_earlier_ones(tmp_path):
    write(
        tmp_path / "taketwo.toml",
        'experiment = "file"\nengine = "docker"\ninput_limit = "1 kB"\noutput_limit = "1 kB"\n',
    )
    environ = {"TAKETWO_ENGINE": "bubblewrap", "TAKETWO_INPUT_LIMIT": "2 kB"}
    found = settings(tmp_path, environ, input_limit="3 kB")
    assert (found.experiment, found.engine) == ("file", "bubblewrap")
    assert (found.output_limit, found.input_limit) == (1000, 3000)


def test_an_option_that_was_not_given_and_an_empty_variable_change_nothing(tmp_path):
    assert settings(tmp_path, {"TAKETWO_ENGINE": ""}, engine=None).engine == "auto"


def test_tables_are_combined_name_by_name_and_lists_are_replaced(tmp_path):
    write(
        tmp_path / "taketwo.toml",
        'ignore = ["a"]\n[data]\ngrades = "g.csv"\nlogs = "logs"\n'
        '[tolerance]\nauc = 0.01\n"coef*" = {rtol = 1e-5}\n',
    )
    environ = {"TAKETWO_DATA": "logs=/elsewhere", "TAKETWO_IGNORE": "b,c", "TAKETWO_TOLERANCE": "auc=1%"}
    found = settings(tmp_path, environ)
    assert found.data == {"grades": tmp_path / "g.csv", "logs": Path("/elsewhere")}
    assert found.tolerance == {"auc": "1%", "coef*": {"rtol": 1e-5}}
    assert found.ignore == ("b", "c")


def test_relative_paths_start_from_the_project_in_a_file_and_from_here_elsewhere(tmp_path):
    write(tmp_path / "taketwo.toml", 'store = "runs"\n')
    (tmp_path / "sub").mkdir()
    assert settings(tmp_path / "sub").store == tmp_path / "runs"
    assert settings(tmp_path / "sub", {"TAKETWO_HOME": "mine"}).store == tmp_path / "sub" / "mine"
    assert settings(tmp_path / "sub", store=Path("given")).store == tmp_path / "sub" / "given"


def test_the_environment_can_move_the_project_and_its_file_is_read_there(tmp_path):
    write(tmp_path / "other" / "taketwo.toml", 'engine = "venv"\n')
    found = settings(tmp_path, {"TAKETWO_PROJECT": "other"})
    assert found.project == tmp_path / "other"
    assert found.engine == "venv"
    assert found.store == tmp_path / "other" / ".taketwo"


@pytest.mark.parametrize("name", sorted(set(KINDS) - {"project"}))
def test_a_value_of_the_wrong_kind_names_the_file_the_key_and_what_is_expected(tmp_path, name):
    path = write(tmp_path / "taketwo.toml", f"{name} = true\n")
    with pytest.raises(ConfigurationError) as caught:
        settings(tmp_path)
    assert str(path) in caught.value.what
    assert f"`{name}` is True" in caught.value.what
    assert KINDS[name].expected in caught.value.what
    assert caught.value.todo


def test_a_wrong_variable_is_called_by_the_name_that_its_author_wrote(tmp_path):
    with pytest.raises(ConfigurationError, match="TAKETWO_PROCESS_LIMIT"):
        settings(tmp_path, {"TAKETWO_PROCESS_LIMIT": "many"})


@pytest.mark.parametrize(("written", "meant"), [("inputlimit", "input_limit"), ("engin", "engine")])
def test_an_unknown_key_is_answered_with_the_nearest_name(tmp_path, written, meant):
    write(tmp_path / "pyproject.toml", f"[tool.taketwo]\n{written} = 1\n")
    with pytest.raises(ConfigurationError, match=f"no setting `{written}`") as caught:
        settings(tmp_path)
    assert caught.value.todo == f"Did you mean `{meant}`?"


def test_an_unknown_key_like_no_other_is_answered_with_all_names(tmp_path):
    write(tmp_path / "taketwo.toml", "zzz = 1\n")
    with pytest.raises(ConfigurationError) as caught:
        settings(tmp_path)
    assert all(name in caught.value.todo for name in set(KINDS) - {"project"})


def test_a_misspelt_variable_is_refused_and_a_variable_of_another_part_is_not(tmp_path):
    with pytest.raises(ConfigurationError, match="TAKETWO_ENGIN`") as caught:
        settings(tmp_path, {"TAKETWO_ENGIN": "docker"})
    assert "TAKETWO_ENGINE" in caught.value.todo
    assert settings(tmp_path, {"TAKETWO_RECORDING": "r", "TAKETWO_REQUIRE": "docker"}).engine == "auto"


def test_two_files_that_both_configure_taketwo_are_refused(tmp_path):
    write(tmp_path / "taketwo.toml", "")
    write(tmp_path / "pyproject.toml", "[tool.taketwo]\n")
    with pytest.raises(ConfigurationError, match="both"):
        settings(tmp_path)


def test_a_file_cannot_move_the_project_that_it_was_found_by(tmp_path):
    write(tmp_path / "taketwo.toml", 'project = "elsewhere"\n')
    with pytest.raises(ConfigurationError, match="cannot be set in a file"):
        settings(tmp_path)


def test_a_table_named_tool_in_the_own_file_is_explained(tmp_path):
    write(tmp_path / "taketwo.toml", '[tool.taketwo]\nengine = "venv"\n')
    with pytest.raises(ConfigurationError) as caught:
        settings(tmp_path)
    assert "top level" in caught.value.todo


def test_every_setting_has_a_variable_of_its_own():
    assert len(set(VARIABLES.values())) == len(KINDS)
    assert VARIABLES["store"] == "TAKETWO_HOME"


def outcome(environ, overrides):
    """Settings, or the error that was raised instead."""
    try:
        return load(Path("/nowhere/project"), environ, overrides)
    except ConfigurationError as error:
        return error


@given(name=st.sampled_from(sorted(KINDS)), text=st.text(st.characters(exclude_characters="\0")))
def test_any_text_in_a_variable_gives_settings_or_an_error_that_names_it(name, text):
    found = outcome({VARIABLES[name]: text}, {})
    assert isinstance(found, Settings) or f"`{VARIABLES[name]}`" in found.what


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(name=st.sampled_from(sorted(KINDS)), value=VALUES)
def test_any_value_gives_settings_or_an_error_that_names_it(name, value):
    found = outcome({}, {name: value})
    assert isinstance(found, Settings) or f"`{name}`" in found.what
