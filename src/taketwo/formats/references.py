"""What a manifest needs: the blobs of the store that it refers to, and the git trees.

The manifest is read as a JSON document and not as a model, so that blobs in fields of later versions
are found too: garbage collection by an old taketwo must not take them away. The rule:

* An object with a ``sha256`` and an integer ``size`` is a blob in the store, unless it says ``stored: false``
  or names a ``filename`` (an artefact of a package index: never in the store as such).
* ``parameters[].value`` and ``invocation.call.result_json`` are the user's own JSON, and are not looked into.
* Three kinds of blobs are listings whose files must be in the store as well: ``environment.overlay``,
  ``environment.distributions[].content``, and the ``content`` of an input that is a directory and kept in
  the ``store``. Every other listing (``environment.listing``, say) is only evidence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from taketwo.errors import FormatError
from taketwo.formats import listing
from taketwo.model.manifest import Manifest

LISTING_LIMIT = 1024 * 1024 * 1024
"""About ten million files: more than any honest listing names."""

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_FREE_FORM = re.compile(r"parameters\[\d+\]\.value|invocation\.call\.result_json", re.ASCII)
_LISTING = re.compile(r"environment\.overlay|environment\.distributions\[\d+\]\.content", re.ASCII)
_INPUT = re.compile(r"inputs\[\d+\]\.content", re.ASCII)


class Reference(msgspec.Struct, frozen=True):
    """One blob that a manifest needs; ``where`` leads to the field, ``listing`` asks for its files too."""

    sha256: str
    size: int
    where: str
    listing: bool = False


def blobs_of(document: dict[str, Any]) -> tuple[Reference, ...]:
    """Every blob of the store that the manifest itself refers to, in the order of the document."""
    return tuple(_walk(document))


def files_of(reference: Reference, content: bytes) -> tuple[Reference, ...]:
    """The blobs that a listing names; ``FormatError`` when ``content`` is no listing."""
    return tuple(
        Reference(file.sha256, file.size, f"{reference.where}: {file.path!r}")
        for file in listing.decode(content)
    )


def closure(document: dict[str, Any], read: Callable[[str], bytes]) -> Iterator[Reference]:
    """Every blob that the manifest needs, the files of its listings included; ``read`` fetches a listing.

    A listing comes before its files. Errors of ``read`` and ``FormatError`` end the iteration.
    """
    for reference in blobs_of(document):
        yield reference
        if reference.listing:
            yield from files_of(reference, read(reference.sha256))


def trees_of(manifest: Manifest) -> tuple[str, ...]:
    """Every git tree that the manifest needs, each once: its source, and sources installed from."""
    trees = [manifest.source.tree] if manifest.source else []
    if manifest.environment:
        trees += [d.source_tree for d in manifest.environment.distributions if d.source_tree]
    return tuple(dict.fromkeys(trees))


def _walk(document: dict[str, Any]) -> Iterator[Reference]:
    # A stack and not recursion: how deep a foreign document is nested is not ours to choose.
    waiting: list[tuple[Any, str, bool]] = [(document, "", False)]
    while waiting:
        value, where, is_listing = waiting.pop()
        if _FREE_FORM.fullmatch(where):
            continue
        children: list[tuple[Any, str, bool]] = []
        if isinstance(value, list):
            children = [(item, f"{where}[{number}]", False) for number, item in enumerate(value)]
        elif isinstance(value, dict):
            if _is_stored_blob(value):
                _check(value, where)
                yield Reference(value["sha256"], value["size"], where, is_listing)
            for key, item in value.items():
                place = f"{where}.{key}" if where else key
                children.append((item, place, _is_listing(place, value)))
        waiting.extend(reversed(children))


def _is_stored_blob(value: dict[str, Any]) -> bool:
    return (
        "filename" not in value
        and isinstance(value.get("sha256"), str)
        and type(value.get("size")) is int
        and value.get("stored", True) is not False
    )


def _is_listing(place: str, parent: dict[str, Any]) -> bool:
    if _INPUT.fullmatch(place):
        return parent.get("kind") == "directory" and parent.get("kept", "store") == "store"
    return bool(_LISTING.fullmatch(place))


def _check(value: dict[str, Any], where: str) -> None:
    if not _DIGEST.fullmatch(value["sha256"]) or value["size"] < 0:
        raise FormatError("a blob has a SHA-256 in lower case and a size", path=where)
