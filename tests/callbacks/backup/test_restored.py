"""The mark of a restored desk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from callbacks.backup.restored import catching_up_since, mark_restored, note_caught_up, restored_from
from callbacks.db.database import Database

MADE_AT = datetime(2026, 11, 28, 3, tzinfo=UTC)
NOW = MADE_AT + timedelta(hours=1)


def test_a_restored_desk_is_marked_until_it_has_caught_up(database: Database) -> None:
    assert database.read(restored_from) is None
    assert not database.write(note_caught_up)
    database.write(lambda session: mark_restored(session, MADE_AT))
    assert database.read(restored_from) == MADE_AT
    assert database.write(lambda session: catching_up_since(session, NOW)) == NOW
    assert database.write(lambda session: catching_up_since(session, NOW + timedelta(minutes=1))) == NOW
    assert database.write(note_caught_up)
    assert database.read(restored_from) is None


def test_a_second_restore_begins_anew(database: Database) -> None:
    for hours in (1, 2):
        at = NOW + timedelta(hours=hours)
        database.write(lambda session: mark_restored(session, MADE_AT))
        assert database.write(lambda session, at=at: catching_up_since(session, at)) == at  # type: ignore[misc]
