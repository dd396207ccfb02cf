"""A manager, for any reason: a key in every menu that leads to support, at any hour, in both languages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import CallOutcome, PageKind
from callbacks.db.tables import Event
from ivr.rehearsal.scenario import PhoneCall
from tests.scenarios.conftest import POSTGRES_IN_SOAK, TUESDAY_MORNING, ScenarioDesk

pytestmark = POSTGRES_IN_SOAK

SUNDAY_NIGHT = "2026-11-29T22:12"
Opens = Callable[[str], ScenarioDesk]


def leaves_a_message(call: PhoneCall, due: str, thanks: str) -> None:
    call.hears(due).hears_the_beep().says(8).presses("#").hears(thanks).hangs_up()


def cleo_is_paged_and_answers(desk: ScenarioDesk, called: str) -> None:
    """The manager gets a text of their own, with the history, and takes it. Both are in the log."""
    amy, cleo = desk.phone_of("Amy"), desk.phone_of("Cleo")
    amy.reads("call (514) 555-0199 back")
    cleo.reads("asks for a manager. Ref", f"Called at {called}, nobody has it, not tried yet.")
    cleo.texts("{code}").reads("yours")
    amy.reads("Cleo Martin has")
    assert [page.kind for page in desk.pages()].count(PageKind.MANAGER) == 1
    assert logged(desk, EventKind.MANAGER_REQUESTED) == [(Actor.CALLER, "by key. Paged: Cleo Martin.")]
    assert [actor for actor, _ in logged(desk, EventKind.MANAGER_RESPONDED)] == ["Cleo Martin"]
    cleo.resolves()
    amy.ignore_so_far()


def logged(desk: ScenarioDesk, kind: EventKind) -> list[tuple[str, str]]:
    query = select(Event).where(Event.kind == kind)
    return [(e.actor, e.detail) for e in desk.service.database.read(lambda session: list(session.scalars(query)))]


def test_from_the_toll_free_menu_after_hours(open_desk: Opens) -> None:
    desk = open_desk(SUNDAY_NIGHT)
    call = desk.customer().dials("toll-free").hears("To ask for a manager, press 0").presses("0")
    call.hears("We are currently closed").hears("We will tell a manager that you asked for one").hears("press 1")
    leaves_a_message(call, "by 10:42 p.m.", "Your reference is")
    assert desk.log_says("caller chose a key in a menu 0 in the menu: manager")
    cleo_is_paged_and_answers(desk, "10:12 p.m.")


def test_du_menu_sans_frais_apres_les_heures(open_desk: Opens) -> None:
    desk = open_desk(SUNDAY_NIGHT)
    call = desk.customer().dials("toll-free").hears("Pour le service en français").presses("9")
    call.hears("Pour demander un gestionnaire, appuyez sur le 0").presses("0")
    call.hears("Nous sommes fermés").hears("Nous dirons à un gestionnaire que vous voulez lui parler")
    leaves_a_message(call, "avant 22 h 42", "Merci")
    cleo_is_paged_and_answers(desk, "10:12 p.m.")


def test_from_the_toll_free_menu_in_support_hours(open_desk: Opens) -> None:
    desk = open_desk(TUESDAY_MORNING)
    call = desk.customer().dials("toll-free").hears("To ask for a manager, press 0").presses("0")
    call.hears("We will tell a manager that you asked for one")  # and no technician is rung: the story would say so
    leaves_a_message(call, "by 10:30 a.m.", "Your reference is")
    cleo_is_paged_and_answers(desk, "10:00 a.m.")


def test_du_menu_sans_frais_pendant_les_heures(open_desk: Opens) -> None:
    desk = open_desk(TUESDAY_MORNING)
    call = desk.customer().dials("toll-free").hears("Pour le service en français").presses("9")
    call.hears("Pour demander un gestionnaire, appuyez sur le 0").presses("0")
    call.hears("Nous dirons à un gestionnaire que vous voulez lui parler")
    leaves_a_message(call, "avant 10 h 30", "Merci")
    cleo_is_paged_and_answers(desk, "10:00 a.m.")


def test_from_the_direct_line_after_hours(open_desk: Opens) -> None:
    desk = open_desk(SUNDAY_NIGHT)
    call = desk.customer().dials("direct").hears("To ask for a manager, press 0").presses("0")
    call.hears("We will tell a manager that you asked for one").hears("press 1")
    leaves_a_message(call, "by 10:42 p.m.", "Your reference is")
    cleo_is_paged_and_answers(desk, "10:12 p.m.")


def test_de_la_ligne_directe_apres_les_heures(open_desk: Opens) -> None:
    desk = open_desk(SUNDAY_NIGHT)
    call = desk.customer().dials("direct").hears("Pour le service").presses("9")
    call.hears("Pour demander un gestionnaire, appuyez sur le 0").presses("0")
    call.hears("Nous dirons à un gestionnaire que vous voulez lui parler")
    leaves_a_message(call, "avant 22 h 42", "Merci")
    cleo_is_paged_and_answers(desk, "10:12 p.m.")


def test_from_the_queue_in_support_hours(open_desk: Opens) -> None:
    desk = open_desk(TUESDAY_MORNING)
    call = desk.customer().dials("direct").hears("To ask for a manager, press 8")
    amys = desk.phone_of("Amy").is_rung()
    call.presses("8").hears("We will tell a manager that you asked for one").hears("Please leave a message")
    desk.scenario.seconds_pass(2)
    amys.is_hung_up_on()
    call.hears_the_beep().says(8).presses("#").hears("Your reference is").hears("press 5")
    call.presses("0").hears("not one of the choices").hangs_up()  # it is not offered twice
    cleo_is_paged_and_answers(desk, "10:00 a.m.")


def test_de_la_file_d_attente(open_desk: Opens) -> None:
    desk = open_desk(TUESDAY_MORNING)
    call = desk.customer().dials("direct").presses("9").hears("Pour demander un gestionnaire, appuyez sur le 8")
    desk.phone_of("Amy").is_rung()
    call.presses("8").hears("Nous dirons à un gestionnaire que vous voulez lui parler")
    leaves_a_message(call, "avant 10 h 30", "Merci")
    cleo_is_paged_and_answers(desk, "10:00 a.m.")


@pytest.mark.parametrize(("line", "key"), [("toll-free", "0"), ("direct", "8")])
def test_whoever_asks_in_support_hours_and_hangs_up_at_once_is_called_back(
    open_desk: Opens, line: str, key: str
) -> None:
    desk = open_desk(TUESDAY_MORNING)
    call = desk.customer().dials(line).hears(f"To ask for a manager, press {key}")
    if line == "direct":
        desk.phone_of("Amy").is_rung()
    call.presses(key).hears("tell a manager").hangs_up()
    assert [each.outcome for each in desk.calls()] == [CallOutcome.PROMISED]
    cleo_is_paged_and_answers(desk, "10:00 a.m.")


def test_whoever_calls_again_and_asks_in_the_menu_is_heard_even_without_a_message(open_desk: Opens) -> None:
    desk = open_desk(SUNDAY_NIGHT)
    desk.customer().dials("direct").hears_the_beep().says(8).presses("#").hears("Your reference is").hangs_up()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back")
    again = desk.customer().dials("toll-free").hears("To ask for a manager, press 0").presses("0")
    again.hears("We will tell a manager that you asked").hangs_up()
    desk.phone_of("Cleo").reads("asks for a manager. Ref", "2 calls since 10:12 p.m., nobody has it")
    assert len(desk.callbacks()) == 1
    assert logged(desk, EventKind.MANAGER_REQUESTED) == [(Actor.CALLER, "by key. Paged: Cleo Martin.")]
    desk.scenario.ignore_so_far()
