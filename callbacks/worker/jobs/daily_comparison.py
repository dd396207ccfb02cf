"""Each morning, compares the carrier's log of the day before with ours. What is missing here is taken in.

A difference is an alarm, once: something was lost, or sent twice, that no other check has noticed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from callbacks.db import marks
from callbacks.db.database import Database
from callbacks.db.states import VoicemailState
from callbacks.desk.desk_file import Desk
from callbacks.errors import CarrierError
from callbacks.paging import messages
from callbacks.paging.alerts import alert_supervisors
from callbacks.paging.channels.twilio import Carrier
from callbacks.reporting.digest import local_instant
from callbacks.text.bilingual import Words
from callbacks.text.formats import DAYS, day_in_words
from callbacks.worker import carrier_log
from callbacks.worker.carrier_log import NEAR, REPAIRED, Day, Difference, Entries, Listed, difference, listed
from callbacks.worker.jobs.reconciliation import Reconciliation, our_numbers
from sla.clock import Clock

log = structlog.get_logger(__name__)

EVERY = timedelta(minutes=5)
TURN = timedelta(minutes=15)  # for which one worker compares, and others do not; then a failure is tried again
MOST_ASKED_FOR = 50  # SIDs, one by one
HELD_BY = "comparing the carrier's log"


def day_to_compare(desk: Desk, first: datetime | None, last: datetime | None, now: datetime) -> Day | None:
    """Return the day before, from the hour of the digest on, unless it was compared or the desk was not there. Pure."""
    local = now.astimezone(desk.zone)
    if local.time() < desk.digest.at:
        return None
    midnight = datetime.min.time()
    begins_at = local_instant(desk.zone, local.date() - timedelta(days=1), midnight)
    ends_at = local_instant(desk.zone, local.date(), midnight)
    return Day(begins_at, ends_at) if first is not None and first <= begins_at != last else None


class DailyComparison:
    """Compares the day before, once."""

    def __init__(
        self, database: Database, carrier: Carrier, desk: Desk, clock: Clock, reconciliation: Reconciliation
    ) -> None:
        self._database, self._carrier, self._desk, self._clock = database, carrier, desk, clock
        self._reconciliation = reconciliation

    def run(self) -> None:
        """Compare the day before if it is time. While the carrier cannot be asked, try again."""
        now = self._clock.now()
        if self._database.read(carrier_log.compared_from) is None:  # there is nothing to compare of the days before
            self._database.write(lambda session: carrier_log.begin_comparing(session, now))
        day = self._database.read(lambda session: self._due(session, now))
        if day is None or not self._database.write(lambda session: marks.hold(session, HELD_BY, now + TURN, now)):
            return
        try:
            found = self._compare(day)
        except CarrierError as fault:
            log.warning("the carrier's log of the day before could not be read", cause=str(fault))
            return
        self._database.write(lambda session: self._end(session, day, *found))

    def _due(self, session: Session, now: datetime) -> Day | None:
        last = carrier_log.last_compared(session)
        return day_to_compare(self._desk, carrier_log.compared_from(session), last, now)

    def _compare(self, day: Day) -> tuple[Sequence[Difference], int]:
        """Return in what the logs differ, and how many entries were taken in for that."""
        theirs = self._theirs(day)
        found = self._database.read(lambda session: list(_differences(session, self._desk, theirs, day)))
        differences = [each for each in map(self._without_unlisted, found) if each.only_there or each.only_here]
        if not any(each.only_there for each in differences if each.entries in REPAIRED):
            return differences, 0
        self._reconciliation.look_back_to(day.begins_at)
        return differences, self._database.read(lambda session: _taken_in(session, differences))

    def _without_unlisted(self, found: Difference) -> Difference:
        """Leave out what the carrier has although it did not list it: of a line or a sender that was changed since."""
        ask = self._carrier.text if found.entries in (Entries.TEXTS_IN, Entries.TEXTS_OUT) else self._carrier.call
        if found.entries is Entries.RECORDINGS:
            return found
        asked, rest = found.only_here[:MOST_ASKED_FOR], found.only_here[MOST_ASKED_FOR:]
        return replace(found, only_here=[*(sid for sid in asked if not _has(ask, sid)), *rest])

    def _theirs(self, day: Day) -> Mapping[Entries, Listed]:
        """Return what the carrier lists of our lines and of what we send from. Raise CarrierError."""
        since, carrier = day.begins_at - NEAR, self._carrier
        lines = [line.number for line in self._desk.lines.values()]
        calls_in = [call for line in lines for call in carrier.calls_to(line, since)]
        calls_out = [call for line in lines for call in carrier.calls_from(line, since)]
        texts_in = [text for number in our_numbers(carrier, self._desk) for text in carrier.texts_to(number, since)]
        found = {
            Entries.CALLS_IN: listed(((each.sid, each.began_at if each.is_over else None) for each in calls_in), day),
            Entries.CALLS_OUT: listed(((each.sid, each.made_at) for each in calls_out), day),
            Entries.TEXTS_IN: listed(((each.sid, each.made_at) for each in texts_in), day),
        }
        recordings = [each for each in carrier.recordings(since) if each.state is VoicemailState.RECORDED]
        of_calls = {each.call_sid for each in recordings}
        here = self._database.read(lambda session: carrier_log.calls_here(session, of_calls))
        is_ours = here | found[Entries.CALLS_IN].around
        to_us = ((each.sid, each.made_at) for each in recordings if each.call_sid in is_ours)
        found[Entries.RECORDINGS] = listed(to_us, day)
        texts_out = self._texts_out(since)
        if texts_out is not None:
            found[Entries.TEXTS_OUT] = listed(texts_out, day)
        return found

    def _texts_out(self, since: datetime) -> Sequence[tuple[str, datetime | None]] | None:
        """Return the texts that we sent; None where the credentials may not read from which numbers they come."""
        try:
            senders = self._carrier.sender_numbers()
        except CarrierError as fault:
            if not fault.permanent:
                raise
            log.warning("texts that were sent cannot be compared", cause=str(fault))
            return None
        return [(text.sid, text.made_at) for each in senders for text in self._carrier.texts_from(each, since)]

    def _end(self, session: Session, day: Day, differences: Sequence[Difference], added: int) -> None:
        carrier_log.record_comparison(session, day, differs=bool(differences))
        marks.clear(session, HELD_BY)
        local = day.begins_at.astimezone(self._desk.zone)
        if not differences:
            log.info("the carrier's log and ours agree", day=str(local.date()))
            return
        named = Words(day_in_words(local), f"{DAYS['fr'][local.weekday()]} {local.day}/{local.month}")
        words = messages.logs_differ(named, carrier_log.in_words(differences), added)
        log.warning("the carrier's log and ours differ", day=str(local.date()), words=words.english)
        alert_supervisors(session, self._desk, f"logs differ {local.date()}", words, self._clock.now())


def _has(ask: Callable[[str], object], sid: str) -> bool:
    try:
        ask(sid)
    except CarrierError as fault:
        if not fault.permanent:
            raise
        return False
    return True


def _differences(session: Session, desk: Desk, theirs: Mapping[Entries, Listed], day: Day) -> Iterator[Difference]:
    for entries, found in theirs.items():
        known = carrier_log.known_of(session, entries, found.of_day)
        ours = carrier_log.ours_of(session, desk, entries, day)
        each = difference(entries, found, known, ours)
        if each is not None:
            yield each


def _taken_in(session: Session, differences: Sequence[Difference]) -> int:
    """Return how many entries are here that were only at the carrier."""
    return sum(len(carrier_log.known_of(session, each.entries, each.only_there)) for each in differences)
