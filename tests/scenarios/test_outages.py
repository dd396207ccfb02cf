"""A night with an outage: callers hear of it in their language, ask to be told, and are told once when it is over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from callbacks.announcements import changes, notices
from callbacks.announcements.changes import Content
from callbacks.cli.times import desk_time
from callbacks.db.states import CustomerMessageKind
from callbacks.db.tables import CustomerMessage, Subscription
from callbacks.paging.customer_messages import write_message
from callbacks.text.formats import clock_time
from tests.scenarios.conftest import POSTGRES_IN_SOAK, ScenarioDesk

pytestmark = POSTGRES_IN_SOAK
LEA, MAX, TOM, LANDLINE = "+15145550121", "+15145550122", "+15145550123", "+18005550124"
ZONE = ZoneInfo("America/Toronto")
SLOW = Content("Mail is delayed.", "Le courriel est retardé.")


def announces(desk: ScenarioDesk, content: Content = SLOW) -> int:
    now = desk.now
    return desk.service.database.write(
        lambda session: changes.start(session, desk.service.desk, content, "sue@example.com", now).id
    )


def ends(desk: ScenarioDesk, number: int) -> None:
    now = desk.now
    desk.service.database.write(lambda session: changes.end(session, number, "sue@example.com", now))


def asks_to_be_told(desk: ScenarioDesk, number: str) -> None:
    call = desk.customer(number).dials("toll-free").hears("Mail is delayed.").presses("1")
    call.hears("We will text you when it is over.").hears("For support, press 1").hangs_up()


def told(desk: ScenarioDesk) -> dict[str, list[str]]:
    """Which notices were written to whom."""
    query = select(CustomerMessage).where(CustomerMessage.kind == CustomerMessageKind.NOTICE)
    rows = desk.service.database.read(lambda session: session.scalars(query.order_by(CustomerMessage.id)).all())
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.address, []).append(row.words)
    return found


def going_on(desk: ScenarioDesk) -> int:
    query = select(Subscription).where(Subscription.ended_at.is_(None))
    return len(desk.service.database.read(lambda session: session.scalars(query).all()))


def test_callers_in_both_languages_are_told_once_when_it_is_over(desk: ScenarioDesk) -> None:
    number = announces(desk)
    asks_to_be_told(desk, LEA)
    french = desk.customer(MAX).dials("toll-free").hears("Mail is delayed.").presses("9")
    french.hears("Le courriel est retardé.").presses("1").hears("Nous vous enverrons un texto")
    french.hears("Pour le soutien technique").hangs_up()
    desk.customer(TOM).dials("toll-free").hears("or wait").hears("For support, press 1").hangs_up()
    desk.scenario.minutes_pass(40)
    over = desk.now
    ends(desk, number)
    desk.scenario.minutes_pass(2)
    assert told(desk) == {
        LEA: [
            f"Support desk, resolved at {clock_time(over, ZONE)}: Mail is delayed. "
            "You asked to be told when it was over. We will not text you about it again."
        ],
        MAX: [
            f"Support desk, résolu à {clock_time(over, ZONE, 'fr')}: Le courriel est retardé. "
            "Vous vouliez savoir quand ce serait fini. Vous ne recevrez pas d'autre texto à ce sujet."
        ],
    }
    assert going_on(desk) == 0
    for who in (LEA, MAX, TOM):
        desk.customer(who).ignore_so_far()
    desk.customer(TOM).dials("toll-free").hears("For support, press 1").hangs_up()


def test_it_ends_by_itself_and_a_landline_hears_that_it_cannot_be_texted(desk: ScenarioDesk) -> None:
    announces(desk, replace(SLOW, ends_at=desk_time(desk.service.desk, "2026-11-28T23:00")))
    asks_to_be_told(desk, LEA)
    call = desk.customer(LANDLINE).dials("toll-free").hears("Mail is delayed.").presses("1")
    call.hears("We cannot send texts to the number you are calling from.").hears("For support").hangs_up()
    desk.scenario.minutes_pass(50)
    assert list(told(desk)) == [LEA]
    assert "resolved at 11:00 p.m.: Mail is delayed." in told(desk)[LEA][0]
    desk.customer(LEA).ignore_so_far()


def test_a_caller_who_goes_on_leaves_a_message_as_ever(desk: ScenarioDesk) -> None:
    announces(desk)
    call = desk.customer(LEA).dials("direct").hears("Please note: Mail is delayed.").presses("2")
    call.hears("leave a message").hears_the_beep().says(8).presses("#").hears("Thank you").is_hung_up_on()
    desk.phone_of("Amy").reads("call (514) 555-0121 back")
    desk.phone_of("Amy").texts("{code}").reads("is yours")
    assert len(desk.callbacks()) == 1
    desk.customer(LEA).ignore_so_far()
    desk.phone_of("Amy").resolves()


def test_in_french_a_landline_cannot_be_texted_and_still_leaves_a_message(desk: ScenarioDesk) -> None:
    announces(desk)
    call = desk.customer(LANDLINE).dials("direct").hears("Mail is delayed.").presses("9")
    call.hears("À noter : Le courriel est retardé.").hears("Pour continuer, appuyez sur le 2 ou patientez").presses("1")
    call.hears("Nous ne pouvons pas envoyer de texto au numéro d'où vous appelez.").hears("Laissez un message")
    call.hears_the_beep().says(8).presses("#").hears("Votre numéro de référence est").is_hung_up_on()
    assert going_on(desk) == 0
    desk.phone_of("Amy").reads("(800) 555-0124", "in French")
    desk.phone_of("Amy").resolves()


def test_a_crash_between_two_batches_loses_and_doubles_nobody(
    desk: ScenarioDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "BATCH", 2)
    number, callers = announces(desk), [f"+1514555013{each}" for each in range(5)]
    for caller in callers:
        asks_to_be_told(desk, caller)
    ends(desk, number)
    writes: Callable[..., bool] = write_message

    def dies(*args: object, **more: object) -> bool:
        if getattr(args[3], "address", "") == callers[3]:
            raise RuntimeError("the worker dies between two batches")
        return writes(*args, **more)

    monkeypatch.setattr(notices, "write_message", dies)
    desk.expects_error("a job failed and runs again")
    desk.scenario.settle()
    assert list(told(desk)) == callers[:2]
    monkeypatch.setattr(notices, "write_message", writes)
    desk.scenario.minutes_pass(2)
    assert {address: len(words) for address, words in told(desk).items()} == dict.fromkeys(callers, 1)
    for caller in callers:
        desk.customer(caller).ignore_so_far()


def test_a_subscriber_by_text_hears_of_each_change_until_they_leave(desk: ScenarioDesk) -> None:
    lea = desk.customer(LEA)
    lea.texts("abonner").reads("Aucune publicité. Pour vous désabonner, répondez DESABONNER.")
    number = announces(desk, replace(SLOW, notifies=True))
    desk.scenario.minutes_pass(1)
    assert len(told(desk)[LEA]) == 1
    assert told(desk)[LEA][0].startswith("Support desk: Le courriel est retardé.")
    lea.ignore_so_far()
    lea.texts("Désabonner").reads("votre abonnement est annulé")
    ends(desk, number)
    desk.scenario.minutes_pass(1)
    assert len(told(desk)[LEA]) == 1
