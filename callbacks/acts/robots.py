"""Calls that perhaps no person made: nothing was said, no key was pressed, and no carrier vouches for the number.

Nobody is woken for one. One person is paged about it in the morning, because the caller may have been a person after
all, and each morning after that while it is open and nobody has it. It does not escalate (`callbacks.paging.decide`).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from callbacks.acts.holds import begin_hold
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import ContactWay
from callbacks.db.tables import Callback
from callbacks.desk.desk_file import Desk
from callbacks.desk.mornings import next_morning
from callbacks.lifecycle.transitions import begin_escalating, move_promise
from callbacks.records.contacts_of_callback import contacts_of
from callbacks.records.event_log import record_event
from callbacks.text.attestation import is_vouched_for

PERHAPS_A_ROBOT = "it was perhaps a robot: no key, no speech, and no carrier that vouches for the number"
A_PERSON = "a person called after all"


def is_perhaps_a_robot(*, key_pressed: bool, attestation: str, webhooks_missed: bool, has_spoken: bool) -> bool:
    """Return whether nothing shows that a person called. Of a call that the desk missed in part, nobody can say."""
    return not (key_pressed or webhooks_missed or has_spoken or is_vouched_for(attestation))


def nothing_shows_a_person(callback: Callback, *, has_spoken: bool) -> bool:
    """Return whether that is so of every call of a callback. In support hours nobody is woken anyway.

    A mail shows a person: one that a machine wrote opens and joins nothing.
    """
    return all(
        contact.way is ContactWay.CALL
        and not contact.is_open
        and is_perhaps_a_robot(
            key_pressed=contact.key_pressed,
            attestation=contact.attestation,
            webhooks_missed=contact.webhooks_missed,
            has_spoken=has_spoken,
        )
        for contact in contacts_of(callback)
    )


def hold_until_morning(session: Session, desk: Desk, callback: Callback, now: datetime) -> None:
    """Have nobody paged before the hour of the morning's digest."""
    morning = next_morning(desk, now)
    callback.perhaps_robot = True
    move_promise(callback, morning, morning + desk.callback.promise, now)
    begin_hold(session, desk, callback, morning, Actor.DESK, PERHAPS_A_ROBOT, now)


def end_suspicion(session: Session, desk: Desk, callback: Callback, now: datetime) -> None:
    """Have people paged at once, because a later call or message shows that a person called."""
    last = contacts_of(callback)[-1]
    callback.perhaps_robot = False
    move_promise(callback, last.began_at, last.began_at + desk.callback.promise, now)
    begin_escalating(callback, now)
    record_event(session, callback.contact_sid, now, Actor.DESK, EventKind.HOLD_ENDED, A_PERSON)
