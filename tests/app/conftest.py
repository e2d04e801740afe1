"""Authors with real environments, each made once for the whole session."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.author import REPOSITORY, Author, Authors, make_environment


@pytest.fixture(scope="session")
def authors(tmp_path_factory: pytest.TempPathFactory) -> Authors:
    """People on this machine; ``TAKETWO_TEST_CACHE`` keeps what they build for the next session."""
    kept = os.environ.get("TAKETWO_TEST_CACHE")
    return Authors(Path(kept) if kept else tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def small_python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The Python of an environment with one small package."""
    return make_environment(tmp_path_factory.mktemp("small") / "env", "six==1.17.0")


@pytest.fixture(scope="session")
def decorated_python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The Python of an environment in which taketwo is installed, with NumPy and joblib."""
    return make_environment(tmp_path_factory.mktemp("decorated") / "env", str(REPOSITORY), "numpy", "joblib")


@pytest.fixture
def author(authors: Authors, small_python: str, tmp_path: Path) -> Author:
    """Someone with an empty git repository and the small environment."""
    return authors.work_in(tmp_path / "work" / "project", small_python)


@pytest.fixture
def modeller(authors: Authors, decorated_python: str, tmp_path: Path) -> Author:
    """Someone with an empty git repository who decorates functions."""
    return authors.work_in(tmp_path / "work" / "project", decorated_python)


Study = Callable[[Author], str]
