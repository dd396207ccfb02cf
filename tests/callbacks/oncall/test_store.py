"""The rota in the database: what edits do, what they refuse, and what they warn of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TypeVar

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.tables import AbsenceRow, OverrideRow, ShiftRow, Technician, Watermark
from callbacks.errors import NotFound, WrongState
from callbacks.oncall import store
from callbacks.people.technicians import add_technician, remove_technician, technician_named
from tests.callbacks.oncall.rota import DESK, NOW

T = TypeVar("T")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NIGHT = NOW + 8 * HOUR, NOW + 20 * HOUR  # Amy's turn, from Friday 23 to Friday 30 October


def edit(rota: Database, work: Callable[[Session, Technician, Technician, Technician], T]) -> T:
    """Run an edit with Amy, Ben and Sue."""

    def with_crew(session: Session) -> T:
        amy, ben, sue = (technician_named(session, name) for name in ("Amy Roy", "Ben Cole", "Sue Tran"))
        return work(session, amy, ben, sue)

    return rota.write(with_crew)


def on_call(rota: Database, layer: str, at: datetime) -> list[str]:
    plan = rota.read(lambda session: store.schedule(session, DESK, NOW))
    return [person.name for person in plan.on_call(layer, at)]


def test_rotations_shifts_overrides_and_time_off_decide_together(rota: Database) -> None:
    assert on_call(rota, "primary", NIGHT[0]) == ["Amy Roy"]
    edit(rota, lambda s, amy, ben, sue: store.add_override(s, DESK, "primary", ben, amy, *NIGHT, NOW))
    assert on_call(rota, "primary", NIGHT[0]) == ["Ben Cole"]
    assert on_call(rota, "primary", NIGHT[1]) == ["Amy Roy"]
    edit(rota, lambda s, amy, ben, sue: store.add_absence(s, ben, *NIGHT, NOW))
    assert on_call(rota, "primary", NIGHT[0]) == []
    assert rota.read(lambda s: store.roster(s, DESK, NIGHT[0])).on("supervisor")[0].name == "Sue Tran"


def test_a_swap_is_two_overrides(rota: Database) -> None:
    later = NIGHT[0] + 7 * DAY, NIGHT[1] + 7 * DAY
    edit(rota, lambda s, amy, ben, sue: store.swap(s, DESK, "primary", (amy, *NIGHT), (ben, *later), NOW))
    assert (on_call(rota, "primary", NIGHT[0]), on_call(rota, "primary", later[0])) == (["Ben Cole"], ["Amy Roy"])


def test_a_rotation_that_ends_leaves_a_gap_from_then_on(rota: Database) -> None:
    number = rota.read(lambda s: store.rotations(s, NOW))[0].id
    rota.write(lambda s: store.end_rotation(s, number, NOW + DAY, NOW))
    gap = rota.read(lambda s: store.gaps_ahead(s, DESK, NOW))[0]
    assert (gap.layer, gap.starts_at, gap.ends_at) == ("primary", NOW + DAY, NOW + 14 * DAY)
    assert on_call(rota, "primary", NOW) == ["Amy Roy"]
    with pytest.raises(NotFound, match="There is no rotation 99"):
        rota.write(lambda s: store.end_rotation(s, 99, NOW, NOW))


def test_a_member_who_left_keeps_their_turns_as_gaps(rota: Database) -> None:
    edit(rota, lambda s, amy, ben, sue: remove_technician(s, ben, NOW))
    assert on_call(rota, "primary", NOW) == ["Amy Roy"]
    assert on_call(rota, "primary", NOW + 7 * DAY) == []
    assert on_call(rota, "primary", NOW + 14 * DAY) == ["Amy Roy"]


def test_what_a_technician_did_before_leaving_stays_on_the_rota(rota: Database) -> None:
    edit(rota, lambda s, amy, ben, sue: remove_technician(s, amy, NOW + 2 * DAY))
    assert on_call(rota, "primary", NOW + DAY) == ["Amy Roy"]
    assert on_call(rota, "primary", NOW + 2 * DAY) == []


def newest(session: Session, what: str) -> ShiftRow | OverrideRow | AbsenceRow | None:
    if what == "shift":
        return session.scalars(select(ShiftRow).order_by(ShiftRow.id.desc())).first()
    if what == "cover":
        return session.scalars(select(OverrideRow).order_by(OverrideRow.id.desc())).first()
    return session.scalars(select(AbsenceRow).order_by(AbsenceRow.id.desc())).first()


@pytest.mark.parametrize("what", ["shift", "cover", "off"])
@pytest.mark.parametrize(("begins", "is_gone"), [(HOUR, True), (-HOUR, False)])
def test_an_entry_is_removed_and_one_that_has_begun_ends_now(
    rota: Database, what: str, begins: timedelta, is_gone: bool
) -> None:
    span = NOW + begins, NOW + DAY

    def add(session: Session, amy: Technician, ben: Technician, sue: Technician) -> None:
        store.add_shift(session, DESK, ben, "backup", *span, NOW)
        store.add_override(session, DESK, "primary", sue, amy, *span, NOW)
        store.add_absence(session, ben, *span, NOW)

    edit(rota, add)
    row = rota.read(lambda s: newest(s, what))
    assert row is not None
    rota.write(lambda s: store.remove_entry(s, what, row.id, NOW))
    left = rota.read(lambda s: newest(s, what))
    assert (left is None or left.id != row.id) is is_gone
    assert is_gone or (left is not None and left.ends_at == NOW)
    with pytest.raises(NotFound, match="not on the rota any more"):
        rota.write(lambda s: store.remove_entry(s, what, row.id, NOW))


def test_an_entry_of_an_unknown_kind_is_not_found(rota: Database) -> None:
    with pytest.raises(NotFound):
        rota.write(lambda s: store.remove_entry(s, "rotation", 1, NOW))


@pytest.mark.parametrize(
    ("work", "message"),
    [
        (lambda s, amy, ben, sue: store.add_shift(s, DESK, ben, "fax", None, None, NOW), "no layer 'fax'"),
        (lambda s, amy, ben, sue: store.add_shift(s, DESK, ben, "backup", NIGHT[1], NIGHT[0], NOW), "ends before"),
        (lambda s, amy, ben, sue: store.add_absence(s, ben, NOW - DAY, NOW, NOW), "time off is in the past"),
        (lambda s, amy, ben, sue: store.add_override(s, DESK, "primary", amy, amy, *NIGHT, NOW), "for themselves"),
        (lambda s, amy, ben, sue: store.add_override(s, DESK, "primary", sue, ben, *NIGHT, NOW), "not on primary"),
        (
            lambda s, amy, ben, sue: store.add_rotation(
                s, DESK, "backup", [amy], date(2026, 10, 23), "18:00", timedelta(minutes=90), NOW
            ),
            "whole hours",
        ),
        (
            lambda s, amy, ben, sue: store.add_rotation(s, DESK, "backup", [], date(2026, 10, 23), "18:00", DAY, NOW),
            "at least one technician",
        ),
    ],
)
def test_an_edit_that_makes_no_sense_is_refused(
    rota: Database, work: Callable[[Session, Technician, Technician, Technician], object], message: str
) -> None:
    with pytest.raises(WrongState, match=message):
        edit(rota, work)


def test_somebody_who_cannot_be_paged_cannot_cover(rota: Database) -> None:
    def work(session: Session, amy: Technician, ben: Technician, sue: Technician) -> None:
        new = add_technician(session, "Dan Fox", "+15145550120", NOW)
        store.add_override(session, DESK, "primary", new, amy, *NIGHT, NOW)

    with pytest.raises(WrongState, match="Verify their number first"):
        edit(rota, work)


def test_time_off_is_entered_once(rota: Database) -> None:
    edit(rota, lambda s, amy, ben, sue: store.add_absence(s, ben, *NIGHT, NOW))
    with pytest.raises(WrongState, match="already has this time off"):
        edit(rota, lambda s, amy, ben, sue: store.add_absence(s, ben, *NIGHT, NOW))


def test_an_override_warns_of_another_one_and_of_time_off(rota: Database) -> None:
    edit(rota, lambda s, amy, ben, sue: store.add_absence(s, ben, *NIGHT, NOW))
    edit(rota, lambda s, amy, ben, sue: store.add_override(s, DESK, "primary", sue, None, *NIGHT, NOW))
    assert edit(rota, lambda s, amy, ben, sue: store.add_override(s, DESK, "primary", ben, amy, *NIGHT, NOW)) == [
        "Sue Tran already covers part of that time. The cover added last wins.",
        "Ben Cole is off for part of that time, and will not be paged then.",
    ]


def test_every_edit_is_recorded_so_that_gaps_are_looked_for(rota: Database) -> None:
    later = NOW + HOUR
    edit(rota, lambda s, amy, ben, sue: store.add_absence(s, ben, *NIGHT, later))
    assert rota.read(lambda s: s.get_one(Watermark, store.EDITED)).at == later
