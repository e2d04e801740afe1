import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taketwo.errors import DataError, UsageError
from taketwo.model.base import Blob
from taketwo.model.data import Input
from taketwo.model.manifest import Call, Invocation
from taketwo.model.source import Source
from taketwo.replay.places import is_reserved
from taketwo.replay.plan import plan, project_target
from tests.support.manifests import small_manifest

BLOB = Blob(sha256="0" * 64, size=3)


def reading(path, name="students"):
    return small_manifest(inputs=(Input(name=name, path=path, kind="file", content=BLOB),))


def calling(**fields):
    call = Call(module="train", qualname="train", arguments=BLOB, **fields)
    return small_manifest(invocation=Invocation(argv=("python", "train.py"), call=call))


def test_an_input_of_the_project_is_placed_inside_it():
    (placement,) = plan(reading("$PROJECT/data/a.csv")).placements
    assert (placement.inside, placement.target) == ("data/a.csv", None)


def test_an_input_of_the_home_directory_is_placed_in_the_home_of_the_sandbox():
    (placement,) = plan(reading("$HOME/a.csv")).placements
    assert (placement.inside, placement.target) == (None, "$HOME/a.csv")


def test_an_input_elsewhere_is_placed_where_the_program_looks_for_it():
    (placement,) = plan(reading("/data/a.csv")).placements
    assert placement.target == "/data/a.csv"


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "/usr", "/taketwo/env/x", "/", "a.csv", "$PROJECT/../x", "/d/../etc/x"]
)
def test_an_input_at_a_place_of_the_system_or_above_its_own_is_refused(path):
    with pytest.raises(DataError, match="students"):
        plan(reading(path))


@given(st.text(min_size=1).map(lambda text: "/" + text.strip("/")))
def test_whatever_is_placed_outside_is_no_place_of_the_system(path):
    try:
        (placement,) = plan(reading(path)).placements
    except DataError:
        return
    assert not is_reserved(placement.target)
    assert ".." not in placement.target.split("/")


def test_a_copy_for_an_input_that_does_not_exist_is_refused_and_the_inputs_are_named():
    with pytest.raises(UsageError) as raised:
        plan(reading("$PROJECT/a.csv"), supplied={"grades": "x"})
    assert "students" in raised.value.todo


def test_a_call_that_can_be_made_alone_is_made_alone():
    assert not plan(calling(alone=True)).whole_command
    assert plan(calling(alone=False)).whole_command


def test_a_project_in_a_repository_keeps_its_place():
    source = Source(tree="0" * 40, subdirectory="studies/one")
    assert plan(small_manifest(source=source)).subdirectory == "studies/one"
    assert project_target("studies/one") == "/taketwo/project/studies/one"
    assert project_target("") == "/taketwo/project"


@pytest.mark.parametrize("path", ["$PROJECT/../d.txt", "$PROJECT/../../lib/d.txt"])
def test_an_input_elsewhere_in_the_repository_is_placed_in_the_tree(path):
    manifest = msgspec.structs.replace(reading(path), source=Source(tree="0" * 40, subdirectory="sub/one"))
    (placement,) = plan(manifest).placements
    assert placement.inside == path.removeprefix("$PROJECT/")


@pytest.mark.parametrize(
    "path", ["$PROJECT/../../../d.txt", "$PROJECT/../..", "$PROJECT/x/../../d.txt", "$HOME/../x", "/d/../x"]
)
def test_an_input_that_leads_out_of_the_tree_is_refused(path):
    manifest = msgspec.structs.replace(reading(path), source=Source(tree="0" * 40, subdirectory="sub/one"))
    with pytest.raises(DataError, match="students"):
        plan(manifest)


@pytest.mark.parametrize(
    ("relative", "subdirectory", "also"),
    [
        ("../a.csv", "", "/taketwo/a.csv"),
        ("../../shared/a.csv", "study", "/taketwo/shared/a.csv"),
        ("../raw/a.csv", "study", "/taketwo/project/raw/a.csv"),
        ("../env/a.csv", "", None),
        ("../../etc/a.csv", "", None),
        ("../../../data/a.csv", "", None),  # the sandbox has it there already
        ("/etc/a.csv", "", None),
        (None, "", None),
    ],
)
def test_an_input_beside_the_project_is_also_placed_beside_it(relative, subdirectory, also):
    manifest = small_manifest(
        inputs=(Input(name="a", path="/data/a.csv", kind="file", content=BLOB, relative=relative),),
        source=Source(tree="0" * 40, subdirectory=subdirectory),
    )
    (placement,) = plan(manifest).placements
    assert (placement.target, placement.also) == ("/data/a.csv", also)
