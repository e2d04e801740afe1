"""A verdict as JSON for machines.

==================  ========================================================================
``format``          ``taketwo-verdict/1``; keys are added, never renamed, within a number
``outcome``         ``reproduced``, ``not reproduced`` or ``inconclusive``
``exit_code``       0, 1 or 3
``reasons``         sentences, the decisive one first
``caveats``         sentences that qualify the outcome
``rules_by``        who fixed the rules
``original``        ``run_id, experiment, started_at, finished_at, status, command, taketwo_version``
``replay``          the same keys
``checks``          list of ``subject, kind, held, rung, rule, rule_text, before, after, detail``
``differences``     list of ``area, subject, before, after``
``sealing``         the fields of the manifest's ``Sealing``, or ``null``
``rebuilt``         the fields of the manifest's ``Rebuilt``, or ``null``
==================  ========================================================================

Numbers are exact; those that JSON lacks are ``"NaN"``, ``"Infinity"`` and ``"-Infinity"``.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from taketwo.model.manifest import Manifest
from taketwo.model.verdict import Check, Verdict
from taketwo.report import words

FORMAT = "taketwo-verdict/1"


def render_json(verdict: Verdict, original: Manifest, replay: Manifest) -> str:
    """The whole verdict as one JSON object, every key always there, ending in a newline."""
    return dumps(document(verdict, original, replay))


def document(verdict: Verdict, original: Manifest, replay: Manifest) -> dict[str, Any]:
    """The verdict as JSON values."""
    return {
        "format": FORMAT,
        "outcome": verdict.outcome.value,
        "exit_code": verdict.outcome.exit_code,
        "reasons": list(verdict.reasons),
        "caveats": list(verdict.caveats),
        "rules_by": verdict.rules_by,
        "original": _run(original),
        "replay": _run(replay),
        "checks": [check(c) for c in verdict.checks],
        "differences": [msgspec.structs.asdict(d) for d in verdict.differences],
        "sealing": msgspec.structs.asdict(verdict.sealing) if verdict.sealing else None,
        "rebuilt": msgspec.structs.asdict(verdict.rebuilt) if verdict.rebuilt else None,
    }


def _run(run: Manifest) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "experiment": run.experiment,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "status": run.ending.status,
        "command": words.command(run),
        "taketwo_version": run.taketwo_version,
    }


def check(found: Check) -> dict[str, Any]:
    """One check with the rule in full and in words."""
    return {
        **msgspec.structs.asdict(found),
        "rung": found.rung.value,
        "rule": msgspec.structs.asdict(found.rule),
        "rule_text": words.rule(found.rule),
    }


def dumps(value: Any) -> str:
    """JSON text that is stable, readable and ASCII, so that any name survives any terminal."""
    return json.dumps(value, indent=2, ensure_ascii=True, allow_nan=False) + "\n"
