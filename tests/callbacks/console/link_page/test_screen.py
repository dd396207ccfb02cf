"""What the technician's screen of a callback shows, in the technician's language."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.attempts import record_attempt
from callbacks.console.link_page.screen import (
    ATTEMPTS,
    OUTCOMES,
    STANDINGS,
    CallbackScreen,
    _on_screen,
    callback_screen,
)
from callbacks.db.states import AttemptProof, AudioState, CallbackState, ReachOutcome, ReportedOutcome, VoicemailState
from callbacks.db.tables import Call, Callback, Mail, Page, Voicemail
from callbacks.people.technicians import technician_named
from callbacks.records.search import STATES
from tests.acting import takes
from tests.callbacks.console.console import BEGAN, DESK, Console
from tests.tried import tried


def screen(console: Console, language: str = "en") -> CallbackScreen:
    def load(session: Session) -> CallbackScreen:
        page = session.scalars(select(Page).order_by(Page.id)).first()
        assert page is not None
        page.technician.language = language
        return callback_screen(session, DESK, page, console.clock.now())

    return console.database.write(load)


def caller(console: Console, number: str, callable: bool = True) -> None:
    def work(session: Session) -> None:
        call = session.get_one(Call, "CA1")
        call.caller, call.customer_number = number, number if callable else None

    console.database.write(work)


@pytest.mark.parametrize(
    ("language", "due", "left"), [("en", "10:42 p.m.", "28 min left"), ("fr", "22 h 42", "il reste 28 min")]
)
def test_times_are_in_the_technicians_language(console: Console, language: str, due: str, left: str) -> None:
    found = screen(console, language)
    assert (found.due, found.left, found.language) == (due, left, language)


@pytest.mark.parametrize(("language", "left"), [("en", "overdue by 12 min"), ("fr", "en retard de 12 min")])
def test_what_is_overdue_says_by_how_much(console: Console, language: str, left: str) -> None:
    console.clock.move_to(BEGAN + timedelta(minutes=42))
    assert screen(console, language).left == left


def test_every_state_without_time_left_has_words_in_both_languages() -> None:
    assert {STATES[state.value] for state in CallbackState if state is not CallbackState.OPEN} <= STANDINGS.keys()
    assert list(OUTCOMES) == list(ReportedOutcome)
    for words in (*STANDINGS.values(), *OUTCOMES.values()):
        assert words.english
        assert words.french
        assert words.english != words.french


def test_who_to_call_is_a_number_or_the_reason_why_there_is_none(console: Console) -> None:
    caller(console, "+15145550199")
    found = screen(console)
    assert (found.number, found.who, found.why_no_number) == ("+15145550199", "(514) 555-0199", "")
    caller(console, "+15145550199", callable=False)  # a technician reached somebody else
    assert screen(console).why_no_number == "it was a wrong number"
    assert screen(console, "fr").why_no_number == "c'était un mauvais numéro"
    caller(console, "ANONYMOUS", callable=False)
    assert screen(console, "fr").who == "numéro masqué"


def test_the_owner_is_named_and_the_technician_is_you(console: Console) -> None:
    assert (screen(console).owner, screen(console).is_mine) == ("", False)

    def amys(session: Session) -> None:
        callback = session.scalars(select(Callback)).one()
        amy = technician_named(session, "Amy Roy")
        assert takes(session, DESK, callback, amy, console.clock.now())
        record_attempt(session, callback, amy, ReachOutcome.NO_ANSWER, "text", console.clock.now())

    console.database.write(amys)
    found = screen(console)
    assert (found.owner, found.is_mine, found.left) == ("Amy Roy", True, "already tried")
    assert found.attempts == ["10:14 p.m.: Amy Roy, no answer (as Amy Roy says)"]
    assert screen(console, "fr").attempts == ["22 h 14 : Amy Roy, pas de réponse (selon Amy Roy)"]


@pytest.mark.parametrize(
    ("outcome", "is_told", "english", "french"),
    [
        (
            ReachOutcome.MACHINE,
            False,
            "answering machine (as the carrier reports)",
            "boîte vocale (selon le fournisseur",
        ),
        (ReachOutcome.MACHINE, True, "answering machine (as Amy Roy says)", "boîte vocale (selon Amy Roy)"),
        (ReachOutcome.NOT_RUNG, False, "the customer's phone did not ring (as", "le téléphone du client n'a pas sonné"),
    ],
)
def test_an_attempt_says_how_it_went_and_who_decided_that(
    console: Console, outcome: ReachOutcome, is_told: bool, english: str, french: str
) -> None:
    def work(session: Session) -> None:
        callback, amy = session.scalars(select(Callback)).one(), technician_named(session, "Amy Roy")
        tried(session, callback, amy, BEGAN, AttemptProof.CARRIER, outcome).is_told = is_told

    console.database.write(work)
    assert english in screen(console).attempts[0]
    assert french in screen(console, "fr").attempts[0]


def test_every_outcome_of_an_attempt_has_words_in_both_languages() -> None:
    assert set(ATTEMPTS) == set(ReachOutcome)
    assert all(words.english and words.french and words.english != words.french for words in ATTEMPTS.values())


def test_without_a_number_only_what_can_have_happened_is_offered(console: Console) -> None:
    caller(console, "ANONYMOUS", callable=False)
    found = screen(console)
    assert found.has_no_number
    assert set(found.outcomes) == {
        ReportedOutcome.RESOLVED,
        ReportedOutcome.CONTINUING,
        ReportedOutcome.WORKAROUND,
    }
    caller(console, "+442079460000", callable=False)
    found = screen(console)
    assert (found.has_no_number, set(found.outcomes)) == (False, set(ReportedOutcome))
    assert found.waits_for_consent


@pytest.mark.parametrize(
    ("state", "audio", "seconds", "english", "french"),
    [
        (VoicemailState.RECORDED, AudioState.COPIED, 8, "0:08", "0:08"),
        (VoicemailState.RECORDED, AudioState.COPIED, None, "", ""),
        (
            VoicemailState.RECORDED,
            AudioState.WANTED,
            8,
            "The message has not arrived yet.",
            "Le message n'est pas encore arrivé.",
        ),
        (
            VoicemailState.ABSENT,
            AudioState.NONE,
            None,
            "The caller left no message.",
            "L'appelant n'a pas laissé de message.",
        ),
    ],
)
def test_the_message_or_why_there_is_none(
    console: Console, state: VoicemailState, audio: AudioState, seconds: int | None, english: str, french: str
) -> None:
    def work(session: Session) -> None:
        voicemail = session.scalars(select(Voicemail)).one()
        voicemail.state, voicemail.audio, voicemail.seconds = state, audio, seconds

    console.database.write(work)
    (in_english,), (in_french,) = screen(console).messages, screen(console, "fr").messages
    assert (in_english.words, in_french.words) == (english, french)
    assert (in_english.id is not None) == (audio is AudioState.COPIED)


@pytest.mark.parametrize(
    ("language", "again", "words"),
    [
        ("en", "wrote again", 'Mail from bob@acme.example (support mailbox): ""'),
        ("fr", "a réécrit", 'Courriel de bob@acme.example (boîte support) : ""'),
    ],
)
def test_a_mail_that_joined_was_written(language: str, again: str, words: str) -> None:
    mail = Mail(sid="ML1", mailbox="support", caller="bob@acme.example", caller_name="", began_at=BEGAN)
    shown = _on_screen(DESK, Callback(contact_sid="CA1"), mail, BEGAN, language)
    assert (shown.again, shown.words) == (again, words)
