"""A lost phone: its access is revoked, and somebody else is paged about its technician's callbacks."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from callbacks.acts.attempts import ReportOutcome
from callbacks.acts.lost_phone import report_lost_phone
from callbacks.acts.ownership import Take
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import Channel, PageKind, PhoneSlot, ReportedOutcome
from callbacks.db.tables import Page
from callbacks.oncall import store
from callbacks.oncall.ical.feed_keys import feed_content, feed_key
from callbacks.paging.page_links import has_ended
from callbacks.people import sessions, users
from callbacks.people.contact_methods import is_verified
from callbacks.people.technicians import person
from tests.callbacks.acts.night import NOW, Night


def loses_phone(night: Night) -> None:
    report_lost_phone(night.session, night.desk, night.amy, NOW)
    night.session.flush()


def test_links_numbers_sessions_and_calendar_addresses_end(night: Night) -> None:
    (page,) = night.pages(night.amy, PageKind.STEP)
    user = users.add_user(night.session, "amy@example.com", "supervisor", "correct horse battery", NOW, "Amy Roy")
    login, key = (
        sessions.begin(night.session, user.id, "192.0.2.1", "a phone", NOW),
        feed_key(night.session, night.amy, NOW),
    )
    assert sessions.find(night.session, login, NOW) is not None
    loses_phone(night)
    assert has_ended(night.session, page)
    assert [is_verified(night.amy, slot) for slot in PhoneSlot] == [False, False]
    assert not person(night.amy).is_reachable
    assert sessions.find(night.session, login, NOW) is None
    assert feed_content(night.session, night.desk, key, NOW) is None


def test_supervisors_are_alerted_and_the_person_is_not(night: Night) -> None:
    store.add_shift(night.session, night.desk, night.amy, "supervisor", None, None, NOW)
    loses_phone(night)
    alerts = night.session.scalars(select(Page).where(Page.kind == PageKind.ALARM)).all()
    assert {page.technician.name for page in alerts} == {"Luc"}  # of the highest layer that can be reached
    assert "Amy Roy a perdu son téléphone" in alerts[0].words


@pytest.mark.parametrize("act", [Take(), ReportOutcome(ReportedOutcome.CONTINUING)], ids=["taken", "tried"])
def test_what_they_owned_escalates_at_once(night: Night, act: Take | ReportOutcome) -> None:
    night.amy_does(act)
    loses_phone(night)
    assert (night.callback.owner, night.callback.next_action_at) == (None, NOW)
    reasons = [detail for _, _, detail in night.events(EventKind.OWNER_PASSED_OVER)]
    assert reasons == ["Amy Roy has lost their phone."]


def test_what_they_were_asked_to_take_goes_to_the_next_person_at_once(night: Night) -> None:
    night.released()
    assert night.callback.next_action_at != NOW
    loses_phone(night)
    assert night.callback.next_action_at == NOW
    night.released()
    assert [page.channel for page in night.pages(night.ben, PageKind.STEP)] == [Channel.TEXT]


def test_what_somebody_else_has_or_what_is_closed_stays_as_it_is(night: Night) -> None:
    night.does(Take(), night.by(night.ben))
    at = night.callback.next_action_at
    loses_phone(night)
    assert (night.callback.owner, night.callback.next_action_at) == (night.ben, at)
    night.closes()
    loses_phone(night)
    assert night.callback.next_action_at is None
