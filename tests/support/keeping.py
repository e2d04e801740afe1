"""How tests of inputs and outputs keep content: in the fake store, which then tells what was copied."""

from pathlib import Path

from taketwo.data.digests import FileDigests
from taketwo.model.base import Blob
from taketwo.record.files import DEFAULT_SIZE_LIMIT, Keeping
from tests.support.fake_store import FakeStore


class KeepingStore(FakeStore):
    """``copied`` lists the files whose bytes were read for keeping."""

    def __init__(self) -> None:
        super().__init__()
        self.copied: list[Path] = []

    def put_file(self, path: Path) -> Blob:
        self.copied.append(path)
        return super().put_file(path)

    def keeping(self, *, size_limit: int = DEFAULT_SIZE_LIMIT) -> Keeping:
        return Keeping(
            digest_many=FileDigests(None).digest_many,
            has=self.has,
            put_file=self.put_file,
            put_bytes=self.put_bytes,
            size_limit=size_limit,
        )
