"""How urgent it is, by key, while the desk is closed; and a manager, for any reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from callbacks.acts.ownership import Assign
from callbacks.db.database import locked
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import CallbackState, PageKind, PriorityLevel, Urgency
from callbacks.db.tables import Callback, Event, ShiftRow
from callbacks.desk.business_hours import add_closure
from ivr.rehearsal.scenario import PhoneCall
from tests.acting import supervisor_acts
from tests.scenarios.conftest import CUSTOMER, ScenarioDesk

MONDAY_OPENING = "2026-11-30T08:30"
SUNDAY_NIGHT = "2026-11-29T22:12"
FRANCE = "+33142685300"


def called(desk: ScenarioDesk, key: str, number: str = CUSTOMER, asked: str = "press 1") -> PhoneCall:
    """Dial the direct line and answer the question with a key."""
    return desk.customer(number).dials("direct").hears(asked).presses(key)


def leaves_a_message(call: PhoneCall, heard: str, thanks: str = "Thank you") -> None:
    call.hears(heard).hears_the_beep().says(8).presses("#").hears(thanks).is_hung_up_on()


def events(desk: ScenarioDesk, kind: EventKind) -> list[tuple[str, str]]:
    query = select(Event).where(Event.kind == kind).order_by(Event.id)
    return [(e.actor, e.detail) for e in desk.service.database.read(lambda session: list(session.scalars(query)))]


def the_night_passes(desk: ScenarioDesk) -> None:
    """Live through the minutes in which people would be paged, and until just before the desk opens."""
    desk.scenario.minutes_pass(13)
    desk.clock_moves_to("2026-11-30T08:29")
    desk.scenario.seconds_pass(59)


# Everything is down


@pytest.mark.parametrize(
    ("language_key", "question", "promise"),
    [
        ("", "If everything is down for everyone, for example if no email arrives", "by 10:42 p.m."),
        ("9", "En cas de panne générale", "avant 22 h 42"),
    ],
)
def test_everything_is_down_is_a_p1(desk: ScenarioDesk, language_key: str, question: str, promise: str) -> None:
    call = desk.customer().dials("direct")
    if language_key:
        call.hears("Pour le service").presses(language_key)
    leaves_a_message(call.hears(question).presses("1"), promise, "Merci" if language_key else "Thank you")
    desk.phone_of("Amy").reads("says everything is down")
    callback = desk.callback
    assert (callback.priority, callback.held_until) == (PriorityLevel.P1, None)
    assert callback.due_at == callback.contact.began_at + timedelta(minutes=30)
    assert events(desk, EventKind.URGENCY_CHOSEN) == [(Actor.CALLER, "everything is down for everyone")]
    desk.phone_of("Amy").resolves()


def test_silence_leaves_the_priority_of_the_line(desk: ScenarioDesk) -> None:
    leaves_a_message(desk.customer().dials("direct").hears("stay on the line"), "by 10:42 p.m.")
    amy = desk.phone_of("Amy")
    assert "down" not in amy.reads("call (514) 555-0199 back")
    assert (desk.callback.priority, desk.calls()[0].urgency) == (PriorityLevel.P2, Urgency.NONE)
    amy.resolves()


# It can wait


def test_what_can_wait_wakes_nobody_and_comes_first_in_the_morning(open_desk: Callable[[str], ScenarioDesk]) -> None:
    desk = open_desk(SUNDAY_NIGHT)
    leaves_a_message(called(desk, "2"), "by 9:00 a.m. Monday", "by 9:00 a.m. Monday")
    callback = desk.callback
    opening = desk.service.desk.instant(MONDAY_OPENING)
    assert (callback.held_until, callback.due_at) == (opening, opening + timedelta(minutes=30))
    assert (callback.state, callback.next_action_at) == (CallbackState.OPEN, opening)
    the_night_passes(desk)
    assert desk.pages() == []
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back by 9:00 a.m.", within=timedelta(seconds=30))
    amy.is_rung(within=timedelta(minutes=4)).answers().hears("paging Amy Roy").presses("1")
    amy.ignore_so_far()
    assert min(page.created_at for page in desk.pages()) >= opening
    amy.resolves()
    assert desk.callback.breached_at is None


def test_who_calls_again_about_what_could_wait_is_called_back_tonight(open_desk: Callable[[str], ScenarioDesk]) -> None:
    desk = open_desk(SUNDAY_NIGHT)
    leaves_a_message(called(desk, "2"), "by 9:00 a.m. Monday", "by 9:00 a.m. Monday")
    desk.scenario.minutes_pass(4)
    call = desk.customer().dials("direct").hears("You have an open request").hears("by 9:00 a.m. Monday").presses("1")
    call.hears("If it can wait until we open").waits(6).hears("It will be added to your request").hears_the_beep()
    call.says(8).presses("#").hears("by 10:4").is_hung_up_on()
    amy, callback = desk.phone_of("Amy"), desk.callback
    amy.reads("call (514) 555-0199 back by 10:4", within=timedelta(seconds=10))
    assert callback.due_at - timedelta(minutes=30) == callback.promised_from
    assert [reason for _, reason in events(desk, EventKind.HOLD_ENDED)] == [
        "the customer was promised an answer at any hour"
    ]
    amy.resolves()


def test_who_calls_again_and_says_again_that_it_can_wait_wakes_nobody(open_desk: Callable[[str], ScenarioDesk]) -> None:
    desk = open_desk(SUNDAY_NIGHT)
    leaves_a_message(called(desk, "2"), "by 9:00 a.m. Monday", "by 9:00 a.m. Monday")
    call = desk.customer().dials("direct").hears("You have an open request").presses("1")
    call.hears("If it can wait until we open").presses("2")
    leaves_a_message(call, "It will be added to your request", "by 9:00 a.m. Monday")
    the_night_passes(desk)
    assert desk.pages() == []
    desk.phone_of("Amy").reads("call (514) 555-0199 back by 9:00 a.m.", within=timedelta(seconds=40))
    desk.phone_of("Amy").resolves()


def test_ce_qui_peut_attendre(open_desk: Callable[[str], ScenarioDesk]) -> None:
    desk = open_desk(SUNDAY_NIGHT)
    call = desk.customer().dials("direct").hears("Pour le service").presses("9")
    call.hears("Si cela peut attendre notre ouverture, par exemple un courriel manquant").presses("2")
    leaves_a_message(call, "avant lundi 9 h", "avant lundi 9 h")
    desk.clock_moves_to(MONDAY_OPENING)
    desk.phone_of("Amy").reads("by 9:00 a.m.", "in French", within=timedelta(seconds=40))
    desk.phone_of("Amy").resolves()


def test_the_opening_is_that_of_the_support_hours_with_closures(open_desk: Callable[[str], ScenarioDesk]) -> None:
    desk = open_desk(SUNDAY_NIGHT)
    until = desk.service.desk.instant("2026-11-30T12:00")
    desk.service.database.write(lambda s: add_closure(s, desk.now, until, "a team meeting", "une réunion"))
    leaves_a_message(called(desk, "2"), "by 12:30 p.m. Monday")
    assert desk.callback.held_until == until
    desk.scenario.ignore_so_far()


def test_a_technician_may_take_it_before_and_is_reminded_when_the_desk_opens(
    open_desk: Callable[[str], ScenarioDesk],
) -> None:

    desk = open_desk(SUNDAY_NIGHT)
    leaves_a_message(called(desk, "2"), "by 9:00")
    desk.edit(
        lambda session, amy: supervisor_acts(
            session, desk.service.desk, locked(session, Callback, desk.callback.id), Assign(amy), "sue@example.com",
            desk.now,
        )
    )  # fmt: skip
    amy = desk.phone_of("Amy")
    amy.reads("gave you")
    the_night_passes(desk)
    amy.reads_nothing()
    amy.reads("reminder, you took", within=timedelta(seconds=40))
    amy.resolves()


def test_nobody_is_asked_for_consent_at_night(open_desk: Callable[[str], ScenarioDesk]) -> None:
    desk = open_desk(SUNDAY_NIGHT)
    leaves_a_message(called(desk, "2", FRANCE), "by 9:00")
    the_night_passes(desk)
    assert desk.pages() == []
    desk.phone_of("Sue").reads("is from +33 1 42 68 53 00", "ALLOW", within=timedelta(seconds=40))
    desk.phone_of("Amy").reads("not allowed yet")
    desk.phone_of("Amy").resolves()


# The question


def test_a_desk_may_leave_the_question_out(open_desk: Callable[..., ScenarioDesk]) -> None:
    desk = open_desk(SUNDAY_NIGHT, urgency={"ask": False})
    call = desk.customer().dials("direct").hears("To ask for a manager, press 0.").presses("2")
    leaves_a_message(call, "by 10:42 p.m.")
    assert desk.calls()[0].urgency is Urgency.NONE
    desk.phone_of("Amy").reads("call")
    desk.phone_of("Amy").resolves()


# A manager


def test_a_manager_is_paged_when_the_callback_opens_with_its_history(desk: ScenarioDesk) -> None:
    call = called(desk, "0").hears("We will tell a manager that you asked for one").hears("press 1").presses("0")
    leaves_a_message(call, "by 10:42 p.m.")
    amy, cleo = desk.phone_of("Amy"), desk.phone_of("Cleo")
    amy.reads("call (514) 555-0199 back")
    cleo.reads("asks for a manager. Ref", "Called at 10:12 p.m., nobody has it, not tried yet.")
    cleo.texts("{code}").reads("yours")
    amy.reads("Cleo Martin has")
    assert events(desk, EventKind.MANAGER_REQUESTED) == [(Actor.CALLER, "by key. Paged: Cleo Martin.")]
    assert [actor for actor, _ in events(desk, EventKind.MANAGER_RESPONDED)] == ["Cleo Martin"]
    assert len([page for page in desk.pages() if page.kind is PageKind.MANAGER]) == 1
    cleo.resolves()
    amy.ignore_so_far()


def test_un_gestionnaire(desk: ScenarioDesk) -> None:
    desk.edit(lambda _, cleo: setattr(cleo, "language", "fr"), "Cleo Martin")
    call = desk.customer().dials("direct").hears("Pour le service").presses("9")
    call.hears("Pour demander un gestionnaire, appuyez sur le 0").presses("0")
    call.hears("Nous dirons à un gestionnaire que vous voulez lui parler")
    leaves_a_message(call, "avant 22 h 42", "Merci")
    desk.phone_of("Amy").reads("call")
    desk.phone_of("Cleo").reads(
        "demande un gestionnaire.", "A appelé à 22 h 12, personne ne s'en occupe, client pas encore rappelé."
    )
    desk.phone_of("Amy").resolves()
    desk.phone_of("Cleo").ignore_so_far()


def test_a_caller_who_asks_for_a_manager_and_hangs_up_is_called_back(desk: ScenarioDesk) -> None:
    call = called(desk, "0").hears("We will tell a manager")
    call.hears("press 1")
    call.hangs_up()
    desk.phone_of("Amy").reads("call (514) 555-0199 back")
    desk.phone_of("Cleo").reads("asks for a manager")
    desk.phone_of("Amy").resolves()
    desk.phone_of("Cleo").ignore_so_far()


def test_without_a_manager_on_call_the_supervisors_are_paged(desk: ScenarioDesk) -> None:
    desk.edit(lambda session, _: session.query(ShiftRow).filter(ShiftRow.layer == "manager").delete())
    leaves_a_message(called(desk, "0"), "by 10:42 p.m.")
    desk.phone_of("Amy").reads("call")
    desk.phone_of("Sue").reads("asks for a manager")
    desk.phone_of("Amy").resolves()
    desk.phone_of("Sue").ignore_so_far()


def test_what_can_wait_pages_the_manager_in_the_morning(open_desk: Callable[[str], ScenarioDesk]) -> None:
    desk = open_desk(SUNDAY_NIGHT)
    leaves_a_message(called(desk, "0").hears("press 2").presses("2"), "by 9:00")
    the_night_passes(desk)
    assert desk.pages() == []
    desk.phone_of("Cleo").reads("asks for a manager", within=timedelta(seconds=40))
    desk.phone_of("Amy").reads("call")
    desk.phone_of("Amy").resolves()
    desk.phone_of("Cleo").ignore_so_far()
