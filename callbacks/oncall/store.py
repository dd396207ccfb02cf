"""The rota in the database: shifts, rotations, overrides and absences, read and edited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from callbacks.db import marks
from callbacks.db.canaries import IS_A_PERSON
from callbacks.db.removals import record_removal
from callbacks.db.tables import AbsenceRow, OverrideRow, RotationMember, RotationRow, ShiftRow, Technician
from callbacks.desk.desk_file import Desk
from callbacks.desk.escalation_policy import FALLBACK, SUPERVISOR
from callbacks.errors import NotFound, WrongState
from callbacks.oncall.roster import Roster, Shift
from callbacks.oncall.rotation import Rotation
from callbacks.oncall.schedule import Absence, Gap, Override, Schedule
from callbacks.people.person import Person
from callbacks.people.technicians import person
from callbacks.text.daily_span import time_of_day
from callbacks.text.formats import utc_span

GAPS_AHEAD = timedelta(days=14)
EDITED = "rota edited"
NO_END = datetime.max.replace(tzinfo=UTC)


def roster(session: Session, desk: Desk, at: datetime) -> Roster:
    """Return who is on call at an instant."""
    return schedule(session, desk, at).roster(at)


def schedule(session: Session, desk: Desk, since: datetime) -> Schedule:
    """Return the rota from an instant on. Quiet hours are those at `since`."""
    local = since.astimezone(desk.zone).time()
    technicians = _technicians(session, since)
    people = {row.id: person(row, local) for row in technicians}
    left = [Absence(row.id, row.left_at, NO_END) for row in technicians if row.left_at is not None]
    return Schedule(
        layers=desk.policy.layers,
        people=tuple(people.values()),
        shifts=tuple(_shifts(session, people, since)),
        rotations=tuple(_rotations(session, desk, people, since)),
        overrides=tuple(_overrides(session, people, since)),
        absences=(*left, *(Absence(r.technician_id, r.starts_at, r.ends_at) for r in absences(session, since))),
    )


def _technicians(session: Session, since: datetime) -> Sequence[Technician]:
    """Return everybody who had not left at an instant: until they left, they are still on the rota."""
    not_left = or_(Technician.left_at.is_(None), Technician.left_at > since)
    return session.scalars(select(Technician).where(not_left, IS_A_PERSON).order_by(Technician.id)).all()


def _shifts(session: Session, people: dict[int, Person], since: datetime) -> list[Shift]:
    not_over = or_(ShiftRow.ends_at.is_(None), ShiftRow.ends_at > since)
    rows = session.scalars(select(ShiftRow).where(not_over).order_by(ShiftRow.id))
    return [
        Shift(people[row.technician_id], row.layer, row.starts_at, row.ends_at)
        for row in rows
        if row.technician_id in people
    ]


def _rotations(session: Session, desk: Desk, people: dict[int, Person], since: datetime) -> list[Rotation]:
    """Return the rotations. A member who left keeps their turns, as gaps, so that nobody else's turns move."""
    found = []
    for row in rotations(session, since):
        members = tuple(people.get(m.technician_id) or person(m.technician) for m in row.members)
        length, hand_off = timedelta(hours=row.hours), time_of_day(row.hand_off)
        found.append(Rotation(row.layer, members, row.first_day, hand_off, length, desk.zone, row.ends_at))
    return found


def _overrides(session: Session, people: dict[int, Person], since: datetime) -> list[Override]:
    return [
        Override(row.layer, people[row.technician_id], row.starts_at, row.ends_at, row.instead_of_id)
        for row in overrides(session, since)
        if row.technician_id in people
    ]


def rotations(session: Session, since: datetime) -> Sequence[RotationRow]:
    not_over = or_(RotationRow.ends_at.is_(None), RotationRow.ends_at > since)
    return session.scalars(select(RotationRow).where(not_over).order_by(RotationRow.id)).all()


def overrides(session: Session, since: datetime) -> Sequence[OverrideRow]:
    return session.scalars(select(OverrideRow).where(OverrideRow.ends_at > since).order_by(OverrideRow.id)).all()


def manual_shifts(session: Session, since: datetime) -> Sequence[ShiftRow]:
    """Return the shifts that were entered by hand, not imported from a calendar."""
    not_over = or_(ShiftRow.ends_at.is_(None), ShiftRow.ends_at > since)
    return session.scalars(select(ShiftRow).where(ShiftRow.source_id.is_(None), not_over).order_by(ShiftRow.id)).all()


def absences(session: Session, since: datetime) -> Sequence[AbsenceRow]:
    return session.scalars(select(AbsenceRow).where(AbsenceRow.ends_at > since).order_by(AbsenceRow.starts_at)).all()


def gaps_ahead(session: Session, desk: Desk, now: datetime) -> list[Gap]:
    """Return the gaps of the next fourteen days on staffed layers, the earliest first."""
    plan = schedule(session, desk, now)
    found = [gap for layer in plan.staffed_layers() for gap in plan.gaps(layer, now, now + GAPS_AHEAD)]
    return sorted(found, key=lambda gap: gap.starts_at)


# Edits


def add_shift(
    session: Session,
    desk: Desk,
    technician: Technician,
    layer: str,
    starts_at: datetime | None,
    ends_at: datetime | None,
    now: datetime,
) -> None:
    """Put a technician on a layer. None as a start or an end means that there is no limit. Raise WrongState."""
    check_layer(desk, layer)
    if starts_at is not None and ends_at is not None:
        _check_span(starts_at, ends_at, "shift", now)
    session.add(ShiftRow(technician_id=technician.id, layer=layer, starts_at=starts_at, ends_at=ends_at))
    note_edit(session, now)


def add_rotation(
    session: Session,
    desk: Desk,
    layer: str,
    members: Sequence[Technician],
    first_day: date,
    hand_off: str,
    length: timedelta,
    now: datetime,
) -> RotationRow:
    """Add a rotation whose hand-offs are at `hand_off`, desk time, such as "18:00". Raise WrongState."""
    check_layer(desk, layer)
    if length % timedelta(hours=1):
        raise WrongState("A turn must last whole hours, such as 12h, 1d or 7d.")
    try:
        Rotation(layer, tuple(person(row) for row in members), first_day, time_of_day(hand_off), length, desk.zone)
    except ValueError as fault:
        raise WrongState(str(fault)) from None
    row = RotationRow(layer=layer, first_day=first_day, hand_off=hand_off, hours=length // timedelta(hours=1))
    row.members = [RotationMember(place=place, technician_id=member.id) for place, member in enumerate(members)]
    session.add(row)
    note_edit(session, now)
    session.flush()
    return row


def end_rotation(session: Session, rotation_id: int, ends_at: datetime, now: datetime) -> None:
    """End a rotation at an instant. What came before stays on the rota. Raise NotFound."""
    row = session.get(RotationRow, rotation_id)
    if row is None:
        raise NotFound(f"There is no rotation {rotation_id}. Look at: shift list.")
    names = ", ".join(member.technician.name for member in row.members)
    record_removal(
        session, f"rotation {row.id} on {row.layer} since {row.first_day}, {utc_span(None, ends_at)}: {names}"
    )
    row.ends_at = ends_at
    note_edit(session, now)


def add_override(
    session: Session,
    desk: Desk,
    layer: str,
    technician: Technician,
    instead_of: Technician | None,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
) -> list[str]:
    """Add an override of one person, or (None) of a whole layer. Return warnings. Raise WrongState."""
    check_layer(desk, layer)
    _check_span(starts_at, ends_at, "cover", now)
    if instead_of is not None and instead_of.id == technician.id:
        raise WrongState(f"{technician.name} cannot cover for themselves. Choose somebody else.")
    if not person(technician).contact_methods:  # the override would remove somebody who can be
        raise WrongState(f"{technician.name} cannot be paged, so they cannot cover. Verify their number first.")
    if instead_of is not None:
        _check_covered(session, desk, layer, instead_of, starts_at, ends_at)
    warnings = [*_clashes(session, layer, technician, starts_at, ends_at)]
    row = OverrideRow(layer=layer, technician_id=technician.id, starts_at=starts_at, ends_at=ends_at)
    row.instead_of_id = instead_of.id if instead_of is not None else None
    session.add(row)
    note_edit(session, now)
    return warnings


def swap(
    session: Session,
    desk: Desk,
    layer: str,
    first: tuple[Technician, datetime, datetime],
    second: tuple[Technician, datetime, datetime],
    now: datetime,
) -> list[str]:
    """Swap two people's times on a layer, as two overrides. Return warnings. Raise WrongState."""
    (one, one_starts, one_ends), (other, other_starts, other_ends) = first, second
    warnings = add_override(session, desk, layer, other, one, one_starts, one_ends, now)
    return warnings + add_override(session, desk, layer, one, other, other_starts, other_ends, now)


def add_absence(
    session: Session, technician: Technician, starts_at: datetime, ends_at: datetime, now: datetime
) -> None:
    """Add time off. Raise WrongState."""
    _check_span(starts_at, ends_at, "time off", now)
    if any(
        (off.technician_id, off.starts_at, off.ends_at) == (technician.id, starts_at, ends_at)
        for off in absences(session, starts_at)
    ):
        raise WrongState(f"{technician.name} already has this time off.")
    session.add(AbsenceRow(technician_id=technician.id, starts_at=starts_at, ends_at=ends_at))
    note_edit(session, now)


def remove_entry(session: Session, what: str, number: int, now: datetime) -> None:
    """Remove a "shift", a "cover" or time "off". One that has begun ends now instead. Raise NotFound."""
    row = _entered(session, what, number)
    if row is None or (row.ends_at is not None and row.ends_at <= now):
        raise NotFound("This is not on the rota any more. Somebody may have removed it already.")
    record_removal(session, f"{what} {number}: {_in_words(session, row)}")
    if row.starts_at is not None and row.starts_at >= now:
        session.delete(row)
    else:
        row.ends_at = now
    note_edit(session, now)


def _in_words(session: Session, row: ShiftRow | OverrideRow | AbsenceRow) -> str:
    name, span = session.get_one(Technician, row.technician_id).name, utc_span(row.starts_at, row.ends_at)
    if isinstance(row, AbsenceRow):
        return f"{name}, {span}"
    covered = session.get(Technician, row.instead_of_id) if isinstance(row, OverrideRow) else None
    instead_of = f" for {covered.name}" if covered is not None else ""
    return f"{name} on {row.layer}{instead_of}, {span}"


def _entered(session: Session, what: str, number: int) -> ShiftRow | OverrideRow | AbsenceRow | None:
    match what:
        case "shift":
            return session.get(ShiftRow, number)
        case "cover":
            return session.get(OverrideRow, number)
        case "off":
            return session.get(AbsenceRow, number)
    return None


def note_edit(session: Session, now: datetime) -> None:
    """Record that the rota was edited, so that supervisors are soon alerted to any gap the edit made."""
    marks.record(session, EDITED, now)


def check_layer(desk: Desk, layer: str) -> None:
    """Raise WrongState if the desk has no such layer."""
    known = (*desk.policy.layers, SUPERVISOR, FALLBACK)
    if layer not in known:
        raise WrongState(f"There is no layer {layer!r}. Known: {', '.join(known)}.")


def _check_span(starts_at: datetime, ends_at: datetime, what: str, now: datetime) -> None:
    if ends_at.astimezone(UTC) <= starts_at.astimezone(UTC):
        raise WrongState(f"The {what} ends before it begins. Give a later end.")
    if ends_at <= now:
        raise WrongState(f"The {what} is in the past, which cannot be changed.")


def _check_covered(
    session: Session, desk: Desk, layer: str, covered: Technician, starts_at: datetime, ends_at: datetime
) -> None:
    """Raise WrongState unless the covered technician is on then, or would be without time off and overrides."""
    plan = schedule(session, desk, starts_at)
    planned = replace(plan, overrides=(), absences=())
    spans = (*plan.final_shifts(layer, starts_at, ends_at), *planned.final_shifts(layer, starts_at, ends_at))
    if not any(shift.person.id == covered.id for shift in spans):
        raise WrongState(f"{covered.name} is not on {layer} at that time, so there is nothing to cover.")


def _clashes(
    session: Session,
    layer: str,
    technician: Technician,
    starts_at: datetime,
    ends_at: datetime,
) -> list[str]:
    found = []
    for row in overrides(session, starts_at):
        if row.layer == layer and row.starts_at < ends_at:
            found.append(f"{row.technician.name} already covers part of that time. The cover added last wins.")
    for off in absences(session, starts_at):
        if off.technician_id == technician.id and off.starts_at < ends_at:
            found.append(f"{technician.name} is off for part of that time, and will not be paged then.")
    return found
