"""Manifests as bytes: canonical JSON, sealed by SHA-256. The bytes are kept, parsing is a view.

Fields that this version does not know stay in the bytes and in ``document``; nothing rewrites them.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

import msgspec

from taketwo.errors import FormatError
from taketwo.formats import canonical_json
from taketwo.model.manifest import SCHEMA_VERSION, Manifest

SIZE_LIMIT = 64 * 1024 * 1024
"""More than any honest manifest needs: long lists are blobs."""

_PLACE = re.compile(r"(.*) - at `\$\.?(.*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(.*)`")


class SealedManifest(msgspec.Struct, frozen=True):
    """A manifest with the exact bytes that were sealed, and the digest that seals them."""

    content: bytes
    sha256: str
    manifest: Manifest

    @property
    def document(self) -> dict[str, Any]:
        """The whole JSON object, fields of later versions included."""
        found: dict[str, Any] = canonical_json.decode(self.content)
        return found


def seal(manifest: Manifest) -> SealedManifest:
    """The canonical bytes of ``manifest`` and their seal."""
    content = canonical_json.encode(manifest)
    return SealedManifest(content, hashlib.sha256(content).hexdigest(), manifest)


def parse(content: bytes) -> SealedManifest:
    """Read sealed bytes; the caller compares ``sha256`` with the seal it was given.

    ``FormatError`` when the bytes are too many, not JSON, of another major version, or when a field is
    missing or of another type; its ``path`` leads to that field, as in ``ending.status``.
    """
    if len(content) > SIZE_LIMIT:
        raise FormatError(f"the manifest has {len(content)} bytes, more than {SIZE_LIMIT}")
    document = canonical_json.decode(content)
    if not isinstance(document, dict):
        raise FormatError("a manifest is a JSON object")
    version = document.get("schema_version")
    if not isinstance(version, str):
        raise FormatError("a manifest says which schema it follows", path="schema_version")
    if version.split(".", 1)[0] != SCHEMA_VERSION.split(".", 1)[0]:
        raise FormatError(
            f"this manifest follows schema {version}, and this taketwo reads {SCHEMA_VERSION}",
            path="schema_version",
            todo="Install a taketwo that reads it: pip install --upgrade taketwo",
        )
    try:
        manifest = msgspec.convert(document, Manifest)
    except msgspec.ValidationError as error:
        raise _bad_field(str(error)) from error
    return SealedManifest(content, hashlib.sha256(content).hexdigest(), manifest)


def _bad_field(message: str) -> FormatError:
    """Turn msgspec's message, which ends with the place of the bad field, into an error that knows it."""
    at_place = _PLACE.fullmatch(message)
    what, place = at_place.groups() if at_place else (message, "")
    missing = _MISSING.fullmatch(what)
    if missing:
        place = f"{place}.{missing[1]}" if place else missing[1]
    return FormatError(f"this is not a manifest: {what}", path=place)


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a manifest."""
    schema = msgspec.json.schema(Manifest)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "taketwo run manifest",
        **schema,
    }
