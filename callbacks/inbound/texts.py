"""Answers incoming texts: finds the technician and the page, performs the act, and returns a one-line answer.

The answer is stored with the text's SID: a text delivered twice changes nothing and gets the same answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callbacks.acts.attempts import ReportOutcome
from callbacks.acts.base import Act, Refused, Via, perform, technician_by
from callbacks.acts.connect import Connect
from callbacks.acts.customer_number import Consent, RefuseConsent, deciding_by
from callbacks.acts.ownership import Pass, Take
from callbacks.db.database import insert_once
from callbacks.db.states import CallbackState, Channel, PageAnswer, PageKind, PhoneSlot, ReportedOutcome
from callbacks.db.tables import Callback, Page, ReceivedText, Technician
from callbacks.desk.desk_file import Desk
from callbacks.inbound.text_commands import (
    Command,
    Verb,
    is_assent,
    is_opt_in,
    is_opt_out,
    parse_command,
    verification_code_in,
)
from callbacks.lifecycle.contacts import note_contact
from callbacks.paging.alerts import alert_supervisors, send_test
from callbacks.people.contact_methods import clear_failure, record_failure
from callbacks.people.person import ContactMethod
from callbacks.people.technicians import technician_with
from callbacks.people.verification import has_pending_code, verify
from callbacks.text.bilingual import Words
from callbacks.text.formats import readable_number

# Answers a day to one technician. Without a limit, two machines could answer each other forever.
MOST_HELP = 5
MOST_ANSWERS = 20
DAY = timedelta(days=1)
TEST_LASTS = timedelta(hours=1)

# What a technician can do to a callback by text. WHO and TEST change none.
ACTS: Mapping[Verb, Act] = {
    Verb.ACK: Take(),
    Verb.CALL: Connect(),
    Verb.PASS: Pass(),
    Verb.DONE: ReportOutcome(ReportedOutcome.RESOLVED),
    Verb.CONT: ReportOutcome(ReportedOutcome.CONTINUING),
    Verb.MSG: ReportOutcome(ReportedOutcome.LEFT_A_MESSAGE),
    Verb.NA: ReportOutcome(ReportedOutcome.NO_ANSWER),
    Verb.WRONG: ReportOutcome(ReportedOutcome.WRONG_NUMBER),
    Verb.ALLOW: Consent(),
    Verb.REFUSE: RefuseConsent(),
}
DECISIONS = (Verb.ALLOW, Verb.REFUSE)  # only for those who may decide, and always with the code


@dataclass(frozen=True)
class Incoming:
    """A text from a technician."""

    desk: Desk
    technician: Technician
    slot: PhoneSlot  # the number it came from
    text: str
    now: datetime


@dataclass(frozen=True)
class Answer:
    """What is texted back. Empty words send nothing."""

    words: Words
    understood: bool = True


NOTHING = Answer(Words("", ""))


def answer_text(session: Session, desk: Desk, sid: str, sender: str, text: str, now: datetime) -> str:
    """Do what a text asks for, once for each SID, and return what to text back: "" for nothing."""
    if not insert_once(
        session, ReceivedText, sid=sid, sender=sender[:64], at=now, words=text[:1600], answer="", understood=True
    ):
        return session.scalars(select(ReceivedText.answer).where(ReceivedText.sid == sid)).one()
    technician = technician_with(session, sender)
    if technician is None:
        answer, language = _answer_unknown_sender(session, desk, sender, now), "en"
    else:
        slot = PhoneSlot.SECOND if sender == technician.second_phone else PhoneSlot.FIRST
        answer, language = _answer(session, Incoming(desk, technician, slot, text, now)), technician.language
    received = session.get_one(ReceivedText, sid)
    received.answer, received.understood = answer.words.for_(language), answer.understood
    return received.answer


def _answer(session: Session, incoming: Incoming) -> Answer:
    text, technician = incoming.text, incoming.technician
    if is_opt_out(text) or is_opt_in(text):
        return _record_opt_out_or_in(session, incoming)
    code = verification_code_in(text)
    if code is not None and has_pending_code(session, technician, incoming.slot, incoming.now):
        return _verify(session, incoming, code)
    command = parse_command(text)
    if command is None:
        return _not_understood(session, incoming)
    if command.verb is Verb.TEST:
        return _test(session, incoming)
    return _about_callback(session, incoming, command)


# Texts about a callback


def _about_callback(session: Session, incoming: Incoming, command: Command) -> Answer:
    callback, code = _callback_meant(session, incoming.technician, command)
    if callback is None:
        return _ask_which(session, incoming, command)
    if command.verb is Verb.WHO:
        return Answer(_owner_in_words(callback, incoming.technician, code))
    by = technician_by(incoming.technician, Via.TEXT, code)
    if command.verb in DECISIONS:
        by = deciding_by(session, incoming.desk, callback, incoming.technician, Via.TEXT, incoming.now)
    try:
        return Answer(perform(session, incoming.desk, callback.id, ACTS[command.verb], by, incoming.now))
    except Refused as refusal:
        return Answer(refusal.words)


def _callback_meant(session: Session, technician: Technician, command: Command) -> tuple[Callback | None, str]:
    """Return the callback that a command means, and its code; (None, "") when that is not clear.

    Without a code it is the only open callback that the technician was paged for. Taking one always needs the code.
    """
    if command.code is not None:
        theirs = select(Page).where(Page.technician_id == technician.id, Page.code == command.code)
        page = session.scalars(theirs.order_by(Page.id.desc())).first()
        return (page.callback, page.code) if page else (None, "")
    open_ones = _open_callbacks(session, technician)
    if len(open_ones) != 1 or command.verb in (Verb.ACK, *DECISIONS):
        return None, ""
    return next(iter(open_ones.items()))


def _open_callbacks(session: Session, technician: Technician) -> dict[Callback, str]:
    """Return the open callbacks that a technician was paged for, each with its code."""
    theirs = select(Page).join(Callback, Page.callback_id == Callback.id).where(Callback.state == CallbackState.OPEN)
    pages = session.scalars(theirs.where(Page.technician_id == technician.id, Page.code != "").order_by(Page.id))
    return {page.callback: page.code for page in pages if page.callback is not None}


def _owner_in_words(callback: Callback, technician: Technician, code: str) -> Words:
    reference, owner = callback.reference, callback.owner
    if callback.state is not CallbackState.OPEN:
        return Words(f"{reference} is closed.", f"{reference} est fermé.")
    if owner is None:
        return Words(
            f"Nobody has {reference} yet. Reply {code} to take it.",
            f"Personne n'a encore pris {reference}. Répondez {code} pour le prendre.",
        )
    if owner.id == technician.id:
        return Words(f"You have {reference}.", f"Vous avez {reference}.")
    return Words(f"{owner.name} has {reference}.", f"{owner.name} a {reference}.")


def _ask_which(session: Session, incoming: Incoming, command: Command) -> Answer:
    """Ask which callback a command is about, naming the open ones."""
    if _answered_today(session, incoming.technician.phone, incoming.now) > MOST_ANSWERS:
        return NOTHING
    if command.code is not None:
        english = f"You have no page with the code {command.code}. Check the last text."
        french = f"Aucun avis ne porte le code {command.code}. Vérifiez le dernier texto."
        return Answer(Words(english, french))
    word, open_ones = command.verb.name, _open_callbacks(session, incoming.technician)
    named = ", ".join(f"{code} ({_with_number(callback)})" for callback, code in list(open_ones.items())[-5:])
    if not named:
        return Answer(Words("You have no open callback.", "Aucun rappel ouvert pour vous."))
    english, french = f"Which one? Write {word} and the code: {named}.", f"Lequel? Écrivez le mot et le code: {named}."
    return Answer(Words(english, french))


def _with_number(callback: Callback) -> str:
    number = callback.call.customer_number
    if not number:
        return callback.reference
    extension = f" #{callback.call.extension}" if callback.call.extension else ""
    return f"{callback.reference}, {readable_number(number)}{extension}"


# Texts that are not understood


def _not_understood(session: Session, incoming: Incoming) -> Answer:
    times = _not_understood_today(session, incoming)
    meant = _callback_by_code(session, incoming)
    if meant is not None and times < MOST_ANSWERS:
        return Answer(_suggest_replies(*meant), understood=False)
    if times >= MOST_HELP:
        return NOTHING
    if is_assent(incoming.text):
        assent = _answer_assent(session, incoming)
        if assent is not None:
            return assent
    return Answer(HELP, understood=False)


HELP = Words(
    "Not understood. Reply with the code alone to take it, or CALL, DONE, CONT, MSG, NA, WRONG, PASS or WHO and "
    "the code. TEST checks your phone.",
    "Pas compris. Répondez le code seul pour le prendre, ou APPEL, FAIT, SUITE, MSG, NA, FAUX, PASSE ou QUI et le "
    "code. ESSAI vérifie votre téléphone.",
)


def _suggest_replies(callback: Callback, code: str) -> Words:
    return Words(
        f"Not understood. For {_with_number(callback)}: reply {code} alone to take it, CALL {code} to be connected, "
        f"DONE {code} when resolved, NA {code} for no answer, PASS {code} to pass it on.",
        f"Pas compris. Pour {_with_number(callback)}: {code} seul pour le prendre, APPEL {code} vous relie, "
        f"FAIT {code} si réglé, NA {code} sans réponse, PASSE {code} pour le passer.",
    )


def _answer_assent(session: Session, incoming: Incoming) -> Answer | None:
    """Answer an "ok": it confirms a test page, or it may mean the only callback without an owner."""
    if _confirm_test(session, incoming):
        return Answer(Words("Thank you, the test page arrived.", "Merci, l'essai est arrivé."))
    waiting = {c: code for c, code in _open_callbacks(session, incoming.technician).items() if c.owner_id is None}
    if len(waiting) != 1:
        return None
    callback, code = next(iter(waiting.items()))
    return Answer(
        Words(
            f"Will you take {callback.reference}? Reply {code} to take it, PASS {code} to pass it on.",
            f"Vous prenez {callback.reference}? Répondez {code} pour le prendre, PASSE {code} pour le passer.",
        )
    )


def _callback_by_code(session: Session, incoming: Incoming) -> tuple[Callback, str] | None:
    """Return the open callback whose code is in a text that is not understood, when there is exactly one."""
    by_code = {code: callback for callback, code in _open_callbacks(session, incoming.technician).items()}
    codes = dict.fromkeys(re.findall(r"(?<![0-9])[0-9]{4}(?![0-9])", incoming.text))
    found = [code for code in codes if code in by_code]
    return (by_code[found[0]], found[0]) if len(found) == 1 else None


def _not_understood_today(session: Session, incoming: Incoming) -> int:
    """Return how many of a technician's texts were not understood in the past day."""
    technician = incoming.technician
    theirs = ReceivedText.sender.in_([technician.phone, technician.second_phone or technician.phone])
    count = select(func.count()).select_from(ReceivedText).where(theirs, ReceivedText.at > incoming.now - DAY)
    return session.scalar(count.where(ReceivedText.understood.is_(False))) or 0


# Texts that are about no callback


def _record_opt_out_or_in(session: Session, incoming: Incoming) -> Answer:
    """Note that the carrier now blocks our texts, or delivers them again. It answers STOP and START itself."""
    technician, way = incoming.technician, ContactMethod(Channel.TEXT, incoming.slot)
    if is_opt_in(incoming.text):
        clear_failure(technician, way)
    elif record_failure(technician, way, "this person sent STOP; the carrier blocks texts to them."):
        english = f"{technician.name} sent STOP: no text reaches them. They are paged by phone until they send START."
        french = f"{technician.name} a envoyé STOP: aucun texto ne lui parvient. On l'appelle jusqu'à son START."
        key = f"STOP {technician.id} {incoming.now:%Y-%m-%d %H:%M}"
        alert_supervisors(session, incoming.desk, key, Words(english, french), incoming.now)
    return NOTHING


def _verify(session: Session, incoming: Incoming, code: str) -> Answer:
    if verify(session, incoming.technician, incoming.slot, code, incoming.now):
        return Answer(Words("Thank you. This number is verified.", "Merci. Ce numéro est vérifié."))
    return Answer(
        Words(
            "That is not the code. Check the last text, or ask for a new code.",
            "Ce n'est pas le bon code. Relisez le dernier texto, ou demandez un nouveau code.",
        )
    )


def _test(session: Session, incoming: Incoming) -> Answer:
    if _answered_today(session, incoming.technician.phone, incoming.now) > MOST_ANSWERS:
        return NOTHING
    pages = send_test(session, incoming.desk, incoming.technician, incoming.now)
    channels = " and ".join(dict.fromkeys(page.channel.value for page in pages))
    if not channels:
        return Answer(Words("None of your numbers is verified.", "Aucun de vos numéros n'est vérifié."))
    return Answer(Words(f"A test page is on its way by {channels}.", "Un essai est en route."))


def _confirm_test(session: Session, incoming: Incoming) -> bool:
    """Mark the test page that a technician confirms, and return whether there was one."""
    recent = select(Page).where(
        Page.technician_id == incoming.technician.id,
        Page.kind == PageKind.TEST,
        Page.channel == Channel.TEXT,
        Page.answer == PageAnswer.NONE,
        Page.created_at > incoming.now - TEST_LASTS,
    )
    page = session.scalars(recent.order_by(Page.id.desc())).first()
    if page is None:
        return False
    page.answer = PageAnswer.HEARD
    return True


def _answer_unknown_sender(session: Session, desk: Desk, sender: str, now: datetime) -> Answer:
    note_contact(session, sender, now)
    if _answered_today(session, sender, now) > desk.limits.answers_to_strangers:
        return NOTHING
    lines = ", ".join(readable_number(line.number) for line in desk.lines.values())
    english = f"{desk.company.sender}: texts to this number are not read. Please call {lines}."
    return Answer(Words(english, english))


def _answered_today(session: Session, sender: str, now: datetime) -> int:
    count = select(func.count()).select_from(ReceivedText)
    return session.scalar(count.where(ReceivedText.sender == sender[:64], ReceivedText.at > now - DAY)) or 0
