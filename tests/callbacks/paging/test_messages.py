"""Pages are read half asleep: short, plain, and with everything in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callbacks.desk.customer_number import NOT_ALLOWED, WRONG_NUMBER
from callbacks.paging import messages
from callbacks.paging.messages import Subject
from callbacks.text.bilingual import Words
from callbacks.text.dialing_rules import NumberCheck, NumberKind

# The basic character set of a text (3GPP TS 23.038). One character beyond it halves what fits into a segment.
GSM = set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà")  # fmt: skip  # noqa: E501
TWO_SEGMENTS = 306
MONTREAL = ZoneInfo("America/Toronto")
NOW = datetime(2026, 11, 29, 3, 13, tzinfo=UTC)
LATE = NOW + timedelta(hours=1)
SUBJECT = Subject(
    "Support desk",
    "KT-417",
    "toll-free",
    "+15145550199",
    "+15145550199",
    NOW + timedelta(minutes=29),
    MONTREAL,
    messages.Message(True, 32),
)
LINK = "https://desk.example.com/t/" + "x" * 13
WITHHELD = replace(SUBJECT, customer_number=None)
HAS_CANCELLED = Words("has cancelled", "a annulé")

CHECKS = [NumberCheck("+442071838750", kind, "GB") for kind in NumberKind]
# Why there is no number to call, with the number if it only waits for consent.
REASONS: list[tuple[Words, Words | None]] = [
    *((check.briefly, check.in_words) for check in CHECKS if check.needs_consent),
    *((check.briefly, None) for check in CHECKS if check.number is None),
    *((WRONG_NUMBER, None), (NOT_ALLOWED, None)),
]

subjects = st.builds(
    Subject,
    sender=st.just("Support desk"),
    reference=st.from_regex(r"[A-Z]{2}-[0-9]{3,5}", fullmatch=True),
    line=st.sampled_from(["direct", "toll-free", "resellers", "emergency"]),
    caller=st.just(""),
    customer_number=st.sampled_from([None, "+15145550199", "+442071838750"]),
    due_at=st.timedeltas(timedelta(hours=-20), timedelta(hours=20)).map(lambda after: NOW + after),
    zone=st.just(MONTREAL),
    message=st.sampled_from(
        [
            *(messages.NO_MESSAGE, messages.MISSED_CALL, messages.LOST_MESSAGE),
            *(messages.Message(None), messages.Message(True, 605)),
        ]
    ),
    is_tried=st.booleans(),
    extension=st.sampled_from(["", "204"]),
    language=st.sampled_from(["", "en", "fr"]),
)
subjects = st.builds(
    lambda subject, reasons: replace(subject, why_no_number=reasons[0], not_allowed_yet=reasons[1]),
    subjects,
    st.sampled_from(REASONS),
)
names = st.sampled_from(["Amy Roy", "Ben Cole", "Cleo Martin", "Sue Tran", "Zoé Bélisle", "Anne-Marie Roy"])
codes = st.from_regex(r"[1-9][0-9]{3}", fullmatch=True)


def every_text(subject: Subject, code: str, others: Sequence[str], link: str) -> list[Words]:
    """Return every text about one callback."""
    who, manager = others[0], "supervisor@example.com"
    nobody_answered = messages.no_answer_from(others)
    not_called = messages.taken_and_not_called(who, NOW, MONTREAL)
    return [
        messages.page(subject, code, NOW, link),
        messages.page(subject, code, NOW, link, nobody_answered),
        messages.page(subject, code, NOW, link, not_called),
        messages.reminder(subject, code, NOW),
        messages.taken(subject, who),
        messages.given(subject, code, manager, NOW),
        messages.over(subject, HAS_CANCELLED, manager, "they called again"),
        messages.reopened(subject, code, manager, "they called again"),
        messages.unresolved(subject, code, LATE),
        messages.closed_automatically(subject),
        messages.ask_outcome(subject, code),
        messages.manager_wanted(subject, code, "they insist"),
        *(messages.consent_wanted(subject, check, code) for check in CHECKS if check.needs_consent),
        messages.consent_given(subject, code, manager),
        messages.consent_refused(subject, manager),
        messages.bundle(subject.sender, [(subject, code)] * 7),
        messages.verification(subject.sender, "583100"),
        messages.test_page(subject.sender),
    ]


@given(subject=subjects, code=codes, others=st.lists(names, min_size=1, max_size=4, unique=True))
def test_every_text_uses_plain_characters_and_fits_two_segments(subject: Subject, code: str, others: list[str]) -> None:
    for words in every_text(subject, code, others, LINK):
        for text in (words.english, words.french):
            assert set(text) <= GSM, set(text) - GSM
            assert len(text) <= TWO_SEGMENTS, (len(text), text)
            assert ".." not in text
            assert "  " not in text


def test_a_number_that_is_not_allowed_yet_is_named_and_never_called_withheld() -> None:
    check = NumberCheck("+442071838750", NumberKind.ABROAD, "GB")
    waits = replace(WITHHELD, why_no_number=check.briefly, not_allowed_yet=check.in_words)
    words = messages.page(waits, "5831", NOW)
    assert "call the caller at +44 20 7183 8750 (abroad, GB: not allowed yet) back" in words.english
    assert "rappeler le client au +44 20 7183 8750 (étranger, GB: à autoriser)" in words.french
    assert "withheld" not in words.english
    assert "masqué" not in words.french


@pytest.mark.parametrize(
    ("chosen", "english", "french"),
    [
        ("fr", "(toll-free line, in French, message 0:32)", "(ligne toll-free, message 0:32)"),
        ("en", "(toll-free line, message 0:32)", "(ligne toll-free, en anglais, message 0:32)"),
        ("", "(toll-free line, message 0:32)", "(ligne toll-free, message 0:32)"),
    ],
)
def test_a_page_names_a_language_that_is_not_the_technicians(chosen: str, english: str, french: str) -> None:
    words = messages.page(replace(SUBJECT, language=chosen), "5831", NOW)
    assert english in words.english
    assert french in words.french


def test_an_extension_stands_beside_its_number() -> None:
    words = messages.page(replace(SUBJECT, extension="204"), "5831", NOW)
    assert "call (514) 555-0199 ext. 204 back" in words.english
    assert "rappeler (514) 555-0199 poste 204 avant" in words.french


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_page_names_the_line_the_deadline_the_reference_and_the_code(language: str) -> None:
    text = messages.page(SUBJECT, "5831", NOW, LINK).for_(language)
    assert [part for part in ("(514) 555-0199", "toll-free", "KT-417", " 5831 ", LINK) if part not in text] == []


def test_the_page_in_english() -> None:
    assert messages.page(SUBJECT, "5831", NOW).english == (
        "Support desk: call (514) 555-0199 back by 10:42 p.m. (toll-free line, message 0:32). Ref KT-417. "
        "Reply 5831 to take it, CALL 5831 to be connected, PASS 5831 to pass it on."
    )


def test_a_page_without_a_number_offers_no_connection() -> None:
    assert "CALL" not in messages.page(WITHHELD, "5831", NOW).english


def test_the_page_in_french() -> None:
    assert messages.page(SUBJECT, "5831", NOW).french == (
        "Support desk: rappeler (514) 555-0199 avant 22 h 42 (ligne toll-free, message 0:32). Ref KT-417. "
        "Répondez 5831 pour le prendre, PASSE 5831 pour le passer."
    )


def test_a_later_page_says_what_was_done_before() -> None:
    later = messages.page(SUBJECT, "5831", NOW, "", messages.no_answer_from(["Amy Roy", "Ben Cole", "Cleo"])).english
    assert "Ref KT-417. No answer from Amy Roy, Ben Cole and 1 more. Reply 5831" in later
    before = messages.taken_and_not_called("Amy Roy", NOW, MONTREAL)
    late = messages.page(SUBJECT, "5831", LATE, "", before).english
    assert "LATE (promised 10:42 p.m.): call (514) 555-0199 back" in late
    assert "Amy Roy took it at 10:13 p.m., and no call is on record. Reply" in late


@pytest.mark.parametrize(
    ("names", "english", "french"),
    [
        (["Amy"], "No answer from Amy.", "Sans réponse: Amy."),
        (["Amy", "Ben"], "No answer from Amy and Ben.", "Sans réponse: Amy et Ben."),
        (["Amy", "Ben", "Cleo", "Sue"], "No answer from Amy, Ben and 2 more.", "Sans réponse: Amy, Ben et 2 de plus."),
    ],
)
def test_at_most_two_of_those_who_did_not_answer_are_named(names: list[str], english: str, french: str) -> None:
    assert messages.no_answer_from(names) == Words(english, french)


@pytest.mark.parametrize(
    ("message", "english", "french"),
    [
        (messages.Message(True, 32), "(direct line, message 0:32)", "(ligne direct, message 0:32)"),
        (messages.Message(True), "(direct line, with a message)", "(ligne direct, avec message)"),
        (messages.Message(None), "(direct line)", "(ligne direct)"),
        (messages.NO_MESSAGE, "(direct line, no message)", "(ligne direct, aucun message)"),
        (messages.LOST_MESSAGE, "(direct line, message lost)", "(ligne direct, message perdu)"),
    ],
)
def test_a_page_says_what_is_known_of_the_message(message: messages.Message, english: str, french: str) -> None:
    words = messages.page(replace(SUBJECT, line="direct", message=message), "5831", NOW)
    assert english in words.english
    assert french in words.french


def test_nobody_is_sent_to_listen_to_a_message_that_is_lost_or_was_not_left() -> None:
    for message in (messages.LOST_MESSAGE, messages.NO_MESSAGE):
        text = messages.page(replace(WITHHELD, message=message), "5831", NOW).english
        assert "call the caller (number withheld) back" in text
    assert "listen to the message" in messages.page(WITHHELD, "5831", NOW).english
    assert "écoutez le message" in messages.page(WITHHELD, "5831", NOW).french


def test_nobody_is_given_a_deadline_that_is_over_or_was_kept() -> None:
    assert "Call (514) 555-0199 by 10:42 p.m. CALL" in messages.given(SUBJECT, "5831", "Sue", NOW).english
    assert "at once: promised for 10:42 p.m. CALL" in messages.given(SUBJECT, "5831", "Sue", LATE).english
    tried = replace(SUBJECT, is_tried=True)
    assert "Call (514) 555-0199. CALL" in messages.given(tried, "5831", "Sue", LATE).english


def test_a_reminder_is_late_from_the_deadline_on() -> None:
    reminder = [messages.reminder(SUBJECT, "5831", at) for at in (NOW, SUBJECT.due_at)]
    assert [words.english[:22] for words in reminder] == ["Support desk: reminder", "Support desk: LATE, yo"]
    assert [words.french[14:23] for words in reminder] == ["rappel, v", "EN RETARD"]


def test_a_bundle_names_each_callback_with_its_code() -> None:
    bundle = messages.bundle("Desk", [(SUBJECT, "5831"), (WITHHELD, "7042")])
    assert bundle.english.endswith("take one: 5831 (514) 555-0199 10:42pm; 7042 KT-417 10:42pm")
    assert bundle.french.endswith("en prendre un: 5831 (514) 555-0199 22h42; 7042 KT-417 22h42")


def test_what_a_person_typed_is_cut_and_left_out_when_empty() -> None:
    long = messages.over(SUBJECT, HAS_CANCELLED, "Sue", "x" * 500).english
    assert f"({'x' * 100})." in long
    assert "KT-417, (514) 555-0199. Nothing" in messages.over(SUBJECT, HAS_CANCELLED, "Sue", "").english
    assert "reopened KT-417. It is yours" in messages.reopened(SUBJECT, "5831", "Sue", "").english


def test_an_alert_is_cut_to_what_can_be_sent() -> None:
    assert len(messages.alarm("Desk", Words("x" * 2000, "y" * 2000)).french) == 600
