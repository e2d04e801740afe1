"""Use case: compare any two runs."""

from __future__ import annotations

from taketwo.app.results import Comparison
from taketwo.app.tools import compose
from taketwo.config.settings import Settings
from taketwo.verify.compare import compare
from taketwo.verify.diff import diff


def run(settings: Settings, before: str, after: str) -> Comparison:
    """The results judged under the rules of the first run, and everything that differs, code included."""
    tools = compose(settings)
    first = tools.store.manifest(tools.store.resolve(before)).manifest
    second = tools.store.manifest(tools.store.resolve(after)).manifest
    read = tools.store.read
    return Comparison(
        verdict=compare(first, second, rules=first.rules, read=read),
        found=diff(first, second, read=read, source_diff=tools.vault.diff, rules=first.rules),
        before=first,
        after=second,
        read=read,
    )
