"""Editable installs by all their mechanisms."""

import pytest

from taketwo.environments.editable import SOURCE_MARK
from tests.support.environments import Blobs, Venv, inspector, only


@pytest.fixture
def venv(tmp_path):
    return Venv(tmp_path / "venv")


@pytest.fixture
def source(tmp_path):
    directory = tmp_path / "elsewhere" / "code"
    (directory / "src" / "mine").mkdir(parents=True)
    (directory / "src" / "mine" / "__init__.py").write_text("")
    return directory


def _editable(venv, source, files):
    url = {"url": source.as_uri(), "dir_info": {"editable": True}}
    venv.install("mine", files=files, direct_url=url)


def test_a_path_file_leads_to_the_kept_tree(venv, source):
    blobs = Blobs()
    _editable(venv, source, {"__editable__.mine-1.0.pth": f"{source}/src\n"})
    environment = inspector(blobs).inspect(venv.facts)
    found = only(environment, "mine")
    assert found.origin == "editable"
    assert blobs.trees[found.source_tree] == source
    assert blobs.file(found.content, "__editable__.mine-1.0.pth") == f"{SOURCE_MARK}/src\n".encode()
    assert found.direct_url == {"kind": "editable", "mechanism": "record"}
    assert environment.overlay is None


def test_an_import_hook_is_kept_with_its_mapping_marked(venv, source):
    blobs = Blobs()
    hook = f"MAPPING = {{'mine': '{source}/src/mine'}}\ndef install(): pass\n"
    files = {
        "__editable___mine_1_0_finder.py": hook,
        "__editable__.mine-1.0.pth": "import __editable___mine_1_0_finder as f; f.install()",
    }
    _editable(venv, source, files)
    found = only(inspector(blobs).inspect(venv.facts), "mine")
    kept = blobs.file(found.content, "__editable___mine_1_0_finder.py").decode()
    assert kept == hook.replace(str(source), SOURCE_MARK)


def test_setup_py_develop_is_recognised_by_its_link(venv, source):
    blobs = Blobs()
    info = source / "mine.egg-info"
    info.mkdir()
    (info / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: Mine\nVersion: 3.1\n")
    (venv.site / "mine.egg-link").write_text(f"{source}\n.")
    (venv.site / "easy-install.pth").write_text(f"{source}\n")
    environment = inspector(blobs).inspect(venv.facts)
    found = only(environment, "mine")
    assert (found.version, found.origin, found.direct_url["mechanism"]) == ("3.1", "editable", "egg-link")
    assert blobs.trees[found.source_tree] == source
    assert "mine.egg-info/PKG-INFO" in blobs.paths(found.content)
    assert len(environment.distributions) == 1
    assert environment.overlay is None


def test_a_directory_that_somebody_put_on_the_path_is_kept_too(venv, source):
    blobs = Blobs()
    (venv.site / "lab.pth").write_text(f"# ours\n{source}/src\nimport os\n")
    environment = inspector(blobs).inspect(venv.facts)
    found = only(environment, "lab")
    assert (found.version, found.direct_url["mechanism"]) == ("", "path")
    assert blobs.trees[found.source_tree] == source / "src"
    assert blobs.file(found.content, "lab.pth") == f"{SOURCE_MARK}\n".encode()
    assert blobs.file(environment.overlay, "lab.pth") == b"# ours\nimport os\n"


def test_a_source_inside_the_project_is_named_and_not_kept_twice(venv, source):
    blobs = Blobs()
    _editable(venv, source, {"mine.pth": f"{source}/src\n"})
    found = only(inspector(blobs).inspect(venv.facts, project=source.parent), "mine")
    assert found.direct_url["path"] == "$PROJECT/code"
    assert found.source_tree is None
    assert blobs.trees == {}
    whole = only(inspector(blobs).inspect(venv.facts, project=source), "mine")
    assert whole.direct_url["path"] == "$PROJECT"


def test_a_clone_inside_an_environment_of_the_project_is_kept(tmp_path):
    blobs = Blobs()
    venv = Venv(tmp_path / "project" / ".venv")
    clone = venv.directory / "src" / "mine"
    clone.mkdir(parents=True)
    _editable(venv, clone, {"mine.pth": f"{clone}\n"})
    found = only(inspector(blobs).inspect(venv.facts, project=tmp_path / "project"), "mine")
    assert blobs.trees[found.source_tree] == clone


def test_a_source_that_is_gone_is_told_in_a_notice(venv, source, tmp_path):
    _editable(venv, tmp_path / "gone", {"mine.pth": f"{tmp_path}/gone\n"})
    environment = inspector(Blobs()).inspect(venv.facts)
    assert only(environment, "mine").source_tree is None
    assert "mine is not there" in environment.notices[0].text


def test_the_identity_does_not_depend_on_where_the_source_lies(tmp_path, source):
    identities = set()
    for name in ("one", "other"):
        venv = Venv(tmp_path / name)
        place = tmp_path / f"source-{name}"
        place.mkdir()
        _editable(venv, place, {"mine.pth": f"{place}\n"})
        identities.add(inspector(Blobs()).inspect(venv.facts).identity)
    assert len(identities) == 1
