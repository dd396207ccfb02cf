"""Answers a text that came in: finds the person and the page, does what is asked, says in one line what became of it.

The answer is kept with the text's SID: the same text delivered twice changes nothing and gets the same answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from callbacks.acts import life
from callbacks.db.database import insert_once
from callbacks.db.states import CallbackState, Channel, PageAnswer, PageKind, PhoneSlot, ReportedOutcome
from callbacks.db.tables import Callback, Page, ReceivedText, Technician
from callbacks.desk.desk_file import Desk
from callbacks.errors import WrongState
from callbacks.inbound.text_commands import Command, Verb, code_of_number, is_assent, is_opt_in, is_opt_out, understand
from callbacks.paging.alerts import send_test, tell_supervisors
from callbacks.paging.escalate import subject_of
from callbacks.paging.messages import by_when
from callbacks.people.person import Way
from callbacks.people.technicians import forget_trouble, note_trouble, technician_with, verify, waits_for_code
from callbacks.text import phone_numbers
from callbacks.text.bilingual import Words
from callbacks.text.formats import clock_time, ended_once, readable_number

NONSENSE_ANSWERED = 5  # a day, to one technician
QUESTIONS_ASKED = 20


@dataclass(frozen=True)
class Told:
    """Who said what about which callback."""

    desk: Desk
    callback: Callback
    technician: Technician
    code: str
    now: datetime

    def say(self, english: str, french: str) -> str:
        return Words(english, french).for_(self.technician.language)


def answer_text(session: Session, desk: Desk, sid: str, sender: str, words: str, now: datetime) -> str:
    """Do what a text asks and give the answer; an empty answer is none."""
    if not insert_once(session, ReceivedText, sid=sid, sender=sender[:64], at=now, words=words[:1600], answer=""):
        return session.scalars(select(ReceivedText.answer).where(ReceivedText.sid == sid)).one()
    answer = _answer(session, desk, sender, words, now)
    session.get_one(ReceivedText, sid).answer = answer
    return answer


def _answer(session: Session, desk: Desk, sender: str, words: str, now: datetime) -> str:
    technician = technician_with(session, sender)
    if technician is None:
        return _to_a_stranger(session, desk, sender, now)
    which = PhoneSlot.SECOND if sender == technician.second_phone else PhoneSlot.FIRST
    if is_opt_out(words) or is_opt_in(words):
        return _heed_the_carriers_word(session, desk, technician, which, words, now)
    code = code_of_number(words)
    if code is not None and waits_for_code(session, technician, which, now):
        return _verify(session, technician, which, code, now)
    command = understand(words)
    if command is None:
        return _to_nonsense(session, technician, words, now)
    if command.verb == "test":
        return _test(session, desk, technician, now)
    callback, page_code = _callback_meant(session, technician, command)
    if callback is None:
        return _which(session, technician, command, now)
    held = life.held(session, callback.id)
    return ACTS[command.verb](session, Told(desk, held, technician, page_code, now))


def _callback_meant(session: Session, technician: Technician, command: Command) -> tuple[Callback | None, str]:
    """Find the callback by the code; without a code, only when this person has exactly one open."""
    if command.code is not None:
        mine = select(Page).where(Page.technician_id == technician.id, Page.code == command.code)
        page = session.scalars(mine.order_by(Page.id.desc())).first()
        return (page.callback, page.code) if page else (None, "")
    open_ones = _open_ones(session, technician)
    if len(open_ones) != 1 or command.verb == "ack":
        return None, ""
    return next(iter(open_ones.items()))


def _open_ones(session: Session, technician: Technician) -> dict[Callback, str]:
    """The open callbacks that this person was paged for, each with their code."""
    mine = select(Page).join(Callback, Page.callback_id == Callback.id).where(Callback.state == CallbackState.OPEN)
    pages = session.scalars(mine.where(Page.technician_id == technician.id, Page.code != "").order_by(Page.id))
    return {page.callback: page.code for page in pages if page.callback is not None}


# What a text with a code does


def _acknowledge(session: Session, told: Told) -> str:
    callback = told.callback
    if callback.state is not CallbackState.OPEN:
        return _closed(told)
    if not life.acknowledge(session, told.desk, callback, told.technician, "text", told.now):
        return _who(session, told)
    subject = subject_of(session, told.desk, callback)
    when, quand = (by_when(subject, language, told.now) for language in ("en", "fr"))
    if callback.call.customer_number is None:
        why = phone_numbers.verdict_on(callback.call.caller).why or "it was a wrong number"
        return told.say(
            ended_once(f"{callback.reference} is yours: call{when}. ")
            + f"No number to ring: {why}. Hear the message by the link of the page. "
            f"Afterwards: DONE {told.code}, or NA {told.code} for no answer.",
            f"{callback.reference} est à vous: appelez{quand}, mais aucun numéro à composer. Écoutez le message. "
            f"Ensuite: FAIT {told.code}, ou NA {told.code} sans réponse.",
        )
    number = readable_number(callback.call.customer_number)
    return told.say(
        ended_once(f"{callback.reference} is yours. Call {number}{when}. ")
        + f"CALL {told.code} connects you. Afterwards: DONE {told.code}, or NA {told.code} for no answer.",
        f"{callback.reference} est à vous. Appelez {number}{quand}. "
        f"APPEL {told.code} vous relie. Ensuite: FAIT {told.code}, ou NA {told.code} sans réponse.",
    )


def _closed(told: Told) -> str:
    return told.say(f"{told.callback.reference} is closed already.", f"{told.callback.reference} est déjà fermé.")


def _tells(outcome: ReportedOutcome, english: str, french: str) -> Callable[[Session, Told], str]:
    """A word that says how the call to the customer went, and the answer to it."""

    def act(session: Session, told: Told) -> str:
        try:
            life.tell_outcome(session, told.desk, told.callback, told.technician, outcome, "text", told.now)
        except WrongState:
            return _closed(told)
        at = clock_time(told.now, told.desk.zone, told.technician.language)
        blanks = {"reference": told.callback.reference, "at": at, "code": told.code}
        return ended_once(told.say(english.format(**blanks), french.format(**blanks)))

    return act


def _pass(session: Session, told: Told) -> str:
    try:
        life.hand_on(session, told.callback, told.technician, "text", told.now)
    except WrongState:
        return _who(session, told)
    return told.say(f"{told.callback.reference} goes to the next person now.", f"{told.callback.reference} est passé.")


def _who(session: Session, told: Told) -> str:
    callback = told.callback
    if callback.state is not CallbackState.OPEN:
        return told.say(f"{callback.reference} is closed.", f"{callback.reference} est fermé.")
    if callback.owner is None:
        return told.say(
            f"Nobody has {callback.reference} yet. Reply {told.code} to take it.",
            f"Personne n'a encore pris {callback.reference}. Répondez {told.code} pour le prendre.",
        )
    if callback.owner_id == told.technician.id:
        return told.say(f"You have {callback.reference}.", f"Vous avez {callback.reference}.")
    return told.say(
        f"{callback.owner.name} has {callback.reference}.", f"{callback.owner.name} a {callback.reference}."
    )


def _call(session: Session, told: Told) -> str:
    callback = told.callback
    if callback.state is not CallbackState.OPEN:
        return _closed(told)
    verdict = phone_numbers.verdict_on(callback.call.caller)
    if callback.call.customer_number is None:
        if verdict.needs_consent:
            return told.say(
                f"{callback.reference}: {callback.call.caller} is {verdict.why}. A supervisor must allow it first.",
                f"{callback.reference}: {callback.call.caller} est à risque. Un superviseur doit l'autoriser.",
            )
        return told.say(
            f"The caller of {callback.reference} gave no number that may be rung. Hear the message in the log.",
            f"Aucun numéro à rappeler pour {callback.reference}. Écoutez le message dans le journal.",
        )
    if not life.acknowledge(session, told.desk, callback, told.technician, "text", told.now):
        return _who(session, told)
    life.ask_for_connection(session, callback, told.technician, told.now)
    return told.say("Your phone rings now. Press 1 to be connected.", "Votre téléphone sonne. Faites le 1.")


ACTS: dict[Verb, Callable[[Session, Told], str]] = {
    "ack": _acknowledge,
    "call": _call,
    "done": _tells(ReportedOutcome.RESOLVED, "{reference} is resolved. Thank you.", "{reference} est réglé. Merci."),
    "cont": _tells(
        ReportedOutcome.CONTINUING,
        "Noted: {reference} reached, and it stays with you. DONE {code} when they are served.",
        "Noté: {reference} joint, et il reste à vous. FAIT {code} quand c'est réglé.",
    ),
    "msg": _tells(
        ReportedOutcome.LEFT_A_MESSAGE,
        "Noted: message left for {reference} at {at}. CALL {code} tries again, DONE {code} when they are served.",
        "Noté: message laissé pour {reference} à {at}. APPEL {code} pour réessayer, FAIT {code} quand c'est réglé.",
    ),
    "na": _tells(
        ReportedOutcome.NO_ANSWER,
        "Noted: tried {reference} at {at}, no answer. CALL {code} tries again, DONE {code} when they are served.",
        "Noté: {reference} essayé à {at}, sans réponse. APPEL {code} pour réessayer, FAIT {code} quand c'est réglé.",
    ),
    "wrong": _tells(
        ReportedOutcome.WRONG_NUMBER,
        "Noted: wrong number. It will not be rung again for {reference}; a supervisor is told.",
        "Noté: mauvais numéro. Il ne sera plus composé pour {reference}; un superviseur est averti.",
    ),
    "pass": _pass,
    "who": _who,
}


# Texts about no callback


def _heed_the_carriers_word(
    session: Session, desk: Desk, technician: Technician, which: PhoneSlot, words: str, now: datetime
) -> str:
    """STOP and START are answered by the carrier, which from now on blocks our texts, or lets them through again."""
    texts = Way(Channel.TEXT, which)
    if is_opt_in(words):
        forget_trouble(technician, texts)
    elif note_trouble(technician, texts, "this person sent STOP; the carrier blocks texts to them."):
        english = f"{technician.name} sent STOP: no text reaches them. They are paged by phone until they send START."
        french = f"{technician.name} a envoyé STOP: aucun texto ne lui parvient. On l'appelle jusqu'à son START."
        tell_supervisors(session, desk, f"STOP {technician.id} {now:%Y-%m-%d %H:%M}", Words(english, french), now)
    return ""


def _verify(session: Session, technician: Technician, which: PhoneSlot, code: str, now: datetime) -> str:
    if verify(session, technician, which, code, now):
        words = Words("Thank you. This number is verified.", "Merci. Ce numéro est confirmé.")
    else:
        words = Words(
            "That is not the code. Look at the last text again, or ask for a new code.",
            "Ce n'est pas le bon code. Relisez le dernier texto, ou demandez un nouveau code.",
        )
    return words.for_(technician.language)


def _test(session: Session, desk: Desk, technician: Technician, now: datetime) -> str:
    if _answered_today(session, technician.phone, now) > QUESTIONS_ASKED:
        return ""
    ways = " and ".join(dict.fromkeys(page.channel.value for page in send_test(session, desk, technician, now)))
    return Words(
        f"A test page is on its way by {ways}." if ways else "No verified number of yours can be paged.",
        "Un essai est en route." if ways else "Aucun de vos numéros n'est confirmé.",
    ).for_(technician.language)


def _test_was_heard(session: Session, technician: Technician, now: datetime) -> bool:
    tests = select(Page).where(Page.technician_id == technician.id, Page.kind == PageKind.TEST)
    unanswered = tests.where(Page.channel == Channel.TEXT, Page.answer == PageAnswer.NONE)
    recent = unanswered.where(Page.created_at > now - timedelta(hours=1))
    page = session.scalars(recent.order_by(Page.id.desc())).first()
    if page is None:
        return False
    page.answer = PageAnswer.HEARD
    return True


def _which(session: Session, technician: Technician, command: Command, now: datetime) -> str:
    """The word is clear and the callback is not: ask, naming those that it can mean."""
    if _answered_today(session, technician.phone, now) > QUESTIONS_ASKED:
        return ""
    if command.code is not None:
        return Words(
            f"You have no page with the code {command.code}. Look at the last text again.",
            f"{command.code}: aucun appel ouvert pour vous. Le code à quatre chiffres est dans le dernier texto.",
        ).for_(technician.language)
    word, open_ones = command.verb.upper(), _open_ones(session, technician)
    named = ", ".join(f"{code} ({_named(callback)})" for callback, code in list(open_ones.items())[-5:])
    if not named:
        return Words("You have no open callback.", "Aucun rappel ouvert pour vous.").for_(technician.language)
    return Words(
        f"Which one? Write {word} and the code: {named}.", f"Lequel? Écrivez le mot et le code: {named}."
    ).for_(technician.language)


def _named(callback: Callback) -> str:
    number = callback.call.customer_number
    return f"{callback.reference}, {readable_number(number)}" if number else callback.reference


def _to_nonsense(session: Session, technician: Technician, words: str, now: datetime) -> str:
    misunderstood = _misunderstood_today(session, technician, now)
    meant = _named_by_code(session, technician, words)
    if meant is not None and misunderstood < QUESTIONS_ASKED:
        callback, code = meant
        return Words(
            f"Not understood. For {_named(callback)}: reply {code} alone to take it, CALL {code} to be connected, "
            f"DONE {code} when it is resolved, NA {code} for no answer, PASS {code} to hand on.",
            f"Pas compris. Pour {_named(callback)}: {code} seul pour le prendre, APPEL {code} vous relie, "
            f"FAIT {code} si réglé, NA {code} sans réponse, PASSE {code} pour le passer.",
        ).for_(technician.language)
    if misunderstood >= NONSENSE_ANSWERED:
        return ""
    if is_assent(words):
        if _test_was_heard(session, technician, now):
            return Words("Thank you, the test page arrived.", "Merci, l'essai est arrivé.").for_(technician.language)
        waiting = {c: code for c, code in _open_ones(session, technician).items() if c.owner_id is None}
        if len(waiting) == 1:
            callback, code = next(iter(waiting.items()))
            return Words(
                f"Do you take {callback.reference}? Reply {code} to take it, PASS {code} to hand on.",
                f"Prenez-vous {callback.reference}? Répondez {code} pour le prendre, PASSE {code} pour le passer.",
            ).for_(technician.language)
    return Words(
        "Not understood. Reply the bare code to take it, or CALL, DONE, CONT, MSG, NA, WRONG, PASS or WHO and the "
        "code. TEST tries your phone.",
        "Pas compris. Répondez le code seul pour prendre l'appel, ou APPEL, FAIT, SUITE, MSG, NA, FAUX, PASSE ou QUI "
        "et le code. ESSAI essaie votre téléphone.",
    ).for_(technician.language)


def _named_by_code(session: Session, technician: Technician, words: str) -> tuple[Callback, str] | None:
    """The open callback whose code stands somewhere in a text that says no more that can be understood."""
    by_code = {code: callback for callback, code in _open_ones(session, technician).items()}
    found = [code for code in dict.fromkeys(re.findall(r"(?<![0-9])[0-9]{4}(?![0-9])", words)) if code in by_code]
    return (by_code[found[0]], found[0]) if len(found) == 1 else None


def _to_a_stranger(session: Session, desk: Desk, sender: str, now: datetime) -> str:
    if _answered_today(session, sender, now) > desk.limits.answers_to_strangers:
        return ""
    lines = ", ".join(readable_number(line.number) for line in desk.lines.values())
    return f"{desk.company.sender}: texts to this number are not read. Please call {lines}."


def _misunderstood_today(session: Session, technician: Technician, now: datetime) -> int:
    """How often they were told that they were not understood: an answering machine must not be answered for ever."""
    theirs = ReceivedText.sender.in_([technician.phone, technician.second_phone or technician.phone])
    not_understood = or_(
        ReceivedText.answer.startswith("Not understood"), ReceivedText.answer.startswith("Pas compris")
    )
    count = select(func.count()).select_from(ReceivedText).where(theirs, ReceivedText.at > now - timedelta(days=1))
    return session.scalar(count.where(not_understood)) or 0


def _answered_today(session: Session, sender: str, now: datetime) -> int:
    since = now - timedelta(days=1)
    count = select(func.count()).select_from(ReceivedText)
    return session.scalar(count.where(ReceivedText.sender == sender[:64], ReceivedText.at > since)) or 0
