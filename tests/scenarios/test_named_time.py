"""The customer names the time of the call: by key after the message, or to a technician on the phone."""

from __future__ import annotations

from datetime import timedelta

from callbacks.acts.named_time import NameTime
from callbacks.db.database import locked
from callbacks.db.states import PriorityLevel
from callbacks.db.tables import Callback
from tests.acting import supervisor_acts
from tests.scenarios.conftest import ScenarioDesk

SEVEN = "2026-11-29T07:00"  # Sunday


def the_night_passes(desk: ScenarioDesk, until: str) -> None:
    """Live through the minutes in which people would be paged, and until just before a time."""
    desk.scenario.minutes_pass(13)
    desk.clock_moves_to(until)
    desk.scenario.seconds_pass(50)


def test_the_customer_is_called_after_seven_as_they_asked(desk: ScenarioDesk) -> None:
    call = desk.customer().dials("direct").hears("press 1").presses("1").hears_the_beep().says(8).presses("#")
    call.hears("To choose when you are called, press 5").presses("5")
    call.hears("To be called at 8:30 a.m. Monday, when we open, press 1").presses("2")
    call.hears("Enter the time with four digits").presses("0700")
    call.hears("You will be called at 7:00 a.m. Sunday. To confirm, press 1").presses("1")
    call.hears("A technician will call you at 7:00 a.m. Sunday, or by 7:30 a.m. at the latest.").hears(
        "hang up or press 1"
    )
    call.presses("1").is_hung_up_on()
    amy = desk.phone_of("Amy")
    amy.ignore_so_far()  # the first page left with the message
    callback = desk.callback
    seven = desk.service.desk.instant(SEVEN)
    assert (callback.priority, callback.named_time_at) == (PriorityLevel.P1, seven)
    assert callback.due_at == seven + timedelta(minutes=30)
    the_night_passes(desk, "2026-11-29T06:49")
    amy.reads_nothing()
    amy.reads("asked to be called after 7:00 a.m.", within=timedelta(seconds=40))
    amy.resolves()
    assert desk.callback.breached_at is None
    assert desk.log_says("caller named a time for the call Sun 29 Nov 07:00")


def test_le_client_choisit_l_heure(desk: ScenarioDesk) -> None:
    desk.edit(lambda _, amy: setattr(amy, "language", "fr"))
    call = desk.customer().dials("direct").hears("Pour le service").presses("9").hears_the_beep().says(8).presses("#")
    call.hears("Pour choisir l'heure du rappel, appuyez sur le 5").presses("5").hears("lundi 8 h 30").presses("2")
    call.hears("Entrez l'heure en quatre chiffres").presses("0700")
    call.hears("Vous serez rappelé à l'heure suivante : dimanche 7 h").presses("1")
    call.hears("Un technicien vous appellera entre dimanche 7 h et 7 h 30").presses("1").is_hung_up_on()
    amy = desk.phone_of("Amy")
    amy.ignore_so_far()
    the_night_passes(desk, "2026-11-29T06:49")
    amy.reads_nothing()
    amy.reads("demande un appel après 7 h", within=timedelta(seconds=40))
    amy.resolves("fait")


def test_somebody_writes_down_the_time_that_a_customer_says(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back")
    amy.texts("na {code}").reads("no answer")
    seven = desk.service.desk.instant(SEVEN)
    desk.service.database.write(
        lambda session: supervisor_acts(
            session, desk.service.desk, locked(session, Callback, desk.callback.id), NameTime(seven),
            "sue@example.com", desk.now,
        )
    )  # fmt: skip
    the_night_passes(desk, "2026-11-29T06:59")
    amy.reads_nothing()
    amy.reads("again", "no answer", within=timedelta(seconds=40))
    amy.resolves()


def test_a_manager_asked_for_after_the_message_is_paged_at_once(desk: ScenarioDesk) -> None:
    call = desk.customer().dials("direct").hears_the_beep().says(8).presses("#").hears("press 0").presses("0")
    call.hears("We will tell a manager").hears("hang up or press 1").presses("1").is_hung_up_on()
    desk.phone_of("Amy").reads("call (514) 555-0199 back")
    desk.phone_of("Cleo").reads("asks for a manager")
    desk.phone_of("Amy").resolves()
    desk.phone_of("Cleo").ignore_so_far()
