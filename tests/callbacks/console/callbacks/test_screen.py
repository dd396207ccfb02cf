"""How a callback is shown: its SLA status, what happens next, its voicemail, and who can pass it on."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, true
from sqlalchemy.orm import Session

from callbacks.acts.attempts import record_attempt
from callbacks.acts.promises import SetPriority, WaitForCustomer
from callbacks.console.callbacks import screen
from callbacks.console.callbacks.screen import CallbackDetail, standing_of
from callbacks.db.states import (
    AudioState,
    CallbackState,
    PriorityLevel,
    ReachOutcome,
    TranscribedBy,
    VoicemailState,
)
from callbacks.db.tables import Call, Callback, Voicemail
from callbacks.errors import NotFound
from callbacks.inbound import calls
from callbacks.people import technicians
from tests.acting import supervisor_acts, takes
from tests.callbacks.console.console import BEGAN, DESK, Console

DUE = BEGAN + timedelta(minutes=30)
AT_RISK = timedelta(minutes=10)


def minutes(count: float) -> datetime:
    """Return the instant so many minutes after the call began."""
    return BEGAN + timedelta(minutes=count)


def callback(
    state: CallbackState = CallbackState.OPEN, tried: float | None = None, breached: float | None = None
) -> Callback:
    return Callback(
        state=state,
        due_at=DUE,
        attempted_at=None if tried is None else minutes(tried),
        breached_at=None if breached is None else minutes(breached),
        call=Call(sid="CA9", began_at=BEGAN),
    )


@pytest.mark.parametrize(
    ("shown", "now", "standing", "words"),
    [
        (callback(), 2, "on time", "28 min left"),
        (callback(), 20, "at risk", "10 min left"),
        (callback(), 30, "overdue", "by 0 min"),
        (callback(breached=30), 42, "overdue", "by 12 min"),
        (callback(tried=12), 42, "tried in time", "12 min after the call"),
        (callback(tried=35, breached=30), 42, "tried late", "35 min after the call"),
        (callback(CallbackState.RESOLVED, tried=12), 42, "resolved", ""),
        (callback(CallbackState.RESOLVED, tried=35, breached=30), 42, "resolved", "promise broken"),
        (callback(CallbackState.CANCELLED), 42, "cancelled", ""),
    ],
)
def test_the_sla_status_of_a_callback(shown: Callback, now: float, standing: str, words: str) -> None:
    assert standing_of(shown, AT_RISK, minutes(now)) == (standing, words)


@pytest.mark.parametrize(
    ("voicemail", "words"),
    [
        (None, "No message. The caller hung up or did not speak."),
        (Voicemail(state=VoicemailState.ABSENT), "No message. The caller hung up or did not speak."),
        (
            Voicemail(state=VoicemailState.FAILED),
            "The carrier lost the recording. There may have been a message: call this customer.",
        ),
        (
            Voicemail(state=VoicemailState.EXPECTED, audio=AudioState.NONE, transcript=""),
            "A message of unknown length. The carrier does not have it ready yet.",
        ),
        (
            Voicemail(state=VoicemailState.RECORDED, audio=AudioState.WANTED, seconds=8, transcript=""),
            "A message, 0:08 long. It is being downloaded from the carrier.",
        ),
        (
            Voicemail(
                state=VoicemailState.RECORDED,
                audio=AudioState.COPIED,
                seconds=72,
                transcript="",
                transcribed_by=TranscribedBy.NOBODY,
            ),
            "A message, 1:12 long. It could not be transcribed.",
        ),
    ],
)
def test_a_voicemail_in_words(voicemail: Voicemail | None, words: str) -> None:
    assert screen._voicemail_words(voicemail) == words


def detail(console: Console) -> CallbackDetail:
    return console.database.read(
        lambda session: screen.callback_detail(session, DESK, console.reference, true(), console.clock.now())
    )


def id_of(console: Console, name: str) -> int:
    return console.database.read(lambda session: technicians.technician_named(session, name).id)


def takes_it(console: Console, name: str) -> None:
    def work(session: Session) -> None:
        technician = technicians.technician_named(session, name)
        assert takes(session, DESK, session.scalars(select(Callback)).one(), technician, console.clock.now())

    console.database.write(work)


def test_whoever_was_paged_can_pass_it_on_until_somebody_owns_it(console: Console) -> None:
    amy, ben = id_of(console, "Amy Roy"), id_of(console, "Ben Cole")
    found = detail(console)
    assert (found.may_pass(amy), found.may_pass(ben), found.may_pass(None)) == (True, False, False)
    takes_it(console, "Ben Cole")
    found = detail(console)
    assert (found.may_pass(amy), found.may_pass(ben)) == (False, True)


def test_a_closed_callback_cannot_be_passed_on(console: Console) -> None:
    amy = id_of(console, "Amy Roy")
    takes_it(console, "Amy Roy")
    console.database.write(lambda session: setattr(session.get_one(Callback, 1), "state", CallbackState.RESOLVED))
    assert not detail(console).may_pass(amy)


def test_a_reference_is_found_in_small_letters_and_another_is_not_found(console: Console) -> None:
    found = console.database.read(lambda s: screen.callback_named(s, console.reference.lower(), true()))
    assert found.reference == console.reference
    with pytest.raises(NotFound, match="There is no callback ZZ-000"):
        console.database.read(lambda session: screen.callback_named(session, "ZZ-000", true()))


def test_the_call_log_goes_on_to_earlier_calls_without_losing_any(console: Console) -> None:
    def fill(session: Session) -> None:
        for number in range(2, screen.CALLS_A_PAGE + 3):
            arrival = calls.Arrival(f"CA{number}", "direct", "+15145550199", "en", False, "")
            calls.record_call(session, arrival, minutes(number // 2))  # two at the same instant

    console.database.write(fill)
    first = console.database.read(lambda session: screen.call_log(session, None))
    second = console.database.read(lambda session: screen.call_log(session, first.before))
    sids = [call.sid for call in (*first.calls, *second.calls)]
    assert (len(first.calls), second.before) == (screen.CALLS_A_PAGE, None)
    assert sorted(sids) == sorted(f"CA{number}" for number in range(1, screen.CALLS_A_PAGE + 3))
    assert second.references == {"CA1": console.reference}


def test_the_list_says_how_every_callback_stands(console: Console) -> None:
    console.logs_in("rita@example.com")
    assert "28 min left" in console.client.get("/").text
    console.clock.pass_time(timedelta(minutes=20))
    assert "at risk" in console.client.get("/").text
    console.clock.pass_time(timedelta(minutes=20))
    assert "by 12 min" in console.client.get("/").text

    def tried(session: Session) -> None:
        callback = session.scalars(select(Callback)).one()
        amy = technicians.technician_named(session, "Amy Roy")
        record_attempt(session, callback, amy, ReachOutcome.NO_ANSWER, "text", console.clock.now())

    console.database.write(tried)
    assert "tried late" in console.client.get("/").text


def test_what_was_tried_is_owed_a_resolution_and_says_so_until_it_is_made(console: Console) -> None:
    console.logs_in("sue@example.com")

    def tried(session: Session) -> None:
        amy, now = technicians.technician_named(session, "Amy Roy"), console.clock.now()
        callback = session.scalars(select(Callback)).one()
        supervisor_acts(session, DESK, callback, SetPriority(PriorityLevel.P1), "sue@example.com", now)
        record_attempt(session, callback, amy, ReachOutcome.NO_ANSWER, "text", now)

    console.database.write(tried)
    page = console.client.get("/").text
    assert "to resolve by <time" in page
    assert '<span class="standing overdue">overdue</span>' not in page
    console.clock.pass_time(timedelta(hours=4))
    page = console.client.get("/").text
    assert '<span class="standing overdue">overdue</span>' in page
    assert '<span class="standing overdue">overdue</span>' in console.client.get(f"/callbacks/{console.reference}").text
    console.database.write(
        lambda s: supervisor_acts(
            s, DESK, s.scalars(select(Callback)).one(), WaitForCustomer(""), "sue@example.com", console.clock.now()
        )
    )
    assert "overdue" in console.client.get("/").text  # a repair never undoes a breach


def test_now_names_whom_the_desk_will_call_and_when(sue: Console) -> None:
    assert "Amy Roy is called at 22:15" in sue.reads("/")
    sue.takes_next_step(timedelta(minutes=3))
    assert "Ben Cole" in sue.reads("/")


def test_now_says_when_the_owner_is_reminded(sue: Console) -> None:
    amys = lambda s: takes(  # noqa: E731
        s, DESK, s.scalars(select(Callback)).one(), technicians.technician_named(s, "Amy Roy"), sue.clock.now()
    )
    sue.database.write(amys)
    assert re.search(r"Amy Roy is reminded at 22:\d\d", sue.reads("/"))
