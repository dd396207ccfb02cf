"""Pages to the manager on call, because the customer asks for one, for any reason (policy: Lines)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from callbacks.db.states import Channel, PageKind
from callbacks.db.tables import Callback, Technician
from callbacks.desk.desk_file import Desk
from callbacks.oncall import store
from callbacks.paging import messages
from callbacks.paging.notices import text_or_record_failure
from callbacks.paging.pages import code_for
from callbacks.paging.subject import subject_with_customer
from callbacks.people.person import Person


def page_managers(
    session: Session, desk: Desk, callback: Callback, reason: str, now: datetime, without: int | None = None
) -> Sequence[str]:
    """Text the people on the highest layer, else the supervisors, and return their names. `without` is who asks.

    Whoever is reached by text comes first: nobody else hears of it.
    """
    roster = store.roster(session, desk, now)
    on_call = (roster.on(desk.policy.layers[-1]), roster.supervisors())
    layers = [[person for person in layer if person.id != without] for layer in on_call]
    reached = [[person for person in layer if _takes_texts(person)] for layer in layers]
    asked = next((layer for layer in (*reached, *layers) if layer), [])
    for person in asked:
        _text(session, desk, callback, session.get_one(Technician, person.id), reason, now)
    return [person.name for person in asked]


def _takes_texts(person: Person) -> bool:
    return any(way.channel is Channel.TEXT for way in person.contact_methods)


def _text(session: Session, desk: Desk, callback: Callback, manager: Technician, reason: str, now: datetime) -> None:
    code, subject = code_for(session, callback, manager.id), subject_with_customer(session, desk, callback, now)
    history = messages.history(
        subject.calls,
        callback.contact.began_at,
        callback.owner.name if callback.owner is not None else "",
        desk.zone,
        now,
        is_tried=callback.attempted_at is not None,
        has_written=subject.mail is not None,
    )
    words = messages.manager_wanted(subject, code, reason, history)
    text_or_record_failure(session, callback, manager, PageKind.MANAGER, words, now, code)
