"""Outcomes and their exit codes."""

from __future__ import annotations

from taketwo.model.verdict import Outcome


def test_every_outcome_has_an_exit_code_of_its_own_and_none_is_that_of_a_usage_error():
    codes = {outcome: outcome.exit_code for outcome in Outcome}
    assert codes == {Outcome.REPRODUCED: 0, Outcome.NOT_REPRODUCED: 1, Outcome.INCONCLUSIVE: 3}
