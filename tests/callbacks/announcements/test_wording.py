"""What subscribers read: two segments at most, with the sender, the reason and the way out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from callbacks.announcements import wording
from callbacks.announcements.changes import LONGEST
from callbacks.announcements.wording import Notice
from callbacks.db.states import AnnouncementChange
from callbacks.desk.desk_file import OwnWords, read_desk
from callbacks.inbound.text_commands import HELP_WORDS, OPT_IN_IF_BLOCKED, OPT_IN_WORDS, OPT_OUT_WORDS, letters_of
from callbacks.text.bilingual import Words
from callbacks.text.gsm7 import fits

AT = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
SENDER = "The longest sender of any desk"
SHIPPED = read_desk(Path("support.toml"))
DESK = SHIPPED.model_copy(update={"company": SHIPPED.company.model_copy(update={"sender": SENDER})})
PAGE = "https://support.a-company-with-a-long-name.example.com/status"
TAKEN_BY_THE_CARRIER = {*OPT_OUT_WORDS, *OPT_IN_WORDS, *HELP_WORDS, OPT_IN_IF_BLOCKED}


def notice(change: AnnouncementChange, language: str, text: str, *, is_only_one: bool = False) -> Notice:
    return Notice(DESK, change, text, AT, language, PAGE, is_only_one)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    ("change", "is_only_one"), [*((each, False) for each in AnnouncementChange), (AnnouncementChange.ENDED, True)]
)
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
        "Vous vouliez savoir quand ce serait fini. Vous ne recevrez pas d'autre texto à ce sujet."
    )


def test_a_notice_in_the_desks_own_words_is_cut_to_two_segments_too() -> None:
    own = OwnWords(en="{announcement} ({sender}; out: {leave})", fr="{announcement} ({sender}; sortir: {leave})")
    long = OwnWords(en="{announcement} All of it: {status_page}", fr="{announcement} Tout: {status_page}")
    worded = DESK.model_copy(update={"wording": {"texts.outage_started": own, "texts.cut_announcement": long}})
    given = replace(notice(AnnouncementChange.STARTED, "en", "a" * LONGEST), desk=worded)
    assert wording.notice_by_text(given) == f"{'a' * 185}... All of it: {PAGE} ({SENDER}; out: LEAVE)"
    assert wording.notice_by_text(replace(given, text="Mail is down.")) == f"Mail is down. ({SENDER}; out: LEAVE)"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_mail_names_the_page_the_reason_and_the_link(language: str) -> None:
    words = wording.notice_by_mail(notice(AnnouncementChange.STARTED, language, "x"), "https://desk.test/leave")
    assert words.partition("\n")[0] == {"en": f"{SENDER}: x", "fr": f"{SENDER} : x"}[language]
    assert all(part in words for part in (SENDER, PAGE, "https://desk.test/leave"))


@pytest.mark.parametrize("words", [wording.subscribed(DESK), wording.left(DESK), wording.not_subscribed(DESK)])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_an_answer_fits_into_two_segments_and_names_its_sender(words: Words, language: str) -> None:
    assert fits(words.for_(language))
    assert words.for_(language).startswith(SENDER)


def test_no_word_of_ours_is_one_that_the_carrier_takes() -> None:
    ours = {letters_of(word) for each in (wording.SUBSCRIBE, wording.LEAVE) for word in (each.english, each.french)}
    assert ours.isdisjoint(TAKEN_BY_THE_CARRIER)


def test_a_confirmation_says_what_happens_without_it() -> None:
    words = wording.confirmation(DESK, "https://desk.test/c")
    assert "ignore this email" in words.english
    assert "ignorez ce courriel" in words.french
    assert "https://desk.test/c" in words.english
    assert "https://desk.test/c" in words.french
