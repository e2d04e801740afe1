"""The difference of two runs: a summary first, then everything, then the code."""

import json

import msgspec

from taketwo.model.source import Source
from taketwo.report import render_diff, render_diff_json
from taketwo.verify.diff import diff
from tests.support.studies import manifest
from tests.support.verdicts import not_reproduced

PATCH = "--- a/train.py\n+++ b/train.py\n@@ -1 +1 @@\n-seed = 7\n+seed = 8\x1b[2J\n"


def different():
    _, original, replayed, content = not_reproduced()
    other = msgspec.structs.replace(replayed, source=Source(tree="f" * 40))
    return diff(original, other, read=content.read, source_diff=lambda _before, _after: PATCH)


def equal():
    return diff(manifest(), manifest(run_id="other"), read=bytes, source_diff=str.__add__)


def test_a_difference_is_shown_as_it_was_looked_at(golden):
    golden("diff.txt", render_diff(different()))
    golden("diff.json", render_diff_json(different()))


def test_the_first_line_counts_what_differs():
    assert render_diff(different()).startswith("Not the same: code, 1 input, 1 package, 4 results.")


def test_two_equal_runs_say_so():
    assert render_diff(equal()).startswith("No difference in code, packages, data, parameters or results.")
    assert json.loads(render_diff_json(equal()))["same"] is True


def test_a_patch_cannot_act_on_a_terminal_and_is_not_wrapped():
    text = render_diff(different(), width=40)
    assert "+seed = 8\\x1b[2J" in text
    assert "\x1b" not in text


def test_a_long_patch_is_cut_and_says_so():
    found = msgspec.structs.replace(different(), patch="+x\n" * 1000)
    assert "and 600 more lines" in render_diff(found)
