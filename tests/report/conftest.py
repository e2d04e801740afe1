"""Golden files: what reports must look like, byte for byte.

``python -m pytest tests/report --update-golden`` writes them anew; look at the difference before committing.
"""

from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser):
    parser.addoption("--update-golden", action="store_true", help="write the golden files of reports anew")


@pytest.fixture
def golden(request):
    def check(name, text):
        path = GOLDEN / name
        content = text.encode("utf-8")
        if request.config.getoption("--update-golden", default=False):
            path.write_bytes(content)
        assert content == path.read_bytes(), f"{name} changed; see {__file__} for how to accept it"

    return check
