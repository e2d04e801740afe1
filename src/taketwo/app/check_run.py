"""Check, before anything is done with a run, that all it refers to is there and is what was sealed."""

from __future__ import annotations

from taketwo.app.tools import Tools
from taketwo.formats.manifest import SealedManifest
from taketwo.formats.references import closure


def check(sealed: SealedManifest, tools: Tools) -> None:
    """Rehash every blob that the manifest needs: ``Tampered`` or ``MissingBlob`` names the first bad one.

    The source tree is checked by git when it is rebuilt, object by object.
    """
    seen = set()
    for reference in closure(sealed.document, tools.store.read):
        if reference.sha256 not in seen:
            seen.add(reference.sha256)
            tools.store.check(reference.sha256)
