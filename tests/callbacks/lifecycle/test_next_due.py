"""What is due next of a callback: a table of what happened and of what is due then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from callbacks.lifecycle.next_due import Facts, NextDue, Owed, first_reaction_standing, next_due
from sla.promises import Promise, Standing
from sla.targets import Target

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
AT_RISK = 10 * MINUTE


def resolution(
    due_at: datetime | None = None, standing: Standing = Standing.ON_TIME, done_at: datetime | None = None
) -> Promise:
    return Promise("resolution", Target(24 * HOUR), NOW - HOUR, (), None, due_at, done_at, standing)


def untried(due_at: datetime) -> Facts:
    return Facts(is_tried=False, first_reaction_due_at=due_at)


def tried(promise: Promise | None, **more: object) -> Facts:
    return Facts(True, NOW - HOUR, promise, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "due"),
    [
        (untried(NOW + HOUR), NextDue(Owed.FIRST_REACTION, NOW + HOUR, Standing.ON_TIME)),
        (untried(NOW + AT_RISK), NextDue(Owed.FIRST_REACTION, NOW + AT_RISK, Standing.AT_RISK)),
        (untried(NOW - HOUR), NextDue(Owed.FIRST_REACTION, NOW - HOUR, Standing.BREACHED)),
        (tried(resolution(NOW + HOUR)), NextDue(Owed.RESOLUTION, NOW + HOUR, Standing.ON_TIME)),
        (
            tried(resolution(NOW + HOUR, Standing.AT_RISK)),
            NextDue(Owed.RESOLUTION, NOW + HOUR, Standing.AT_RISK),
        ),
        (
            tried(resolution(NOW - HOUR, Standing.BREACHED)),
            NextDue(Owed.RESOLUTION, NOW - HOUR, Standing.BREACHED),
        ),
        # It stays overdue, whatever the customer has asked for since.
        (
            tried(resolution(NOW - HOUR, Standing.BREACHED), named_time=NOW + HOUR),
            NextDue(Owed.RESOLUTION, NOW - HOUR, Standing.BREACHED),
        ),
        # Its clock is stopped.
        (tried(resolution(), left=3 * HOUR), NextDue(Owed.ANSWER, None, Standing.ON_TIME, 3 * HOUR)),
        (
            tried(resolution(), named_time=NOW + HOUR, left=3 * HOUR),
            NextDue(Owed.NAMED_TIME, NOW + HOUR, Standing.ON_TIME, 3 * HOUR),
        ),
        # A workaround kept it, or came too late: either way no clock runs.
        (
            tried(resolution(NOW + HOUR, Standing.MET, NOW - MINUTE)),
            NextDue(Owed.NOTHING, None, Standing.MET),
        ),
        (
            tried(resolution(NOW - HOUR, Standing.BREACHED, NOW - MINUTE)),
            NextDue(Owed.NOTHING, None, Standing.BREACHED),
        ),
        (tried(None), NextDue(Owed.RELEASE, None, Standing.ON_TIME)),
    ],
)
def test_what_is_due_next(facts: Facts, due: NextDue) -> None:
    assert next_due(facts, AT_RISK, NOW) == due


def test_a_release_does_not_excuse_the_first_reaction() -> None:
    assert next_due(untried(NOW + HOUR), AT_RISK, NOW).what is Owed.FIRST_REACTION


@pytest.mark.parametrize(
    ("left", "standing"),
    [
        (AT_RISK + MINUTE, Standing.ON_TIME),
        (AT_RISK, Standing.AT_RISK),
        (timedelta(seconds=1), Standing.AT_RISK),
        (timedelta(0), Standing.BREACHED),
        (-MINUTE, Standing.BREACHED),
    ],
)
def test_how_a_first_reaction_stands(left: timedelta, standing: Standing) -> None:
    assert first_reaction_standing(NOW + left, AT_RISK, NOW) is standing


def test_by_the_instant_and_then_what_is_due_at_none() -> None:
    in_order = [
        next_due(facts, AT_RISK, NOW)
        for facts in (
            tried(resolution(NOW - 2 * HOUR, Standing.BREACHED)),
            untried(NOW - HOUR),
            untried(NOW + 5 * MINUTE),
            tried(resolution(), named_time=NOW + HOUR),
            tried(resolution(NOW + 2 * HOUR)),
            untried(NOW + 72 * HOUR),
            tried(resolution(NOW, Standing.MET, NOW)),
            tried(resolution()),
            tried(None),
        )
    ]
    mixed = in_order[::-1]
    assert sorted(mixed, key=lambda due: due.order) == in_order
