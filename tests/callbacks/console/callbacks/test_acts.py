"""What users do to a callback, and that two of them never lose each other's change."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts import life
from callbacks.db.tables import (
    Callback,
    Event,
    Page,
    ReachAttempt,
)
from callbacks.people import technicians
from callbacks.records.event_log import tell
from tests.callbacks.console.console import BEGAN, DESK, Console


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


def story(sue: Console) -> list[str]:
    events = sue.database.read(lambda session: list(session.scalars(select(Event).order_by(Event.id))))
    return [f"{event.actor} {event.what} {event.detail}".strip() for event in events]


def texts(sue: Console, name: str, occasion: str) -> list[str]:
    row = sue.database.read(lambda session: technicians.technician_named(session, name))
    query = select(Page.words).where(Page.technician_id == row.id, Page.occasion.startswith(occasion))
    return sue.database.read(lambda session: list(session.scalars(query)))


def test_a_supervisor_gives_notes_and_resolves(console: Console) -> None:
    console.logs_in("sue@example.com")
    base = f"/callbacks/{console.reference}"
    refused = console.client.get(base) and console.posts(f"{base}/resolve", {})
    assert refused.status_code == 302
    assert "Nobody has it yet" in console.client.get(base).text
    console.posts(f"{base}/give", {"technician": "Amy Roy"})
    console.posts(f"{base}/note", {"words": "<b>rang twice</b>"})
    page = console.client.get(base).text
    assert "Amy Roy" in page
    assert "&lt;b&gt;rang twice&lt;/b&gt;" in page
    console.posts(f"{base}/resolve", {})
    assert console.callback.state == "resolved"


def test_it_is_given_to_somebody_whoever_has_it_and_they_are_told(sue: Console) -> None:
    does(sue, "give", technician="Amy Roy")
    does(sue, "give", technician="Ben Cole")
    assert sue.callback.owner is not None
    assert sue.callback.owner.name == "Ben Cole"
    assert "sue@example.com gave you" in texts(sue, "Ben Cole", "given")[0]
    assert "sue@example.com given to Ben Cole" in story(sue)


def test_page_now_takes_the_next_step_at_once_and_only_while_nobody_has_it(sue: Console) -> None:
    does(sue, "page-now")
    assert sue.callback.next_action_at == sue.clock.now()
    does(sue, "give", technician="Amy Roy")
    assert "Amy Roy has it." in does(sue, "page-now")


def test_the_priority_changes_the_promise_and_stays_in_the_story(sue: Console) -> None:
    assert "<dd>P2;" in page_of(sue)
    shown = does(sue, "priority", priority="P1")
    assert "<dd>P1;" in shown
    assert "sue@example.com priority P2 to P1" in story(sue)
    assert "There is no priority" in does(sue, "priority", priority="P0")


def test_waiting_stops_the_clock_only_after_an_attempt_and_until_they_are_back(sue: Console) -> None:
    assert "waits for nobody" in does(sue, "wait", why="away")
    does(sue, "give", technician="Amy Roy")
    does(sue, "attempt", outcome="continuing")
    assert "P2, waiting for the customer" in does(sue, "wait", why="sends a log on Monday")
    assert "already" in does(sue, "wait")
    sue.clock.move_to(sue.clock.now() + timedelta(hours=5))
    shown = does(sue, "back")
    assert "P2, waiting for the customer" not in shown
    assert "hours of waiting for the customer" in shown  # the promise says why it took longer
    assert "does not wait" in does(sue, "back")


def test_product_manager_cancel_and_reopen(sue: Console) -> None:
    assert "Red Sift OnDMARC (covered)" in does(sue, "product", product="Red Sift OnDMARC")
    assert "There is no product" in does(sue, "product", product="a pizza")
    assert "Nobody is on manager now" in does(sue, "manager", why="angry")
    assert "with a reason only" in does(sue, "cancel", why=" ")
    assert '<span class="standing cancelled">cancelled</span>' in does(sue, "cancel", why="a wrong number")
    assert (sue.callback.state, sue.callback.next_action_at) == ("cancelled", None)
    assert "Reopen it first" in does(sue, "give", technician="Amy Roy")
    does(sue, "reopen", why="they rang again")
    assert sue.callback.state == "open"
    assert sue.callback.next_action_at == sue.clock.now()  # nobody has tried them: the paging goes on


def test_what_the_owner_says_of_the_call_is_written_down(sue: Console) -> None:
    assert "Nobody has it yet" in does(sue, "attempt", outcome="no answer")
    does(sue, "give", technician="Amy Roy")
    does(sue, "attempt", outcome="no answer")
    attempt = sue.database.read(lambda session: session.scalars(select(ReachAttempt)).one())
    assert (attempt.outcome, attempt.told_by) == ("no answer", "console, sue@example.com")
    does(sue, "resolve")
    assert sue.callback.state == "resolved"


def test_whoever_acts_on_an_older_sight_is_told_who_was_faster(sue: Console) -> None:
    before = seen(sue)
    amy_takes(sue)
    sue.posts(f"/callbacks/{sue.reference}/cancel", {"seen": before, "why": "they called again"})
    page = page_of(sue)
    assert "Amy Roy was faster (taken)" in page
    assert 'value="they called again"' in page  # to be sent again, or not
    assert "<details open>" in page
    assert sue.callback.state == "open"
    does(sue, "cancel", why="they called again")
    assert sue.callback.state == "cancelled"


def test_nobody_is_faster_than_themselves(sue: Console) -> None:
    before = seen(sue)
    does(sue, "give", technician="Amy Roy")
    sue.posts(f"/callbacks/{sue.reference}/give", {"seen": before, "technician": "Ben Cole"})
    assert sue.callback.owner is not None
    assert sue.callback.owner.name == "Ben Cole"


@pytest.mark.parametrize("meanwhile", ["heard the message", "did not take the page", "note", "answered the call"])
def test_what_changes_nothing_is_in_nobodys_way(sue: Console, meanwhile: str) -> None:
    before = seen(sue)
    sue.database.write(lambda session: tell(session, "CA1", sue.clock.now(), "Amy Roy", meanwhile, ""))
    sue.posts(f"/callbacks/{sue.reference}/priority", {"seen": before, "priority": "P1"})
    assert sue.callback.priority == "P1"


def test_two_who_write_the_same_down_at_once_do_not_lose_it(sue: Console) -> None:
    before = seen(sue)
    sue.database.write(lambda session: tell(session, "CA1", sue.clock.now(), "Amy Roy", "named the caller", "Jo"))
    sue.posts(f"/callbacks/{sue.reference}/name", {"seen": before, "name": "Joe Blow"})
    assert "Amy Roy was faster (named the caller)" in page_of(sue)
    before = seen(sue)
    amy_takes(sue)
    sue.posts(f"/callbacks/{sue.reference}/name", {"seen": before, "name": "Joe Blow"})
    assert "Joe Blow" in page_of(sue)


def amy_takes(sue: Console) -> None:
    def work(session: Session) -> None:
        amy = technicians.technician_named(session, "Amy Roy")
        life.acknowledge(session, DESK, life.held(session, 1), amy, "text", sue.clock.now())

    sue.database.write(work)


def test_a_note_never_gets_lost(sue: Console) -> None:
    before = seen(sue)
    amy_takes(sue)
    sue.posts(f"/callbacks/{sue.reference}/note", {"seen": before, "words": "a note never gets lost"})
    assert any("a note never gets lost" in line for line in story(sue))


def test_an_act_that_does_not_exist_is_not_found(sue: Console) -> None:
    assert sue.posts(f"/callbacks/{sue.reference}/explode", {}).status_code == 404


def test_an_owner_hears_that_it_is_cancelled_and_that_it_is_open_again(sue: Console) -> None:
    does(sue, "give", technician="Amy Roy")
    does(sue, "cancel", why="they called Ben")
    (over,) = texts(sue, "Amy Roy", "over")
    assert "sue@example.com has cancelled" in over
    assert "(they called Ben). Nothing more for you to do." in over
    assert "with a reason only" in does(sue, "reopen", why="")
    does(sue, "reopen", why="Ben could not")
    (again,) = texts(sue, "Amy Roy", "reopened")
    assert "reopened" in again
    assert "It is yours: call the caller (number withheld" in again


def test_an_owner_hears_that_somebody_else_has_resolved_it(sue: Console) -> None:
    does(sue, "give", technician="Amy Roy")
    does(sue, "resolve")
    assert "sue@example.com has resolved" in texts(sue, "Amy Roy", "over")[0]


def test_what_is_done_is_said(sue: Console) -> None:
    assert f"{sue.reference}: it was assigned, and the new owner is texted." in does(sue, "give", technician="Amy Roy")
    assert f"{sue.reference}: the priority was changed." in does(sue, "priority", priority="P1")


def test_another_number_that_was_found_is_rung_instead(sue: Console) -> None:
    does(sue, "give", technician="Amy Roy")
    assert "cannot be rung: there is no such number" in does(sue, "number", number="555")
    shown = does(sue, "number", number="(514) 555-0142")
    assert ", call back on (514) 555-0142" in shown
    assert sue.callback.call.customer_number == "+15145550142"
    assert f"{sue.reference}</a>" in sue.client.get("/callbacks?words=5550142").text
    assert any("gave another number (514) 555-0142" in line for line in story(sue))


def test_a_risky_number_takes_the_name_of_a_supervisor(sue: Console) -> None:
    premium = "+1 876 555 0123"
    does(sue, "number", number=premium)
    assert (sue.callback.call.customer_number, sue.callback.consented_by) == ("+18765550123", "sue@example.com")


def test_after_a_wrong_number_the_console_asks_for_another_and_offers_that_one_no_more(sue: Console) -> None:
    does(sue, "give", technician="Amy Roy")
    does(sue, "number", number="(514) 555-0142")
    shown = does(sue, "attempt", outcome="wrong number")
    assert "who has no number to call: find another and enter it" in shown
    assert "Allow calls to" not in shown


def test_giving_it_twice_to_the_same_person_after_an_attempt_texts_them_twice(sue: Console) -> None:
    does(sue, "give", technician="Amy Roy")
    does(sue, "attempt", outcome="no answer")
    before = len(texts(sue, "Amy Roy", "given"))
    for _ in range(2):
        does(sue, "give", technician="Amy Roy")
    assert len(texts(sue, "Amy Roy", "given")) == before + 2


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
    assert console.callback.state == "resolved"
    assert ("amy@example.com", "callback: resolve") in console.audit_entries()


def test_a_technician_takes_over_what_somebody_else_has(console: Console) -> None:
    def bens(session: Session) -> None:
        callback = session.scalars(select(Callback)).one()
        life.acknowledge(session, DESK, callback, technicians.technician_named(session, "Ben Cole"), "text", BEGAN)

    console.database.write(bens)
    console.logs_in("amy@example.com")
    assert "Take over from Ben Cole" in console.client.get(f"/callbacks/{console.reference}").text
    console.posts(f"/callbacks/{console.reference}/take", {})
    owner = console.callback.owner
    assert owner is not None
    assert owner.name == "Amy Roy"


def test_an_attempt_that_a_technician_writes_down_is_their_own(console: Console) -> None:
    console.database.write(
        lambda s: life.acknowledge(
            s, DESK, s.scalars(select(Callback)).one(), technicians.technician_named(s, "Ben Cole"), "text", BEGAN
        )
    )
    console.logs_in("amy@example.com")
    console.posts(f"/callbacks/{console.reference}/attempt", {"outcome": "no answer"})
    told = console.database.read(lambda s: s.scalars(select(Event).where(Event.what == "tried the customer")).one())
    assert told.actor == "Amy Roy"
