"""How a callback is shown: its SLA status, what happens next, its voicemail, and who can pass it on."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, select, true
from sqlalchemy.orm import Session

from callbacks.acts.attempts import record_attempt
from callbacks.acts.promises import SetPriority, WaitForCustomer
from callbacks.console.callbacks import screen
from callbacks.console.callbacks.screen import CallbackDetail, standing_of
from callbacks.db.states import (
    AttemptProof,
    AudioState,
    CallbackOrigin,
    CallbackState,
    ContactWay,
    PriorityLevel,
    ReachOutcome,
    TranscribedBy,
    Urgency,
    VoicemailState,
)
from callbacks.db.tables import Call, Callback, Voicemail, Waiting
from callbacks.errors import NotFound
from callbacks.inbound import calls
from callbacks.paging.decide import Decision
from callbacks.people import technicians
from tests.acting import supervisor_acts, takes
from tests.callbacks.console.console import BEGAN, DESK, Console
from tests.tried import tried

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
        contact=Call(sid="CA9", began_at=BEGAN),
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
    ("way", "words"),
    [
        (ContactWay.CALL, "12 min after the call"),
        (ContactWay.MAIL, "12 min after the mail"),
        (ContactWay.BY_HAND, "12 min after it was opened"),
    ],
)
def test_the_time_of_the_first_attempt_counts_from_what_the_customer_did(way: ContactWay, words: str) -> None:
    shown = callback(tried=12)
    shown.contact.way = way
    assert standing_of(shown, AT_RISK, minutes(42)) == ("tried in time", words)


@pytest.mark.parametrize(
    ("shown", "standing", "words"),
    [
        (callback(tried=12), "nobody to call", "heard 12 min after the call"),
        (callback(tried=35, breached=30), "nobody to call", "heard 35 min after the call, too late"),
        (callback(CallbackState.UNREACHABLE), "no way to reach", ""),
        (callback(CallbackState.UNREACHABLE, tried=35, breached=30), "no way to reach", "promise broken"),
    ],
)
def test_nobody_was_tried_where_nobody_could_be_called(shown: Callback, standing: str, words: str) -> None:
    assert standing_of(shown, AT_RISK, minutes(42), AttemptProof.NO_NUMBER) == (standing, words)


@pytest.mark.parametrize(
    ("columns", "is_waiting", "notes"),
    [
        ({}, False, []),
        ({"try_again_at": minutes(60)}, False, ["next attempt due Sat 28 Nov 23:12"]),
        ({"try_again_at": minutes(41)}, False, ["next attempt was due Sat 28 Nov 22:53"]),
        ({}, True, ["waiting for the customer"]),
        ({"workaround_at": minutes(20)}, False, ["workaround given Sat 28 Nov 22:32"]),
        ({"release": "modusCloud 5.2"}, False, ["fixed in modusCloud 5.2"]),
        ({"release": "modusCloud 5.2", "state": CallbackState.RESOLVED}, False, []),
    ],
)
def test_what_is_agreed_about_an_open_callback(columns: dict[str, object], is_waiting: bool, notes: list[str]) -> None:
    shown = callback(tried=12)
    for name, value in columns.items():
        setattr(shown, name, value)
    assert screen.notes_of(shown, DESK.zone, minutes(42), is_waiting=is_waiting) == notes


@pytest.mark.parametrize(
    ("contact", "columns", "why"),
    [
        ({"way": ContactWay.MAIL}, {}, ": the customer wrote while the desk was closed"),
        ({"urgency": Urgency.CAN_WAIT}, {}, ": the caller said that it can wait"),
        ({}, {"perhaps_robot": True}, ""),
        ({}, {"named_time_at": minutes(60)}, ""),
    ],
)
def test_why_nobody_is_paged_yet_is_said_once(contact: dict[str, object], columns: dict[str, object], why: str) -> None:
    shown = callback()
    shown.held_until = minutes(60)
    for row, values in ((shown.contact, contact), (shown, columns)):
        for name, value in values.items():
            setattr(row, name, value)
    notes = screen.notes_of(shown, DESK.zone, minutes(42), is_waiting=False)
    assert notes[-1] == f"held, nobody is paged before Sat 28 Nov 23:12{why}"


@pytest.mark.parametrize(("hours", "at"), [(0.1, "22:18"), (10, "Sun 29 Nov 08:12")])
def test_what_happens_on_another_day_has_its_day(hours: float, at: str) -> None:
    shown = callback()
    shown.next_action_at = minutes(hours * 60)
    checked = Decision(None, minutes(hours * 60), 0, resumed=False)
    assert screen.next_of(shown, checked, DESK.zone, minutes(2)) == f"checked again at {at}"


@pytest.mark.parametrize(
    ("way", "is_known", "words"),
    [
        (ContactWay.MAIL, True, "English, of the mail, or of the customer's record"),
        (ContactWay.MAIL, False, "English, assumed"),
        (ContactWay.CALL, True, "English, known from before"),
        (ContactWay.CALL, False, "English, of the line"),
    ],
)
def test_whose_language_it_is(way: ContactWay, is_known: bool, words: str) -> None:
    contact = Call(way=way, language="en", language_known=is_known, language_chosen=False)
    assert screen._language(contact) == words


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
            arrival = calls.Arrival(f"CA{number}", "direct", "+15145550199", "en", False, "", "TN-Validation-Passed-A")
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

    def has_tried(session: Session) -> None:
        callback = session.scalars(select(Callback)).one()
        amy = technicians.technician_named(session, "Amy Roy")
        record_attempt(session, callback, amy, ReachOutcome.NO_ANSWER, "text", console.clock.now())

    console.database.write(has_tried)
    assert "tried late" in console.client.get("/").text


def test_what_was_tried_is_owed_a_resolution_and_says_so_until_it_is_made(console: Console) -> None:
    console.logs_in("sue@example.com")

    def has_tried(session: Session) -> None:
        amy, now = technicians.technician_named(session, "Amy Roy"), console.clock.now()
        callback = session.scalars(select(Callback)).one()
        supervisor_acts(session, DESK, callback, SetPriority(PriorityLevel.P1), "sue@example.com", now)
        record_attempt(session, callback, amy, ReachOutcome.NO_ANSWER, "text", now)

    console.database.write(has_tried)
    page = console.client.get("/").text
    assert "to resolve by <time" in page
    assert '<span class="standing overdue">overdue</span>' not in page
    console.clock.pass_time(timedelta(hours=4))
    console.logs_in("sue@example.com")
    page = console.client.get("/").text
    assert '<span class="standing overdue">overdue</span>' in page
    assert '<span class="standing overdue">overdue</span>' in console.client.get(f"/callbacks/{console.reference}").text
    console.database.write(
        lambda s: supervisor_acts(
            s, DESK, s.scalars(select(Callback)).one(), WaitForCustomer(""), "sue@example.com", console.clock.now()
        )
    )
    assert "overdue" in console.client.get("/").text  # a repair never undoes a breach


def test_now_and_the_callback_show_the_next_attempt_the_workaround_and_the_release(sue: Console) -> None:
    def work(session: Session) -> None:
        row, amy = session.scalars(select(Callback)).one(), technicians.technician_named(session, "Amy Roy")
        tried(session, row, amy, minutes(12), AttemptProof.CARRIER)
        row.contact.customer_number = "+15145550199"
        row.try_again_at, row.workaround_at, row.release = minutes(60), minutes(20), "modusCloud 5.2"
        session.add(Waiting(callback_id=row.id, since=minutes(21)))

    sue.database.write(work)
    sue.clock.pass_time(timedelta(minutes=30))
    for address in ("/", "/callbacks/{reference}"):
        page = sue.reads(address)
        assert "Amy Roy is asked to try again at Sat 28 Nov 23:12 next attempt due Sat 28 Nov 23:12" in page
        assert "waiting for the customer workaround given Sat 28 Nov 22:32 fixed in modusCloud 5.2" in page
        assert "tried in time 12 min after the call Proven by the carrier" in page


def test_each_attempt_is_shown_with_its_proof_and_who_decided_its_outcome(sue: Console) -> None:
    def work(session: Session) -> None:
        row, amy = session.scalars(select(Callback)).one(), technicians.technician_named(session, "Amy Roy")
        tried(session, row, amy, minutes(3), AttemptProof.NONE, ReachOutcome.NOT_RUNG)
        tried(session, row, amy, minutes(5), AttemptProof.CARRIER, ReachOutcome.MACHINE).seconds = 12
        tried(session, row, amy, minutes(9), AttemptProof.WORD, ReachOutcome.LEFT_A_MESSAGE)
        row.origin = CallbackOrigin.MISSED_CALL

    sue.database.write(work)
    page = sue.reads("/callbacks/{reference}")
    assert "not rung reported by the carrier No attempt: no phone rang, or the mail came back connection" in page
    assert "machine, 12 s the carrier's guess Proven by the carrier connection" in page
    assert "left a message said by the technician By a technician's word text" in page
    assert "Came from a missed call: the caller waited for a technician and hung up" in page


def test_an_unreachable_callback_says_that_nobody_could_be_called(sue: Console) -> None:
    sue.database.write(lambda session: setattr(session.get_one(Callback, 1), "state", CallbackState.UNREACHABLE))
    for address in ("/", "/callbacks/{reference}", "/callbacks?state=unreachable"):
        assert "no way to reach Nobody could be called" in sue.reads(address)


def test_the_list_of_open_callbacks_takes_as_many_queries_as_one_of_them(sue: Console) -> None:
    def rows(session: Session) -> int:
        queries = list[str]()
        listen = lambda *args: queries.append(args[2])  # noqa: E731
        event.listen(sue.database.engine, "before_cursor_execute", listen)
        callbacks = session.scalars(select(Callback)).all()
        screen.rows_of(session, DESK, callbacks, minutes(42))
        event.remove(sue.database.engine, "before_cursor_execute", listen)
        return sum(query.startswith("SELECT") for query in queries)

    def one(session: Session) -> None:
        amy = technicians.technician_named(session, "Amy Roy")
        tried(session, session.scalars(select(Callback)).one(), amy, minutes(1), AttemptProof.CARRIER)

    sue.database.write(one)
    before = sue.database.read(rows)

    def more(session: Session) -> None:
        amy = technicians.technician_named(session, "Amy Roy")
        for number in range(2, 9):
            arrival = calls.Arrival(
                f"CA{number}", "direct", f"+151455502{number:02}", "en", False, "", "TN-Validation-Passed-A"
            )
            calls.record_call(session, arrival, BEGAN).is_separate = True
            news = calls.Recording(VoicemailState.RECORDED, f"RE{number}", 9)
            calls.record_voicemail(session, DESK, f"CA{number}", news, BEGAN)
            row = session.scalars(select(Callback).where(Callback.contact_sid == f"CA{number}")).one()
            tried(session, row, amy, minutes(number), AttemptProof.CARRIER)

    sue.database.write(more)
    assert sue.database.read(rows) == before


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
