"""What a caller hears of their open callback, in both languages: never a time that has passed, and late is late."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ivr.caller.turns import Choices, OpenCallback, Place, Turn
from tests.ivr.caller.steps import CLOSED, NOW, spoken, step

NOT_TRIED = OpenCallback("KT-417", NOW + timedelta(minutes=20))
TRIED_AT = NOW - timedelta(minutes=5)


@pytest.mark.parametrize(
    ("callback", "english", "french"),
    [
        (
            replace(NOT_TRIED, has_owner=True),
            "A technician is handling it and will call you back by 10:32 p.m.",
            "Un technicien s'en occupe et vous rappellera avant 22 h 32.",
        ),
        (
            NOT_TRIED,
            "We are contacting our technicians, and one of them will call you back by 10:32 p.m.",
            "Nous tentons de joindre nos techniciens, et l'un d'eux vous rappellera avant 22 h 32.",
        ),
        (
            replace(NOT_TRIED, is_held=True),
            "1, 7. A technician will call you back by 10:32 p.m.",
            "1, 7. Un technicien vous rappellera avant 22 h 32.",
        ),
        (
            replace(NOT_TRIED, is_escalating=True),
            "Nobody has called you yet, so we are contacting more people. We will call you back by 10:32 p.m.",
            "nous tentons de joindre d'autres personnes. Nous vous rappellerons avant 22 h 32.",
        ),
        (
            replace(NOT_TRIED, due_at=NOW - timedelta(minutes=1), has_owner=True),
            "We promised to call you by 10:11 p.m., and we have not. We are sorry.",
            "Nous devions vous rappeler avant 22 h 11, et nous ne l'avons pas fait.",
        ),
        (
            replace(NOT_TRIED, tried_at=TRIED_AT),
            "We called you at 10:07 p.m. and did not reach you. A technician will try again.",
            "Nous vous avons appelé à 22 h 07 sans vous joindre.",
        ),
        (
            replace(NOT_TRIED, tried_at=NOW - timedelta(days=1), is_reached=True),
            "We spoke with you at 10:12 p.m. Friday. A technician is still working on it.",
            "Nous vous avons parlé vendredi à 22 h 12.",
        ),
    ],
)
def test_how_it_stands(callback: OpenCallback, english: str, french: str) -> None:
    facts = replace(CLOSED, open_callback=callback)
    in_english = spoken(step(Turn(Place.LANGUAGE), facts))
    assert "Your reference is K, T, 4, 1, 7." in in_english
    assert english in in_english
    assert french in spoken(step(Turn(Place.LANGUAGE, Choices("fr")), facts))


@pytest.mark.parametrize(
    ("callback", "by"),
    [
        (NOT_TRIED, "by 10:32 p.m."),
        (replace(NOT_TRIED, due_at=NOW), "as soon as possible"),
        (replace(NOT_TRIED, tried_at=TRIED_AT), "as soon as possible"),
    ],
)
def test_the_thanks_repeat_a_time_only_while_it_holds(callback: OpenCallback, by: str) -> None:
    thanks = spoken(step(Turn(Place.RECORDED, seconds=9), replace(CLOSED, open_callback=callback)))
    assert "Your call was added to K, T, 4, 1, 7" in thanks
    assert by in thanks
