"""Pages are read half asleep: short, plain, and with everything in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callbacks.db.states import PageKind, ReachOutcome, Urgency
from callbacks.desk.customer_number import NOT_ALLOWED, WRONG_NUMBER
from callbacks.desk.desk_file import LONGEST_LINE_NAME, LONGEST_SENDER
from callbacks.paging import messages
from callbacks.paging.messages import Subject
from callbacks.text.bilingual import Words
from callbacks.text.dialing_rules import DEFAULT_RULES, NumberCheck, NumberKind
from callbacks.text.gsm7 import folded, for_text_message, size

TWO_SEGMENTS = 306
MONTREAL = ZoneInfo("America/Toronto")
NOW = datetime(2026, 11, 29, 3, 13, tzinfo=UTC)
LATE = NOW + timedelta(hours=1)
SUBJECT = Subject(
    "Support desk",
    "KT-417",
    Words("toll-free line", "ligne sans frais"),
    "+15145550199",
    "+15145550199",
    NOW + timedelta(minutes=29),
    MONTREAL,
    messages.Message(True, 32),
)
ADDRESS = "2001:db8:1111:2222:3333:4444:5555:6666"
LINK = "https://desk.example.com/t/" + "x" * 13
DIRECT = Words("direct line", "ligne directe")
WITHHELD = replace(SUBJECT, customer_number=None)
HAS_CANCELLED = Words("has cancelled {about}", "a annulé {about}")

MAILBOX = Words("emergency mailbox", "courriels urgents")
BY_MAIL = replace(
    SUBJECT,
    caller="bob@acme.example",
    customer_number=None,
    has_no_number=True,
    message=messages.NO_MESSAGE,
    mail=messages.FromMail("Bob Tremblay", "No mail since noon", MAILBOX),
    customer=Words("Acme", "Acme"),
)

names = st.text(min_size=1, max_size=120) | st.sampled_from(["Amy Roy", "Zoé Bélisle", "François Lebœuf", "李 [雷] 👍"])
line_names = names.filter(lambda name: name.strip() and size(name) <= LONGEST_LINE_NAME)
CHECKS = [NumberCheck("+442071838750", kind, "GB") for kind in NumberKind]
# Why there is no number to call, with the number if it only waits for consent.
REASONS: list[tuple[Words, Words | None]] = [
    *((check.briefly, check.in_words) for check in CHECKS if check.needs_consent),
    *((check.briefly, None) for check in CHECKS if check.number is None),
    *((WRONG_NUMBER, None), (NOT_ALLOWED, None)),
]

subjects = st.builds(
    Subject,
    sender=names.filter(lambda name: len(name) >= 2 and size(name) <= LONGEST_SENDER),
    reference=st.from_regex(r"[A-Z]{2}-[0-9]{3}", fullmatch=True),
    line=st.builds(Words, line_names, line_names),
    caller=st.just(""),
    customer_number=st.sampled_from([None, "+15145550199", "+442071838750", "+99512345678901"]),
    due_at=st.timedeltas(timedelta(days=-20), timedelta(hours=20)).map(lambda after: NOW + after),
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
    customer=st.just(messages.NOTHING) | st.builds(Words, names, names),
    calls_this_week=st.integers(0, 200),
    mail=st.none() | st.builds(messages.FromMail, names, st.text(max_size=200), st.just(MAILBOX), st.booleans()),
    has_no_number=st.booleans(),
)
subjects = st.builds(
    lambda subject, reasons: replace(subject, why_no_number=reasons[0], not_allowed_yet=reasons[1]),
    subjects,
    st.sampled_from(REASONS),
)
codes = st.from_regex(r"[1-9][0-9]{3}", fullmatch=True)


def every_text(subject: Subject, code: str, others: Sequence[str], reason: str) -> dict[str, Words]:
    """Return every text about one callback, by name."""
    who = others[0]
    befores = [
        messages.no_answer_from(others),
        messages.passed_by(others),
        messages.not_reached(others),
        messages.taken_and_not_called(subject, who, NOW, LATE),
    ]
    tried = messages.last_attempt(who, NOW, ReachOutcome.WORKAROUND, MONTREAL, LATE)
    return {
        "page": messages.page(subject, code, NOW, LINK),
        **{f"page {n}": messages.page(subject, code, NOW, LINK, before) for n, before in enumerate(befores)},
        "reminder": messages.reminder(subject, code, NOW),
        "page again": messages.page_again(subject, code, tried, LINK),
        "try again": messages.try_again(subject, code, tried),
        "nearly due": messages.nearly_due(subject, code, LATE, NOW),
        "still open": messages.still_open(subject, code),
        "taken": messages.taken(subject, who),
        "tried": messages.tried(subject, who),
        "tried for you": messages.tried_for_you(subject, who),
        "nothing to go by": messages.nothing_to_go_by(subject),
        "given": messages.given(subject, code, who, NOW),
        "over": messages.over(subject, HAS_CANCELLED, who, reason),
        "wrote again": messages.wrote_again(subject, code, reason, NOW),
        "wrote to the emergency mailbox": messages.wrote_again(subject, code, reason, NOW, Words("M" * 30, "M" * 30)),
        "mail returned": messages.mail_returned(subject, code, f"{who}@example.com", reason),
        "reply returned": messages.reply_returned(subject, code, f"{who}@example.com", reason, NOW),
        "reply returned late": messages.reply_returned(subject, code, f"{who}@example.com", reason, LATE),
        "reopened": messages.reopened(subject, code, who, reason),
        "unresolved": messages.unresolved(subject, code, LATE, NOW),
        "closed": messages.closed_automatically(subject),
        "outcome": messages.ask_outcome(subject, code),
        "manager": messages.manager_wanted(subject, code, reason),
        "needs more": messages.needs_more(subject.sender, "+15145550199", code, NOW, MONTREAL, LATE),
        "manager, with the history": messages.manager_wanted(
            subject, code, reason, messages.history(12, NOW, who, MONTREAL, LATE, is_tried=True)
        ),
        "page at a named time": messages.page(replace(subject, says_down=True, named_at=LATE), code, NOW, LINK),
        **{
            f"consent to {check.kind}": messages.consent_wanted(subject, check, code, NOW)
            for check in CHECKS
            if check.needs_consent
        },
        "consent given": messages.consent_given(subject, code, who),
        "consent refused": messages.consent_refused(subject, who),
        "bundle": messages.bundle(subject.sender, [(subject, code)] * 20, NOW),
        "verification": messages.verification(subject.sender, "583100"),
        "test": messages.test_page(subject.sender),
        "locked": messages.alarm(subject.sender, messages.locked(who, ADDRESS)),
        "your account locked": messages.alarm(subject.sender, messages.your_account_locked(ADDRESS)),
    }


@given(
    subject=subjects,
    code=codes,
    others=st.lists(names, min_size=1, max_size=4, unique=True),
    reason=st.text(max_size=300),
)
def test_every_text_fits_two_segments_whatever_names_and_lines_say(
    subject: Subject, code: str, others: list[str], reason: str
) -> None:
    for kind, words in every_text(subject, code, others, reason).items():
        for text in (words.english, words.french):
            assert size(text) <= TWO_SEGMENTS, (kind, size(text), text)


@pytest.mark.parametrize(
    ("subject", "who"),
    [
        (SUBJECT, "A text from them reopens it, and so can a supervisor."),
        (BY_MAIL, "An email from them reopens it, and so can a supervisor."),
        (WITHHELD, "A supervisor can reopen it."),
    ],
)
def test_who_can_reopen_what_closed_automatically(subject: Subject, who: str) -> None:
    closed = messages.closed_automatically(subject)
    assert closed.english.endswith(f"has not been in touch. {who}")
    assert "rouvr" in closed.french


@pytest.mark.parametrize("customer_number", [None, "+15145550199"])
@pytest.mark.parametrize("due_at", [NOW - timedelta(days=30), NOW, LATE])
def test_no_text_has_a_letter_to_fold_or_ends_a_sentence_twice(customer_number: str | None, due_at: datetime) -> None:
    subject = replace(SUBJECT, customer_number=customer_number, due_at=due_at)
    for words in every_text(subject, "583112", ["Amy Roy", "Zoé Roy"], "they insist").values():
        for text in (words.english, words.french):
            assert folded(text) == text
            assert ".." not in text
            assert "  " not in text


@pytest.mark.parametrize("customer_number", [None, "+15145550199"])
def test_no_text_about_a_mail_has_a_letter_to_fold(customer_number: str | None) -> None:
    subject = replace(BY_MAIL, customer_number=customer_number, has_no_number=customer_number is None)
    for words in every_text(subject, "583112", ["Amy Roy", "Zoé Roy"], "they insist").values():
        for text in (words.english, words.french):
            assert folded(text) == text
            assert ".." not in text
            assert "  " not in text


def test_the_page_about_a_mail() -> None:
    page = messages.page(BY_MAIL, "583112", NOW, LINK)
    assert page.english == (
        'Support desk: mail from Bob Tremblay, Acme (emergency mailbox): "No mail since noon". Answer by mail, at the '
        f"link, by 10:42 p.m. Ref KT-417. Reply 583112 to take it, PASS 583112 to pass it on. {LINK}"
    )
    assert page.french == (
        'Support desk: courriel de Bob Tremblay, Acme (courriels urgents): "No mail since noon". Répondez par '
        "courriel, avec le lien, avant 22 h 42. Réf. KT-417. Répondez 583112 pour le prendre, PASSE 583112 pour "
        f"passer au suivant. {LINK}"
    )


def test_an_unknown_sender_is_named_as_such() -> None:
    stranger = messages.page(replace(BY_MAIL, customer=messages.NOTHING), "583112", NOW)
    assert "mail from unknown sender Bob Tremblay (" in stranger.english
    assert "courriel de Bob Tremblay (expéditeur inconnu) (" in stranger.french


def test_a_mail_of_a_customer_with_a_number_may_be_answered_by_phone() -> None:
    subject = replace(BY_MAIL, customer_number="+15145550199", has_no_number=False)
    page = messages.page(subject, "583112", NOW).english
    assert "Answer or call (514) 555-0199 by 10:42 p.m." in page
    assert "CALL 583112 to be connected" in page


def test_a_late_mail_says_so() -> None:
    assert (
        "LATE (promised 10:42 p.m.). Answer by mail, at the link, now." in messages.page(BY_MAIL, "1234", LATE).english
    )


def test_the_owner_reads_that_the_customer_wrote() -> None:
    words = messages.wrote_again(BY_MAIL, "583112", 'Still "down"', NOW)
    assert words.english == (
        "Support desk: the customer of KT-417 has written: \"Still 'down'\". Answer Bob Tremblay by mail by 10:42 p.m. "
        "Use the link in the page. DONE 583112 when it is resolved."
    )
    assert words.french.startswith(
        "Support desk: le client de KT-417 a écrit: \"Still 'down'\". Répondez à Bob Tremblay"
    )


def test_the_owner_reads_that_the_customer_wrote_to_the_emergency_mailbox() -> None:
    mailbox = Words("emergency mailbox", "boîte des urgences")
    words = messages.wrote_again(BY_MAIL, "583112", "No mail flow", NOW, mailbox)
    assert 'has written (emergency mailbox): "No mail flow".' in words.english
    assert 'a écrit (boîte des urgences): "No mail flow".' in words.french


def test_what_matters_least_is_left_out_first() -> None:
    subject = replace(SUBJECT, sender="S" * 30, due_at=NOW - timedelta(days=2), line=Words("L" * 32, "L" * 32))
    long = messages.page(subject, "583112", NOW, LINK, messages.no_answer_from(["A" * 40, "B" * 40]))
    for text in (long.english, long.french):
        assert "A" * 30 not in text
        assert text.endswith(LINK)
        assert "PASS" in text
        assert "message" in text


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_page_names_the_line_the_deadline_the_reference_and_the_code(language: str) -> None:
    text = messages.page(SUBJECT, "583112", NOW, LINK).for_(language)
    assert [part for part in ("(514) 555-0199", "KT-417", " 583112 ", LINK) if part not in text] == []


def test_the_page_in_english() -> None:
    assert messages.page(SUBJECT, "583112", NOW).english == (
        "Support desk: call (514) 555-0199 back by 10:42 p.m. (toll-free line, message 0:32). Ref KT-417. "
        "Reply 583112 to take it, CALL 583112 to be connected, PASS 583112 to pass it on."
    )


def test_a_page_without_a_number_offers_no_connection() -> None:
    assert "CALL" not in messages.page(WITHHELD, "583112", NOW).english


def test_the_page_in_french() -> None:
    assert messages.page(SUBJECT, "583112", NOW).french == (
        "Support desk: rappelez le (514) 555-0199 avant 22 h 42 (ligne sans frais, message 0:32). Réf. KT-417. "
        "Répondez 583112 pour le prendre, APPEL 583112 pour le joindre, PASSE 583112 pour passer au suivant."
    )


def test_a_later_page_says_what_was_done_before() -> None:
    later = messages.page(SUBJECT, "583112", NOW, "", messages.no_answer_from(["Amy Roy", "Ben Cole", "Cleo"])).english
    assert "Ref KT-417. No answer from Amy Roy, Ben Cole and 1 more. Reply 583112" in later
    before = messages.taken_and_not_called(SUBJECT, "Amy Roy", NOW, LATE)
    late = messages.page(SUBJECT, "583112", LATE, "", before).english
    assert "LATE (promised 10:42 p.m.): call (514) 555-0199 back" in late
    assert "Amy Roy took it at 10:13 p.m. and has not called. Reply" in late


def test_where_nobody_can_be_called_a_page_says_what_can_be_done_and_what_was_done() -> None:
    before = messages.taken_and_not_called(NO_NUMBER, "Amy Roy", NOW, LATE)
    page = messages.page(NO_NUMBER, "583112", NOW, "", before)
    assert "Amy Roy took it at 10:13 p.m. and has noted nothing. Reply 583112" in page.english
    assert "NONE 583112 if it has no number" in page.english
    assert "Amy Roy l'a pris à 22 h 13 et n'a rien noté. Répondez 583112" in page.french
    assert "AUCUN 583112 s'il n'a pas de numéro" in page.french
    assert "nothing is on record. A number in the message?" in messages.reminder(NO_NUMBER, "583112", NOW).english
    assert "rien n'est noté. Un numéro dans le message?" in messages.reminder(NO_NUMBER, "583112", NOW).french


@pytest.mark.parametrize(
    ("names", "english", "french"),
    [
        (["Amy"], "No answer from Amy.", "Amy n'a pas répondu."),
        (["Amy", "Ben"], "No answer from Amy and Ben.", "Amy et Ben n'ont pas répondu."),
        (
            ["Amy", "Ben", "Cleo", "Sue"],
            "No answer from Amy, Ben and 2 more.",
            "Amy, Ben et 2 autres n'ont pas répondu.",
        ),
    ],
)
def test_at_most_two_of_those_who_did_not_answer_are_named(names: list[str], english: str, french: str) -> None:
    assert messages.no_answer_from(names) == Words(english, french)


@pytest.mark.parametrize(
    ("message", "english", "french"),
    [
        (messages.Message(True, 32), "(direct line, message 0:32)", "(ligne directe, message 0:32)"),
        (messages.Message(True), "(direct line, with a message)", "(ligne directe, message laissé)"),
        (messages.Message(None), "(direct line)", "(ligne directe)"),
        (messages.NO_MESSAGE, "(direct line, no message)", "(ligne directe, aucun message)"),
        (messages.LOST_MESSAGE, "(direct line, message lost)", "(ligne directe, message perdu)"),
    ],
)
def test_a_page_says_what_is_known_of_the_message(message: messages.Message, english: str, french: str) -> None:
    words = messages.page(replace(SUBJECT, line=DIRECT, message=message), "583112", NOW)
    assert english in words.english
    assert french in words.french


def test_nobody_is_sent_to_listen_to_a_message_that_is_lost_or_was_not_left() -> None:
    for message in (messages.LOST_MESSAGE, messages.NO_MESSAGE):
        text = messages.page(replace(WITHHELD, message=message), "583112", NOW).english
        assert "call the caller (number withheld) back" in text
    assert "listen to the message" in messages.page(WITHHELD, "583112", NOW).english
    assert "écoutez le message" in messages.page(WITHHELD, "583112", NOW).french


def test_nobody_is_given_a_deadline_that_is_over_or_was_kept() -> None:
    assert "Call (514) 555-0199 by 10:42 p.m. CALL" in messages.given(SUBJECT, "583112", "Sue", NOW).english
    assert "at once: promised for 10:42 p.m. CALL" in messages.given(SUBJECT, "583112", "Sue", LATE).english
    tried = replace(SUBJECT, is_tried=True)
    assert "Call (514) 555-0199. CALL" in messages.given(tried, "583112", "Sue", LATE).english


def test_a_reminder_is_late_from_the_deadline_on() -> None:
    reminder = [messages.reminder(SUBJECT, "583112", at) for at in (NOW, SUBJECT.due_at)]
    assert [words.english[:22] for words in reminder] == ["Support desk: reminder", "Support desk: LATE, yo"]
    assert [words.french[14:23] for words in reminder] == ["à faire: ", "EN RETARD"]


def test_a_bundle_names_each_callback_with_its_code() -> None:
    bundle = messages.bundle("Desk", [(SUBJECT, "583112"), (WITHHELD, "704288")], NOW)
    assert bundle.english.endswith("take one: 583112 (514) 555-0199 10:42pm; 704288 KT-417 10:42pm")
    assert bundle.french.endswith("en prendre un: 583112 (514) 555-0199 22h42; 704288 KT-417 22h42")


def test_a_bundle_says_what_is_late_and_from_which_day_and_counts_what_does_not_fit() -> None:
    friday = replace(SUBJECT, due_at=NOW - timedelta(days=1))
    assert messages.bundle("Desk", [(SUBJECT, "583112")], LATE).english.endswith("583112 (514) 555-0199 LATE 10:42pm")
    assert messages.bundle("Desk", [(friday, "583112")], NOW).french.endswith("583112 (514) 555-0199 RETARD ve 22h13")
    many = messages.bundle("Desk", [(SUBJECT, "583112")] * 20, NOW)
    assert many.english.endswith("583112 (514) 555-0199 10:42pm; 13 more: WHO lists them")
    assert many.french.endswith("autres: QUI pour la liste")


def test_in_a_bundle_nobody_is_late_who_was_called_in_time() -> None:
    bundle = messages.bundle("Desk", [(replace(SUBJECT, is_tried=True), "583112")], LATE)
    assert bundle.english.endswith("take one: 583112 (514) 555-0199 again")
    assert bundle.french.endswith("en prendre un: 583112 (514) 555-0199 rappel")


def test_without_a_number_the_owner_is_asked_for_what_can_be_done() -> None:
    text = messages.try_again(NO_NUMBER, "583112", TRIED)
    assert text.english == (
        "Support desk: KT-417 is still open. No number to call: number withheld. Amy Roy tried at 10:13 p.m.: wrong "
        "number. A number in the message? Enter it at the link. None? NONE 583112 and why. PASS 583112 passes it on."
    )
    assert text.french == (
        "Support desk: KT-417 est toujours ouvert. Aucun numéro à composer: numéro masqué. Amy Roy a essayé à 22 h 13: "
        "mauvais numéro. Un numéro dans le message? Inscrivez-le avec le lien. Sinon: AUCUN 583112 et la raison. "
        "PASSE 583112 pour passer au suivant."
    )


@pytest.mark.parametrize(
    ("due_at", "english", "french"),
    [
        (
            NOW - timedelta(days=1),
            "LATE (promised 10:13 p.m. Friday): call",
            "EN RETARD (promis pour vendredi 22 h 13)",
        ),
        (NOW + timedelta(hours=2), "back by 12:13 a.m. Sunday (", "avant dimanche 0 h 13 ("),
    ],
)
def test_a_page_names_the_day_when_it_is_not_today(due_at: datetime, english: str, french: str) -> None:
    words = messages.page(replace(SUBJECT, due_at=due_at), "583112", NOW)
    assert english in words.english
    assert french in words.french


def test_people_who_passed_or_were_not_reached_are_not_said_to_give_no_answer() -> None:
    assert messages.passed_by(["Amy"]) == Words("Amy passed it on.", "Amy l'a passé au suivant.")
    assert messages.passed_by(["Amy", "Ben"]) == Words(
        "Amy and Ben passed it on.", "Amy et Ben l'ont passé au suivant."
    )
    assert messages.not_reached(["Amy"]) == Words("Amy could not be reached.", "Impossible de joindre Amy.")


def test_french_has_its_articles_and_prepositions() -> None:
    assert "aucun appel au (514) 555-0199 n'est noté" in messages.reminder(SUBJECT, "583112", NOW).french
    assert "s'est passé l'appel à l'appelant (numéro masqué" in messages.ask_outcome(WITHHELD, "583112").french
    assert "le client au (514) 555-0199 demande" in messages.manager_wanted(SUBJECT, "583112", "").french
    before = messages.taken_and_not_called(SUBJECT, "Zoé", NOW, NOW + timedelta(days=2))
    assert before.french == "Zoé l'a pris samedi à 22 h 13 et n'a pas appelé."


def test_how_a_call_went_may_be_a_workaround_where_that_fits() -> None:
    asked = messages.ask_outcome(SUBJECT, "583112")
    assert "WORKAROUND 583112" in asked.english
    assert "SOLUTION 583112" in asked.french


def test_what_a_person_typed_is_cut_and_left_out_when_empty() -> None:
    long = messages.over(SUBJECT, HAS_CANCELLED, "Sue", "x" * 500).english
    assert f"({'x' * 97}...)." in long
    assert "KT-417, (514) 555-0199. Nothing" in messages.over(SUBJECT, HAS_CANCELLED, "Sue", "").english
    assert "reopened KT-417. It is yours" in messages.reopened(SUBJECT, "583112", "Sue", "").english


def test_an_alert_is_cut_to_what_can_be_sent() -> None:
    assert len(messages.alarm("Desk", Words("x" * 2000, "y" * 2000)).french) == 600


NO_NUMBER = replace(WITHHELD, caller="anonymous", has_no_number=True)
TRIED = messages.last_attempt("Amy Roy", NOW, ReachOutcome.WRONG_NUMBER, MONTREAL, NOW)


@pytest.mark.parametrize(
    "text",
    [
        messages.reminder(NO_NUMBER, "583112", NOW),
        messages.given(NO_NUMBER, "583112", "boss@example.com", NOW),
        messages.reopened(NO_NUMBER, "583112", "boss@example.com", "not fixed"),
        messages.unresolved(NO_NUMBER, "583112", NOW, NOW),
        messages.nearly_due(NO_NUMBER, "583112", LATE, NOW),
        messages.still_open(NO_NUMBER, "583112"),
        messages.try_again(NO_NUMBER, "583112", messages.last_attempt("Amy", NOW, ReachOutcome.REACHED, MONTREAL, NOW)),
        messages.page(NO_NUMBER, "583112", NOW),
        messages.page_again(NO_NUMBER, "583112", TRIED),
        messages.try_again(NO_NUMBER, "583112", TRIED),
    ],
)
def test_where_there_is_no_number_nothing_offers_to_call_one_or_to_have_called(text: Words) -> None:
    for offer in ("CALL 583112", "NA 583112", "APPEL 583112", "time to call", " again"):
        assert offer not in text.english + text.french


def test_a_sentence_about_a_callback_without_a_number_has_no_comma_before_its_verb() -> None:
    assert "KT-417 is still open" in messages.still_open(NO_NUMBER, "583112").english
    assert "KT-417, (514) 555-0199, is still open" in messages.still_open(SUBJECT, "583112").english
    assert "KT-417 est à régler" in messages.nearly_due(NO_NUMBER, "583112", LATE, NOW).french


def test_without_a_number_the_replies_say_what_can_be_done() -> None:
    text = messages.given(NO_NUMBER, "583112", "Sue", NOW)
    assert text.english.endswith("A number in the message? Enter it at the link. None? NONE 583112 and why.")
    assert text.french.endswith(
        "Un numéro dans le message? Inscrivez-le avec le lien. Sinon: AUCUN 583112 et la raison."
    )
    waiting = messages.given(replace(NO_NUMBER, has_no_number=False), "583112", "Sue", NOW)
    assert waiting.english.endswith("A supervisor must allow the call first.")


def test_a_connection_that_never_rang_is_said_not_to_count() -> None:
    text = messages.not_rung(SUBJECT, "583112")
    assert "phone did not ring (KT-417, (514) 555-0199), so this call does not count. CALL 583112" in text.english
    assert "n'a pas sonné (KT-417, (514) 555-0199); cet appel ne compte pas. APPEL 583112" in text.french


@pytest.mark.parametrize(
    "words",
    [
        messages.phone_lost("Marie-Claude Beauchemin-Lachance"),
        messages.needs_to_be_allowed(
            "Marie-Claude Beauchemin-Lachance", "+33 1 42 68 53 00", DEFAULT_RULES.check("+33142685300").why
        ),
        messages.needs_to_be_allowed(
            "Marie-Claude Beauchemin-Lachance", "+870 773 111 632", DEFAULT_RULES.check("+870773111632").why
        ),
        messages.too_many_today("Marie-Claude Beauchemin-Lachance", PageKind.VERIFICATION),
        messages.too_many_today("Marie-Claude Beauchemin-Lachance", PageKind.TEST),
    ],
)
def test_an_alert_about_a_technicians_number_fits_two_segments_and_has_no_letter_to_fold(words: Words) -> None:
    alert = messages.alarm("Le soutien de Montreal-Nord QC", words)
    for text in (alert.english, alert.french):
        assert size(text) <= TWO_SEGMENTS
        assert for_text_message(text) == text


# A customer we know

JANE = replace(SUBJECT, customer=Words("Acme, Jane Roy", "Acme, Jane Roy"), calls_this_week=3)


def test_a_page_names_the_customer_first() -> None:
    page = messages.page(JANE, "1234", NOW)
    assert "(Acme, Jane Roy, 3 calls in 7 days; toll-free line, message 0:32)" in page.english
    assert "(Acme, Jane Roy, 3 appels en 7 jours; ligne sans frais, message 0:32)" in page.french
    first = messages.page(replace(JANE, calls_this_week=1), "1234", NOW)
    assert "(Acme, Jane Roy; toll-free line, message 0:32)" in first.english
    unknown = messages.page(replace(SUBJECT, calls_this_week=3), "1234", NOW)
    assert "(toll-free line, message 0:32)" in unknown.english


@pytest.mark.parametrize(
    ("longer", "about", "names_before"),
    [
        (0, "(Acme, Jane Roy, 3 calls in 7 days; toll-free line, message 0:32)", False),
        (40, "(Acme, Jane Roy; toll-free line, message 0:32)", True),
        (60, "(Acme, Jane Roy; toll-free line, message 0:32)", False),
        (80, "(Acme, Jane Roy; toll-free line)", False),
        (95, "(Acme, Jane Roy)", False),
        (110, "", False),
    ],
)
def test_what_does_not_fit_is_left_out_and_the_name_last(longer: int, about: str, names_before: bool) -> None:
    before = Words("No answer from Ben.", "Ben n'a pas répondu.") if names_before else None
    page = messages.page(JANE, "123456", NOW, LINK + "x" * longer, before).english
    assert f"10:42 p.m. {about}{'.' if about else 'Ref'}".replace("p.m. Ref", "p.m.") in page
    assert ("Acme" in page, "No answer" in page) == (about != "", names_before)
    assert size(page) <= TWO_SEGMENTS


def test_a_long_name_is_cut() -> None:
    long = replace(JANE, customer=Words("x" * 90, "y" * 90))
    page = messages.page(long, "1234", NOW)
    assert f"({'x' * 45}..., 3 calls in 7 days; " in page.english
    assert f"({'y' * 45}..., 3 appels en 7 jours; " in page.french


def test_whoever_hears_of_it_for_the_first_time_reads_the_name() -> None:
    again = messages.page_again(JANE, "1234", messages.NOTHING)
    assert "Call (514) 555-0199 (Acme, Jane Roy) again." in again.english
    assert "Rappelez le (514) 555-0199 (Acme, Jane Roy)." in again.french
    given = messages.given(JANE, "1234", "Sue", NOW)
    assert "Call (514) 555-0199 (Acme, Jane Roy) by" in given.english
    assert "Appelez le (514) 555-0199 (Acme, Jane Roy) avant" in given.french
    manager = messages.manager_wanted(JANE, "1234", "")
    assert "(514) 555-0199 (Acme, Jane Roy) asks for a manager" in manager.english
    assert "le client au (514) 555-0199 (Acme, Jane Roy) demande un gestionnaire" in manager.french
    without = messages.page_again(replace(JANE, customer_number=None), "1234", messages.NOTHING)
    assert "Acme" not in without.english


# What the message says

spoken = st.text(max_size=600) | st.sampled_from(["Tout est en panne. " * 40, "Our email is down."])


@given(subjects, spoken, st.sampled_from(list(Urgency)))
def test_a_transcript_fits_into_two_segments_and_says_that_a_machine_wrote_it(
    subject: Subject, words: str, urgency: Urgency
) -> None:
    text = messages.transcribed(subject, words, words[:120], urgency)
    for each in (for_text_message(text.english), for_text_message(text.french)):
        assert size(each) <= TWO_SEGMENTS


def test_a_short_message_is_quoted_whole_and_a_long_one_by_its_gist() -> None:
    whole = messages.transcribed(SUBJECT, "Our email is down.", "Our email is down.", Urgency.DOWN)
    assert whole == Words(
        'Support desk: KT-417, (514) 555-0199: "Our email is down." Perhaps everything is down. Written down by a '
        "machine: listen before you rely on it.",
        'Support desk: KT-417, (514) 555-0199: "Our email is down." Possiblement une panne générale. Transcrit par une '
        "machine: écoutez le message avant de vous y fier.",
    )
    cut = messages.transcribed(SUBJECT, "Hello, " * 60 + "the boiler leaks.", "the boiler leaks.", Urgency.CAN_WAIT)
    assert '"the boiler leaks." Perhaps it can wait.' in cut.english
    assert """"the boiler leaks." Possiblement rien d'urgent.""" in cut.french


def test_a_text_about_another_call_has_one_full_stop_after_the_time() -> None:
    text = messages.called_again(SUBJECT, "482193", NOW, NOW, left_message=False)
    assert "called again at 10:13 p.m. Call (514) 555-0199" in text.english
    assert "a rappelé à 22 h 13. Rappelez" in text.french


def test_a_customer_who_wrote_has_not_called() -> None:
    history = messages.history(0, NOW, "", MONTREAL, NOW, is_tried=False, has_written=True)
    assert history.english == "Wrote at 10:13 p.m., nobody has it, not tried yet."
    assert history.french == "A écrit à 22 h 13, personne ne s'en occupe, pas encore de réponse."
    again = messages.called_again_since(NOW, MONTREAL, NOW, has_written=True)
    assert (again.english, again.french) == ("They wrote again at 10:13 p.m.", "Le client a réécrit à 22 h 13.")
