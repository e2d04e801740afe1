"""Files that the run wrote outside the project: they are no outputs, and somebody should be told."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Sequence

from taketwo.model.base import Notice
from taketwo.model.data import Output
from taketwo.record.outputs import OutputRequest
from taketwo.record.territory import Territory

_NAMED = 5
_TEMPORARY = re.compile(r"/(?:tmp|pymp-)[0-9a-z_]{6,8}(?:/|\Z)")
"""Names that Python's ``tempfile`` and ``multiprocessing`` make up."""


def written_elsewhere(
    request: OutputRequest, *, outside: Collection[str] = (), recorded: Sequence[Output] = ()
) -> tuple[Notice, ...]:
    """One notice that names what was written outside the project and its repository and is still there.

    ``recorded`` are the outputs, logged artifacts among them, and ``outside`` directories whose files are
    never data. Temporary files, and files of caches, of tools and of the system, are not worth a word. The
    paths of a sandbox mean nothing here, so of a replay nothing is said.
    """
    if request.sealed:
        return ()
    places = request.places
    known = {output.path for output in recorded}
    territory = Territory(places.root or places.project, home=places.home, outside=outside)
    found: dict[str, None] = {}
    for opened in request.opens:
        path = os.path.normpath(opened.path)
        if not opened.writes or opened.time * 1e9 < request.started_ns or places.inside_source(path):
            continue
        if not _TEMPORARY.search(path) and territory.belonging(path) == "data" and os.path.isfile(path):  # noqa: PTH113
            found[places.tokenise_path(path)] = None
    names = sorted(found.keys() - known)
    if not names:
        return ()
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    text = f"written outside the project, and so not recorded: {', '.join(names[:_NAMED])}{more}"
    return (Notice(topic="outputs", text=text),)
