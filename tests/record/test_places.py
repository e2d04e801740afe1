"""The places of this machine, under the names that a run may have used for them."""

from taketwo.record.places import observed_places


def test_a_project_reached_through_a_link_is_recognised_by_both_names(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    places = observed_places(tmp_path / "link", home=tmp_path)
    assert (
        places.tokenise(f"{tmp_path}/link/x:{tmp_path}/real/y:{tmp_path}/z")
        == "$PROJECT/x:$PROJECT/y:$HOME/z"
    )
    assert places.expand("$PROJECT/x") == f"{tmp_path}/link/x"


def test_a_virtual_environment_is_a_place_as_a_whole(tmp_path):
    places = observed_places(tmp_path, executable=f"{tmp_path}/v/bin/python", prefix=f"{tmp_path}/v")
    assert places.tokenise(f"{tmp_path}/v/bin/python") == "$PYTHON"
    assert places.tokenise(f"{tmp_path}/v/share/x") == "$ENV/share/x"


def test_programs_of_the_system_are_not_taken_for_those_of_the_environment(tmp_path):
    places = observed_places(tmp_path, executable="/usr/bin/python3", prefix="/usr", argv=["/usr/bin/env"])
    assert places.tokenise("/usr/bin/env") == "/usr/bin/env"
    assert places.tokenise("/usr/bin/python3") == "$PYTHON"


def test_a_link_to_the_project_is_recognised_and_never_written(tmp_path):
    places = observed_places(tmp_path / "project", project_link="/somewhere/link")
    assert places.tokenise("/somewhere/link/study.py") == "$PROJECT/study.py"
    assert places.expand("$PROJECT/study.py") == f"{tmp_path}/project/study.py"
