"""A store in memory for tests of capture: it keeps bytes and remembers what it was asked to keep."""

import hashlib
from pathlib import Path

from taketwo.data.digests import FileDigests
from taketwo.model.base import Blob
from taketwo.record.files import DEFAULT_SIZE_LIMIT, Keeping


class MemoryStore:
    """Blobs by digest; ``copied`` lists the files whose bytes were read for keeping."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}
        self.copied: list[Path] = []

    def put_bytes(self, content: bytes) -> Blob:
        blob = Blob(sha256=hashlib.sha256(content).hexdigest(), size=len(content))
        self.blobs[blob.sha256] = content
        return blob

    def put_file(self, path: Path) -> Blob:
        self.copied.append(path)
        return self.put_bytes(path.read_bytes())

    def keeping(self, *, size_limit: int = DEFAULT_SIZE_LIMIT) -> Keeping:
        return Keeping(
            digest_many=FileDigests(None).digest_many,
            has=self.blobs.__contains__,
            put_file=self.put_file,
            put_bytes=self.put_bytes,
            size_limit=size_limit,
        )
