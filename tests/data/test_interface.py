"""The contract of a data source, held by the one in memory and by each real one."""

import hashlib
import http.server
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from taketwo.data.digests import FileDigests
from taketwo.data.dvc import DvcSource
from taketwo.data.interface import DataSource
from taketwo.data.local import LocalSource
from taketwo.data.url import UrlSource
from taketwo.errors import DataError
from taketwo.formats.places import Places
from taketwo.model.base import Blob
from taketwo.model.data import Input, Location
from tests.support.data_sources import MemorySource

CONTENT = b"name,score\nann,3\n"


@dataclass
class Setting:
    """A source that offers ``CONTENT`` at ``here`` and nothing at ``nowhere``."""

    source: DataSource
    here: Location
    nowhere: Location


def memory(root: Path) -> Setting:
    source = MemorySource()
    source.contents["x"] = CONTENT
    return Setting(source, Location(kind="url", reference="x"), Location(kind="url", reference="y"))


def local(root: Path) -> Setting:
    (root / "x.csv").write_bytes(CONTENT)
    source = LocalSource(Places(project=str(root / "p"), home=str(root)), {}, FileDigests(None))
    here, nowhere = (Location(kind="file", reference=f"$HOME/{name}") for name in ("x.csv", "y.csv"))
    return Setting(source, here, nowhere)


def url(root: Path) -> Setting:
    handler = lambda *args: _Quiet(*args, directory=str(root))  # noqa: E731
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True, kwargs={"poll_interval": 0.01}).start()
    _SERVERS.append(server)
    (root / "x.csv").write_bytes(CONTENT)
    base = f"http://127.0.0.1:{server.server_port}"
    here, nowhere = (Location(kind="url", reference=f"{base}/{name}") for name in ("x.csv", "y.csv"))
    return Setting(UrlSource(), here, nowhere)


def dvc(root: Path) -> Setting:
    md5 = hashlib.md5(CONTENT).hexdigest()
    cached = root / "p/.dvc/cache/files/md5" / md5[:2] / md5[2:]
    cached.parent.mkdir(parents=True)
    cached.write_bytes(CONTENT)
    return Setting(
        DvcSource(FileDigests(None)),
        Location(kind="dvc", reference="x.csv", md5=md5),
        Location(kind="dvc", reference="y.csv"),
    )


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


_SERVERS: list[http.server.ThreadingHTTPServer] = []


@pytest.fixture(params=[memory, local, url, dvc], ids=lambda make: make.__name__)
def setting(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Setting]:
    make: Callable[[Path], Setting] = request.param
    (tmp_path / "p").mkdir()
    yield make(tmp_path)
    while _SERVERS:
        server = _SERVERS.pop()
        server.shutdown()
        server.server_close()


ITEM = Input(
    name="students",
    path="$PROJECT/x.csv",
    kind="file",
    content=Blob(sha256=hashlib.sha256(CONTENT).hexdigest(), size=len(CONTENT), stored=False),
)


def test_it_delivers_the_bytes(setting, tmp_path):
    destination = tmp_path / "arrived"
    setting.source.fetch(ITEM, setting.here, destination, tmp_path / "p")
    assert destination.read_bytes() == CONTENT
    assert not destination.is_symlink()


def test_what_it_does_not_have_is_a_data_error_with_advice(setting, tmp_path):
    with pytest.raises(DataError) as caught:
        setting.source.fetch(ITEM, setting.nowhere, tmp_path / "arrived", tmp_path / "p")
    assert caught.value.what
    assert not (tmp_path / "arrived").exists()


def test_a_file_that_it_does_not_know_is_none(setting, tmp_path):
    path = tmp_path / "p" / "unknown.csv"
    path.write_bytes(CONTENT)
    assert setting.source.recognise(path, tmp_path / "p") is None


def test_its_kind_is_that_of_its_locations(setting):
    assert setting.source.kind == setting.here.kind
