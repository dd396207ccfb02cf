"""Nights on which texts to the desk are lost on the way: they count as of when they were sent, and once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from callbacks.db.event_kinds import EventKind
from callbacks.db.states import CallbackState
from callbacks.db.tables import Event, ReceivedText
from callbacks.inbound import late_texts
from callbacks.inbound.texts import answer_text
from callbacks.paging.customer_messages import has_opted_out
from callbacks.worker.loop import Worker
from callbacks.worker.senders import Senders
from ivr.simulator.ledger import Message
from tests.scenarios.conftest import POSTGRES_IN_SOAK, ScenarioDesk

pytestmark = POSTGRES_IN_SOAK
CUSTOMER = "+15145550199"
LOOKS = timedelta(minutes=4)  # within which the carrier is asked


def web_is_down(desk: ScenarioDesk) -> None:
    desk.fails("sms", "lost", times=100)
    desk.carrier_may_complain = True


def web_is_up(desk: ScenarioDesk) -> None:
    desk.carrier.faults.clear()


def last_text(desk: ScenarioDesk) -> Message:
    return [text for text in desk.carrier.ledger.messages if text.direction == "inbound"][-1]


def breached_at(desk: ScenarioDesk) -> datetime | None:
    return desk.callback.breached_at


def received(desk: ScenarioDesk) -> list[str]:
    return desk.service.database.read(lambda session: list(session.scalars(select(ReceivedText.words))))


def found_at(desk: ScenarioDesk) -> datetime:
    found = select(Event.at).where(Event.kind == EventKind.TEXT_FOUND)
    return desk.service.database.read(lambda session: session.scalars(found).one())


def test_what_a_technician_texted_while_the_web_was_down_counts_as_of_then(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("(514) 555-0199")
    amy.texts("{code}").reads("is yours")
    web_is_down(desk)
    amy.texts("na {code}")
    sent_at = desk.now
    amy.reads("no answer", within=LOOKS)
    (attempt,) = desk.attempts()
    assert abs(attempt.tried_at - sent_at) < timedelta(seconds=2)
    assert desk.callback.attempted_at == attempt.tried_at
    assert found_at(desk) > sent_at + late_texts.WEBHOOK_MAY_COME_FOR
    assert desk.log_says("found a text that had not arrived")
    web_is_up(desk)
    desk.scenario.minutes_pass(6)
    amy.reads_nothing()
    assert len(desk.attempts()) == 1
    amy.resolves()


def test_after_the_whole_desk_was_down_nobody_is_paged_for_what_was_reported_meanwhile(
    open_desk: Callable[..., ScenarioDesk],
) -> None:
    desk = open_desk("2026-11-29T01:58")
    desk.leaves_a_message()
    amy, service = desk.phone_of("Amy"), desk.service
    amy.reads("(514) 555-0199")
    amy.texts("{code}").reads("is yours")
    desk.clock_moves_to("2026-11-29T02:05")
    desk.scenario.settle()
    web_is_down(desk)
    desk.scenario.service = replace(service, worker=Worker((), Senders(1), service.clock))
    desk.clock_moves_to("2026-11-29T02:10")
    amy.texts("done {code}")
    amy.texts("done {code}")
    desk.clock_moves_to("2026-11-29T02:35")
    web_is_up(desk)
    desk.scenario.service = service
    amy.reads('"done', "Did you reach them?")
    amy.reads('"done', "2:10 a.m.", "is resolved")
    desk.scenario.minutes_pass(5)
    assert desk.callback.breached_at is None
    assert desk.callback.state is CallbackState.RESOLVED
    assert [f"{attempt.tried_at:%H:%M}" for attempt in desk.attempts()] == ["07:10"]
    assert {page.technician.name for page in desk.pages()} == {"Amy Roy"}


def test_a_text_before_the_deadline_that_is_found_after_it_keeps_the_promise(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("(514) 555-0199")
    amy.texts("{code}").reads("is yours")
    due_at = desk.callback.due_at
    desk.scenario.move_to(due_at - timedelta(seconds=45))
    desk.scenario.ignore_so_far()
    web_is_down(desk)
    amy.texts("na {code}")
    desk.scenario.move_to(due_at + timedelta(seconds=5))
    assert breached_at(desk) == due_at
    desk.scenario.minutes_pass(4)
    assert breached_at(desk) is None
    (attempt,) = desk.attempts()
    assert attempt.tried_at < due_at
    desk.scenario.ignore_so_far()


def test_a_text_that_is_found_after_a_quarter_of_an_hour_is_answered_with_what_was_done(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("(514) 555-0199")
    amy.texts("{code}").reads("is yours")
    web_is_down(desk)
    desk.fails("lists", "500", times=1000)
    code = amy.code
    amy.texts("na {code}")
    amy.texts("call {code}")
    desk.scenario.minutes_pass(16)
    desk.scenario.ignore_so_far()
    web_is_up(desk)
    amy.reads(f'"na {code}", only arrived now.', "no answer", within=LOOKS)
    amy.reads(f'"call {code}", only arrived now.', "your phone was not rung", within=LOOKS)
    assert desk.callback.breached_at is None
    desk.scenario.ignore_so_far()


def test_a_webhook_that_comes_after_all_acts_and_answers_no_second_time(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("(514) 555-0199")
    web_is_down(desk)
    amy.texts("{code}")
    amy.reads("is yours", within=LOOKS)
    text, service, now = last_text(desk), desk.service, desk.now
    answer = service.database.write(
        lambda session: answer_text(session, service.desk, text.sid, text.from_, text.body, now)
    )
    assert answer == ""
    assert len(received(desk)) == 1
    web_is_up(desk)
    amy.resolves()


def test_two_workers_take_a_lost_text_once(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("(514) 555-0199")
    web_is_down(desk)
    amy.texts("{code}")
    desk.scenario.clock.pass_time(timedelta(minutes=2))
    service = desk.service
    (text,) = service.carrier.texts_to(last_text(desk).to, desk.now - timedelta(minutes=15))
    both, taken = threading.Barrier(2), list[bool]()

    def worker() -> None:
        both.wait()
        taken.append(
            service.database.write(
                lambda session: late_texts.take_in_late(session, service.desk, text, service.clock.now())
            )
        )

    threads = [threading.Thread(target=worker) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(taken) == [False, True]
    amy.reads("is yours")
    amy.reads_nothing()
    web_is_up(desk)
    amy.resolves()


def test_a_lost_stop_of_a_customer_ends_their_texts(desk: ScenarioDesk) -> None:
    web_is_down(desk)
    desk.customer().texts("arrêt")
    web_is_up(desk)
    desk.scenario.minutes_pass(4)
    assert desk.service.database.read(lambda session: has_opted_out(session, CUSTOMER))


def test_a_lost_stop_turns_the_texts_to_a_technician_off_unless_they_sent_start_since(desk: ScenarioDesk) -> None:
    web_is_down(desk)
    amy, ben = desk.phone_of("Amy"), desk.phone_of("Ben")
    amy.texts("stop")
    ben.texts("stop")
    web_is_up(desk)
    desk.scenario.seconds_pass(5)
    ben.texts("start")
    desk.phone_of("Sue").reads("Amy Roy sent STOP", within=LOOKS)
    desk.scenario.minutes_pass(3)
    desk.phone_of("Sue").reads_nothing()
    troubles: dict[str, list[str]] = {}
    for who in ("Amy Roy", "Ben Cole"):
        desk.edit(lambda _, row, who=who: troubles.update({who: list(row.troubles)}), who)  # type: ignore[misc]
    assert troubles == {"Amy Roy": ["text first"], "Ben Cole": []}


def test_a_customers_lost_text_joins_their_callback_and_is_answered(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("(514) 555-0199")
    amy.texts("{code}").reads("is yours")
    web_is_down(desk)
    desk.customer().texts("It is the mail server")
    amy.reads("It is the mail server", within=LOOKS)
    desk.customer().reads("We added your text to", within=LOOKS)
    web_is_up(desk)
    assert desk.callback.state is CallbackState.OPEN
    amy.resolves()
