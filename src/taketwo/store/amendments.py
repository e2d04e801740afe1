"""What was found out about a run after its manifest was sealed: beside the manifest, never in it.

An amendment is a JSON document and is not sealed: whoever reads it takes from it only what can be checked
against the sealed manifest. The newest one of a name replaces the one before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from taketwo.errors import FormatError, StoreError
from taketwo.formats import canonical_json
from taketwo.formats.run_id import is_run_id
from taketwo.store.disk import disk_errors, make_directory, names_in, write_durably
from taketwo.store.layout import Layout

_NAME = re.compile(r"[a-z]{1,32}", re.ASCII)
_SIZE_LIMIT = 64 * 1024 * 1024


class Amendments:
    """One file for each run and name, in ``amendments/RUN.NAME.json``."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def put(self, run_id: str, name: str, document: dict[str, Any]) -> None:
        """Keep an amendment; one of the same name is replaced."""
        if not is_run_id(run_id) or not _NAME.fullmatch(name):
            raise StoreError(f"{run_id[:80]!r} and {name[:80]!r} do not name an amendment")
        self._layout.prepare()
        with disk_errors(f"the {name} of {run_id} cannot be kept in the store at {self._layout.root}"):
            make_directory(self._layout.amendments)
            place = self._layout.amendments / f"{run_id}.{name}.json"
            write_durably(place, canonical_json.encode(document), self._layout.temporary)

    def get(self, run_id: str, name: str) -> dict[str, Any] | None:
        """The amendment, or ``None`` when there is none."""
        self._layout.check()
        with disk_errors(f"the {name} of {run_id} cannot be read"):
            try:
                with (self._layout.amendments / f"{run_id}.{name}.json").open("rb") as file:
                    content = file.read(_SIZE_LIMIT + 1)
            except FileNotFoundError:
                return None
        try:
            found = canonical_json.decode(content)
        except FormatError as error:
            raise _unreadable(run_id, name) from error
        if not isinstance(found, dict):
            raise _unreadable(run_id, name)
        return found

    def all_of(self, run_id: str) -> Iterator[dict[str, Any]]:
        """Every amendment of one run."""
        with disk_errors(f"the amendments of the store at {self._layout.root} cannot be listed"):
            names = [name for name in names_in(self._layout.amendments) if name.startswith(f"{run_id}.")]
        for name in names:
            found = self.get(run_id, name.removeprefix(f"{run_id}.").removesuffix(".json"))
            if found is not None:
                yield found


def _unreadable(run_id: str, name: str) -> StoreError:
    return StoreError(
        f"the {name} that was kept for {run_id} cannot be read",
        why="It was completed after the capture, and is damaged now; the manifest itself is untouched.",
        todo=f"Complete it anew: taketwo lock {run_id}",
    )
