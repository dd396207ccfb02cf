"""What the carrier and the desk each have of a day, by SID, and in what they differ. And what the last comparison said.

SIDs are compared, not counts: a text near midnight may be of one day here and of the next one there.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from callbacks.db import marks
from callbacks.db.states import GONE, Channel, VoicemailState
from callbacks.db.tables import Call, CustomerMessage, Page, PageAttempt, ReceivedText, Voicemail
from callbacks.desk.desk_file import Desk
from callbacks.text.bilingual import Words
from callbacks.text.sids import CALL, is_sid

MOST_NAMED = 5  # SIDs in one alarm
AT_ONCE = 500  # SIDs in one query
NEAR = timedelta(hours=1)  # a clock, or a request that waited, may be off by less
COMPARED_FROM, COMPARED, DIFFERED = "carrier's log compared from", "carrier's log compared", "carrier's log differed"


class Entries(enum.Enum):
    """What is compared."""

    CALLS_IN = "calls in"
    RECORDINGS = "recordings"
    TEXTS_IN = "texts in"
    TEXTS_OUT = "texts out"  # without the answers to webhooks, which have no SID here
    CALLS_OUT = "calls out"  # that we placed, without the legs that a call dialed


REPAIRED = (Entries.CALLS_IN, Entries.RECORDINGS, Entries.TEXTS_IN)  # what is missing here can be taken in
LABELS: Mapping[Entries, Words] = {
    Entries.CALLS_IN: Words("Calls in", "Appels reçus"),
    Entries.RECORDINGS: Words("Recordings", "Enregistrements"),
    Entries.TEXTS_IN: Words("Texts in", "Textos reçus"),
    Entries.TEXTS_OUT: Words("Texts out", "Textos envoyés"),
    Entries.CALLS_OUT: Words("Calls out", "Appels passés"),
}


@dataclass(frozen=True)
class Day:
    """A day of the desk."""

    begins_at: datetime
    ends_at: datetime

    def has(self, at: datetime | None) -> bool:
        return at is not None and self.begins_at <= at < self.ends_at


@dataclass(frozen=True)
class Listed:
    """What the carrier lists: everything around a day, and what is certainly of the day."""

    around: frozenset[str]
    of_day: frozenset[str]


@dataclass(frozen=True)
class Difference:
    """In what the two logs differ, as SIDs."""

    entries: Entries
    only_there: Sequence[str]
    only_here: Sequence[str]


# The comparison. Pure.


def listed(items: Iterable[tuple[str, datetime | None]], day: Day) -> Listed:
    """Return what the carrier lists, of SIDs with their instants."""
    found = list(items)
    return Listed(frozenset(sid for sid, _ in found), frozenset(sid for sid, at in found if day.has(at)))


def difference(entries: Entries, theirs: Listed, known: Collection[str], ours: Collection[str]) -> Difference | None:
    """Return in what the logs differ, or None. `known` are SIDs that we have, `ours` those that we have of the day."""
    only_there, only_here = sorted(theirs.of_day - frozenset(known)), sorted(frozenset(ours) - theirs.around)
    return Difference(entries, only_there, only_here) if only_there or only_here else None


def in_words(differences: Sequence[Difference]) -> Words:
    """Return in what the logs differ, with the first SIDs."""
    left = iter(range(MOST_NAMED))
    english, french = list[str](), list[str]()
    for each in differences:
        label, there, here = LABELS[each.entries], each.only_there, each.only_here
        sides = [(there, "at the carrier", "chez le fournisseur"), (here, "here", "ici")]
        said = [(len(sids), _named(sids, left), where, ou) for sids, where, ou in sides if sids]
        english.append(f"{label.english}: {', '.join(f'{n} only {where}{named}' for n, named, where, _ in said)}")
        french.append(f"{label.french}: {', '.join(f'{n} seulement {ou}{named}' for n, named, _, ou in said)}")
    return Words(". ".join(english), ". ".join(french))


def _named(sids: Sequence[str], left: Iterable[int]) -> str:
    named = [sid for sid, _ in zip(sids, islice(left, len(sids)), strict=False)]
    return f" ({', '.join(named)})" if named else ""


# Ours


def ours_of(session: Session, desk: Desk, entries: Entries, day: Day) -> set[str]:
    """Return the SIDs that we have of a day, and that the carrier must have."""
    return {sid for query in _ours(desk, entries, day) for sid in session.scalars(query) if sid is not None}


def known_of(session: Session, entries: Entries, sids: Iterable[str]) -> set[str]:
    """Return which of these SIDs we have, of whichever day."""
    left, found = sorted(sids), set[str]()
    while left:
        some, left = left[:AT_ONCE], left[AT_ONCE:]
        for column in _COLUMNS[entries]:
            found.update(sid for sid in session.scalars(select(column).where(column.in_(some))) if sid is not None)
        if entries in (Entries.TEXTS_OUT, Entries.CALLS_OUT):
            found.update(sid for sid in some if marks.last_at(session, _sent_apart(sid)) is not None)
    return found


_COLUMNS = {
    Entries.CALLS_IN: (Call.sid,),
    Entries.RECORDINGS: (Voicemail.recording_sid,),
    Entries.TEXTS_IN: (ReceivedText.sid,),
    Entries.TEXTS_OUT: (PageAttempt.sid, CustomerMessage.sid),
    Entries.CALLS_OUT: (PageAttempt.sid,),
}


def _ours(desk: Desk, entries: Entries, day: Day) -> Sequence[Select[Any]]:
    began = (Call.began_at >= day.begins_at, Call.began_at < day.ends_at, Call.line.in_(desk.lines))
    sent = (PageAttempt.started_at >= day.begins_at, PageAttempt.started_at < day.ends_at)
    pages = select(PageAttempt.sid).join(Page, Page.id == PageAttempt.page_id).where(*sent)
    match entries:
        case Entries.CALLS_IN:
            return [select(Call.sid).where(*began, Call.sid.startswith(CALL))]
        case Entries.RECORDINGS:
            recorded = select(Voicemail.recording_sid).join(Call, Call.sid == Voicemail.call_sid).where(*began)
            is_there = (Voicemail.state == VoicemailState.RECORDED, Voicemail.audio.not_in(GONE))
            return [recorded.where(*is_there)]
        case Entries.TEXTS_IN:
            at = (ReceivedText.at >= day.begins_at, ReceivedText.at < day.ends_at)
            return [select(ReceivedText.sid).where(*at)]
        case Entries.TEXTS_OUT:
            asked = (CustomerMessage.asked_at >= day.begins_at, CustomerMessage.asked_at < day.ends_at)
            to_customers = select(CustomerMessage.sid).where(*asked, CustomerMessage.channel == Channel.TEXT)
            return [pages.where(Page.channel == Channel.TEXT), to_customers]
        case Entries.CALLS_OUT:
            return [pages.where(Page.channel.in_((Channel.CALL, Channel.CONNECTION)))]


def calls_here(session: Session, sids: Iterable[str]) -> set[str]:
    """Return which calls are on record here."""
    return known_of(session, Entries.CALLS_IN, {sid for sid in sids if is_sid(sid, CALL)})


def note_sent_apart(session: Session, sid: str, now: datetime) -> None:
    """Record something that was sent without a page, while the worker was away."""
    marks.record(session, _sent_apart(sid), now)


def _sent_apart(sid: str) -> str:
    return f"sent apart {sid}"


# What the last comparison said


def compared_from(session: Session) -> datetime | None:
    """Return since when the logs can be compared, or None."""
    return marks.last_at(session, COMPARED_FROM)


def begin_comparing(session: Session, now: datetime) -> None:
    """Record that the logs can be compared from now on."""
    marks.once(session, COMPARED_FROM, now)


def last_compared(session: Session) -> datetime | None:
    """Return when the day began that was compared last, or None."""
    return marks.last_at(session, COMPARED)


def has_differed(session: Session) -> bool:
    """Return whether the logs differed when they were compared last."""
    last = last_compared(session)
    return last is not None and marks.last_at(session, DIFFERED) == last


def record_comparison(session: Session, day: Day, *, differs: bool) -> None:
    """Record what the comparison of a day said."""
    marks.record(session, COMPARED, day.begins_at)
    if differs:
        marks.record(session, DIFFERED, day.begins_at)
