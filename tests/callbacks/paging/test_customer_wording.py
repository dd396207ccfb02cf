"""Texts to customers: who writes, what they need to know, in two segments of GSM-7, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from callbacks.inbound.text_commands import HELP_WORDS, OPT_IN_WORDS, OPT_OUT_WORDS, asks_for_no_call
from callbacks.paging import customer_wording as wording
from callbacks.paging.customer_wording import NO_CALL, About, Received
from callbacks.text.bilingual import Words
from callbacks.text.gsm7 import fits

NOW = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)  # Saturday 10:12 p.m. at the desk
DUE = NOW + timedelta(minutes=30)
ABOUT = About("Support desk", "KT-417", "+15145550199", ZoneInfo("America/Toronto"))
LONGEST = replace(ABOUT, sender="S" * 30, number="+16045550199")  # in another time zone
LONG_AFTER = NOW + timedelta(days=40)


def every(about: About) -> Iterator[Words]:
    for due_at in (None, DUE, LONG_AFTER):
        for received in Received:
            yield wording.receipt(about, due_at, NOW, received)
        for left in (True, False):
            yield wording.added(about, due_at, NOW, left_a_message=left, is_tried=False)
            yield wording.added(about, due_at, NOW, left_a_message=left, is_tried=True)
        yield wording.tried(about, NOW - timedelta(days=2), due_at, NOW)
    yield from (wording.noted(about), wording.no_call_noted(about), wording.cancelled(about))


@pytest.mark.parametrize("about", [ABOUT, LONGEST])
def test_each_names_the_sender_and_the_callback_and_fits(about: About) -> None:
    for words in every(about):
        for text in (words.english, words.french):
            assert text.startswith(f"{about.sender}: ")
            assert "KT-417" in text
            assert ".." not in text
            assert fits(text), text


def test_a_receipt_says_when_the_call_comes() -> None:
    words = wording.receipt(ABOUT, DUE, NOW, Received.MESSAGE)
    assert words == Words(
        "Support desk: we got your message. Reference KT-417. A technician will call you by 10:42 p.m. Reply to add to "
        "it, or NOCALL if you need no call.",
        "Support desk: nous avons votre message. Référence KT-417. Un technicien vous rappellera avant 22 h 42. "
        "Répondez pour ajouter un détail, ou PAS D'APPEL si ce n'est plus nécessaire.",
    )
    assert "as soon as possible" in wording.receipt(ABOUT, None, NOW, Received.MESSAGE).english


def test_who_left_no_message_reads_only_that_we_call_back() -> None:
    assert wording.receipt(ABOUT, DUE, NOW, Received.NO_MESSAGE) == Words(
        "Support desk: thank you for your call. Reference KT-417. A technician will call you by 10:42 p.m. Reply to "
        "add to it, or NOCALL if you need no call.",
        "Support desk: merci de votre appel. Référence KT-417. Un technicien vous rappellera avant 22 h 42. "
        "Répondez pour ajouter un détail, ou PAS D'APPEL si ce n'est plus nécessaire.",
    )


def test_a_customer_in_another_time_zone_reads_which_time_it_is() -> None:
    assert "10:42 p.m. Eastern time" not in wording.receipt(ABOUT, DUE, NOW, Received.MESSAGE).english
    assert "10:42 p.m. Eastern time" in wording.receipt(LONGEST, DUE, NOW, Received.MESSAGE).english


def test_an_attempt_says_when_the_next_one_is_or_asks_for_a_time() -> None:
    assert "We plan to try again at 10:42 p.m. Reply" in wording.tried(ABOUT, NOW, DUE, NOW).english
    assert "Reply with a good time" in wording.tried(ABOUT, NOW, None, NOW).english


def test_the_word_for_no_call_is_understood_and_none_that_the_carrier_takes() -> None:
    for word in (NO_CALL.english, NO_CALL.french):
        assert asks_for_no_call(word)
        assert word.casefold() not in OPT_OUT_WORDS | OPT_IN_WORDS | HELP_WORDS
