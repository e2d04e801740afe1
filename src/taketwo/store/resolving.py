"""Which run a person means who types part of an id."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from taketwo.errors import AmbiguousRun, UnknownRun
from taketwo.formats.run_id import is_run_id, normalise

LATEST = "latest"

_LAST_PART = len("20261123-114500-")
_CONSIDERED = 2000
"""How many of the newest runs are compared with a mistyped id."""
_SHOWN = 10


def resolve(typed: str, run_ids: Sequence[str], *, is_replay: Callable[[str], bool] = lambda _: False) -> str:
    """The one run of the sorted ``run_ids`` that ``typed`` stands for.

    That is a prefix of the id, or else of its last part, or ``latest``: the newest that ``is_replay`` does
    not say to be a replay. Capitals do not matter.
    """
    if typed.strip().lower() == LATEST:
        captured = (run_id for run_id in reversed(run_ids) if is_run_id(run_id) and not is_replay(run_id))
        newest = next(captured, None)
        if newest is None:
            raise UnknownRun(
                "there is no latest run, because nothing was captured",
                todo="Capture one with: taketwo run -- COMMAND",
            )
        return newest
    wanted = normalise(typed)
    if wanted:
        for skipped in (0, _LAST_PART):
            found = [run_id for run_id in run_ids if run_id.startswith(wanted, skipped) and is_run_id(run_id)]
            if len(found) == 1 or wanted in found:
                return wanted if wanted in found else found[0]
            if found:
                raise _ambiguous(typed, found)
    raise _unknown(typed, wanted, run_ids)


def _ambiguous(typed: str, found: Sequence[str]) -> AmbiguousRun:
    newest = list(reversed(found))
    more = f" and {len(newest) - _SHOWN} more" if len(newest) > _SHOWN else ""
    return AmbiguousRun(
        f"{len(found)} runs match {typed!r}: {', '.join(newest[:_SHOWN])}{more}",
        why="Guessing could replay the wrong one.",
        todo="Type more of the id, or its last part.",
    )


def _unknown(typed: str, wanted: str, run_ids: Sequence[str]) -> UnknownRun:
    import difflib  # noqa: PLC0415 - only needed for a message

    def likeness(run_id: str) -> float:
        parts = (run_id[: len(wanted)], run_id[_LAST_PART : _LAST_PART + len(wanted)])
        return max(difflib.SequenceMatcher(None, wanted, part).ratio() for part in parts)

    newest = [run_id for run_id in reversed(run_ids[-_CONSIDERED:]) if is_run_id(run_id)]
    ranked = sorted(((likeness(run_id), run_id) for run_id in newest), reverse=True) if wanted else []
    near = [run_id for score, run_id in ranked[:3] if score >= 0.6]
    return UnknownRun(
        f"no run matches {typed[:80]!r}",
        why=f"The nearest are {', '.join(near)}." if near else "",
        todo="List the runs with: taketwo ls",
    )
