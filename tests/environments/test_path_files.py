""".pth files."""

from hypothesis import given
from hypothesis import strategies as st

from taketwo.environments import path_files


def test_directories_from_elsewhere_are_taken_out_and_the_rest_is_kept(tmp_path):
    site, outside = tmp_path / "site", tmp_path / "code"
    (site / "egg").mkdir(parents=True)
    outside.mkdir()
    content = f"# note\negg\n{outside}\n../code\n/nowhere/at/all\nimport os\n".encode()
    found = path_files.parse(content, str(site))
    assert found.directories == (str(outside),)
    assert found.rest == b"# note\negg\nimport os\n"


def test_other_sites_are_looked_at_on_their_own(tmp_path):
    site, other = tmp_path / "site", tmp_path / "other"
    other.mkdir()
    content = f"{other}\nimport site; site.addsitedir('{other}')\n".encode()
    found = path_files.parse(content, str(site), sites=[str(other)])
    assert (found.directories, found.rest) == ((), b"")


def test_code_about_files_of_this_machine_is_counted_and_left_out(tmp_path):
    (tmp_path / "ca.pem").write_text("")
    content = f"import os; os.environ['CA'] = '{tmp_path}/ca.pem'\nimport os; '/nowhere/at/all'\n".encode()
    found = path_files.parse(content, str(tmp_path / "site"))
    assert found.places == 1
    assert found.rest == b"import os; '/nowhere/at/all'\n"
    assert found.effective
    assert not path_files.parse(b"# a comment\n\n", str(tmp_path)).effective


def test_the_frame_that_easy_install_wrote_is_dropped(tmp_path):
    content = b"import sys; sys.__plen = len(sys.path)\nimport sys; new=sys.path[sys.__plen:]\n"
    assert path_files.parse(content, str(tmp_path)).rest == b""


@given(st.binary())
def test_any_bytes_are_split_without_loss_of_running_lines(content):
    found = path_files.parse(content.replace(b"\0", b""), "/site")
    assert all(
        line in content.replace(b"\0", b"").splitlines(keepends=True)
        for line in found.rest.splitlines(keepends=True)
    )
