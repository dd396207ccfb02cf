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
    for rung, then in (((), "1"), ((1,), "1-2")):
        reply = step(Turn(Place.RING, rung=rung), OPEN)
        dial = reply.verbs[-1]
        assert isinstance(dial, Dial)
        assert f"rung={then}&" in dial.action
        called.append((dial.number, reply.rings))
    assert called == [("+15145550101", 1), ("+15145550102", 2)]
    assert "All our technicians are busy. Please leave a message" in spoken(step(Turn(Place.RING, rung=(1, 2)), OPEN))


def test_who_was_rung_is_not_rung_again_when_the_list_changes() -> None:
    """Technician 1 was on another call when this one came, and is free now that technician 2 did not answer."""
    reply = step(Turn(Place.RING, rung=(2,)), OPEN)
    assert reply.rings == 1
    assert step(Turn(Place.RING, rung=(2, 1)), OPEN).promises


@pytest.mark.parametrize(
    ("bridged", "picked_up", "accepted_by", "have_spoken"),
    [
        (True, True, 1, True),
        (True, True, None, True),  # the key could not be stored
        (None, True, 1, True),  # a carrier that does not say
        (False, True, 1, False),  # the technician hung up before they were connected
        (None, False, 1, False),
        (False, True, None, False),  # a private voicemail
        (None, True, None, False),
        (False, False, None, False),
        (False, True, 2, True),  # a late report: somebody else has taken the call since
    ],
)
def test_a_call_ends_only_after_a_conversation(
    bridged: bool | None, picked_up: bool, accepted_by: int | None, have_spoken: bool
) -> None:
    turn = Turn(Place.RING, rung=(1,), bridged=bridged, picked_up=picked_up)
    reply = step(turn, replace(OPEN, accepted_by=accepted_by))
    assert (reply.verbs == (Hangup(),)) is have_spoken
    assert reply.not_connected == (None if have_spoken else accepted_by)
    assert reply.rings == (None if have_spoken else 2)


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
