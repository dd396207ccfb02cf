"""The daily canary as it comes in: its call, which goes to the message at once, and the text with its page.

A caller ID can be forged. A call counts as the canary only if it comes from its number to its line while one is under
way, and then only the first such call. Any other is treated as any caller's.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import locked
from callbacks.db.states import CallbackOrigin, CallbackState, Screening
from callbacks.db.tables import Call, Callback, Page
from callbacks.desk.desk_file import Desk
from callbacks.inbound.text_commands import codes_in
from callbacks.lifecycle import canary
from callbacks.paging.canary_end import end_canary


def recognize_canary(session: Session, desk: Desk, call: Call) -> None:
    """Mark a call that has just been recorded as the canary, if it is."""
    expected = desk.canary
    if expected is None or (call.caller, call.line) != (expected.number, expected.line):
        return
    began_at = canary.under_way(session, call.began_at)
    if began_at is not None and canary.take_arrival(session, began_at, call.began_at):
        call.screening = Screening.CANARY


def take_canary_text(session: Session, words: str, now: datetime) -> bool:
    """Take a text to the number of the canary. Return whether it is the page of the one that is under way."""
    began_at = canary.under_way(session, now)
    if began_at is None:
        return False
    open_ones = select(Callback.id).join(Page, Page.callback_id == Callback.id)
    open_ones = open_ones.where(Callback.origin == CallbackOrigin.CANARY, Callback.state == CallbackState.OPEN)
    found = session.scalar(open_ones.where(Page.code.in_(codes_in(words)), Callback.opened_at >= began_at))
    if found is None:
        return False
    canary.note_back(session, began_at, now)
    detail = f"Its page was received {round((now - began_at).total_seconds())} seconds after it began."
    end_canary(session, locked(session, Callback, found), detail, now)
    return True
