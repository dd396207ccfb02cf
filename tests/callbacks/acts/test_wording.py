"""What people read after an act, in both languages: what is texted, word by word, and limits for every answer."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import pytest

from callbacks.acts import wording
from callbacks.acts.attempts import ReportOutcome
from callbacks.acts.base import Act
from callbacks.acts.connect import Connect
from callbacks.acts.ownership import Pass, Take
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import CallbackState, PriorityLevel, ReportedOutcome
from callbacks.desk.customer_number import customer_number
from callbacks.text.bilingual import Words
from callbacks.text.dialing_rules import with_extension
from tests.callbacks.acts.night import DUE, NOW, Night
from tests.gsm import GSM

PREMIUM = "+19005550142"


def outcome(reported: ReportedOutcome) -> Act:
    return ReportOutcome(reported, is_confirmed=True)


@pytest.mark.parametrize(
    ("act", "english", "french"),
    [
        (
            Take(),
            "{ref} is yours. Call (514) 555-0199 by 10:43 p.m. CALL 583112 connects you. Then DONE 583112, or NA "
            "583112 for no answer.",
            "{ref} est à vous. Appelez le (514) 555-0199 avant 22 h 43. APPEL 583112 pour joindre le client. Ensuite "
            "FAIT 583112, ou NA 583112 si pas de réponse.",
        ),
        (Pass(), "{ref} goes to the next person now.", "{ref} passe à la personne suivante."),
        (Connect(), "Your phone rings now. Press 1 to be connected.", "Votre téléphone va sonner. Appuyez sur le 1."),
        (outcome(ReportedOutcome.RESOLVED), "{ref} is resolved. Thank you.", "{ref} est réglé. Merci."),
        (
            outcome(ReportedOutcome.CONTINUING),
            "Noted: customer reached, {ref} stays open. DONE 583112 when resolved.",
            "Noté: client joint, {ref} reste ouvert. FAIT 583112 quand c'est réglé.",
        ),
        (
            outcome(ReportedOutcome.WORKAROUND),
            "Noted: workaround given, {ref} stays open. DONE 583112 when resolved.",
            "Noté: solution temporaire donnée, {ref} reste ouvert. FAIT 583112 quand c'est réglé.",
        ),
        (
            outcome(ReportedOutcome.LEFT_A_MESSAGE),
            "Noted: message left for {ref} at 10:13 p.m. CALL 583112 to try again, DONE 583112 when resolved.",
            "Noté: message laissé pour {ref} à 22 h 13. APPEL 583112 pour réessayer, FAIT 583112 quand c'est réglé.",
        ),
        (
            outcome(ReportedOutcome.NO_ANSWER),
            "Noted: tried {ref} at 10:13 p.m., no answer. CALL 583112 to try again, DONE 583112 when resolved.",
            "Noté: appel pour {ref} à 22 h 13, pas de réponse. APPEL 583112 pour réessayer, FAIT 583112 quand c'est "
            "réglé.",
        ),
        (
            outcome(ReportedOutcome.WRONG_NUMBER),
            "Noted: wrong number. It will not be called again for {ref}; supervisors are alerted.",
            "Noté: mauvais numéro. Il ne sera plus composé pour {ref}; les superviseurs sont avisés.",
        ),
    ],
)
def test_the_answer_to_a_text(night: Night, act: Act, english: str, french: str) -> None:
    if isinstance(act, ReportOutcome):
        night.amy_does(Take())
    answer, reference = night.amy_does(act, code="583112"), night.callback.reference
    assert answer == Words(english.format(ref=reference), french.format(ref=reference))


def test_without_a_code_no_replies_are_named(night: Night) -> None:
    reference = night.callback.reference
    assert night.amy_does(Take()) == Words(f"{reference} is yours.", f"{reference} est à vous.")
    answer = night.amy_does(ReportOutcome(ReportedOutcome.CONTINUING))
    assert answer.english == f"Noted: customer reached, {reference} stays open."


def test_who_takes_one_without_a_number_reads_where_to_find_one(night: Night) -> None:
    night.callback = night.callback_of("CA2", "anonymous")
    answer, reference = night.amy_does(Take(), code="583112"), night.callback.reference
    assert answer.english == (
        f"{reference} is yours. No number to call: number withheld. Listen to the message (link in the page) by 10:43 "
        "p.m. If it has a number, enter it there. If not: NONE 583112 and why."
    )
    assert answer.french == (
        f"{reference} est à vous. Aucun numéro à composer: numéro masqué. Écoutez le message (lien dans l'avis) avant "
        "22 h 43. S'il contient un numéro, inscrivez-le là. Sinon: AUCUN 583112 et la raison."
    )


def test_after_the_deadline_no_past_time_is_named_as_one_to_come(night: Night) -> None:
    night.now = DUE
    answer = night.amy_does(Take(), code="583112")
    assert "Call (514) 555-0199 at once: promised for 10:43 p.m. CALL" in answer.english
    assert "Appelez le (514) 555-0199 tout de suite: promis pour 22 h 43. APPEL" in answer.french


@pytest.mark.parametrize(
    ("state", "english", "french"),
    [
        (CallbackState.OPEN, "KT-417 is already open.", "KT-417 est déjà ouvert."),
        (CallbackState.RESOLVED, "KT-417 is already closed.", "KT-417 est déjà fermé."),
        (CallbackState.CANCELLED, "KT-417 is already closed.", "KT-417 est déjà fermé."),
        (CallbackState.CLOSED, "KT-417 is already closed.", "KT-417 est déjà fermé."),
        (CallbackState.UNREACHABLE, "KT-417 is already closed.", "KT-417 est déjà fermé."),
    ],
)
def test_why_an_act_does_not_fit(state: CallbackState, english: str, french: str) -> None:
    assert wording.wrong_state("KT-417", state) == Words(english, french)


def test_who_acted_first_is_named(night: Night) -> None:
    answer = wording.acted_first("Ben Cole", EventKind.TAKEN)
    assert answer.english == "Ben Cole acted first (took it). Check the callback and try again."
    assert answer.french == "Ben Cole a agi avant vous. Vérifiez le rappel et recommencez."


def test_why_a_number_cannot_be_called(night: Night) -> None:
    risky = wording.no_number(night.desk, night.callback_of("CA2", PREMIUM), "583112")
    assert risky.english.endswith("(900) 555-0142 is a premium-rate number. A supervisor must allow it first.")
    assert risky.french.endswith("(900) 555-0142 est un numéro surtaxé. Un superviseur doit d'abord l'autoriser.")
    assert wording.cannot_be_called("", Words("number withheld", "numéro masqué")) == Words(
        "The caller cannot be called: number withheld.",
        "Impossible de composer le numéro de cet appelant: numéro masqué.",
    )


def every_answer(night: Night) -> Iterator[Words]:
    """Yield every constant, and what every function answers."""
    night.amy_does(Take())
    values = {
        "reference": "KT-417",
        "callback": night.callback,
        "state": CallbackState.RESOLVED,
        "desk": night.desk,
        "name": "Amy Roy",
        "owner": "Amy Roy",
        "actor": "Amy Roy",
        "kind": EventKind.TAKEN,
        "layer": "primary",
        "caller": PREMIUM,
        "number": "(514) 555-0199",
        "why": "a premium-rate number",
        "product": "DNS",
        "release": "7.2",
        "priority": PriorityLevel.P1,
        "code": "583112",
        "now": NOW,
        "at": DUE,
        "opened": "KT-418",
        "other": "KT-419",
        "also_open": ["KT-420", "KT-421"],
        "whose": Words("Acme, Jane Roy", "Acme, Jane Roy"),
        "others_customer": Words("(514) 555-0199", "(514) 555-0199"),
        "for_owner": True,
        "is_wrong_number": True,
        "counts": False,
        "longest": 20_000,
        "by": "Sue Tran",
        "consented_by": "Sue Tran",
        "known": with_extension("+15145550199", "204"),
        "check": night.desk.dialing_rules.check(PREMIUM),
        "reason": night.desk.dialing_rules.check(PREMIUM).why,
        "customer": customer_number(night.desk, night.callback_of("CA3", "+18765550123")),
        "outcome": ReportedOutcome.LEFT_A_MESSAGE,
        "minutes": 1440,
        "refusal": wording.work_needs_consent("KT-417"),
        "began": Words("at 10:10 p.m. on Wednesday 25 November", "le mercredi 25 novembre à 22 h 10"),
        "given": Words("at 10:11 p.m. on Wednesday 25 November", "le mercredi 25 novembre à 22 h 11"),
        "time": "24 h 00 min",
        "worked": "24 h 00 min",
        "agreed": "12 h 00 min",
        "days": 31,
        "needs_consent": True,
    }
    for each in vars(wording).values():
        if isinstance(each, Words):
            yield each
        elif inspect.isfunction(each) and each.__module__ == wording.__name__:
            yield each(**{name: values[name] for name in inspect.signature(each).parameters})


def test_every_answer_is_short_and_in_letters_that_a_text_can_hold(night: Night) -> None:
    answers = list(every_answer(night))
    assert len(answers) > 40
    for text in (text for words in answers for text in (words.english, words.french)):
        assert set(text) <= GSM | set("{}"), set(text) - GSM
        assert len(text) <= 240, text
