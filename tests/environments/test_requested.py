"""What people asked for, beside what is installed."""

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taketwo.environments.requested import requested
from taketwo.model.environment import Distribution


def _installed(**versions):
    return [Distribution(name=name, version=version, origin="index") for name, version in versions.items()]


def _by_text(requirements):
    return {r.text: r for r in requirements}


def test_a_requirement_stands_beside_the_installed_version(tmp_path):
    (tmp_path / "requirements.txt").write_text("# ours\nNumPy>=1.26\nsix<1.0  # old\nabsent==3\n")
    found = requested(tmp_path, _installed(numpy="2.2.6", six="1.17.0"))
    assert [(r.name, r.installed, r.satisfied) for r in found] == [
        ("numpy", "2.2.6", True),
        ("six", "1.17.0", False),
        ("absent", None, False),
    ]
    assert {r.file for r in found} == {"requirements.txt"}


def test_included_files_are_followed_inside_the_project_only(tmp_path):
    project = tmp_path / "project"
    (project / "deps").mkdir(parents=True)
    (tmp_path / "outside.txt").write_text("secret-package\n")
    (project / "requirements.txt").write_text("-r deps/base.txt\n-c deps/pins.txt\n-r ../outside.txt\nsix\n")
    (project / "deps" / "base.txt").write_text("-r ../requirements.txt\nnumpy\n")
    (project / "deps" / "pins.txt").write_text("numpy==2.0\n")
    found = requested(project, _installed(six="1", numpy="2.2.6"))
    assert [(r.file, r.name, r.constraint, r.satisfied) for r in found] == [
        ("requirements.txt", "six", False, True),
        ("deps/base.txt", "numpy", False, True),
        ("deps/pins.txt", "numpy", True, False),
    ]


def test_lines_that_are_no_requirement_are_kept_as_text(tmp_path):
    (tmp_path / "requirements.txt").write_text("six ==\nnumpy\n??? what\n")
    texts = [r.text for r in requested(tmp_path, [])]
    assert texts == ["six ==", "numpy", "??? what"]


def test_no_credential_and_no_index_is_recorded(tmp_path):
    (tmp_path / "requirements.txt").write_text(
        "--index-url https://ada:hidden@index.example/simple\n--extra-index-url https://other.example\n"
        "-f /home/ada/wheels\n"
        "tool @ git+https://ada:hidden@partner.example/tool.git@v1#egg=tool\n"
        "-e git+https://hidden@partner.example/lib.git#egg=lib\n"
    )
    found = repr(requested(tmp_path, []))
    assert "hidden" not in found
    assert "index.example" not in found
    assert "/home/ada" not in found
    assert "git+https://partner.example/tool.git@v1" in found


def test_pyproject_is_read_with_its_optional_parts_and_groups(tmp_path):
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "x"\ndependencies = ["numpy>=1", "gone; python_version<\'3\'"]\n'
        '[project.optional-dependencies]\nplot = ["matplotlib"]\n'
        '[dependency-groups]\ntest = ["pytest>=9", {include-group = "lint"}]\nlint = ["ruff"]\n'
    )
    found = _by_text(requested(tmp_path, _installed(numpy="0.9", pytest="9.1")))
    assert found["numpy>=1"].satisfied is False
    assert found["numpy>=1"].file == "pyproject.toml [project.dependencies]"
    assert found["gone; python_version<'3'"].satisfied is None
    assert found["matplotlib"].satisfied is None
    assert found["pytest>=9"].satisfied is True
    assert found["ruff"].file == "pyproject.toml [dependency-groups.lint]"


@pytest.mark.parametrize(
    "content", ["", "[project", "project = 3", "[project]\ndependencies = 3", "[dependency-groups]\na = 1"]
)
def test_any_pyproject_is_read_or_left_alone(tmp_path, content):
    (tmp_path / "pyproject.toml").write_text(content)
    assert requested(tmp_path, []) == ()


@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_any_text_in_a_requirement_file_is_survived(tmp_path_factory, text):
    project = tmp_path_factory.mktemp("project")
    (project / "requirements.txt").write_text(text, encoding="utf-8")
    assert all(r.file == "requirements.txt" for r in requested(project, []))


def test_a_link_that_leads_out_is_not_followed(tmp_path):
    project = tmp_path / "project"
    project.mkdir()
    (tmp_path / "secret.txt").write_text("six\n")
    (project / "requirements.txt").symlink_to(tmp_path / "secret.txt")
    assert requested(project, []) == ()


class TestRemembered:
    def test_the_same_files_and_packages_give_the_same_answer_without_the_parsers(self, tmp_path):
        (tmp_path / "requirements.txt").write_text("six<1.0\n")
        memo = tmp_path / "cache" / "memo"
        first = requested(tmp_path, _installed(six="1.17.0"), memo=memo)
        code = (
            "import sys; from pathlib import Path; from taketwo.environments.requested import requested;"
            "from taketwo.model.environment import Distribution;"
            "found = requested(Path(sys.argv[1]), [Distribution(name='six', version='1.17.0', origin='index')],"
            " memo=Path(sys.argv[2])); print(found[0].text, {'packaging', 'pip_requirements_parser'} & {*sys.modules})"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, tmp_path, memo], capture_output=True, text=True, check=True
        )
        assert [r.text for r in first] == ["six<1.0"]
        assert done.stdout == "six<1.0 set()\n"

    @pytest.mark.parametrize("changed", ["requirements.txt", "deps/base.txt", "pyproject.toml"])
    def test_a_changed_file_is_noticed_although_its_dates_are_put_back(self, tmp_path, changed):
        (tmp_path / "deps").mkdir()
        (tmp_path / "requirements.txt").write_text("-r deps/base.txt\nsix==1.1\n")
        (tmp_path / "deps" / "base.txt").write_text("numpy==1.1\n")
        (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["scipy==1.1"]\n')
        memo = tmp_path / "memo"
        before = requested(tmp_path, [], memo=memo)
        file = tmp_path / changed
        times = file.stat().st_atime_ns, file.stat().st_mtime_ns
        file.write_text(file.read_text().replace("1.1", "1.2"))
        os.utime(file, ns=times)
        after = requested(tmp_path, [], memo=memo)
        assert len({r.text for r in before} ^ {r.text for r in after}) == 2

    def test_an_upgraded_package_is_noticed(self, tmp_path):
        (tmp_path / "requirements.txt").write_text("six<1.0\n")
        assert not requested(tmp_path, _installed(six="1.17.0"), memo=tmp_path / "memo")[0].satisfied
        assert requested(tmp_path, _installed(six="0.9"), memo=tmp_path / "memo")[0].satisfied

    def test_a_new_file_is_noticed(self, tmp_path):
        (tmp_path / "requirements.txt").write_text("six\n")
        assert len(requested(tmp_path, [], memo=tmp_path / "memo")) == 1
        (tmp_path / "requirements-dev.txt").write_text("numpy\n")
        assert len(requested(tmp_path, [], memo=tmp_path / "memo")) == 2
