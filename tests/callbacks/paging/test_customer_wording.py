"""Texts to customers: who writes, what they need to know, in two segments of GSM-7, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from callbacks.desk.desk_file import Desk, OwnWords, read_desk
from callbacks.inbound.text_commands import HELP_WORDS, OPT_IN_WORDS, OPT_OUT_WORDS, asks_for_no_call
from callbacks.paging import customer_wording as wording
from callbacks.paging.customer_wording import NO_CALL, About, Received
from callbacks.text.bilingual import Words
from callbacks.text.formats import at_time_for_caller
from callbacks.text.gsm7 import fits, size

NOW = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)  # Saturday 10:12 p.m. at the desk
DUE = NOW + timedelta(minutes=30)
DESK = read_desk(Path("support.toml"))
ABOUT = About(DESK, "KT-417", "+15145550199")


def desk_called(sender: str) -> Desk:
    return DESK.model_copy(update={"company": DESK.company.model_copy(update={"sender": sender})})


LONGEST = replace(ABOUT, desk=desk_called("S" * 30), number="+16045550199")  # in another time zone
LONG_AFTER = NOW + timedelta(days=40)


def every(about: About) -> Iterator[Words]:
    for due_at in (None, DUE, LONG_AFTER):
        for received in Received:
            yield wording.receipt(about, due_at, NOW, received)
        for left in (True, False):
            yield wording.added(about, due_at, NOW, left_a_message=left, is_tried=False)
            yield wording.added(about, due_at, NOW, left_a_message=left, is_tried=True)
        yield wording.tried(about, NOW - timedelta(days=2), due_at, NOW)
    yield from (wording.closed(about, attempts) for attempts in (1, 3, 100))
    yield from (wording.noted(about), wording.no_call_noted(about), wording.cancelled(about))


@pytest.mark.parametrize("about", [ABOUT, LONGEST])
def test_each_names_the_sender_and_the_callback_and_fits(about: About) -> None:
    for words in every(about):
        for text in (words.english, words.french):
            assert text.startswith(f"{about.desk.company.sender}: ")
            assert "KT-417" in text
            assert ".." not in text
            assert fits(text), text


def test_a_receipt_says_when_the_call_comes() -> None:
    words = wording.receipt(ABOUT, DUE, NOW, Received.MESSAGE)
    assert words == Words(
        "Support desk: we got your message. Reference KT-417. A technician will call you back by 10:42 p.m. Reply to "
        "add details, or reply NOCALL if you no longer need a call.",
        "Support desk: nous avons votre message. Référence KT-417. Un technicien vous rappellera avant "
        "22 h 42. Répondez pour ajouter un détail, ou écrivez PAS D'APPEL si ce n'est plus nécessaire.",
    )
    assert "as soon as possible" in wording.receipt(ABOUT, None, NOW, Received.MESSAGE).english


def test_who_left_no_message_reads_only_that_we_call_back() -> None:
    assert wording.receipt(ABOUT, DUE, NOW, Received.NO_MESSAGE) == Words(
        "Support desk: thank you for your call. Reference KT-417. A technician will call you back by 10:42 p.m. Reply "
        "to add details, or reply NOCALL if you no longer need a call.",
        "Support desk: merci de votre appel. Référence KT-417. Un technicien vous rappellera avant "
        "22 h 42. Répondez pour ajouter un détail, ou écrivez PAS D'APPEL si ce n'est plus nécessaire.",
    )


def test_a_customer_in_another_time_zone_reads_which_time_it_is() -> None:
    assert "10:42 p.m. Eastern time" not in wording.receipt(ABOUT, DUE, NOW, Received.MESSAGE).english
    assert "10:42 p.m. Eastern time" in wording.receipt(LONGEST, DUE, NOW, Received.MESSAGE).english


def test_an_attempt_says_when_the_next_one_is_or_asks_for_a_time() -> None:
    assert "We plan to try again around 10:42 p.m. Reply" in wording.tried(ABOUT, NOW, DUE, NOW).english
    assert "Reply with a good time" in wording.tried(ABOUT, NOW, None, NOW).english


def test_an_attempt_says_in_french_when_it_was() -> None:
    assert "tenté de vous joindre à 22 h 12 au sujet de KT-417." in wording.tried(ABOUT, NOW, None, NOW).french
    assert "vers 22 h 42." in wording.tried(ABOUT, NOW, DUE, NOW).french


def test_a_desk_has_its_own_words_and_those_of_a_part() -> None:
    own = {
        "texts.message_received": OwnWords(
            en="{sender}, {reference}: {then}", fr="{sender}, dossier {reference}: {then}"
        ),
        "texts.will_call_by": OwnWords(en="We call before {due}.", fr="On vous appelle d'ici {due}."),
    }
    about = replace(ABOUT, desk=DESK.model_copy(update={"wording": own}))
    assert wording.receipt(about, DUE, NOW, Received.MESSAGE) == Words(
        "Support desk, KT-417: We call before 10:42 p.m.",
        "Support desk, dossier KT-417: On vous appelle d'ici 22 h 42.",
    )


def test_a_sender_without_a_callback_reads_the_numbers_in_both_languages_as_many_as_fit() -> None:
    answer = wording.not_read(DESK)
    assert answer == (
        "Support desk: we do not read texts to this number. Please call (888) 484-7266, (514) 845-8474. / Support "
        "desk: nous ne lisons pas les textos envoyés à ce numéro. Appelez-nous au (888) 484-7266, (514) 845-8474."
    )
    many = {f"line{number}": line for number in range(10) for line in DESK.lines.values()}
    assert fits(wording.not_read(DESK.model_copy(update={"lines": many})))
    assert fits(wording.not_saved(DESK))


def test_no_time_is_longer_than_the_one_that_lengths_are_checked_with() -> None:
    first = datetime(2026, 1, 1, 0, 59, tzinfo=UTC)
    for zone in (ZoneInfo("America/St_Johns"), ZoneInfo("America/Los_Angeles"), ZoneInfo("America/Toronto")):
        for at in (first + timedelta(hours=hours) for hours in range(365 * 24)):
            for language in ("en", "fr"):
                time = at_time_for_caller(at, zone, at - timedelta(days=40), language, "+12045550199")
                assert size(time) <= size(wording.AT_TIME.for_(language)), time


def test_the_word_for_no_call_is_understood_and_none_that_the_carrier_takes() -> None:
    for word in (NO_CALL.english, NO_CALL.french):
        assert asks_for_no_call(word)
        assert word.casefold() not in OPT_OUT_WORDS | OPT_IN_WORDS | HELP_WORDS
