"""Answers a text that came in: finds the person and the page, does what is asked, says in one line what became of it.

The answer is kept with the text's SID: the same text delivered twice changes nothing and gets the same answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callbacks import life
from callbacks.database import insert_once
from callbacks.desk import Desk
from callbacks.errors import WrongState
from callbacks.oncall.rota import technician_with
from callbacks.paging.commands import Command, Verb, is_opt_out, understand
from callbacks.saying import clock_time, ended_once, readable_number
from callbacks.tables import Callback, Page, ReceivedText, Technician

NONSENSE_ANSWERED = 5  # a day, to one technician


@dataclass(frozen=True)
class Told:
    """Who said what about which callback."""

    desk: Desk
    callback: Callback
    technician: Technician
    code: str
    now: datetime

    @property
    def french(self) -> bool:
        return self.technician.language == "fr"

    def say(self, english: str, french: str) -> str:
        return french if self.french else english


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
    if is_opt_out(words):
        return ""  # the carrier has answered it already, and would block ours
    command = understand(words)
    if command is None:
        return _to_nonsense(session, technician, now)
    callback, code = _callback_meant(session, technician, command)
    if callback is None:
        return _which(session, technician, command, now)
    held = life.held(session, callback.id)
    return ACTS[command.verb](session, Told(desk, held, technician, code, now))


def _callback_meant(session: Session, technician: Technician, command: Command) -> tuple[Callback | None, str]:
    """Find the callback by the code; without a code, only when this person has exactly one open."""
    mine = select(Page).where(Page.technician_id == technician.id, Page.code != "").order_by(Page.id.desc())
    if command.code is not None:
        page = session.scalars(mine.where(Page.code == command.code)).first()
        return (page.callback, page.code) if page else (None, "")
    pages = session.scalars(mine.join(Callback, Page.callback_id == Callback.id).where(Callback.state == "open")).all()
    only_one = {page.callback_id for page in pages}
    return (pages[0].callback, pages[0].code) if len(only_one) == 1 and command.verb != "ack" else (None, "")


def _acknowledge(session: Session, told: Told) -> str:
    callback = told.callback
    if callback.state != "open":
        return told.say(f"{callback.reference} is closed already.", f"{callback.reference} est déjà fermé.")
    if not life.acknowledge(session, told.desk, callback, told.technician, "text", told.now):
        return _who(session, told)
    due = clock_time(callback.due_at, told.desk.zone, told.technician.language)
    number = readable_number(callback.call.customer_number or callback.call.caller or "?")
    return told.say(
        ended_once(f"{callback.reference} is yours. Call {number} by {due}. ")
        + f"CALL {told.code} connects you. Afterwards: DONE {told.code}, or NA {told.code} for no answer.",
        f"{callback.reference} est à vous. Appelez {number} avant {due}. "
        f"APPEL {told.code} vous relie. Ensuite: FAIT {told.code}, ou NA {told.code} sans réponse.",
    )


def _done(session: Session, told: Told) -> str:
    if told.callback.state != "open":
        return told.say(f"{told.callback.reference} is closed already.", f"{told.callback.reference} est déjà fermé.")
    life.resolve(session, told.callback, told.technician, "text", told.now)
    return told.say(
        f"{told.callback.reference} is resolved. Thank you.", f"{told.callback.reference} est réglé. Merci."
    )


def _no_answer(session: Session, told: Told) -> str:
    if told.callback.state != "open":
        return told.say(f"{told.callback.reference} is closed already.", f"{told.callback.reference} est déjà fermé.")
    life.record_attempt(session, told.callback, told.technician, "no answer", "text", told.now)
    at = clock_time(told.now, told.desk.zone, told.technician.language)
    return told.say(
        f"Noted: tried {told.callback.reference} at {at}, no answer. DONE {told.code} when they are served.",
        f"Noté: {told.callback.reference} essayé à {at}, sans réponse. FAIT {told.code} quand c'est réglé.",
    )


def _pass(session: Session, told: Told) -> str:
    try:
        life.hand_on(session, told.callback, told.technician, "text", told.now)
    except WrongState:
        return _who(session, told)
    return told.say(f"{told.callback.reference} goes to the next person now.", f"{told.callback.reference} est passé.")


def _who(session: Session, told: Told) -> str:
    callback = told.callback
    if callback.state != "open":
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
    number = told.callback.call.customer_number
    if told.callback.state != "open":
        return told.say(f"{told.callback.reference} is closed already.", f"{told.callback.reference} est déjà fermé.")
    if number is None:
        return told.say(
            f"The caller of {told.callback.reference} gave no number that may be rung. Hear the message in the log.",
            f"Aucun numéro à rappeler pour {told.callback.reference}. Écoutez le message dans le journal.",
        )
    if not life.acknowledge(session, told.desk, told.callback, told.technician, "text", told.now):
        return _who(session, told)
    life.ask_for_connection(session, told.callback, told.technician, told.now)
    return told.say("Your phone rings now. Press 1 to be connected.", "Votre téléphone sonne. Faites le 1.")


ACTS: dict[Verb, Callable[[Session, Told], str]] = {
    "ack": _acknowledge,
    "call": _call,
    "done": _done,
    "na": _no_answer,
    "pass": _pass,
    "who": _who,
}


def _which(session: Session, technician: Technician, command: Command, now: datetime) -> str:
    if _answered_today(session, technician.phone, now) > NONSENSE_ANSWERED * 4:
        return ""
    if technician.language == "fr":
        code = command.code or "Ce mot sans code"
        return f"{code}: aucun appel ouvert pour vous. Le code à quatre chiffres est dans le texto reçu."
    if command.code is None:
        return f"Which one? Write {command.verb.upper()} and the four-digit code of the page."
    return f"You have no page with the code {command.code}. Look at the last text again."


def _to_nonsense(session: Session, technician: Technician, now: datetime) -> str:
    if _answered_today(session, technician.phone, now) > NONSENSE_ANSWERED:
        return ""
    if technician.language == "fr":
        return "Pas compris. Répondez le code seul pour prendre l'appel, ou FAIT, NA, PASSE, QUI ou APPEL et le code."
    return "Not understood. Reply the bare code to take it, or DONE, NA, PASS, WHO or CALL and the code."


def _to_a_stranger(session: Session, desk: Desk, sender: str, now: datetime) -> str:
    if _answered_today(session, sender, now) > desk.limits.answers_to_strangers:
        return ""
    lines = ", ".join(readable_number(line.number) for line in desk.lines.values())
    return f"{desk.company.sender}: texts to this number are not read. Please call {lines}."


def _answered_today(session: Session, sender: str, now: datetime) -> int:
    since = now - timedelta(days=1)
    count = select(func.count()).select_from(ReceivedText)
    return session.scalar(count.where(ReceivedText.sender == sender[:64], ReceivedText.at > since)) or 0
