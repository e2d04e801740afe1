"""Downloads: bounded, honest about failures, and recorded without credentials."""

import contextlib
import hashlib
import http.server
import itertools
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taketwo.data.url import UrlSource, public_url
from taketwo.errors import DataError
from taketwo.model.base import Blob
from taketwo.model.data import Input, Location

REDIRECTS = {"/moved": "/data", "/to-file": "file:///etc/hostname", "/to-ftp": "ftp://partner.example/x"}
BODIES = {
    "/data": lambda: [b"data"],
    "/endless": lambda: itertools.repeat(b"x" * 1000),
    "/trickle": lambda: (time.sleep(0.02) or b"x" for _ in range(200)),
    "/silent": lambda: (time.sleep(1) or b"" for _ in range(1)),
}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path in REDIRECTS:
            self.send_response(302)
            self.send_header("Location", REDIRECTS[self.path])
            self.end_headers()
        elif self.path in BODIES:
            self.send_response(200)
            self.end_headers()
            with contextlib.suppress(OSError):  # the client has had enough
                for part in BODIES[self.path]():
                    self.wfile.write(part)
        else:
            self.send_error(404, "Not Found")

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def base():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True, kwargs={"poll_interval": 0.01}).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def fetch(url, tmp_path, size=4, **options):
    blob = Blob(sha256=hashlib.sha256(b"data").hexdigest(), size=size, stored=False)
    item = Input(name="students", path="$PROJECT/s.csv", kind="file", content=blob)
    UrlSource(**options).fetch(item, Location(kind="url", reference=url), tmp_path / "out", tmp_path)
    return (tmp_path / "out").read_bytes()


def test_redirects_within_the_web_are_followed(base, tmp_path):
    assert fetch(f"{base}/moved", tmp_path) == b"data"


def test_a_file_url_is_read_without_the_network(tmp_path):
    (tmp_path / "a b.csv").write_bytes(b"data")
    assert fetch((tmp_path / "a b.csv").as_uri(), tmp_path) == b"data"


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/none", "404"),
        ("/endless", "more than the 4 bytes"),
        ("/to-file", "Redirection"),
        ("/to-ftp", "redirects to ftp"),
    ],
)
def test_failures_say_what_happened_and_what_helps(base, tmp_path, path, sentence):
    with pytest.raises(DataError, match=sentence) as caught:
        fetch(base + path, tmp_path)
    assert caught.value.todo


def test_a_server_that_says_nothing_or_trickles_is_given_up(base, tmp_path):
    with pytest.raises(DataError, match="timed out"):
        fetch(f"{base}/silent", tmp_path, timeout=0.1)
    with pytest.raises(DataError, match="too long"):
        fetch(f"{base}/trickle", tmp_path, size=1000, deadline=0.2)


def test_a_server_that_is_not_there_is_a_data_error(tmp_path):
    with pytest.raises(DataError):
        fetch("http://127.0.0.1:9/x", tmp_path)


@pytest.mark.parametrize(
    "url", ["ftp://partner.example/x", "file://partner.example/x", "x", "http://", "gopher:x"]
)
def test_other_kinds_of_urls_are_refused(tmp_path, url):
    with pytest.raises(DataError):
        fetch(url, tmp_path)


@pytest.mark.parametrize(
    ("url", "recorded"),
    [
        ("https://ann:pass@partner.example/x.csv", "https://partner.example/x.csv"),
        ("https://ghp_abc@partner.example:8443/x?v=2#t", "https://partner.example:8443/x?v=2"),
        (
            "https://partner.example/x?file=a%20b&download=1",
            "https://partner.example/x?file=a%20b&download=1",
        ),
        (
            "https://partner.example/x?X-Amz-Signature=1&X-Amz-Credential=2&id=3",
            "https://partner.example/x?id=3",
        ),
        ("https://partner.example/x?private_token=1", "https://partner.example/x"),
        ("https://partner.example/x?sv=1&sig=2&api_key=3&access_token=4", "https://partner.example/x"),
    ],
)
def test_recorded_urls_hold_no_credentials(url, recorded):
    assert public_url(url) == recorded


@given(
    st.from_regex(r"[a-z0-9%:]{1,12}", fullmatch=True),
    st.from_regex(r"[a-zA-Z0-9._~-]{1,12}", fullmatch=True),
)
def test_no_user_or_password_survives(user, password):
    recorded = public_url(f"https://{user}:{password}@partner.example/data.csv?token={password}")
    assert recorded == "https://partner.example/data.csv"


def test_a_declared_origin_is_recognised_without_its_credentials(tmp_path):
    origins = {tmp_path / "s.csv": "https://ann:pass@partner.example/s.csv", tmp_path / "t": "ssh://x/y"}
    source = UrlSource(origins)
    found = source.recognise(tmp_path / "s.csv", tmp_path)
    assert found == Location(kind="url", reference="https://partner.example/s.csv")
    assert source.recognise(tmp_path / "t", tmp_path) is None
