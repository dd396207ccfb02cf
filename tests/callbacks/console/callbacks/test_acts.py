"""What users do to a callback, and that two of them never lose each other's change."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from callbacks.db.database import locked
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import AttemptProof, CallbackState, PageKind, PriorityLevel, ReachOutcome
from callbacks.db.tables import Call, Callback, Event, Page, ReachAttempt
from callbacks.inbound.calls import record_language
from callbacks.people import technicians
from callbacks.records.event_log import record_event
from callbacks.records.event_words import event_words
from tests.acting import takes
from tests.callbacks.console.console import BEGAN, DESK, Console
from tests.tried import tried


def page_of(sue: Console) -> str:
    return sue.client.get(f"/callbacks/{sue.reference}").text


def seen(sue: Console) -> str:
    found = re.search(r'name="seen" value="(\d+)"', page_of(sue))
    assert found is not None
    return found[1]


def does(sue: Console, act: str, **fields: str) -> str:
    answer = sue.posts(f"/callbacks/{sue.reference}/{act}", {"seen": seen(sue), **fields})
    assert answer.status_code == 302
    return page_of(sue)


def state_of(sue: Console) -> CallbackState:
    return sue.callback.state


def log(sue: Console) -> list[str]:
    events = sue.database.read(lambda session: list(session.scalars(select(Event).order_by(Event.id))))
    return [f"{event.actor} {event_words(event.kind, event.step)} {event.detail}".strip() for event in events]


def texts(sue: Console, name: str, kind: PageKind) -> list[str]:
    row = sue.database.read(lambda session: technicians.technician_named(session, name))
    query = select(Page.words).where(Page.technician_id == row.id, Page.kind == kind)
    return sue.database.read(lambda session: list(session.scalars(query)))


def test_a_supervisor_gives_notes_and_resolves(console: Console) -> None:
    console.logs_in("sue@example.com")
    base = f"/callbacks/{console.reference}"
    refused = console.client.get(base) and console.posts(f"{base}/resolve", {})
    assert refused.status_code == 302
    assert f"Nobody has {console.reference} yet. Assign it to a technician first." in console.client.get(base).text
    console.posts(f"{base}/give", {"technician": "Amy Roy"})
    console.posts(f"{base}/note", {"words": "<b>rang twice</b>"})
    page = console.client.get(base).text
    assert "Amy Roy" in page
    assert "&lt;b&gt;rang twice&lt;/b&gt;" in page
    console.posts(f"{base}/resolve", {})
    assert "Confirm that they were reached." in console.client.get(base).text
    assert console.callback.state.value == "open"
    console.posts(f"{base}/resolve", {"confirmed": "yes"})
    assert console.callback.state == CallbackState.RESOLVED


def test_it_is_given_to_somebody_whoever_has_it_and_they_are_told(sue: Console) -> None:
    does(sue, "give", technician="Amy Roy")
    does(sue, "give", technician="Ben Cole")
    assert sue.callback.owner is not None
    assert sue.callback.owner.name == "Ben Cole"
    assert "sue@example.com gave you" in texts(sue, "Ben Cole", PageKind.GIVEN)[0]
    assert "sue@example.com assigned it to Ben Cole" in log(sue)


def test_page_now_takes_the_next_step_at_once_and_only_while_nobody_has_it(sue: Console) -> None:
    does(sue, "page-now")
    assert sue.callback.next_action_at == sue.clock.now()
    does(sue, "give", technician="Amy Roy")
    assert "Amy Roy has it." in does(sue, "page-now")


def test_the_priority_changes_the_promise_and_stays_in_the_log(sue: Console) -> None:
    assert "<dd>P2;" in page_of(sue)
    shown = does(sue, "priority", priority="P1")
    assert "<dd>P1;" in shown
    assert "sue@example.com changed the priority P2 to P1" in log(sue)
    assert "is not a priority. Known: P1, P2, P3." in does(sue, "priority", priority="P0")


def test_waiting_stops_the_clock_only_after_an_attempt_and_until_they_are_back(sue: Console) -> None:
    assert "The promised callback cannot wait." in does(sue, "wait", why="away")
    does(sue, "give", technician="Amy Roy")
    does(sue, "attempt", outcome="continuing")
    assert "P2, waiting for the customer" in does(sue, "wait", why="sends a log on Monday")
    assert "is already waiting for the customer" in does(sue, "wait")
    sue.clock.move_to(sue.clock.now() + timedelta(hours=5))
    sue.logs_in("sue@example.com")
    shown = does(sue, "back")
    assert "P2, waiting for the customer" not in shown
    assert "hours of waiting for the customer" in shown  # the promise says why it took longer
    assert "is not waiting for the customer" in does(sue, "back")


def test_a_time_that_the_customer_names_moves_the_call(sue: Console) -> None:
    shown = does(sue, "time", at="2026-11-29T07:00")
    assert "the call is at 7:00 a.m. Sunday" in shown
    assert "the customer asked to be called after Sun 29 Nov 07:00" in shown
    assert "held, nobody is paged before Sun 29 Nov 06:50" in shown
    assert "is not a valid time" in does(sue, "time", at="soon")
    assert "Choose a time that is still to come" in does(sue, "time", at="2026-11-01T07:00")


def test_each_priority_has_its_examples(sue: Console) -> None:
    for path in ("/callbacks/{reference}", "/callbacks/new"):
        page = sue.reads(path)
        assert "P1, critical major functionality severely impaired" in page
        assert "For example: no mail flow, no access to the interface" in page


def test_a_customer_who_asks_for_no_call_is_shown_with_one_button(sue: Console) -> None:
    assert "act-cancel-asked" not in does(sue, "note", words="no text yet")
    asked = update(Callback).values(cancel_asked_at=sue.callback.opened_at)
    sue.database.write(lambda session: session.execute(asked))
    shown = does(sue, "note", words="there it is")
    assert "the customer asked by text for no call back" in shown
    assert "the customer asks for no call back" in shown  # in the list's notes too
    assert "The customer asked by text for no call back." in does(sue, "cancel-asked")
    assert sue.callback.state is CallbackState.CANCELLED


def test_product_manager_cancel_and_reopen(sue: Console) -> None:
    assert "Red Sift OnDMARC (covered)" in does(sue, "product", product="Red Sift OnDMARC")
    assert "is not a product" in does(sue, "product", product="a pizza")
    assert "DNS (courtesy)" in does(sue, "product", product="DNS", coverage="")
    assert "DNS (billable)" in (page := does(sue, "product", product="DNS", coverage="billable"))
    assert '<option value="billable" selected>' in page
    assert "the manager gets a text" in does(sue, "manager", why="angry")
    assert "Give a reason to cancel." in does(sue, "cancel", why=" ")
    assert '<span class="standing cancelled">cancelled</span>' in does(sue, "cancel", why="a wrong number")
    assert (sue.callback.state, sue.callback.next_action_at) == (CallbackState.CANCELLED, None)
    assert f"{sue.reference} is already closed." in does(sue, "give", technician="Amy Roy")
    does(sue, "reopen", why="they rang again")
    assert sue.callback.state == CallbackState.OPEN
    assert sue.callback.next_action_at == sue.clock.now()  # nobody has tried them: the paging goes on


def test_what_the_owner_says_of_the_call_is_written_down(sue: Console) -> None:
    does(sue, "number", number="514 555 0142")
    assert f"Nobody has {sue.reference} yet. Assign it to a technician first." in does(
        sue, "attempt", outcome="no answer"
    )
    does(sue, "give", technician="Amy Roy")
    does(sue, "attempt", outcome="no answer")
    attempt = sue.database.read(lambda session: session.scalars(select(ReachAttempt)).one())
    assert (attempt.outcome, attempt.told_by) == (ReachOutcome.NO_ANSWER, "console, sue@example.com")
    does(sue, "resolve")
    assert sue.callback.state == CallbackState.RESOLVED


def test_whoever_acts_on_an_older_sight_is_told_who_acted_first(sue: Console) -> None:
    before = seen(sue)
    amy_takes(sue)
    sue.posts(f"/callbacks/{sue.reference}/cancel", {"seen": before, "why": "they called again"})
    page = page_of(sue)
    assert "Amy Roy acted first (took it)" in page
    assert 'value="they called again"' in page  # to be sent again, or not
    assert "<details open>" in page
    assert state_of(sue) is CallbackState.OPEN
    does(sue, "cancel", why="they called again")
    assert state_of(sue) is CallbackState.CANCELLED


def test_nobody_acts_before_themselves(sue: Console) -> None:
    before = seen(sue)
    does(sue, "give", technician="Amy Roy")
    sue.posts(f"/callbacks/{sue.reference}/give", {"seen": before, "technician": "Ben Cole"})
    assert sue.callback.owner is not None
    assert sue.callback.owner.name == "Ben Cole"


@pytest.mark.parametrize(
    "meanwhile", [EventKind.MESSAGE_HEARD, EventKind.PAGE_NOT_TAKEN, EventKind.NOTE, EventKind.CALL_ANSWERED]
)
def test_what_changes_nothing_is_in_nobodys_way(sue: Console, meanwhile: EventKind) -> None:
    before = seen(sue)
    sue.database.write(lambda session: record_event(session, "CA1", sue.clock.now(), "Amy Roy", meanwhile, ""))
    sue.posts(f"/callbacks/{sue.reference}/priority", {"seen": before, "priority": "P1"})
    assert sue.callback.priority == PriorityLevel.P1


def test_two_who_write_the_same_down_at_once_do_not_lose_it(sue: Console) -> None:
    before = seen(sue)
    sue.database.write(
        lambda session: record_event(session, "CA1", sue.clock.now(), "Amy Roy", EventKind.CALLER_NAMED, "Jo")
    )
    sue.posts(f"/callbacks/{sue.reference}/name", {"seen": before, "name": "Joe Blow"})
    assert "Amy Roy acted first (named the caller)" in page_of(sue)
    before = seen(sue)
    amy_takes(sue)
    sue.posts(f"/callbacks/{sue.reference}/name", {"seen": before, "name": "Joe Blow"})
    assert "Joe Blow" in page_of(sue)


def amy_takes(sue: Console) -> None:
    def work(session: Session) -> None:
        amy = technicians.technician_named(session, "Amy Roy")
        takes(session, DESK, locked(session, Callback, 1), amy, sue.clock.now())

    sue.database.write(work)


def test_a_note_never_gets_lost(sue: Console) -> None:
    before = seen(sue)
    amy_takes(sue)
    sue.posts(f"/callbacks/{sue.reference}/note", {"seen": before, "words": "a note never gets lost"})
    assert any("a note never gets lost" in line for line in log(sue))


def test_an_act_that_does_not_exist_is_not_found(sue: Console) -> None:
    assert sue.posts(f"/callbacks/{sue.reference}/explode", {}).status_code == 404


def test_an_owner_hears_that_it_is_cancelled_and_that_it_is_open_again(sue: Console) -> None:
    does(sue, "give", technician="Amy Roy")
    does(sue, "cancel", why="they called Ben")
    (over,) = texts(sue, "Amy Roy", PageKind.OVER)
    assert "sue@example.com has cancelled" in over
    assert "(they called Ben). Nothing more for you to do." in over
    assert "Give a reason to reopen: the owner will read it." in does(sue, "reopen", why="")
    does(sue, "reopen", why="Ben could not")
    (again,) = texts(sue, "Amy Roy", PageKind.REOPENED)
    assert "reopened" in again
    assert "It is yours: call the caller (not a phone number" in again


def test_an_owner_hears_that_somebody_else_has_resolved_it(sue: Console) -> None:
    does(sue, "give", technician="Amy Roy")
    does(sue, "resolve", confirmed="yes")
    assert "sue@example.com has resolved" in texts(sue, "Amy Roy", PageKind.OVER)[0]


def test_what_is_done_is_said(sue: Console) -> None:
    assert f"{sue.reference} was assigned to Amy Roy, who gets a text." in does(sue, "give", technician="Amy Roy")
    assert f"{sue.reference} is now P1." in does(sue, "priority", priority="P1")


def test_another_number_that_was_found_is_rung_instead(sue: Console) -> None:
    does(sue, "give", technician="Amy Roy")
    assert "cannot be called: there is no such number" in does(sue, "number", number="555")
    shown = does(sue, "number", number="(514) 555-0142")
    assert ', call back on <a href="/numbers/+15145550142">(514) 555-0142</a>' in shown
    assert sue.callback.contact.customer_number == "+15145550142"
    assert f"{sue.reference}</a>" in sue.client.get("/callbacks?words=5550142").text
    assert any("entered another number (514) 555-0142" in line for line in log(sue))


def caller_is(sue: Console, number: str, language: str = "") -> str:
    """Return the screen of a callback whose caller has this number, and chose a language if one is given."""

    def work(session: Session) -> None:
        call = session.scalars(select(Call)).one()
        call.caller, call.customer_number = number, None
        if language:
            record_language(call, language)

    sue.database.write(work)
    return sue.client.get(f"/callbacks/{sue.reference}").text


def test_a_number_abroad_is_shown_and_a_supervisor_allows_or_refuses_it(sue: Console) -> None:
    shown = caller_is(sue, "+33142685300")
    assert "+33 1 42 68 53 00</a> (a number abroad (FR): a supervisor must allow it first)" in shown
    assert "Refuse calls to +33 1 42 68 53 00" in shown
    shown = does(sue, "refuse")
    assert "(a supervisor did not allow it) (refused by sue@example.com)" in shown
    assert "Refuse calls to" not in shown
    shown = does(sue, "consent")
    assert "(call allowed by sue@example.com)" in shown


def test_one_of_our_own_numbers_is_not_shown_as_the_callers(sue: Console) -> None:
    shown = caller_is(sue, "+18884847266")
    assert "number unknown: the call showed one of ours" in shown
    assert "/numbers/" not in shown
    assert "484-7266" not in shown.partition("<h2>Timeline")[0]
    assert "484-7266" not in sue.client.get("/callbacks").text


def test_an_extension_and_a_language_are_shown(sue: Console) -> None:
    does(sue, "number", number="514 555-0142 poste 204")
    assert ", call back on (514) 555-0142 ext. 204" in sue.reads("/callbacks/{reference}")
    assert "French, chosen by the caller" in caller_is(sue, "+15145550199", "fr")


def test_a_language_that_was_known_before_is_shown(sue: Console) -> None:
    def known(session: Session) -> None:
        call = session.scalars(select(Callback)).one().contact
        call.language, call.language_known = "fr", True

    sue.database.write(known)
    assert "French, known from before" in sue.client.get(f"/callbacks/{sue.reference}").text


def test_a_risky_number_takes_the_name_of_a_supervisor(sue: Console) -> None:
    premium = "+1 876 555 0123"
    does(sue, "number", number=premium)
    assert (sue.callback.contact.customer_number, sue.callback.consented_by) == ("+18765550123", "sue@example.com")


def test_after_a_wrong_number_the_console_asks_for_another_and_offers_that_one_no_more(sue: Console) -> None:
    does(sue, "give", technician="Amy Roy")
    does(sue, "number", number="(514) 555-0142")
    shown = does(sue, "attempt", outcome="wrong number")
    assert "who has no number to call yet" in shown
    assert "Allow calls to" not in shown


def test_giving_it_twice_to_the_same_person_after_an_attempt_texts_them_twice(sue: Console) -> None:
    does(sue, "give", technician="Amy Roy")
    does(sue, "attempt", outcome="no answer")
    before = len(texts(sue, "Amy Roy", PageKind.GIVEN))
    for _ in range(2):
        does(sue, "give", technician="Amy Roy")
    assert len(texts(sue, "Amy Roy", PageKind.GIVEN)) == before + 2


# Technicians


def test_a_technician_takes_connects_tries_and_resolves_at_the_console(console: Console) -> None:
    console.logs_in("amy@example.com")
    base = f"/callbacks/{console.reference}"
    page = console.client.get(base).text
    assert "Take it" in page
    assert "Cancel callback" not in page
    console.posts(f"{base}/take", {})
    assert console.callback.owner is not None
    console.posts(f"{base}/attempt", {"outcome": "no answer"})
    console.posts(f"{base}/resolve", {})
    assert "Confirm that they were reached." in console.client.get(base).text
    assert console.callback.state.value == "open"
    console.posts(f"{base}/resolve", {"confirmed": "yes"})
    assert console.callback.state == CallbackState.RESOLVED
    assert ("amy@example.com", "callback: resolve") in console.audit_entries()


def test_a_technician_takes_over_what_somebody_else_has(console: Console) -> None:
    def bens(session: Session) -> None:
        callback = session.scalars(select(Callback)).one()
        takes(session, DESK, callback, technicians.technician_named(session, "Ben Cole"), BEGAN)

    console.database.write(bens)
    console.logs_in("amy@example.com")
    assert "Take over from Ben Cole" in console.client.get(f"/callbacks/{console.reference}").text
    console.posts(f"/callbacks/{console.reference}/take", {})
    owner = console.callback.owner
    assert owner is not None
    assert owner.name == "Amy Roy"


def test_an_attempt_that_a_technician_writes_down_is_their_own(console: Console) -> None:
    console.database.write(
        lambda s: takes(s, DESK, s.scalars(select(Callback)).one(), technicians.technician_named(s, "Ben Cole"), BEGAN)
    )
    console.logs_in("amy@example.com")
    console.posts(f"/callbacks/{console.reference}/attempt", {"outcome": "continuing"})
    told = console.database.read(lambda s: s.scalars(select(Event).where(Event.kind == EventKind.ATTEMPT)).one())
    assert told.actor == "Amy Roy"


def test_a_technician_who_was_paged_passes_it_on_and_so_does_its_owner(console: Console) -> None:
    console.logs_in("amy@example.com")
    base = f"/callbacks/{console.reference}"
    assert "Pass it on" in console.client.get(base).text
    console.posts(f"{base}/take", {})
    assert "Pass it on" in console.client.get(base).text
    console.posts(f"{base}/pass", {})
    assert "goes to the next person now" in console.client.get(base).text
    assert (console.callback.owner, console.callback.next_action_at) == (None, console.clock.now())


def test_nobody_else_has_a_button_to_pass_it_on(console: Console) -> None:
    console.logs_in("sue@example.com")
    assert "Pass it on" not in page_of(console)
    does(console, "give", technician="Ben Cole")
    console.logs_in("amy@example.com")
    assert "Pass it on" not in page_of(console)


def test_no_way_to_reach_the_customer_is_closed_with_a_reason_and_shown_with_its_proof(sue: Console) -> None:
    shown = page_of(sue)  # this caller's "number" is not one
    assert "Close: no way to reach" in shown
    assert "<option>no answer</option>" not in shown
    does(sue, "give", technician="Amy Roy")
    assert "No number to call" in does(sue, "attempt", outcome="no answer")
    shown = does(sue, "unreachable", why="only a first name")
    assert state_of(sue) is CallbackState.UNREACHABLE
    assert "Nobody could be called" in shown
    assert "sue@example.com closed it: no way to reach the customer only a first name" in log(sue)


def test_an_attempt_is_shown_with_who_decided_it_and_what_proves_it(sue: Console) -> None:
    def guessed(session: Session) -> None:
        callback, amy = session.scalars(select(Callback)).one(), technicians.technician_named(session, "Amy Roy")
        tried(session, callback, amy, sue.clock.now(), AttemptProof.CARRIER, ReachOutcome.MACHINE)

    sue.database.write(guessed)
    shown = page_of(sue)
    assert "carrier&#39;s guess" in shown
    assert "Proven by the carrier" in shown
    does(sue, "number", number="514 555 0142")
    shown = does(sue, "attempt", outcome="left a message")
    assert "left a message <small>said by the technician" in shown
    assert "Proven by the carrier" in shown


def test_with_a_number_to_call_it_cannot_be_closed_as_unreachable(sue: Console) -> None:
    shown = does(sue, "number", number="514 555 0142")
    assert "Close: no way to reach" not in shown
    assert "has a number to call: (514) 555-0142." in does(sue, "unreachable", why="no answer")
    assert state_of(sue) is CallbackState.OPEN


def test_an_outside_ticket_is_shown_and_in_both_logs(console: Console) -> None:
    console.logs_in("amy@example.com")
    page = does(console, "ticket", number="INC-4711")
    assert "the outside ticket is INC-4711" in page
    assert "entered the outside ticket" in page
    assert any("INC-4711" in detail for detail in console.audit_details("callback: ticket"))


def test_a_callback_is_joined_with_another_and_says_so(console: Console) -> None:
    console.logs_in("sue@example.com")
    reference = console.reference
    fields = {"whom_to_call": "514 555-0177", "priority": "P3", "form": "a" * 32}
    other = console.posts("/callbacks/new", fields).headers["Location"].rpartition("/")[2]

    def joins(**more: str) -> str:
        return console.follows(console.posts(f"/callbacks/{reference}/join", {"reference": other, **more}))

    assert "Confirm that they are one matter." in joins()
    page = joins(confirmed="yes")
    assert f"{reference} is part of {other} now." in page
    assert f'It is part of <a href="/callbacks/{other}">{other}</a> now.' in page
    assert "joined to another" in page
    assert "Reason to reopen it" not in page
    assert "Split off the call" in console.client.get(f"/callbacks/{other}").text


MIGRATION = "server upgrades and migrations"


def test_billable_work_from_the_callbacks_page(sue: Console) -> None:
    """Consent, minutes with a note and an outcome, their sums, and a correction."""
    assert "Record consent" not in page_of(sue)
    does(sue, "give", technician="Amy Roy")
    page = does(sue, "product", product=MIGRATION)
    assert "Consent not on record." in page
    assert "record the customer&#39;s consent before it starts" in page
    refused = does(sue, "note", words="moved it", minutes="25")
    assert "no consent of the customer from before the work is on record" in refused
    assert 'value="moved it"' in refused
    earlier = f"{(BEGAN - timedelta(hours=1)).astimezone(DESK.zone):%Y-%m-%dT%H:%M}"
    consent = {"given_by": "Bob", "way": "phone", "given": earlier, "scope": "the move", "limit": "60"}
    page = does(sue, "billing-consent", **consent)
    assert "Consent not on record." not in page
    assert "Bob by phone" in page
    page = does(sue, "note", words="moved it", minutes="25")
    assert "25 min noted." in page
    assert "<dd>25 min worked, of it 25 min billable; agreed: 1 h 00 min</dd>" in page
    page = does(sue, "attempt", outcome="continuing", minutes="5")
    assert "30 min worked" in page
    (entry, *_) = re.findall(r'<option value="(\d+)">25 min, sue@example.com', page)
    page = does(sue, "minutes", entry=entry, minutes="20", why="a typo")
    assert "25 min worked" in page
    page = does(sue, "minutes", entry=entry, minutes="0", why="another callback")
    assert "5 min worked" in page
    assert "Consent not on record." in does(sue, "no-billing-consent")


@pytest.mark.parametrize(
    ("act", "fields", "why"),
    [
        ("note", {"words": "x", "minutes": "1.5"}, "Minutes must be a whole number from 1 to 1440."),
        ("note", {"words": "x", "minutes": "5", "ended": "soon"}, "That is not a valid time."),
        ("note", {"words": "x", "minutes": "5", "ended": "2026-01-01T10:00"}, "and within 31 days"),
        ("minutes", {"minutes": "", "why": "x"}, "Minutes must be a whole number"),
        ("minutes", {"minutes": "5", "entry": "x", "why": "x"}, "There are no such minutes."),
        ("billing-consent", {"way": "", "given_by": "Bob", "scope": "x"}, "Choose how the customer consented."),
        ("billing-consent", {"way": "mail", "given_by": "Bob", "scope": "x", "limit": "x"}, "The limit must be"),
        ("no-billing-consent", {}, "has no consent to withdraw"),
    ],
)  # fmt: skip
def test_what_a_form_about_work_refuses(sue: Console, act: str, fields: dict[str, str], why: str) -> None:
    assert why in does(sue, act, **fields)
