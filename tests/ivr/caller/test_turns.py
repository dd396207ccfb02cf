"""The choices of a caller are in every URL of the call."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest

from callbacks.db.states import Urgency
from ivr.caller.routes import choices_in
from ivr.caller.turns import Choices, Place, Step, Turn
from tests.ivr.caller.steps import CLOSED, DESK, URLS

EVERYTHING = Choices("fr", Urgency.DOWN, "modusMail", is_separate=True, wants_manager=True, box="sales")


@pytest.mark.parametrize("choices", [Choices(), Choices("fr"), EVERYTHING, Choices(urgency=Urgency.CAN_WAIT)])
def test_a_url_holds_every_choice(choices: Choices) -> None:
    url = Step(DESK, URLS, Turn(Place.BEEP, choices), CLOSED).to(Place.RECORDED, tries=2)
    query = dict(parse_qsl(urlsplit(url).query))
    assert query.pop("tries") == "2"
    assert choices_in(query, choices.language) == choices


def test_what_a_url_holds_of_an_earlier_release_counts_as_not_chosen() -> None:
    assert choices_in({"urgency": "unheard of", "separate": "yes", "colour": "red"}, "en") == Choices()


def test_a_choice_is_made_for_the_rest_of_the_call() -> None:
    step = Step(DESK, URLS, Turn(Place.MENU), CLOSED).choosing(language="fr").choosing(urgency=Urgency.DOWN)
    assert step.turn.choices == Choices("fr", Urgency.DOWN)
