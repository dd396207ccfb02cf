"""What each priority promises."""

from __future__ import annotations

import pytest

from sla.priorities import P1, P2, P3, Priority, handled_as
from sla.promises import first_reaction
from tests.sla.desk import DESK, local
from tests.sla.histories import history, resolution_at


@pytest.mark.parametrize(
    ("priority", "reaction", "solution"),
    [
        (P1, "2026-11-27 18:00", "2026-11-27 21:30"),  # around the clock
        (P2, "2026-11-30 09:00", "2026-11-28 17:30"),  # resolved by the clock
        (P3, "2026-11-30 12:00", "2026-11-30 17:30"),
    ],
)
def test_each_priority_promises_what_the_policy_says(priority: Priority, reaction: str, solution: str) -> None:
    opened = history("2026-11-27 17:30", priority)
    assert first_reaction(opened, DESK, opened.began_at).due_at == local(reaction)
    assert resolution_at(opened, "2026-11-27 17:30").due_at == local(solution)


def test_trial_and_onboarding_customers_are_treated_as_high_priority() -> None:
    raised = [handled_as(name, trial_or_onboarding=True) for name in ("P1", "P2", "P3")]
    assert raised == ["P1", "P2", "P2"]
    assert [handled_as(name, trial_or_onboarding=False) for name in ("P1", "P2", "P3")] == ["P1", "P2", "P3"]
