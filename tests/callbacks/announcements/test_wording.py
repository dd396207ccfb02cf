"""What subscribers read: two segments at most, with the sender, the reason and the way out."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from callbacks.announcements import wording
from callbacks.announcements.changes import LONGEST
from callbacks.announcements.wording import Notice
from callbacks.db.states import AnnouncementChange
from callbacks.inbound.text_commands import HELP_WORDS, OPT_IN_IF_BLOCKED, OPT_IN_WORDS, OPT_OUT_WORDS, letters_of
from callbacks.text.bilingual import Words
from callbacks.text.gsm7 import fits

ZONE = ZoneInfo("America/Toronto")
AT = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
SENDER = "The longest sender of any desk"
PAGE = "https://support.a-company-with-a-long-name.example.com/status"
TAKEN_BY_THE_CARRIER = {*OPT_OUT_WORDS, *OPT_IN_WORDS, *HELP_WORDS, OPT_IN_IF_BLOCKED}


def notice(change: AnnouncementChange, language: str, text: str, *, is_only_one: bool = False) -> Notice:
    return Notice(SENDER, change, text, AT, ZONE, language, PAGE, is_only_one)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("change", AnnouncementChange)
@pytest.mark.parametrize("is_only_one", [True, False])
def test_the_longest_notice_fits_and_says_where_the_rest_is(
    language: str, change: AnnouncementChange, is_only_one: bool
) -> None:
    words = wording.notice_by_text(notice(change, language, "é[" * (LONGEST // 2), is_only_one=is_only_one))
    assert fits(words)
    assert words.startswith(SENDER)
    assert PAGE in words
    assert is_only_one or wording.LEAVE.for_(language) in words


def test_a_notice_in_french() -> None:
    words = wording.notice_by_text(notice(AnnouncementChange.ENDED, "fr", "Le courriel est retardé.", is_only_one=True))
    assert words == (
        f"{SENDER}, résolu à 22 h 12: Le courriel est retardé. "
        "Vous avez demandé d'être avisé de la fin. C'est le seul texto."
    )


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_mail_names_the_page_the_reason_and_the_link(language: str) -> None:
    words = wording.notice_by_mail(notice(AnnouncementChange.STARTED, language, "x"), "https://desk.test/leave")
    assert words.partition("\n")[0] == f"{SENDER}: x"
    assert all(part in words for part in (SENDER, PAGE, "https://desk.test/leave"))


@pytest.mark.parametrize("words", [wording.subscribed(SENDER), wording.left(SENDER), wording.not_subscribed(SENDER)])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_an_answer_fits_into_two_segments_and_names_its_sender(words: Words, language: str) -> None:
    assert fits(words.for_(language))
    assert words.for_(language).startswith(SENDER)


def test_no_word_of_ours_is_one_that_the_carrier_takes() -> None:
    ours = {letters_of(word) for each in (wording.SUBSCRIBE, wording.LEAVE) for word in (each.english, each.french)}
    assert ours.isdisjoint(TAKEN_BY_THE_CARRIER)


def test_a_confirmation_says_what_happens_without_it() -> None:
    words = wording.confirmation("Support desk", "https://desk.test/c")
    assert "ignore this email" in words.english
    assert "ignorez ce courriel" in words.french
    assert "https://desk.test/c" in words.english
    assert "https://desk.test/c" in words.french
