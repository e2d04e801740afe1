"""The commands of a build, and what uv's complaints mean."""

import pytest

from taketwo.environments import install
from taketwo.errors import NoInterpreter, PackageUnavailable, RebuildError
from tests.support.sample_environment import sample


def test_the_installation_requires_hashes_copies_and_builds_only_what_is_locked_as_source():
    step = install.install_command(sample(), install.BuildPlaces(wheels="/taketwo/wheels"))
    argv = " ".join(step.argv)
    assert "--require-hashes --no-deps" in argv
    assert "--link-mode copy --compile-bytecode" in argv
    assert "--only-binary :all: --no-binary docopt" in argv
    assert "--find-links /taketwo/wheels" in argv
    assert "--no-binary six" not in argv
    assert step.environment["UV_CACHE_DIR"] == "/taketwo/cache"


def test_nothing_of_this_process_reaches_the_build(monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "https://index.example/simple")
    monkeypatch.setenv("SECRET", "hidden")
    environment = install.install_command(sample(), install.BuildPlaces()).environment
    assert set(environment) == {
        "HOME",
        "LC_ALL",
        "PATH",
        "UV_CACHE_DIR",
        "UV_NO_CONFIG",
        "UV_PYTHON_DOWNLOADS",
    }


def test_offline_needs_no_index():
    argv = install.install_command(sample(), install.BuildPlaces(wheels="/w"), offline=True).argv
    assert {"--offline", "--no-index"} <= set(argv)


_MESSAGES = [
    (
        "error: Failed to download `six==1.17.0`\n  cause: Hash mismatch for `six==1.17.0`\n",
        PackageUnavailable,
        "another file for six==1.17.0",
    ),
    (
        "cause: Because there is no version of six==99 and you require six==99, we can conclude",
        PackageUnavailable,
        "no six==99 any more",
    ),
    (
        "cause: Because nosuch was not found in the package registry and you require nosuch==9",
        PackageUnavailable,
        "does not know nosuch",
    ),
    (
        "cause: Because numpy==1.19.0 has no usable wheels and you require numpy==1.19.0",
        PackageUnavailable,
        "no wheel of numpy==1.19.0",
    ),
    (
        "cause: Because six==1.0 was yanked (reason: broken) and you require six==1.0",
        PackageUnavailable,
        "six==1.0 was withdrawn",
    ),
    (
        "error: Failed to build `docopt==0.6.2`\n  cause: gcc not found",
        RebuildError,
        "docopt==0.6.2 was published as source",
    ),
    (
        "cause: Failed to fetch: https://index.example/simple/six/\n cause: dns error",
        RebuildError,
        "cannot be reached",
    ),
    (
        "error: No interpreter found for Python 3.8 in managed installations",
        NoInterpreter,
        "no suitable Python",
    ),
    ("something else entirely", RebuildError, "could not be built"),
]


@pytest.mark.parametrize(("output", "kind", "sentence"), _MESSAGES)
def test_a_complaint_of_uv_becomes_an_error_that_names_the_package(output, kind, sentence):
    error = install.explain_failure(output)
    assert type(error) is kind
    assert sentence in error.what
    assert "index.example" not in str(error)
    assert error.why
