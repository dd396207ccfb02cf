"""How the log reads: every kind of event has words of its own."""

from __future__ import annotations

import pytest

from callbacks.db.event_kinds import EventKind
from callbacks.records.event_words import effect_on_paging, event_words


@pytest.mark.parametrize("kind", EventKind)
def test_every_kind_has_words(kind: EventKind) -> None:
    assert event_words(kind)


def test_no_two_kinds_read_alike() -> None:
    assert len({event_words(kind) for kind in EventKind}) == len(EventKind)


def test_a_step_is_named_by_its_number() -> None:
    assert event_words(EventKind.STEP, 3) == "took step 3"


def test_an_attempt_ends_the_paging_and_a_note_does_not() -> None:
    assert effect_on_paging(EventKind.ATTEMPT) is not None
    assert effect_on_paging(EventKind.NOTE) is None
