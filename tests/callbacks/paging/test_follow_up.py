"""What follows an attempt, applied to the callback: who is asked, passed over, warned, and when it closes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.attempts import record_attempt
from callbacks.acts.base import Act
from callbacks.acts.closing import Cancel, Reopen
from callbacks.acts.opening import open_callback
from callbacks.acts.ownership import Pass, Take
from callbacks.acts.promises import SetPriority
from callbacks.db.database import Database
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import (
    AttemptState,
    CallbackState,
    Channel,
    CustomerMessageKind,
    PageKind,
    PageState,
    PriorityLevel,
    ReachOutcome,
)
from callbacks.db.tables import Callback, CustomerMessage, Event, Page, PageAttempt, Technician
from callbacks.desk.desk_file import read_desk
from callbacks.inbound import calls
from callbacks.lifecycle.waiting import is_waiting
from callbacks.oncall import store
from callbacks.paging import outages
from callbacks.paging.failures import fail
from callbacks.paging.follow_up import take_next_action
from callbacks.people import technicians
from callbacks.people.contact_methods import record_failure
from callbacks.text.bilingual import Words
from tests.acting import supervisor_acts, technician_acts

DESK = read_desk(Path("support.toml"))
BEGAN = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)  # Saturday, 22:12 in Montreal
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
CREW = (
    ("Amy Roy", "+15145550101", "primary"),
    ("Ben Cole", "+15145550102", "backup"),
    ("Sue Tran", "+15145550104", "supervisor"),
)


def at(minutes: float) -> datetime:
    return BEGAN + minutes * MINUTE


class Followed:
    """A callback of Saturday night, and the worker that follows it minute by minute."""

    def __init__(self, database: Database) -> None:
        self.database, self.now, self.is_refused = database, BEGAN, False
        database.write(self._open)

    def _open(self, session: Session) -> None:
        for name, number, layer in CREW:
            row = technicians.add_technician(session, name, number, BEGAN, verified=True)
            store.add_shift(session, DESK, row, layer, None, None, BEGAN)
        arrival = calls.Arrival("CA1", "direct", "+15145550199", "en", False, "closed", "TN-Validation-Passed-A")
        open_callback(session, DESK, calls.record_call(session, arrival, BEGAN), BEGAN)

    def do(self, work: Callable[[Session, Callback, Technician], object]) -> None:
        def run(session: Session) -> None:
            work(session, session.scalars(select(Callback)).one(), technicians.technician_named(session, "Amy Roy"))

        self.database.write(run)

    def tries(self, outcome: ReachOutcome = ReachOutcome.NO_ANSWER) -> None:
        self.do(lambda session, callback, amy: record_attempt(session, callback, amy, outcome, "text", self.now))
        self.follow()

    def takes(self) -> None:
        self.do(lambda session, callback, amy: technician_acts(session, DESK, callback, Take(), amy, self.now))

    def passes(self, name: str) -> None:
        def work(session: Session, callback: Callback, _: Technician) -> None:
            technician_acts(session, DESK, callback, Pass(), technicians.technician_named(session, name), self.now)

        self.do(work)
        self.follow()

    def supervises(self, act: Act) -> None:
        sue = "sue@example.com"
        self.do(lambda session, callback, amy: supervisor_acts(session, DESK, callback, act, sue, self.now))

    def follow(self) -> None:
        """Take the next action as often as it is due."""

        def due(session: Session, callback: Callback, amy: Technician) -> None:
            while callback.next_action_at is not None and callback.next_action_at <= self.now:
                take_next_action(session, DESK, callback, self.now)
                if not self.is_refused:
                    _send(session, self.now)

        self.do(due)

    def until(self, minutes: float) -> None:
        """Let time pass, and take every next action when it is due."""
        while (due_at := self.callback.next_action_at) is not None and due_at <= at(minutes):
            self.now = max(self.now, due_at)
            self.follow()
        self.now = at(minutes)

    def is_cut_off(self) -> None:
        """Have the carrier refuse texts and calls from now on."""
        self.is_refused = True
        for channel in outages.BY_PHONE:
            self.database.write(partial(outages.begin, channel=channel, now=self.now))

    @property
    def callback(self) -> Callback:
        return self.database.read(lambda session: session.scalars(select(Callback)).one())

    def owner(self) -> str | None:
        owner = self.callback.owner
        return owner.name if owner is not None else None

    def pages(self, kind: PageKind) -> Sequence[str]:
        query = select(Technician.name).join(Page, Page.technician_id == Technician.id).where(Page.kind == kind)
        return self.database.read(lambda session: session.scalars(query.order_by(Page.id)).all())

    def ways(self, kind: PageKind) -> Sequence[Channel]:
        query = select(Page.channel).where(Page.kind == kind).order_by(Page.id)
        return self.database.read(lambda session: session.scalars(query).all())

    def events(self, kind: EventKind) -> Sequence[str]:
        query = select(Event.detail).where(Event.kind == kind).order_by(Event.id)
        return self.database.read(lambda session: session.scalars(query).all())


def _send(session: Session, now: datetime) -> None:
    """Have the carrier accept every page that waits."""
    for page in session.scalars(select(Page).where(Page.state == PageState.DUE)).all():
        page.state, page.next_action_at = PageState.SENT, None
        session.add(PageAttempt(page_id=page.id, started_at=now, state=AttemptState.ACCEPTED))
    session.flush()


@pytest.fixture
def followed(database: Database) -> Followed:
    return Followed(database)


def test_the_owner_is_asked_again_and_passed_over_when_they_do_not_react(followed: Followed) -> None:
    followed.now = at(5)
    followed.tries()
    steps = len(followed.pages(PageKind.STEP))
    followed.until(19.9)
    assert followed.pages(PageKind.TRY_AGAIN) == []
    followed.until(20)
    assert followed.pages(PageKind.TRY_AGAIN) == ["Amy Roy"]
    assert followed.callback.try_again_at == at(20)
    followed.until(29.9)
    assert followed.owner() == "Amy Roy"
    followed.until(36)
    assert followed.owner() is None
    assert followed.events(EventKind.OWNER_PASSED_OVER) == ["Amy Roy was asked for the next attempt and did not react."]
    assert set(followed.pages(PageKind.STEP)[steps:]) == {"Ben Cole"}, "not Amy, who was just asked"


def test_an_owner_is_not_passed_over_for_a_request_that_never_left(followed: Followed) -> None:
    followed.now = at(5)
    followed.tries()
    followed.is_cut_off()
    followed.until(60)
    assert followed.pages(PageKind.TRY_AGAIN) == ["Amy Roy"]
    assert followed.owner() == "Amy Roy"
    followed.is_refused = False
    followed.database.write(lambda session: _send(session, followed.now))
    followed.until(69.9)
    assert followed.owner() == "Amy Roy"
    followed.until(81)
    assert followed.owner() is None


def test_while_texts_are_refused_the_owner_is_asked_by_phone(followed: Followed) -> None:
    followed.now = at(5)
    followed.tries()
    followed.database.write(lambda session: outages.begin(session, Channel.TEXT, at(6)))
    followed.until(20)
    assert followed.ways(PageKind.TRY_AGAIN) == [Channel.TEXT, Channel.CALL]


def test_an_owner_whom_the_request_does_not_reach_is_asked_another_way(followed: Followed) -> None:
    followed.now = at(5)
    followed.tries()
    followed.until(20)
    followed.database.write(lambda session: _fails(session, followed.now))
    assert followed.ways(PageKind.TRY_AGAIN) == [Channel.TEXT, Channel.CALL]


def _fails(session: Session, now: datetime) -> None:
    asked = session.scalars(select(Page).where(Page.kind == PageKind.TRY_AGAIN)).one()
    fail(session, DESK, asked, Words("Not delivered.", "Non livré."), now, 30003)


def test_passed_after_an_attempt_it_goes_to_the_next_person_at_once(followed: Followed) -> None:
    followed.now = at(5)
    followed.tries()
    steps = len(followed.pages(PageKind.STEP))
    followed.passes("Amy Roy")
    assert followed.pages(PageKind.STEP)[steps:] == ["Ben Cole"]


def test_declined_by_the_next_person_it_does_not_start_again_at_the_first_step(followed: Followed) -> None:
    followed.now = at(5)
    followed.tries()
    followed.passes("Amy Roy")
    followed.until(6)
    before = followed.callback
    followed.passes("Ben Cole")
    assert followed.callback.position >= before.position
    assert followed.callback.escalating_since == before.escalating_since == at(5)


def test_reopened_without_an_owner_it_starts_again_at_the_first_step(followed: Followed) -> None:
    followed.now = at(5)
    followed.tries()
    followed.passes("Amy Roy")
    followed.until(15)
    followed.supervises(Cancel("paid elsewhere"))
    steps = len(followed.pages(PageKind.STEP))
    followed.now = at(24 * 60)
    followed.supervises(Reopen("not paid"))
    followed.follow()
    assert followed.pages(PageKind.STEP)[steps:] == ["Ben Cole"], "Amy passed it on"


def test_tried_and_without_an_owner_since_an_earlier_release_it_starts_at_the_first_step(followed: Followed) -> None:
    followed.now = at(5)
    followed.tries()
    steps = len(followed.pages(PageKind.STEP))
    followed.now = at(24 * 60)
    followed.do(lambda session, callback, amy: _without_owner(callback, followed.now))
    followed.follow()
    assert followed.pages(PageKind.STEP)[steps:] == ["Amy Roy"]


def _without_owner(callback: Callback, now: datetime) -> None:
    callback.owner, callback.position, callback.next_action_at = None, 2, now


def test_an_owner_who_takes_it_again_has_as_long_again(followed: Followed) -> None:
    followed.now = at(5)
    followed.tries()
    followed.until(25)
    followed.takes()
    followed.until(34.9)
    assert followed.owner() == "Amy Roy"
    followed.until(35)
    assert followed.owner() is None


def test_an_owner_whom_nothing_reaches_is_passed_over_at_once(followed: Followed) -> None:
    followed.now = at(5)
    followed.tries()
    followed.do(lambda session, callback, amy: _unreachable(amy))
    followed.until(20)
    assert followed.events(EventKind.OWNER_PASSED_OVER) == ["Amy Roy cannot be reached."]


def _unreachable(technician: Technician) -> None:
    for way in technicians.person(technician).contact_methods:
        record_failure(technician, way, "dead")


def test_the_third_unsuccessful_attempt_starts_waiting_for_the_customer(followed: Followed) -> None:
    for minutes in (5, 21, 82):
        followed.until(minutes)
        followed.tries()
    assert followed.database.read(lambda session: is_waiting(session, session.scalars(select(Callback)).one()))
    assert followed.events(EventKind.WAITING_STARTED) == ["3 attempts did not reach the customer."]
    assert followed.callback.next_action_at == datetime(2026, 11, 30, 13, 30, tzinfo=UTC)  # Monday, 8:30


def test_it_closes_when_its_customer_stays_silent_after_the_attempts(followed: Followed) -> None:
    for day in range(3):
        followed.now = at(5) + day * DAY
        followed.tries()
    closes_at = datetime(2026, 12, 4, 13, 30, tzinfo=UTC)  # five days after the call, when the desk opens

    while followed.now < closes_at - MINUTE:
        followed.now = min(followed.now + 60 * MINUTE, closes_at - MINUTE)
        followed.follow()
        if followed.owner() is None:
            followed.takes()
    assert followed.callback.state is CallbackState.OPEN
    followed.now = closes_at
    followed.follow()
    assert (followed.callback.state, followed.callback.next_action_at) == (CallbackState.CLOSED, None)
    assert followed.pages(PageKind.CLOSED) == ["Amy Roy"]
    told = select(CustomerMessage.words).where(CustomerMessage.kind == CustomerMessageKind.CLOSED)
    assert "we tried to reach you 3 times" in followed.database.read(lambda session: session.scalars(told).one())


def test_an_overdue_critical_resolution_is_reported_until_somebody_acts(followed: Followed) -> None:
    followed.supervises(SetPriority(PriorityLevel.P1))
    followed.now = at(5)
    followed.tries(ReachOutcome.CONTINUING)
    followed.until(3 * 60)
    assert followed.pages(PageKind.AT_RISK) == ["Amy Roy"]
    followed.until(4 * 60)
    assert followed.pages(PageKind.UNRESOLVED) == []
    followed.until(5 * 60 + 1)
    assert followed.pages(PageKind.UNRESOLVED) == ["Amy Roy"] * 3
    assert followed.pages(PageKind.ALARM) == ["Sue Tran"] * 3
    followed.tries(ReachOutcome.WORKAROUND)
    followed.do(lambda session, callback, amy: _has_workaround(callback, followed.now))
    followed.until(8 * 60)
    assert len(followed.pages(PageKind.UNRESOLVED)) == 3


def _has_workaround(callback: Callback, now: datetime) -> None:
    callback.workaround_at = now


def test_any_other_overdue_resolution_goes_to_its_owner_when_the_desk_opens(followed: Followed) -> None:
    followed.now = at(5)
    followed.tries(ReachOutcome.CONTINUING)
    followed.until(2 * 24 * 60)
    assert followed.pages(PageKind.AT_RISK) == ["Amy Roy"]
    assert followed.pages(PageKind.UNRESOLVED) == ["Amy Roy"]
    assert followed.pages(PageKind.ALARM) == []


def test_what_is_no_longer_needed_is_not_sent(followed: Followed) -> None:
    followed.now = at(5)
    followed.tries()
    followed.is_refused = True
    followed.until(20)
    followed.tries()
    states = followed.database.read(
        lambda session: session.scalars(select(Page.state).where(Page.kind == PageKind.TRY_AGAIN)).all()
    )
    assert states == [PageState.CANCELLED]
