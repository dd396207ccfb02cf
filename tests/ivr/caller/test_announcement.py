"""What is announced is heard before the menu, in the caller's language, and a key asks for a text when it is over."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from callbacks.announcements import changes
from callbacks.announcements.changes import Content
from callbacks.db.event_kinds import EventKind
from callbacks.db.tables import Event, Subscription
from callbacks.desk.desk_file import Language
from callbacks.text.bilingual import Words
from ivr.caller import flow
from ivr.caller.turns import Announced, Choices, Facts, Place, Turn
from ivr.twilio.verbs import Gather
from tests.ivr.caller.steps import CLOSED, DESK, URLS, spoken, step
from tests.ivr.webhook_client import CALL, CUSTOMER, DIRECT, TOLL_FREE, WebhookClient, said

SLOW = Announced(1, Words("Mail {is} delayed.", "Le courriel est retardé."))
BOTH = (SLOW, Announced(2, Words("So is search.", "La recherche aussi.")))
ON_DIRECT = replace(CLOSED, announcements=(SLOW,))
ON_TOLL_FREE = replace(ON_DIRECT, line="toll-free")


def after(digits: str, facts: Facts = ON_TOLL_FREE, language: Language = "en") -> tuple[str, tuple[int, ...]]:
    """What is heard after a key, and of which ends the caller will be told."""
    reply = step(Turn(Place.ANNOUNCEMENT, Choices(language), digits=digits), facts)
    return spoken(reply), reply.waits_for


def test_it_comes_after_the_greeting_and_before_the_menu() -> None:
    heard = spoken(step(Turn(Place.INCOMING), ON_TOLL_FREE))
    assert heard == (
        "Thank you for calling the support desk. Pour le service en français, appuyez sur le 9. "
        "Please note: Mail {is} delayed. To get a text when it is over, press 1. To continue, press 2 or wait."
    )


def test_without_an_announcement_or_a_database_the_call_begins_as_ever() -> None:
    plain = step(Turn(Place.INCOMING), replace(CLOSED, line="toll-free"))
    assert step(Turn(Place.INCOMING), replace(ON_TOLL_FREE, announcements=())) == plain
    assert "For support, press 1" in spoken(plain)


@pytest.mark.parametrize("digits", ["2", "", "7", "*"])
def test_key_2_any_other_key_and_silence_go_on_to_the_menu_without_another_greeting(digits: str) -> None:
    heard, waits_for = after(digits)
    assert heard.startswith("For support, press 1.")
    assert waits_for == ()


def test_a_line_without_a_menu_goes_on_to_support() -> None:
    heard, _ = after("2", ON_DIRECT)
    assert heard.startswith("We are currently closed.")


def test_key_1_asks_for_a_text_and_the_call_goes_on() -> None:
    heard, waits_for = after("1", replace(ON_TOLL_FREE, announcements=BOTH))
    assert heard.startswith("We will text you when it is over. For support, press 1.")
    assert waits_for == (1, 2)


@pytest.mark.parametrize(
    "facts",
    [
        *(
            replace(ON_TOLL_FREE, caller=caller)
            for caller in [
                "anonymous",
                "",
                "+18005550199",
                "+442071838750",
                "sip:a@b.test",
                DESK.lines["direct"].number,
            ]
        ),
        replace(ON_TOLL_FREE, is_perhaps_forged=True),
    ],
)
def test_a_number_that_cannot_be_texted_is_offered_no_text_and_told_so(facts: Facts) -> None:
    assert "delayed. To continue, press 2 or wait." in spoken(step(Turn(Place.INCOMING), facts))
    heard, waits_for = after("1", facts)
    assert heard.startswith("We cannot send texts to the number you are calling from. For support, press 1.")
    assert waits_for == ()


def test_what_ended_meanwhile_is_over_and_an_unavailable_database_saves_nothing() -> None:
    assert after("1", replace(ON_TOLL_FREE, announcements=()))[0].startswith("It is already over.")
    assert after("1", replace(ON_TOLL_FREE, announcements=None))[0].startswith("We are sorry, we could not save that.")


@pytest.mark.parametrize("facts", [ON_TOLL_FREE, ON_DIRECT])
def test_the_key_of_a_language_repeats_it_in_that_language_once(facts: Facts) -> None:
    reply = step(Turn(Place.ANNOUNCEMENT, digits="9"), facts)
    assert reply.chose is EventKind.MENU_FRENCH
    assert spoken(reply) == (
        "À noter : Le courriel est retardé. Pour être avisé par texto quand ce sera terminé, appuyez sur le 1. "
        "Pour continuer, appuyez sur le 2 ou patientez."
    )
    assert "lang=fr" in next(verb.action for verb in reply.verbs if isinstance(verb, Gather))


def test_a_key_of_the_line_that_means_something_else_here_changes_no_language() -> None:
    line = DESK.lines["direct"].model_copy(update={"languages": {"1": "french"}})
    desk = DESK.model_copy(update={"lines": {**DESK.lines, "direct": line}})
    assert "français" not in spoken(flow.step(desk, URLS, Turn(Place.INCOMING), ON_DIRECT))
    reply = flow.step(desk, URLS, Turn(Place.ANNOUNCEMENT, digits="1"), ON_DIRECT)
    assert reply.waits_for == (1,)
    assert "Pour le service en français, appuyez sur le 1." in spoken(reply)  # offered once the key is free


@pytest.mark.parametrize("facts", [ON_TOLL_FREE, ON_DIRECT])
def test_a_caller_who_is_known_to_speak_french_is_offered_english_by_the_same_key(facts: Facts) -> None:
    heard = spoken(step(Turn(Place.INCOMING, Choices("fr")), facts))
    assert "For English, press 9." in heard
    assert "français" not in heard
    pressed = step(Turn(Place.ANNOUNCEMENT, Choices("fr"), digits="9", question_in="fr"), facts)
    assert pressed.chose is EventKind.MENU_ENGLISH
    assert spoken(pressed).startswith("Please note: Mail {is} delayed.")


# As webhooks


def announces(client: WebhookClient, *lines: str) -> int:
    content = Content("Mail is delayed.", "Le courriel est retardé.", lines)
    now = client.clock.now()
    return client.database.write(lambda session: changes.start(session, DESK, content, "sue", now).id)


def waiting(client: WebhookClient) -> list[tuple[str, str, int | None]]:
    query = select(Subscription).order_by(Subscription.id)
    rows = client.database.read(lambda session: session.scalars(query).all())
    return [(row.address, row.language, row.announcement_id) for row in rows]


def test_a_caller_of_a_chosen_line_hears_it_and_another_does_not(client: WebhookClient) -> None:
    announces(client, "direct")
    assert "Mail is delayed." in said(client.calls(DIRECT))
    assert "Mail is delayed." not in said(client.calls(TOLL_FREE, sid="CA" + "2" * 32))


def test_whoever_forges_a_number_has_no_text_sent_to_it(client: WebhookClient) -> None:
    announces(client)
    forged = {"CallSid": CALL, "To": TOLL_FREE, "From": CUSTOMER, "StirVerstat": "TN-Validation-Failed-A"}
    heard = said(client.document("/voice/admission?lang=en&tries=1", **forged, Digits="5"))
    assert "Mail is delayed. To continue, press 2 or wait." in heard
    client.document("/voice/announcement?lang=en", **forged, Digits="1")
    assert waiting(client) == []


def test_a_caller_who_is_asked_for_a_key_first_hears_it_after_that(client: WebhookClient) -> None:
    announces(client)
    pressed = {"CallSid": CALL, "To": TOLL_FREE, "From": "anonymous", "Digits": "5"}
    heard = client.document("/voice/admission?lang=en&tries=1", **pressed)
    assert "Mail is delayed." in said(heard)


def test_a_key_subscribes_the_callers_number_once_in_their_language(client: WebhookClient) -> None:
    number = announces(client)
    client.calls(TOLL_FREE)
    french = client.document("/voice/announcement?lang=en", CallSid=CALL, To=TOLL_FREE, From=CUSTOMER, Digits="9")
    assert "Le courriel est retardé." in said(french)
    gather = french.find("Gather")
    assert gather is not None
    for _ in range(2):  # the carrier asks again when our answer is lost
        heard = client.document(gather.attrib["action"], CallSid=CALL, To=TOLL_FREE, From=CUSTOMER, Digits="1")
        assert "Nous vous enverrons un texto quand ce sera terminé." in said(heard)
        assert "Pour le soutien technique" in said(heard)
    assert waiting(client) == [(CUSTOMER, "fr", number)]
    kinds = client.database.read(lambda session: session.scalars(select(Event.kind).order_by(Event.id)).all())
    assert kinds.count(EventKind.SUBSCRIBED) == 1


def test_while_the_database_is_away_the_call_goes_on_without_it(
    client: WebhookClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    announces(client)

    def unavailable(_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("the database is away"))

    monkeypatch.setattr(client.database, "write", unavailable)
    heard = said(client.calls(TOLL_FREE))
    assert "For support, press 1" in heard
    assert "Mail is delayed." not in heard
    pressed = client.document("/voice/announcement?lang=en", CallSid=CALL, To=TOLL_FREE, From=CUSTOMER, Digits="1")
    assert "We are sorry, we could not save that. For support, press 1." in said(pressed)
