"""The greeting and the menu: keys, and what is heard."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callbacks.db.event_kinds import EventKind
from ivr.caller import flow
from ivr.caller.turns import Place, Turn
from ivr.twilio.verbs import Hangup, Say
from tests.ivr.caller.steps import CLOSED, DESK, URLS, spoken, step


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
