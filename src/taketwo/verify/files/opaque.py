"""Files whose bytes alone count: images, documents, pickles, models. They are never opened."""

from __future__ import annotations

from taketwo.verify.files.interface import FileComparator
from taketwo.verify.tally import Tally

_SUFFIXES = (
    *(".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".svg", ".eps", ".ps", ".pdf"),
    *(
        ".pkl",
        ".pickle",
        ".joblib",
        ".pt",
        ".pth",
        ".ckpt",
        ".h5",
        ".hdf5",
        ".onnx",
        ".safetensors",
        ".model",
    ),
    *(".parquet", ".feather", ".arrow", ".sqlite", ".db", ".rds", ".rdata", ".xlsx", ".docx", ".pyc", ".so"),
)
_MAGIC = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"%PDF",
    b"%!PS",
    b"\x89HDF",
    b"PAR1",
    b"\x7fELF",
    b"SQLite format 3",
)


class OpaqueComparator(FileComparator):
    """Says that different bytes are different, and nothing more: what they mean cannot be read safely."""

    format = "binary"

    def recognises(self, name: str, content: bytes) -> bool:
        """By suffix or first bytes; pickles of old protocols are text, so the suffix comes first."""
        return name.endswith(_SUFFIXES) or content.startswith(_MAGIC)

    def compare(self, before: bytes, after: bytes, tally: Tally, *, name: str) -> None:  # noqa: ARG002
        """Only the sizes are named; identical bytes never come here."""
        tally.differs("bytes", f"{len(before):,} bytes", f"{len(after):,} other bytes")
