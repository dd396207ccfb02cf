"""Pages are read half asleep: short, plain, and with everything in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from callbacks.paging import messages
from callbacks.text.bilingual import Words
from callbacks.text.formats import clock_time, length, span, spelled
from tests.gsm import GSM

MONTREAL = ZoneInfo("America/Toronto")
NOW = datetime(2026, 11, 29, 3, 13, tzinfo=UTC)
SUBJECT = messages.Subject(
    "Support desk",
    "KT-417",
    "toll-free",
    "+15145550199",
    "+15145550199",
    NOW + timedelta(minutes=29),
    MONTREAL,
    messages.Message(True, 32),
)


def test_the_page_in_english() -> None:
    assert messages.page(SUBJECT, "5831", "en", NOW) == (
        "Support desk: call (514) 555-0199 back by 10:42 p.m. (toll-free line, message 0:32). Ref KT-417. "
        "Reply 5831 to take it, CALL 5831 to be connected, PASS 5831 to hand on."
    )


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_text_is_plain_and_fits_two_segments(language: str) -> None:
    late = NOW + timedelta(hours=1)
    texts = [
        messages.page(SUBJECT, "5831", language, NOW),
        messages.page(SUBJECT, "5831", language, late),
        messages.page(SUBJECT, "5831", language, late, "", messages.no_answer_from(["Amy Roy", "Ben Cole", "Cleo"])),
        messages.page(SUBJECT, "5831", language, late, "", messages.taken_and_not_called("Amy Roy", NOW, MONTREAL)),
        messages.reminder(SUBJECT, "5831", language, NOW),
        messages.reminder(SUBJECT, "5831", language, late),
        messages.taken(SUBJECT, "Amy Roy", language),
        messages.given(SUBJECT, "5831", "supervisor@example.com", language, late),
        messages.over(SUBJECT, Words("has cancelled", "a annulé"), "supervisor@example.com", "why", language),
        messages.reopened(SUBJECT, "5831", "supervisor@example.com", "they called again", language),
        messages.unresolved(SUBJECT, "5831", late, language),
        messages.closed_by_itself(SUBJECT, language),
        messages.ask_outcome(SUBJECT, "5831", language),
        messages.manager_wanted(SUBJECT, "5831", "they insist", language),
        messages.verification("Support desk", "583100", language),
        messages.test_page("Support desk", language),
    ]
    for text in texts:
        assert set(text) <= GSM, set(text) - GSM
        assert len(text) <= 306, len(text)


def test_a_later_page_says_what_was_done_before() -> None:
    later = messages.page(SUBJECT, "5831", "en", NOW, "", messages.no_answer_from(["Amy Roy", "Ben Cole", "Cleo"]))
    assert "Ref KT-417. No answer from Amy Roy, Ben Cole and 1 more. Reply 5831" in later
    late = messages.page(
        SUBJECT, "5831", "en", NOW + timedelta(hours=1), "", messages.taken_and_not_called("Amy Roy", NOW, MONTREAL)
    )
    assert "LATE (promised 10:42 p.m.): call (514) 555-0199 back" in late
    assert "Amy Roy took it at 10:13 p.m., and no call is on record. Reply" in late


def test_a_message_that_is_lost_is_said_to_be_and_nobody_is_sent_to_hear_it() -> None:
    lost = replace(SUBJECT, message=messages.LOST_MESSAGE)
    assert "(toll-free line, message lost)" in messages.page(lost, "5831", "en", NOW)
    assert "(ligne toll-free, message perdu)" in messages.page(lost, "5831", "fr", NOW)
    withheld = replace(lost, customer_number=None)
    assert "call the caller (number withheld) back" in messages.page(withheld, "5831", "en", NOW)
    assert "hear the message" in messages.page(replace(SUBJECT, customer_number=None), "5831", "en", NOW)


def test_nobody_is_given_a_deadline_that_is_over_or_was_kept() -> None:
    late = NOW + timedelta(hours=1)
    assert "Call (514) 555-0199 by 10:42 p.m. CALL" in messages.given(SUBJECT, "5831", "Sue", "en", NOW)
    assert "at once: promised for 10:42 p.m. CALL" in messages.given(SUBJECT, "5831", "Sue", "en", late)
    tried = replace(SUBJECT, is_tried=True)
    assert "Call (514) 555-0199. CALL" in messages.given(tried, "5831", "Sue", "en", late)


def test_times_and_lengths_are_said_as_people_say_them() -> None:
    assert clock_time(datetime(2026, 11, 29, 5, 5, tzinfo=UTC), MONTREAL) == "12:05 a.m."
    assert clock_time(datetime(2026, 11, 29, 17, 0, tzinfo=UTC), MONTREAL, "fr") == "12 h"
    assert (length(32), length(605)) == ("0:32", "10:05")
    assert span(timedelta(minutes=65)) == "1 h 05 min"
    assert spelled("KT-417") == "K, T, 4, 1, 7"
