"""The content that the manifests of a test refer to."""

import pytest

from tests.support.studies import Content


@pytest.fixture
def content():
    return Content()
