"""The greeting and the menus: keys, what is heard, and a way out from every place."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given, settings

from callbacks.db.event_kinds import EventKind
from callbacks.desk.desk_file import Desk
from ivr.caller import flow
from ivr.caller.turns import Choices, Facts, Place, Reply, Turn
from ivr.twilio.twiml import voice_document
from ivr.twilio.verbs import Enqueue, Gather, Hangup, Redirect, Say
from tests.callbacks.desk.flows import any_content, desk_with, loaded
from tests.ivr.caller.steps import CLOSED, DESK, OPEN, URLS, spoken, step, technician
from tests.ivr.caller.walking import Walk, turn_at

BIG = desk_with()
TOLL_FREE = replace(CLOSED, line="toll-free")
ALL_STATES = [
    replace(facts, line="toll-free", layers=layers)
    for facts in (CLOSED, OPEN, replace(OPEN, technicians=()))
    for layers in ({}, {"primary": (technician(1), technician(2)), "backup": (technician(3),)})
]


def at(digits: str = "", way: tuple[str, ...] = ("main",), facts: Facts = TOLL_FREE, **more: Any) -> Reply:
    return flow.step(BIG, URLS, Turn(Place.MENU, digits=digits, way=way, **more), facts)


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
    reply = step(Turn(Place.MENU, digits=key, tries=tries), TOLL_FREE)
    assert heard in spoken(reply)
    assert reply.chose is chose


def test_a_line_may_say_goodbye_after_three_wrong_keys() -> None:
    line = DESK.lines["toll-free"].model_copy(update={"menu_exit": "goodbye"})
    desk = DESK.model_copy(update={"lines": {**DESK.lines, "toll-free": line}})
    reply = flow.step(desk, URLS, Turn(Place.MENU, tries=3), TOLL_FREE)
    assert reply.chose is EventKind.MENU_NO_CHOICE_GOODBYE
    assert reply.verbs == (Say("Thank you for calling. Goodbye."), Hangup())


@pytest.mark.parametrize(
    ("key", "way", "heard"),
    [
        ("2", ("main",), "Sales, 1. Head office, 2. A message, 3."),
        ("3", ("main",), "We are at 1 Main Street. This call may be recorded. For support, press 1."),
        ("*", ("main",), "This call may be recorded. For support, press 1."),
        ("0", ("main", "sales"), "This call may be recorded. For support, press 1."),
        ("8", ("main", "sales"), "Goodbye."),
        ("5", ("main", "sales"), "You can leave a message for support. Please leave a message after the beep, and a"),
        ("3", ("main", "sales"), "It goes to: sales. Please say your name"),
        ("1", ("main", "sales"), "Please hold while we connect you."),
        ("1", ("gone",), "We are currently closed"),  # the menu that the line has now
    ],
)
def test_where_a_key_leads(key: str, way: tuple[str, ...], heard: str) -> None:
    assert heard in spoken(at(key, way=tuple(name for name in way if name in BIG.menus)))


def test_a_key_is_offered_at_its_hours_only() -> None:
    is_open = replace(OPEN, line="toll-free")
    assert "By product" not in spoken(at("*"))
    assert "By product, press 4." in spoken(at("*", facts=is_open))
    assert "not one of the choices" in spoken(at("4"))
    assert "modusHosted" in spoken(at("4", facts=is_open))
    assert "A message, 3" not in spoken(at("2", facts=is_open))


def test_keys_with_times_follow_the_beginning_of_the_call() -> None:
    """The call of the steps began on a Saturday night; this one on a Friday at 16:59, and has lasted two minutes."""
    friday = replace(OPEN, line="toll-free", began_at=CLOSED.began_at.replace(day=27, hour=21, minute=59))
    assert "Other, 2." not in spoken(at("4", facts=replace(OPEN, line="toll-free")))
    assert "Other, 2." in spoken(at("4", facts=replace(friday, now=friday.began_at.replace(hour=22, minute=1))))


def test_the_star_is_spoken_as_a_word_in_both_languages() -> None:
    assert "press star" in spoken(at("*"))
    assert "appuyez sur l'étoile" in spoken(at("9"))


def test_a_product_is_kept_and_the_other_choices_are_logged() -> None:
    reply = at("1", way=("main", "products"), facts=replace(OPEN, line="toll-free"))
    assert reply.choices is not None
    assert reply.choices.product == "modusHosted"
    waits = reply.verbs[-1]
    assert isinstance(waits, Enqueue)
    assert "product=modusHosted" in waits.action
    sales = at("2")
    assert (sales.chose, sales.chose_what) == (EventKind.MENU_KEY, "2 in main: menu:sales")


def test_the_product_stays_when_a_manager_is_asked_for() -> None:
    reply = at("0", ("main", "products"), choices=Choices(product="modusHosted"))
    assert reply.choices == Choices(product="modusHosted", wants_manager=True)


def test_a_box_is_kept_and_promises_no_call() -> None:
    reply = at("3", way=("main", "sales"))
    assert not reply.promises
    beep = reply.verbs[-1]
    assert isinstance(beep, Redirect)
    assert turn_at(beep.url).choices.box == "sales"
    thanks = flow.step(BIG, URLS, replace(turn_at(beep.url), place=Place.RECORDED, seconds=8), TOLL_FREE)
    assert spoken(thanks).startswith("Thank you. We have your message. If you are done")


def test_a_caller_who_hears_french_is_offered_english_on_the_key_of_french() -> None:
    french = Turn(Place.MENU, Choices("fr"), digits="*", way=("main",))
    assert "For English, press 9." in spoken(flow.step(BIG, URLS, french, TOLL_FREE))
    english = flow.step(BIG, URLS, replace(french, digits="9"), TOLL_FREE)
    assert english.chose is EventKind.MENU_ENGLISH
    assert "For sales, press 2." in spoken(english)


def test_what_the_menu_itself_says_is_heard_in_the_language_that_was_chosen() -> None:
    """It may say that calls are recorded."""
    assert "This call may be recorded." in spoken(flow.step(BIG, URLS, Turn(Place.INCOMING), TOLL_FREE))
    assert spoken(at("9")).startswith("Cet appel peut être enregistré.")


def test_a_menu_that_led_round_is_not_longer_each_time() -> None:
    url = at("2", way=("main", "sales", "products")).verbs[0]
    assert isinstance(url, Gather)
    assert turn_at(url.action).way == ("main", "sales", "products")  # 2 is not offered now
    again = flow.step(BIG, URLS, Turn(Place.MENU, digits="0", way=("main", "sales")), TOLL_FREE).verbs[0]
    assert isinstance(again, Gather)
    assert turn_at(again.action).way == ("main",)


@pytest.mark.parametrize("facts", ALL_STATES)
def test_every_place_of_a_desk_with_everything_leads_out(facts: Facts) -> None:
    must_lead_out(BIG, facts)


@settings(max_examples=25)
@given(any_content())
def test_every_place_of_any_desk_file_that_is_taken_leads_out(content: dict[str, Any]) -> None:
    desk = loaded(content)
    assume(desk is not None)
    assert desk is not None
    for facts in ALL_STATES:
        must_lead_out(desk, facts)


def must_lead_out(desk: Desk, facts: Facts) -> None:
    """Every place is heard, fits into its limits, and is left by silence and by some key."""
    walk = Walk(desk, facts)
    first = Turn(Place.INCOMING)
    places = walk.places(first)
    for turn in places:
        reply = walk.reply(turn)
        assert spoken(reply) or turn.place is Place.MENU, turn
        document = voice_document(reply.verbs)
        assert len(document.encode()) < 64 * 1024
        assert all(len(url) < 2000 for url in document.split('"') if url.startswith("https:"))
        assert_silence_ends(walk, turn)
    assert {*places} == out_by_keys(places)


def assert_silence_ends(walk: Walk, turn: Turn) -> None:
    for _ in range(60):
        following = walk.silent(turn)
        if following is None:
            return
        turn = following
    raise AssertionError(f"a caller who presses nothing never gets out of {turn}")


def out_by_keys(places: dict[Turn, list[Turn]]) -> set[Turn]:
    """Return the turns from which some keys lead out of the menus, without waiting for a menu to give up."""
    out = {turn for turn, following in places.items() if not following or any(t not in places for t in following)}
    while True:
        more = {turn for turn, following in places.items() if turn not in out and any(t in out for t in following)}
        if not more:
            return out
        out |= more
