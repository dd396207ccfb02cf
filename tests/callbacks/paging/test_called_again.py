"""That the customer called again reaches one person, at most once in ten minutes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from callbacks.acts.attempts import ReportOutcome
from callbacks.acts.ownership import Pass, Take
from callbacks.db.database import Database
from callbacks.db.states import PageKind, ReportedOutcome
from callbacks.db.tables import Technician
from callbacks.desk.desk_file import read_desk
from callbacks.paging.called_again import ONCE_IN, called_again_in_vain_at, notify_called_again
from tests.callbacks.acts.night import NOW, Night

DESK = read_desk(Path("support.toml"))


@pytest.fixture
def night(database: Database) -> object:
    with Session(database.engine) as session:
        yield Night(session, DESK)


def called_again(night: Night, minutes: float) -> None:
    night.now = NOW + timedelta(minutes=minutes)
    night.calls_again(f"CA{minutes}")


def told(night: Night, who: Technician) -> list[str]:
    return night.texts(who, PageKind.CALLED_AGAIN)


def test_the_owner_hears_of_it_once_in_ten_minutes(night: Night) -> None:
    night.amy_does(Take())
    for minutes in (3, 6, 12.9):
        called_again(night, minutes)
    (text,) = told(night, night.amy)
    assert f"the customer of {night.callback.reference} called again at 10:16 p.m." in text
    called_again(night, 3 + ONCE_IN / timedelta(minutes=1))
    assert len(told(night, night.amy)) == 2
    assert told(night, night.ben) == []


def test_without_an_owner_whoever_was_paged_last(night: Night) -> None:
    called_again(night, 2)
    assert (len(told(night, night.amy)), told(night, night.ben)) == (1, [])


def test_while_a_page_waits_to_be_sent_it_says_so_itself(night: Night) -> None:
    night.amy_does(Pass())
    night.released()
    called_again(night, 2)
    assert told(night, night.amy) == told(night, night.ben) == []


def test_an_owner_who_did_not_reach_them_is_asked_for_the_next_attempt_instead(night: Night) -> None:
    night.amy_does(Take())
    night.amy_does(ReportOutcome(ReportedOutcome.NO_ANSWER))
    assert called_again_in_vain_at(night.session, night.callback) is None
    called_again(night, 4)
    assert called_again_in_vain_at(night.session, night.callback) == night.now
    assert told(night, night.amy) == []
    assert night.callback.next_action_at == night.now
    night.now += timedelta(minutes=1)
    night.amy_does(ReportOutcome(ReportedOutcome.NO_ANSWER))
    assert called_again_in_vain_at(night.session, night.callback) is None


def test_an_owner_who_reached_them_hears_of_it(night: Night) -> None:
    night.amy_does(Take())
    night.amy_does(ReportOutcome(ReportedOutcome.CONTINUING))
    called_again(night, 4)
    assert called_again_in_vain_at(night.session, night.callback) is None
    assert len(told(night, night.amy)) == 1


def test_nobody_hears_of_another_call_that_perhaps_no_person_made_unless_they_have_it(night: Night) -> None:
    night.callback.perhaps_robot = True
    call, at = night.callback.contact, NOW + timedelta(minutes=2)
    notify_called_again(night.session, night.desk, night.callback, call, at)
    assert told(night, night.amy) == []
    night.amy_does(Take())
    notify_called_again(night.session, night.desk, night.callback, call, at)
    assert len(told(night, night.amy)) == 1
