"""What a caller hears: places, keys and facts, without a phone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from callbacks.db.event_kinds import EventKind
from callbacks.desk.desk_file import Language, read_desk
from callbacks.people.person import Person
from ivr.caller import flow
from ivr.caller.flow import Facts, Place, Reply, Turn
from ivr.twilio.call_urls import CallUrls
from ivr.twilio.verbs import Dial, Gather, Hangup, Record, Redirect, Say
from sla.hours import OutsideHours

DESK, URLS = read_desk(Path("support.toml")), CallUrls("https://desk.test")
NOW = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
CLOSED = Facts("CA1", "direct", "+15145550199", NOW, NOW, is_open=False, reason=OutsideHours())


def technician(id: int) -> Person:
    return Person(id, f"Technician {id}", f"+1514555010{id}")


OPEN = replace(CLOSED, is_open=True, technicians=(technician(1), technician(2)))


def step(turn: Turn, facts: Facts = CLOSED) -> Reply:
    return flow.step(DESK, URLS, turn, facts)


def spoken(reply: Reply) -> str:
    """Return everything that is said, in order."""
    parts = [part for verb in reply.verbs for part in (verb.prompts if isinstance(verb, Gather) else (verb,))]
    return " ".join(part.text for part in parts if isinstance(part, Say))


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("facts", [CLOSED, OPEN, replace(OPEN, technicians=()), replace(CLOSED, line="toll-free")])
@pytest.mark.parametrize("place", Place)
def test_every_turn_says_something_or_goes_on_and_ends_with_a_way_out(
    place: Place, facts: Facts, language: Language
) -> None:
    reply = step(Turn(place, language), facts)
    assert isinstance(reply.verbs[-1], Redirect | Hangup | Dial | Gather)


@pytest.mark.parametrize(
    ("key", "tries", "heard", "chose"),
    [
        ("1", 1, "We are currently closed", EventKind.MENU_SUPPORT),
        ("9", 1, "Pour le soutien technique", EventKind.MENU_FRENCH),
        ("7", 1, "not one of the choices", None),
        ("", 2, "we did not get your choice", None),
        ("", 3, "We are currently closed", EventKind.MENU_NO_CHOICE_SUPPORT),
    ],
)
def test_the_menu(key: str, tries: int, heard: str, chose: EventKind | None) -> None:
    reply = step(Turn(Place.MENU, digits=key, tries=tries), replace(CLOSED, line="toll-free"))
    assert heard in spoken(reply)
    assert reply.chose is chose


def test_a_line_may_say_goodbye_after_three_wrong_keys() -> None:
    line = DESK.lines["toll-free"].model_copy(update={"menu_exit": "goodbye"})
    desk = DESK.model_copy(update={"lines": {**DESK.lines, "toll-free": line}})
    reply = flow.step(desk, URLS, Turn(Place.MENU, tries=3), replace(CLOSED, line="toll-free"))
    assert reply.chose is EventKind.MENU_NO_CHOICE_GOODBYE
    assert reply.verbs == (Say("Thank you for calling. Goodbye."), Hangup())


def test_technicians_are_called_one_after_the_other_then_the_caller_leaves_a_message() -> None:
    called = []
    for rung in (0, 1):
        dial = step(Turn(Place.RING, rung=rung), OPEN).verbs[-1]
        assert isinstance(dial, Dial)
        assert f"rung={rung + 1}" in dial.action
        called.append(dial.number)
    assert called == ["+15145550101", "+15145550102"]
    assert "All our technicians are busy. Please leave a message" in spoken(step(Turn(Place.RING, rung=2), OPEN))


@pytest.mark.parametrize(
    ("turn", "accepted"), [(Turn(Place.RING, rung=1, bridged=True), False), (Turn(Place.RING), True)]
)
def test_a_call_that_was_taken_ends(turn: Turn, accepted: bool) -> None:
    assert step(turn, replace(OPEN, accepted=accepted)).verbs == (Hangup(),)


def test_no_one_is_called_after_the_longest_wait() -> None:
    longest = DESK.ringing.longest_hunt + DESK.ringing.each
    assert isinstance(step(Turn(Place.RING), replace(OPEN, now=NOW + longest)).verbs[-1], Dial)
    late = replace(OPEN, now=NOW + longest + timedelta(seconds=1))
    assert "leave a message" in spoken(step(Turn(Place.RING), late))


def test_the_beep_records_and_goes_on_when_nothing_was_recorded() -> None:
    reply = step(Turn(Place.BEEP, "fr"))
    record, redirect = reply.verbs
    assert isinstance(record, Record)
    assert (record.longest, record.silence) == (300, 10)
    assert redirect == Redirect("https://desk.test/voice/recorded?lang=fr&nothing=1")
    assert reply.at_beep


def test_only_the_beep_is_recorded_as_the_beep() -> None:
    assert [place for place in Place if step(Turn(place)).at_beep] == [Place.BEEP]


def test_the_reference_is_spelled() -> None:
    assert "Goodbye" in spoken(step(Turn(Place.RECORDED)))
    assert "Your reference is K, T, 4, 1, 7. " in spoken(
        step(Turn(Place.RECORDED), replace(CLOSED, reference="KT-417"))
    )


def test_within_hours_without_technicians_the_caller_leaves_a_message() -> None:
    nobody = replace(OPEN, technicians=())
    assert "All our technicians are busy" in spoken(step(Turn(Place.INCOMING), nobody))


@pytest.mark.parametrize(
    ("caller", "began_at", "english", "french"),
    [
        ("+15145550199", NOW, "by 10:42 p.m. Goodbye", "avant 22 h 42. Au revoir"),
        ("+16045550199", NOW, "by 10:42 p.m. Eastern time. Goodbye", "avant 22 h 42, heure de l'Est. Au revoir"),
        ("+15145550199", NOW + timedelta(hours=1, minutes=30), "by 12:12 a.m. Sunday.", "avant dimanche 0 h 12."),
    ],
)
def test_the_promised_time_cannot_be_misread(caller: str, began_at: datetime, english: str, french: str) -> None:
    facts = replace(CLOSED, caller=caller, began_at=began_at, now=began_at)
    assert english in spoken(step(Turn(Place.RECORDED, "en"), facts))
    assert french in spoken(step(Turn(Place.RECORDED, "fr"), facts))


def test_a_message_that_ends_after_the_promised_time_is_not_promised_it_again() -> None:
    late = replace(CLOSED, now=NOW + DESK.callback.promise)
    assert "as soon as possible" in spoken(step(Turn(Place.RECORDED), late))
