"""Rules for what the desk has on record and reports: the carrier's ledger and the phones say the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from callbacks.db.states import AttemptProof, ReachOutcome
from callbacks.db.tables import Callback, ReachAttempt
from callbacks.inbound.conversations import SOURCE
from callbacks.reporting.summary import summary
from ivr.simulator import Leg
from ivr.simulator.ledger import Call, CallStatus, Direction
from tests.simulation.night import Night
from tests.simulation.plan import STAFF

REFUSED_AS_WRONG = (404, 484, 604)  # the network's codes for a number that nobody has
IS_WORD = re.compile(r"Noted:|[A-Z]{2}-\d{3} is resolved")


def attempts_are_facts(night: Night) -> Iterator[str]:
    """An attempt that the carrier proves has a customer's leg that rang; one by word has a text or a key."""
    talked = {caller.call.sid for _, caller in talks(night)}
    for attempt in _attempts(night):
        what = f"the attempt of {attempt.technician.name} at {attempt.tried_at:%H:%M:%S}"
        if attempt.told_by == SOURCE:
            if attempt.call_sid not in talked:
                yield f"{what}: nobody talked"
        elif attempt.proof is AttemptProof.CARRIER:
            if not any(_proves(leg) for leg in _legs_to_customers(night) if leg.parent_sid == attempt.call_sid):
                yield f"{what}: no leg proves it"
        elif attempt.proof is AttemptProof.WORD and not _said_something(night, attempt.technician.phone):
            yield f"{what}: they said nothing"


def talks_are_on_record(night: Night) -> Iterator[str]:
    """Whoever was connected to the owner was reached, and by that technician."""
    known = {attempt.call_sid: attempt for attempt in _attempts(night)}
    for leg, caller in talks(night):
        attempt = known.get(caller.call.sid)
        if attempt is None:
            yield f"{leg.phone.number} talked with {caller.phone.number}, and it is not on record"
        elif (attempt.outcome, attempt.technician.phone) != (ReachOutcome.REACHED, leg.phone.number):
            yield f"{leg.phone.number} talked with {caller.phone.number}, and not: {attempt.outcome.value}"


def the_report_is_what_the_ledger_says(night: Night) -> Iterator[str]:
    """Whether the promise was kept, and what proves it, is counted from the carrier's ledger alone."""
    world = night.world
    callbacks = world.service.database.read(lambda session: list(session.scalars(select(Callback))))
    if len(callbacks) != 1 or talks(night) or any(act.what in ("writes", "is set") for act in night.plan.acts):
        return
    due_at, zone = callbacks[0].due_at, world.service.desk.zone
    proven = any(_proves(leg) and _proven_at(leg) <= due_at for leg in _legs_to_customers(night))
    by_word = not proven and any(at <= due_at for at in _words_confirmed(night))
    found = summary(world.service.database, zone, due_at - timedelta(days=1), world.now).in_all
    if (found.proven, found.by_word) != (proven, by_word):
        yield f"proven {found.proven}, by word {found.by_word}; by the ledger {proven:d} and {by_word:d}"
    kept = proven or by_word
    if world.now > due_at and (found.met, found.missed) != (kept, not kept):
        yield f"kept {found.met}, missed {found.missed}; by the ledger {kept:d} and {not kept:d}"


def talks(night: Night) -> Sequence[tuple[Leg, Leg]]:
    """Return the technicians' legs that were connected to a caller who waited, each with that caller's leg."""
    legs = [leg for number in STAFF.values() for leg in night.world.phone(number).legs]
    return [(leg, leg.took) for leg in legs if leg.took is not None]


def _attempts(night: Night) -> Sequence[ReachAttempt]:
    return night.world.service.database.read(lambda session: list(session.scalars(select(ReachAttempt))))


def _legs_to_customers(night: Night) -> Iterator[Call]:
    for call in night.world.carrier.ledger.calls:
        if call.direction is Direction.OUTBOUND_DIAL and call.to not in STAFF.values():
            yield call


def _proves(leg: Call) -> bool:
    return leg.rang_at is not None or leg.status is CallStatus.BUSY or leg.sip_code in REFUSED_AS_WRONG


def _proven_at(leg: Call) -> datetime:
    at = leg.rang_at or leg.ended_at
    assert at is not None
    return at


def _said_something(night: Night, number: str) -> bool:
    wrote = any(text.from_ == number for text in night.world.carrier.ledger.messages)
    return wrote or any(leg.keys for leg in night.world.phone(number).legs)


def _words_confirmed(night: Night) -> Iterator[datetime]:
    """Yield when the desk confirmed that a technician reported an outcome."""
    for text in night.world.carrier.ledger.messages:
        if text.direction is Direction.OUTBOUND_REPLY and IS_WORD.match(text.body):
            yield text.created_at
