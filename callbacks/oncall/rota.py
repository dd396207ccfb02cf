"""The rota in the database: technicians and their shifts, read and edited."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.customers import technician_number
from callbacks.errors import NotFound, WrongState
from callbacks.oncall.roster import SUPERVISOR, Person, Roster, Shift, roster_at
from callbacks.tables import ShiftRow, Technician


def roster(session: Session, layers: Iterable[str], at: datetime) -> Roster:
    """Say who is on call at `at`."""
    return roster_at(at, layers, shifts(session), people(session))


def people(session: Session) -> tuple[Person, ...]:
    return tuple(person(row) for row in session.scalars(select(Technician).order_by(Technician.id)))


def shifts(session: Session) -> tuple[Shift, ...]:
    rows = session.scalars(select(ShiftRow).order_by(ShiftRow.id))
    return tuple(Shift(person(row.technician), row.layer, row.starts_at, row.ends_at) for row in rows)


def person(row: Technician) -> Person:
    return Person(row.id, row.name, row.phone, row.language, row.verified_at is not None)


def technician_with(session: Session, phone: str) -> Technician | None:
    return session.scalar(select(Technician).where(Technician.phone == phone))


def technician_named(session: Session, name: str) -> Technician:
    """Find a technician by name, whatever its case. Raises NotFound, naming those there are."""
    everybody = session.scalars(select(Technician).order_by(Technician.name)).all()
    for row in everybody:
        if row.name.casefold() == name.strip().casefold():
            return row
    known = ", ".join(row.name for row in everybody) or "nobody yet"
    raise NotFound(f"There is no technician {name!r}. Known: {known}.")


def add_technician(
    session: Session,
    name: str,
    phone: str,
    now: datetime,
    *,
    email: str = "",
    language: str = "en",
    verified: bool = False,
) -> Technician:
    """Add a technician. Raises WrongState when the name or the number is somebody's already."""
    try:
        number = technician_number(phone)
    except ValueError as fault:
        raise WrongState(str(fault)) from None
    for row in session.scalars(select(Technician)):
        if row.phone == number:
            raise WrongState(f"{number} is {row.name}'s number already. One number belongs to one person.")
        if row.name.casefold() == name.strip().casefold():
            raise WrongState(f"There is a technician {row.name} already. Give another name.")
    row = Technician(
        name=name.strip(),
        phone=number,
        email=email,
        language=language,
        created_at=now,
        verified_at=now if verified else None,
    )
    session.add(row)
    session.flush()
    return row


def add_shift(
    session: Session,
    technician: Technician,
    layer: str,
    layers: Iterable[str],
    starts_at: datetime | None,
    ends_at: datetime | None,
) -> None:
    """Put a technician on a layer, from and until an instant, or always. Raises WrongState."""
    known = (*layers, SUPERVISOR)
    if layer not in known:
        raise WrongState(f"There is no layer {layer!r}. Known: {', '.join(known)}.")
    if starts_at is not None and ends_at is not None and ends_at <= starts_at:
        raise WrongState("The shift ends before it begins. Give an --until after --from.")
    session.add(ShiftRow(technician_id=technician.id, layer=layer, starts_at=starts_at, ends_at=ends_at))
