"""What technicians do to a callback from the link in a text."""

from __future__ import annotations

from datetime import datetime

from flask import request
from sqlalchemy.orm import Session

from callbacks.acts import life, steering
from callbacks.console.context import current
from callbacks.db.tables import Callback, Technician
from callbacks.errors import WrongState
from callbacks.text.bilingual import Words


def take(session: Session, callback: Callback, technician: Technician, now: datetime) -> str:
    _acknowledge(session, callback, technician, now)
    return _say(technician, "It is yours.", "Il est à vous.")


def connect(session: Session, callback: Callback, technician: Technician, now: datetime) -> str:
    _acknowledge(session, callback, technician, now)
    life.ask_for_connection(session, callback, technician, now)
    return _say(technician, "Your phone rings now. Press 1.", "Votre téléphone sonne. Faites le 1.")


def pass_on(session: Session, callback: Callback, technician: Technician, now: datetime) -> str:
    life.hand_on(session, callback, technician, "link", now)
    return _say(technician, "It goes to the next person now.", "Il passe à la personne suivante.")


def record_outcome(session: Session, callback: Callback, technician: Technician, now: datetime) -> str:
    outcome = request.form.get("outcome", "")
    life.tell_outcome(session, current().desk, callback, technician, outcome, "link", now)
    return _say(technician, "The outcome was saved.", "Le résultat est enregistré.")


def add_note(session: Session, callback: Callback, technician: Technician, now: datetime) -> str:
    words = request.form.get("words", "").strip()[:1000]
    if not words:
        raise WrongState(_say(technician, "The note is empty.", "La note est vide."))
    steering.add_note(session, callback, words, technician.name, now)
    return _say(technician, "The note was saved.", "La note est enregistrée.")


def _acknowledge(session: Session, callback: Callback, technician: Technician, now: datetime) -> None:
    if not life.acknowledge(session, current().desk, callback, technician, "link", now):
        raise WrongState(_why_not(callback, technician))


def _why_not(callback: Callback, technician: Technician) -> str:
    if callback.state != "open" or callback.owner is None:
        return _say(technician, f"{callback.reference} is closed.", f"{callback.reference} est fermé.")
    name = callback.owner.name
    return _say(technician, f"{name} has {callback.reference}.", f"{name} a {callback.reference}.")


def _say(technician: Technician, english: str, french: str) -> str:
    return Words(english, french).for_(technician.language)
