"""Opening a callback: once for each call, due from the moment the call began, with its first page."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from callbacks.acts.opening import HELD_BACK, open_callback
from callbacks.acts.ownership import Take
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import CallbackOrigin, CallbackState, CarrierStatus, PageKind, PriorityLevel, VoicemailState
from callbacks.db.tables import Call, Callback
from callbacks.desk.business_hours import add_closure, support_hours
from callbacks.inbound import calls
from callbacks.lifecycle.sla_status import reaction_due_at
from callbacks.paging.follow_up import take_next_action
from tests.callbacks.acts.night import CUSTOMER, NOW, Night

COLLEAGUE = "+15145550188"


def test_it_is_due_from_the_moment_the_call_began(night: Night) -> None:
    arrival = calls.Arrival("CA2", "direct", COLLEAGUE, "en", False, "outside support hours", "TN-Validation-Passed-A")
    call = calls.record_call(night.session, arrival, NOW)
    later = NOW + timedelta(minutes=4)
    opened = open_callback(night.session, night.desk, call, later)
    assert (opened.opened_at, opened.due_at) == (later, NOW + night.desk.callback.promise)


def test_a_new_callback_is_open_and_the_first_on_call_is_paged(night: Night) -> None:
    opened = night.callback_of("CA2")
    assert (opened.state, opened.priority, opened.owner) == (CallbackState.OPEN, PriorityLevel.P2, None)
    assert opened.next_action_at is not None
    assert opened.next_action_at > NOW
    assert [page.callback_id for page in night.pages(night.amy, PageKind.STEP)] == [night.callback.id, opened.id]
    assert night.pages(night.ben) == []


def test_the_same_call_opens_one_callback(night: Night) -> None:
    before = night.events()
    again = open_callback(night.session, night.desk, night.callback.contact, NOW + timedelta(minutes=1))
    assert again is night.callback
    assert night.session.scalar(select(func.count()).select_from(Callback)) == 1
    assert night.events() == before


def test_its_reference_can_be_read_out_on_a_bad_line(night: Night) -> None:
    assert re.fullmatch(r"[AFHJKLMNRSWXY]{2}-[1-9][0-9]{2}", night.callback.reference)
    assert night.events(EventKind.CALLBACK_OPENED) == [
        (Actor.DESK, EventKind.CALLBACK_OPENED, f"Reference {night.callback.reference}.")
    ]


def test_a_desk_that_moves_to_another_zone_moves_no_deadline(night: Night) -> None:
    before = (night.callback.due_at, night.callback.promised_from)
    hours = night.desk.hours.model_copy(update={"zone": "America/Vancouver"})
    elsewhere = night.desk.model_copy(update={"hours": hours})
    for after in (timedelta(minutes=3), timedelta(minutes=29)):
        night.callback.next_action_at = NOW + after
        take_next_action(night.session, elsewhere, night.callback, NOW + after)
    assert (night.callback.due_at, night.callback.promised_from) == before
    assert night.callback.breached_at is None


TUESDAY = datetime(2026, 11, 24, 15, tzinfo=UTC)  # 10:00 at the desk
FRIDAY_EVENING = datetime(2026, 11, 20, 22, 50, tzinfo=UTC)  # 17:50
HOUR = timedelta(hours=1)


def a_call(night: Night, began_at: datetime = TUESDAY, sid: str = "CA2") -> Call:
    return calls.record_call(night.session, calls.Arrival(sid, "direct", COLLEAGUE, "en", True, ""), began_at)


@pytest.mark.parametrize("origin", [CallbackOrigin.MISSED_CALL, CallbackOrigin.BY_HAND])
@pytest.mark.parametrize(
    ("began_at", "priority", "due_at"),
    [
        (TUESDAY, PriorityLevel.P1, TUESDAY + HOUR / 2),
        (TUESDAY, PriorityLevel.P2, TUESDAY + HOUR),
        (TUESDAY, PriorityLevel.P3, TUESDAY + 4 * HOUR),
        (FRIDAY_EVENING, PriorityLevel.P1, FRIDAY_EVENING + HOUR / 2),
        (FRIDAY_EVENING, PriorityLevel.P2, datetime(2026, 11, 23, 14, 20, tzinfo=UTC)),
        (FRIDAY_EVENING, PriorityLevel.P3, datetime(2026, 11, 23, 17, 20, tzinfo=UTC)),
    ],
)
def test_without_a_voicemail_the_first_reaction_of_the_priority_is_due(
    night: Night, origin: CallbackOrigin, began_at: datetime, priority: PriorityLevel, due_at: datetime
) -> None:
    line = night.desk.lines["direct"].model_copy(update={"priority": priority})
    desk = night.desk.model_copy(update={"lines": {**night.desk.lines, "direct": line}})
    opened = open_callback(night.session, desk, a_call(night, began_at), began_at + HOUR / 60, origin)
    assert (opened.origin, opened.due_at) == (origin, due_at)
    hours = support_hours(night.session, desk)
    assert reaction_due_at(night.session, desk, hours, opened, began_at + HOUR / 60) == due_at


@pytest.mark.parametrize("priority", PriorityLevel)
def test_a_voicemail_is_due_when_it_was_said_whatever_its_priority(night: Night, priority: PriorityLevel) -> None:
    line = night.desk.lines["direct"].model_copy(update={"priority": priority})
    desk = night.desk.model_copy(update={"lines": {**night.desk.lines, "direct": line}})
    assert open_callback(night.session, desk, a_call(night), TUESDAY).due_at == TUESDAY + HOUR / 2


def test_a_missed_call_whose_message_turns_up_is_due_as_a_voicemail(night: Night) -> None:
    call = a_call(night)
    open_callback(night.session, night.desk, call, TUESDAY, CallbackOrigin.MISSED_CALL)
    later = open_callback(night.session, night.desk, call, TUESDAY + HOUR / 60)
    assert (later.origin, later.due_at) == (CallbackOrigin.VOICEMAIL, TUESDAY + HOUR / 2)


def test_a_desk_that_never_opens_again_still_calls_back(night: Night) -> None:
    add_closure(night.session, TUESDAY, TUESDAY + timedelta(days=30 * 365), "closed for good", "fermé")
    opened = open_callback(night.session, night.desk, a_call(night), TUESDAY, CallbackOrigin.MISSED_CALL)
    assert opened.due_at == TUESDAY + HOUR / 2


# Without a number


def reported(night: Night, state: VoicemailState, caller: str = "anonymous", *, is_over: bool = True) -> Callback:
    """Return the callback after the carrier has announced a recording, and then says what became of it."""
    opened = night.callback_of("CA2", caller)
    opened.contact.ended_at = NOW if is_over else None
    calls.record_voicemail(night.session, night.desk, "CA2", calls.Recording(state, "RE1", 8), night.now)
    return opened


def first_pages(night: Night, callback: Callback) -> int:
    return len([page for page in night.pages(night.amy, PageKind.STEP) if page.callback_id == callback.id])


@pytest.mark.parametrize("caller", ["anonymous", "+266696687", "+15145559"])
def test_without_a_number_the_first_page_waits_for_the_message_but_not_for_long(night: Night, caller: str) -> None:
    opened = night.callback_of("CA2", caller)
    assert (first_pages(night, opened), opened.next_action_at) == (0, NOW + HELD_BACK)


@pytest.mark.parametrize("state", [VoicemailState.RECORDED, VoicemailState.FAILED])
def test_it_leaves_when_there_is_or_may_be_a_message(night: Night, state: VoicemailState) -> None:
    opened = reported(night, state)
    assert (opened.state, first_pages(night, opened)) == (CallbackState.OPEN, 1)


def test_a_call_that_left_neither_wakes_nobody(night: Night) -> None:
    opened = reported(night, VoicemailState.ABSENT)
    assert (opened.state, opened.next_action_at) == (CallbackState.UNREACHABLE, None)
    assert (first_pages(night, opened), opened.attempted_at) == (0, None)
    night.callback = opened
    assert night.events(EventKind.CLOSED_UNREACHABLE) == [
        (Actor.DESK, EventKind.CLOSED_UNREACHABLE, "The caller left neither a number nor a message.")
    ]


def test_a_caller_who_is_still_there_may_leave_a_message_yet(night: Night) -> None:
    opened = reported(night, VoicemailState.ABSENT, is_over=False)
    assert (opened.state, first_pages(night, opened)) == (CallbackState.OPEN, 0)
    calls.record_end(night.session, night.desk, "CA2", CarrierStatus.COMPLETED, NOW)
    assert opened.state is CallbackState.UNREACHABLE


def test_a_message_that_turns_up_after_all_reopens_the_callback(night: Night) -> None:
    opened = reported(night, VoicemailState.ABSENT)
    calls.record_voicemail(
        night.session, night.desk, "CA2", calls.Recording(VoicemailState.RECORDED, "RE1", 8), night.now
    )
    assert (opened.state, first_pages(night, opened)) == (CallbackState.OPEN, 1)


@pytest.mark.parametrize("caller", [CUSTOMER, "+442079460000"])
def test_a_number_alone_is_enough_even_one_that_needs_consent(night: Night, caller: str) -> None:
    opened = reported(night, VoicemailState.ABSENT, caller)
    assert (opened.state, first_pages(night, opened)) == (CallbackState.OPEN, 1)


def test_a_report_after_the_first_page_ends_it_for_those_who_were_paged(night: Night) -> None:
    night.callback = night.callback_of("CA2", "anonymous")
    night.released()
    night.paged(night.amy)
    reported(night, VoicemailState.ABSENT)
    assert night.callback.state is CallbackState.UNREACHABLE
    assert night.texts(night.amy, PageKind.OVER)


def test_what_somebody_took_stays_theirs(night: Night) -> None:
    night.callback = night.callback_of("CA2", "anonymous")
    night.amy_does(Take())
    reported(night, VoicemailState.ABSENT)
    assert night.callback.state is CallbackState.OPEN
