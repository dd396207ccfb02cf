"""Minutes worked, recorded with the attempt, reply or note that they belong to, and their correction.

Minutes keep the product and the coverage that the callback had when they were recorded. Billable ones need a consent of
the customer from before the work began (policy: Coverage).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from callbacks.acts import wording
from callbacks.acts.base import SUPERVISORS, Act, ActContext, Refused
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import CallbackState, Coverage, PageKind
from callbacks.db.tables import BillingConsent, Event, Technician, WorkEntry
from callbacks.paging import messages
from callbacks.paging.notices import text_if_reachable
from callbacks.paging.subject import subject_of
from callbacks.records.work import Work, consent_at, in_hours, work_of
from callbacks.text.bilingual import Words
from callbacks.text.formats import at_time_and_day_in_french, time_and_day

MOST_MINUTES = 24 * 60
RECORDED_WITHIN = timedelta(days=31)
SENT_TWICE_WITHIN = timedelta(minutes=1)


class MinutesRefused(Refused):
    """Minutes cannot be recorded. The act that they came with could be done without them."""


@dataclass(frozen=True)
class Minutes:
    """Minutes that may be recorded."""

    count: int
    ended_at: datetime
    consent: BillingConsent | None  # that billable ones are covered by


def minutes_in(text: str) -> int | None:
    """Return the minutes in a field of a form, or None for an empty one. Raise MinutesRefused."""
    if not text.strip():
        return None
    if not (text.strip().isascii() and text.strip().isdecimal() and len(text.strip()) < 6):
        raise MinutesRefused(wording.NOT_MINUTES)
    return int(text)


def checked_minutes(context: ActContext, minutes: int | None, ended_at: datetime | None = None) -> Minutes | None:
    """Return minutes that may be recorded, or None for none. Raise MinutesRefused.

    An act calls it before it changes anything. Work ended just now if nothing else is said.
    """
    if minutes is None:
        return None
    ended = ended_at or context.now
    if not context.now - RECORDED_WITHIN <= ended <= context.now:
        raise MinutesRefused(wording.not_a_time_worked(RECORDED_WITHIN.days))
    if _are_recorded(context, minutes, ended):
        raise MinutesRefused(wording.MINUTES_ARE_RECORDED)
    return _checked(context, minutes, ended, context.callback.coverage)


def _are_recorded(context: ActContext, minutes: int, ended_at: datetime) -> bool:
    """Return whether the same person has recorded as many minutes of the same time: a form was sent twice."""
    return any(
        entry.minutes == minutes
        and entry.event.actor in context.by.names
        and abs(entry.worked_at - ended_at) < SENT_TWICE_WITHIN
        for entry in work_of(context.session, context.callback).entries
    )


def _checked(context: ActContext, minutes: int, ended_at: datetime, coverage: Coverage) -> Minutes:
    if not 1 <= minutes <= MOST_MINUTES:
        raise MinutesRefused(wording.NOT_MINUTES)
    if coverage is not Coverage.BILLABLE:
        return Minutes(minutes, ended_at, None)
    began_at = ended_at - timedelta(minutes=minutes)
    consents = work_of(context.session, context.callback).consents
    consent = consent_at(consents, began_at)
    if consent is None:
        raise MinutesRefused(_why_not_covered(context, consent_at(consents, context.now), began_at))
    return Minutes(minutes, ended_at, consent)


def _why_not_covered(context: ActContext, consent: BillingConsent | None, began_at: datetime) -> Words:
    """Return why work that began then is not covered by the consent of now, if there is one."""
    reference = context.callback.reference
    if consent is None:
        return wording.work_needs_consent(reference)
    return wording.work_began_before_consent(reference, _when(context, began_at), _when(context, consent.given_at))


def _when(context: ActContext, at: datetime) -> Words:
    zone, now = context.desk.zone, context.now
    return Words(f"at {time_and_day(at, zone, now)}", at_time_and_day_in_french(at, zone, now))


def record_minutes(context: ActContext, minutes: Minutes | None, technician: Technician | None, answer: Words) -> Words:
    """Record minutes with the event that the act has just recorded. Return the act's answer with what was noted."""
    if minutes is None:
        return answer
    session, callback = context.session, context.callback
    worked_by = technician.name if technician is not None else context.by.name
    session.flush()
    theirs = select(func.max(Event.id)).where(
        Event.contact_sid == callback.contact_sid, Event.actor.in_({worked_by, context.by.name})
    )
    entry = WorkEntry(
        callback_id=callback.id,
        technician_id=technician.id if technician is not None else None,
        worked_by=worked_by,
        minutes=minutes.count,
        worked_at=minutes.ended_at,
        product=callback.product,
        coverage=callback.coverage,
        consent_id=minutes.consent.id if minutes.consent is not None else None,
        event_id=session.scalars(theirs).one(),
    )
    session.add(entry)
    coverage = f", {entry.coverage.value}" if entry.coverage is not Coverage.NONE else ""
    context.record(EventKind.WORK_RECORDED, f"{in_hours(entry.minutes)}{coverage}", worked_by)
    noted = wording.minutes_noted(in_hours(entry.minutes))
    over = _warn_if_over_agreed(context, minutes.consent)
    return Words(f"{answer.english} {noted.english}{over.english}", f"{answer.french} {noted.french}{over.french}")


def _warn_if_over_agreed(context: ActContext, consent: BillingConsent | None) -> Words:
    """Return the warning that more was worked than was agreed, and text it to an owner who did not do it; else ""."""
    session, callback = context.session, context.callback
    session.flush()
    billable = work_of(session, callback).sums.billable
    if consent is None or consent.minutes is None or billable <= consent.minutes:
        return Words("", "")
    worked, agreed, owner = in_hours(billable), in_hours(consent.minutes), callback.owner
    if owner is not None and owner != context.by.technician:
        text = messages.over_agreed(subject_of(context.desk, callback), worked, agreed)
        text_if_reachable(session, callback, owner, PageKind.OVER_AGREED, text, context.now)
    return wording.over_agreed(worked, agreed)


@dataclass(frozen=True)
class CorrectMinutes(Act):
    """Correct minutes that were recorded, or remove them. The log keeps what they were, and why.

    Technicians correct their own. What the callback was about then, and how it was covered, stays.
    """

    entry_id: int | None
    minutes: int
    """0 removes them."""
    reason: str

    states = frozenset(CallbackState)
    conflicts = frozenset({EventKind.WORK_CORRECTED})

    def apply(self, context: ActContext) -> Words:
        entry = _entry(work_of(context.session, context.callback), self.entry_id)
        if context.by.role not in SUPERVISORS and entry.technician_id != context.acting_technician().id:
            raise Refused(wording.ONLY_OWN_MINUTES)
        if not self.reason:
            raise Refused(wording.REASON_TO_CORRECT)
        before = in_hours(entry.minutes)
        if not self.minutes:
            entry.removed_at = context.now
            context.record(EventKind.WORK_CORRECTED, f"{before} of {entry.worked_by} removed: {self.reason}")
            return wording.minutes_removed(context.callback.reference)
        checked = _checked(context, self.minutes, entry.worked_at, entry.coverage)
        entry.minutes, entry.consent_id = checked.count, checked.consent.id if checked.consent is not None else None
        change = f"{before} of {entry.worked_by} changed to {in_hours(entry.minutes)}: {self.reason}"
        context.record(EventKind.WORK_CORRECTED, change)
        over, corrected = (
            _warn_if_over_agreed(context, checked.consent),
            wording.minutes_corrected(in_hours(entry.minutes)),
        )
        return Words(f"{corrected.english}{over.english}", f"{corrected.french}{over.french}")


def _entry(work: Work, entry_id: int | None) -> WorkEntry:
    found = next((each for each in work.entries if each.id == entry_id), None)
    if found is None:
        raise Refused(wording.NO_SUCH_MINUTES)
    return found
