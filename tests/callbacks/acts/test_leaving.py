"""A technician who leaves: their callbacks go to somebody else at once, at any stage."""

from __future__ import annotations

import pytest

from callbacks.acts.attempts import ReportOutcome
from callbacks.acts.leaving import leave_team
from callbacks.acts.ownership import Take
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import ReportedOutcome
from callbacks.oncall.ical.feed_keys import feed_content, feed_key
from callbacks.people.technicians import add_technician
from tests.callbacks.acts.night import NOW, Night


@pytest.mark.parametrize("act", [Take(), ReportOutcome(ReportedOutcome.NO_ANSWER)], ids=["taken", "tried"])
def test_what_they_owned_escalates_at_once(night: Night, act: Take | ReportOutcome) -> None:
    night.amy_does(act)
    leave_team(night.session, night.amy, NOW)
    assert night.amy.left_at == NOW
    assert (night.callback.owner, night.callback.next_action_at) == (None, NOW)
    assert [detail for _, _, detail in night.events(EventKind.OWNER_PASSED_OVER)] == ["Amy Roy has left the team."]


def test_what_is_closed_stays_closed(night: Night) -> None:
    night.amy_does(ReportOutcome(ReportedOutcome.CONTINUING))
    night.amy_does(ReportOutcome(ReportedOutcome.RESOLVED))
    leave_team(night.session, night.amy, NOW)
    assert night.callback.next_action_at is None


def test_the_address_of_their_calendar_feed_shows_nothing_any_more_also_once_they_are_back(night: Night) -> None:
    key = feed_key(night.session, night.amy, NOW)
    leave_team(night.session, night.amy, NOW)
    assert feed_content(night.session, night.desk, key, NOW) is None
    add_technician(night.session, "Amy Roy", "+15145550171", NOW, verified=True)
    assert feed_content(night.session, night.desk, key, NOW) is None
