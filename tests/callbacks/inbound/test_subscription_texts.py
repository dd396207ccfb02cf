"""Subscribing and unsubscribing by text, whoever sends it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from callbacks.db.database import Database
from callbacks.db.tables import Subscription
from callbacks.inbound.subscription_texts import LEAVE, SUBSCRIBE, Wish, wish_in
from callbacks.inbound.text_commands import HELP_WORDS, OPT_IN_IF_BLOCKED, OPT_IN_WORDS, OPT_OUT_WORDS, WORDS
from tests.callbacks.inbound.texting import AMY, DESK, STRANGER, Night
from tests.scenarios.conftest import POSTGRES_IN_SOAK

FRANCE = "+33142685300"


@pytest.fixture
def night(database: Database) -> Night:
    return Night(database)


def subscribed(night: Night) -> list[tuple[str, str]]:
    going_on = select(Subscription).where(Subscription.ended_at.is_(None)).order_by(Subscription.id)
    rows = night.database.read(lambda session: session.scalars(going_on).all())
    return [(row.address, row.language) for row in rows]


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("subscribe", Wish.SUBSCRIBE),
        (" Subscribe! ", Wish.SUBSCRIBE),
        ("ABONNER", Wish.SUBSCRIBE),
        ("Abonnez-moi.", Wish.SUBSCRIBE),
        ("leave", Wish.LEAVE),
        ("Désabonner", Wish.LEAVE),
        ("Stop", Wish.STOP),
        ("unsubscribe", Wish.STOP),
        ("leave me alone", None),
        ("please subscribe my colleague", None),
        ("done 123456", None),
        ("", None),
    ],
)
def test_what_a_text_wants(text: str, wish: Wish | None) -> None:
    assert wish_in(text) == wish


def test_no_word_is_the_carriers_or_a_technicians() -> None:
    taken = {*OPT_OUT_WORDS, *OPT_IN_WORDS, *HELP_WORDS, OPT_IN_IF_BLOCKED, *WORDS}
    assert taken.isdisjoint({*SUBSCRIBE, *LEAVE})


@POSTGRES_IN_SOAK
def test_a_stranger_subscribes_and_leaves_in_their_language(night: Night) -> None:
    assert "Aucune publicité. Pour vous désabonner, répondez DESABONNER." in night.hears_from(STRANGER, "Abonner")
    assert subscribed(night) == [(STRANGER, "fr")]
    assert "votre abonnement est annulé." in night.hears_from(STRANGER, "désabonner")
    assert subscribed(night) == []
    assert "you are not subscribed" in night.hears_from(STRANGER, "leave")


@POSTGRES_IN_SOAK
def test_the_same_text_twice_subscribes_once_and_is_answered_alike(night: Night) -> None:
    first = night.hears_from(STRANGER, "subscribe", "SM-once")
    night.hears_from(STRANGER, "leave")
    assert night.hears_from(STRANGER, "subscribe", "SM-once") == first
    assert subscribed(night) == []


@POSTGRES_IN_SOAK
def test_stop_ends_it_and_only_the_carrier_answers(night: Night) -> None:
    night.hears_from(STRANGER, "subscribe")
    assert night.hears_from(STRANGER, "STOP") == ""
    assert subscribed(night) == []
    night.hears_from(STRANGER, "subscribe")
    assert night.hears_from(STRANGER, "ARRET", opt_out_type="STOP") == ""
    assert subscribed(night) == []


@POSTGRES_IN_SOAK
def test_arret_ends_it_where_the_carrier_does_not_know_the_word(night: Night) -> None:
    night.hears_from(STRANGER, "abonner")
    assert len(subscribed(night)) == 1
    assert night.hears_from(STRANGER, "Arrêt") == ""
    assert subscribed(night) == []


@POSTGRES_IN_SOAK
def test_a_way_out_is_obeyed_even_when_no_more_answers_are_given(night: Night) -> None:
    for _ in range(DESK.limits.answers_to_strangers):
        assert night.hears_from(STRANGER, "subscribe") != ""
    assert night.hears_from(STRANGER, "leave") == ""
    assert subscribed(night) == []
    assert night.hears_from(STRANGER, "subscribe") == ""
    assert subscribed(night) == []  # who is not told the way out is not subscribed


@POSTGRES_IN_SOAK
def test_a_number_that_needs_consent_is_not_subscribed(night: Night) -> None:
    assert night.hears_from(FRANCE, "subscribe") == ""
    assert subscribed(night) == []


@POSTGRES_IN_SOAK
def test_a_technician_is_not_subscribed_because_their_answers_mean_something_else(night: Night) -> None:
    assert night.hears_from(AMY, "subscribe").startswith("Not understood.")
    assert subscribed(night) == []
    night.hears_from(AMY, "stop")
    assert "text first" in night.troubles()
