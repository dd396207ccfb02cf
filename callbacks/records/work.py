"""Minutes worked on callbacks, and customers' consent to billable work (policy: Coverage).

What was recorded for a callback that was joined with another counts for both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.states import Coverage
from callbacks.db.tables import BillingConsent, Callback, JoinedContact, WorkEntry
from callbacks.text.bilingual import Words
from callbacks.text.formats import span

# Pure


@dataclass(frozen=True)
class Sums:
    """Minutes by how they are covered."""

    billable: int = 0
    courtesy: int = 0
    covered: int = 0
    unknown: int = 0  # no product was recorded then

    @property
    def minutes(self) -> int:
        return self.billable + self.courtesy + self.covered + self.unknown


def sums_of(minutes: Iterable[tuple[Coverage, int]]) -> Sums:
    """Return the sums of minutes with their coverage."""
    found = dict.fromkeys(Coverage, 0)
    for coverage, each in minutes:
        found[coverage] += each
    return Sums(
        found[Coverage.BILLABLE], found[Coverage.COURTESY], found[Coverage.COVERED], unknown=found[Coverage.NONE]
    )


def consent_at(consents: Iterable[BillingConsent], at: datetime) -> BillingConsent | None:
    """Return the consent that billable work needs if it begins then: the last one given before, unless withdrawn.

    Work is known to the minute, so a consent counts from the beginning of its minute. A withdrawal also ends a consent
    that was given before it and recorded only afterwards.
    """
    found = list(consents)
    withdrawals = [each.withdrawn_at for each in found if each.withdrawn_at is not None and each.withdrawn_at <= at]
    valid = [
        each
        for each in found
        if _minute_of(each.given_at) <= at
        and (each.withdrawn_at is None or at < each.withdrawn_at)
        and not any(each.given_at < _minute_of(withdrawn_at) for withdrawn_at in withdrawals)
    ]
    return max(valid, key=lambda each: (each.given_at, each.id), default=None)


def _minute_of(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


@dataclass(frozen=True)
class Work:
    """What is on record about a callback."""

    entries: Sequence[WorkEntry]  # without those that were removed
    consents: Sequence[BillingConsent]

    @property
    def sums(self) -> Sums:
        return sums_of((each.coverage, each.minutes) for each in self.entries)


def needs_consent(coverage: Coverage, consents: Iterable[BillingConsent], now: datetime) -> bool:
    """Return whether no billable work may begin now: the customer's consent is not on record."""
    return coverage is Coverage.BILLABLE and consent_at(consents, now) is None


def work_in_words(sums: Sums, consent: BillingConsent | None) -> Words:
    """Return the sums with the agreed time: "1 h 25 min worked, of it 40 min billable; agreed: 2 h 00 min"."""
    if not sums.minutes and consent is None:
        return Words("", "")
    worked, billable = in_hours(sums.minutes), in_hours(sums.billable)
    of_it = Words(f", of it {billable} billable", f", dont {billable} facturables") if sums.billable else Words("", "")
    agreed = Words("", "")
    if consent is not None:
        limit = in_hours(consent.minutes) if consent.minutes is not None else ""
        agreed = Words(f"; agreed: {limit or 'no limit'}", f"; convenu : {limit or 'sans limite'}")
    return Words(f"{worked} worked{of_it.english}{agreed.english}", f"{worked} de travail{of_it.french}{agreed.french}")


def in_hours(minutes: int) -> str:
    """Return minutes as people read them: "1 h 25 min"."""
    return span(timedelta(minutes=minutes))


# On record


def lacks_consent(session: Session, callback: Callback, now: datetime) -> bool:
    """Return whether work on a callback is billable, and the customer's consent is not on record."""
    return needs_consent(callback.coverage, work_of(session, callback).consents, now)


def work_of(session: Session, callback: Callback) -> Work:
    """Return what is on record about a callback and those that were joined with it, in order."""
    joined = select(JoinedContact.came_from_id).where(JoinedContact.callback_id == callback.id)
    ids = {callback.id, *(each for each in session.scalars(joined) if each is not None)}
    entries = select(WorkEntry).where(WorkEntry.callback_id.in_(ids), WorkEntry.removed_at.is_(None))
    consents = select(BillingConsent).where(BillingConsent.callback_id.in_(ids)).order_by(BillingConsent.id)
    return Work(
        session.scalars(entries.order_by(WorkEntry.worked_at, WorkEntry.id)).all(), session.scalars(consents).all()
    )
