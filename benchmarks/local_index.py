"""A package index on this machine that knows everything installed in one directory, by made-up hashes."""

from __future__ import annotations

import contextlib
import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@contextmanager
def index_of(site: Path) -> Iterator[str]:
    """The address of an index (PEP 503, metadata beside each wheel) for what lies in ``site``."""
    pages, metadata = _known(site)

    class Index(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            last = self.path.rstrip("/").rsplit("/", 1)[-1]
            content = metadata.get(last) if last.endswith(".metadata") else pages.get(last)
            self.send_response(200 if content is not None else 404)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            with contextlib.suppress(OSError):  # uv leaves once it has what it wants
                self.wfile.write(content or b"")

        def log_message(self, *_: object) -> None:
            """Say nothing: the table is the output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Index)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/simple/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _known(site: Path) -> tuple[dict[str, bytes], dict[str, bytes]]:
    pages: dict[str, bytes] = {}
    metadata: dict[str, bytes] = {}
    for info in site.glob("*.dist-info"):
        name, version = info.name.removesuffix(".dist-info").rsplit("-", 1)
        tags = re.findall(r"^Tag: (\S+)", (info / "WHEEL").read_text(), re.MULTILINE)
        filename = f"{name.replace('-', '_')}-{version}-{tags[0] if tags else 'py3-none-any'}.whl"
        content = (info / "METADATA").read_bytes()
        own, its = hashlib.sha256(filename.encode()).hexdigest(), hashlib.sha256(content).hexdigest()
        link = f'<a href="{filename}#sha256={own}" data-core-metadata="sha256={its}">{filename}</a>\n'
        pages[re.sub(r"[-_.]+", "-", name).lower()] = f"<!DOCTYPE html>\n{link}".encode()
        metadata[f"{filename}.metadata"] = content
    return pages, metadata
