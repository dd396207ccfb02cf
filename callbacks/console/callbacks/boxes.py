"""What the screen of messages in other boxes than that of support shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from callbacks.db.states import AudioState, VoicemailState
from callbacks.db.tables import BoxMail, Call, Callback, Voicemail
from callbacks.desk.desk_file import Desk

A_PAGE = 50

# Why a message cannot be heard (yet).
WITHOUT_AUDIO = {
    AudioState.NONE: "The carrier does not have it ready yet.",
    AudioState.WANTED: "It is being downloaded from the carrier.",
    AudioState.LOST: "It is lost. Call back and ask.",
    AudioState.DELETED: "It was deleted.",
}
NOT_RECORDED = {
    VoicemailState.ABSENT: "The caller said nothing.",
    VoicemailState.FAILED: "The carrier could not record it. Call back and ask.",
}


@dataclass(frozen=True)
class BoxRow:
    """A message in a box."""

    id: int
    box: str
    began_at: datetime
    line: str
    caller: str
    language: str
    seconds: int | None
    can_be_heard: bool
    why_not: str
    mailed_at: datetime | None
    not_mailed: str  # why, after a try


@dataclass(frozen=True)
class BoxScreen:
    rows: Sequence[BoxRow]
    before: str | None  # the call before which older messages are


def box_screen(session: Session, desk: Desk, before: str) -> BoxScreen:
    """Return one page of messages, latest first."""
    query = (
        select(Voicemail, Call, BoxMail)
        .join(Call, Call.sid == Voicemail.call_sid)
        .outerjoin(BoxMail, BoxMail.voicemail_id == Voicemail.id)
        .outerjoin(Callback, Callback.contact_sid == Call.sid)
        .where(Call.box != "", Callback.id.is_(None), Voicemail.is_replaced.is_(False))
        .order_by(Call.began_at.desc(), Call.sid.desc())
    )
    last = session.get(Call, before) if before else None
    if last is not None:
        query = query.where(tuple_(Call.began_at, Call.sid) < (last.began_at, last.sid))
    found = session.execute(query.limit(A_PAGE + 1)).all()
    shown = [_row(desk, *each) for each in found[:A_PAGE]]
    return BoxScreen(shown, found[A_PAGE - 1][1].sid if len(found) > A_PAGE else None)


def _row(desk: Desk, voicemail: Voicemail, call: Call, mail: BoxMail | None) -> BoxRow:
    is_there = voicemail.audio is AudioState.COPIED
    why_not = "" if is_there else NOT_RECORDED.get(voicemail.state) or WITHOUT_AUDIO.get(voicemail.audio, "")
    return BoxRow(
        id=voicemail.id,
        box=desk.box_name(call.box).english,
        began_at=call.began_at,
        line=call.line,
        caller=call.caller,
        language=call.language,
        seconds=voicemail.seconds,
        can_be_heard=is_there,
        why_not=why_not,
        mailed_at=mail.sent_at if mail is not None else None,
        not_mailed=mail.error if mail is not None else "",
    )


def mail_troubles(session: Session, desk: Desk) -> Iterator[str]:
    """Yield each box whose messages cannot be mailed, with the reason of the last try."""
    failing = select(Call.box, BoxMail.error).join(Voicemail, Voicemail.id == BoxMail.voicemail_id)
    failing = failing.join(Call, Call.sid == Voicemail.call_sid)
    failing = failing.where(BoxMail.sent_at.is_(None), BoxMail.error != "").order_by(BoxMail.id)
    last = {row.box: row.error for row in session.execute(failing)}
    yield from (f"Messages for {desk.box_name(box).english} are not mailed: {error}" for box, error in last.items())
