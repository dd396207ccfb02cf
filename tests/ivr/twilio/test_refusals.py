"""Refused webhooks: each has its status, and the log has one line a minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ivr.twilio.refusals import Refusal, RefusalLog

NIGHT = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)


def test_each_refusal_has_its_status() -> None:
    special = {Refusal.NO_LENGTH: 411, Refusal.TOO_LARGE: 413, Refusal.NO_FORM: 415}
    assert {each: each.status for each in Refusal} == {each: special.get(each, 403) for each in Refusal}


def test_the_first_of_a_minute_is_logged_with_the_number_left_out() -> None:
    refusals = RefusalLog()
    found = [refusals.left_out(NIGHT + timedelta(seconds=seconds)) for seconds in (0, 1, 59, 60, 61, 300)]
    assert found == [0, None, None, 2, None, 1]


def test_a_clock_that_was_set_back_keeps_nothing_from_the_log() -> None:
    refusals = RefusalLog()
    assert refusals.left_out(NIGHT) == 0
    assert refusals.left_out(NIGHT - timedelta(hours=1)) == 0
