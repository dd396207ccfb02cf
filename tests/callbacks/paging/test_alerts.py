"""Alerts to supervisors, test pages and verification codes: who gets them, how, and how often."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.states import Channel, PageKind, PhoneSlot
from callbacks.db.tables import Callback, Technician, Verification
from callbacks.oncall import store
from callbacks.paging.alerts import TooManyToday, alert_supervisors, send_code, send_test
from callbacks.people import technicians
from callbacks.people.contact_methods import record_failure
from callbacks.people.person import ContactMethod
from callbacks.people.technicians import technician_named
from callbacks.people.verification import verify
from callbacks.text.bilingual import Words
from tests.callbacks.paging.paging_desk import BEGAN, DESK, PEOPLE, PagingDesk

WORDS = Words("something is wrong.", "quelque chose ne va pas.")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=DESK.zone)


@pytest.fixture
def staffed(database: Database) -> Database:
    def work(session: Session) -> None:
        sue = technicians.add_technician(session, "Sue Tran", "+15145550104", at("2026-11-01T08:00"), verified=True)
        store.add_shift(session, DESK, sue, "supervisor", None, None, at("2026-11-01T08:00"))

    database.write(work)
    return database


def is_news(database: Database, once: str, when: str, *, daily: bool = False) -> bool:
    return database.write(lambda session: alert_supervisors(session, DESK, once, WORDS, at(when), daily=daily))


def test_an_alert_is_sent_once(staffed: Database) -> None:
    found = [is_news(staffed, "nobody for KT-417", when) for when in ("2026-11-26T18:00", "2026-11-27T18:00")]
    assert found == [True, False]


def test_a_daily_alert_is_sent_once_a_day_of_the_desk(staffed: Database) -> None:
    evening = [
        is_news(staffed, "account 20003", f"2026-11-26T{time}", daily=True) for time in ("18:00", "21:00", "23:59")
    ]
    morning = [is_news(staffed, "account 20003", f"2026-11-27T{time}", daily=True) for time in ("00:00", "18:00")]
    assert (evening, morning) == ([True, False, False], [True, False])


def test_different_alerts_are_each_sent(staffed: Database) -> None:
    found = [is_news(staffed, f"account {code}", "2026-11-26T18:00", daily=True) for code in (20003, 21606)]
    assert found == [True, True]


def alert(desk: PagingDesk) -> list[str]:
    desk.write(lambda session, _: alert_supervisors(session, DESK, "the disk", WORDS, BEGAN))
    return [f"{page.technician.name} {page.channel.value}: {page.words}" for page in desk.pages(PageKind.ALARM)]


def test_a_supervisor_is_alerted_by_text_and_email_in_their_language(desk: PagingDesk) -> None:
    def change(row: Technician) -> None:
        row.language, row.email = "fr", "sue@example.com"

    desk.edit("Sue Tran", change)
    sender = DESK.company.sender
    assert alert(desk) == [
        f"Sue Tran text: {sender}: quelque chose ne va pas.",
        f"Sue Tran mail: {sender}: quelque chose ne va pas.",
    ]


def test_a_supervisor_whom_no_text_reaches_is_called(desk: PagingDesk) -> None:
    desk.edit("Sue Tran", lambda row: record_failure(row, ContactMethod(Channel.TEXT), "sent STOP"))
    assert alert(desk) == [f"Sue Tran call: {DESK.company.sender}: something is wrong."]


def test_without_anybody_to_alert_the_log_has_it(desk: PagingDesk, caplog: pytest.LogCaptureFixture) -> None:
    for name in PEOPLE:
        desk.edit(name, lambda row: setattr(row, "verified_at", None))
    assert alert(desk) == []
    assert "nobody to alert" in caplog.text


def test_a_test_page_goes_by_every_method_that_works(desk: PagingDesk) -> None:
    desk.edit("Amy Roy", lambda row: setattr(row, "email", "amy@example.com"))
    desk.write(lambda session, _: len(send_test(session, DESK, technician_named(session, "Amy Roy"), BEGAN)))
    assert desk.paged(PageKind.TEST) == ["Amy Roy text", "Amy Roy call", "Amy Roy mail"]


@pytest.mark.parametrize(
    ("by", "separator", "said"),
    [(Channel.TEXT, "", "reply {} to this text"), (Channel.CALL, ", ", "that this number is yours is {}. Text it")],
)
def test_a_verification_code_is_texted_as_a_number_and_spoken_digit_by_digit(
    desk: PagingDesk, by: Channel, separator: str, said: str
) -> None:
    def send(session: Session, _: Callback) -> str:
        amy = technician_named(session, "Amy Roy")
        send_code(session, DESK, amy, PhoneSlot.FIRST, BEGAN, by)
        return session.scalars(select(Verification.code)).one()

    code = desk.write(send)
    (page,) = desk.pages(PageKind.VERIFICATION)
    assert said.format(separator.join(code)) in page.words
    assert page.channel is by


def codes_sent(desk: PagingDesk, *slots: PhoneSlot, at: datetime = BEGAN) -> int:
    """Ask for a code to each of these numbers in turn, and return how many are sent before one is refused."""

    def send(slot: PhoneSlot) -> None:
        desk.write(lambda session, _: send_code(session, DESK, technician_named(session, "Amy Roy"), slot, at))

    for count, slot in enumerate(slots):
        try:
            send(slot)
        except TooManyToday:
            return count
    return len(slots)


def test_codes_to_a_number_are_capped_for_a_day(desk: PagingDesk) -> None:
    cap = DESK.limits.codes_a_day
    assert codes_sent(desk, *[PhoneSlot.FIRST] * (cap + 5)) == cap
    assert codes_sent(desk, PhoneSlot.FIRST, at=BEGAN + timedelta(hours=23)) == 0
    assert codes_sent(desk, PhoneSlot.FIRST, at=BEGAN + timedelta(hours=24)) == 1


def test_codes_to_a_person_are_capped_however_often_they_change_their_number(desk: PagingDesk) -> None:
    cap = DESK.limits.codes_a_day
    desk.edit("Amy Roy", lambda row: setattr(row, "second_phone", "+15145550111"))
    assert codes_sent(desk, *[PhoneSlot.SECOND] * (cap + 1)) == cap
    desk.edit("Amy Roy", lambda row: setattr(row, "second_phone", "+15145550112"))
    assert codes_sent(desk, PhoneSlot.SECOND) == 0
    assert codes_sent(desk, *[PhoneSlot.FIRST] * (cap + 1)) == cap


def test_a_refused_code_leaves_the_last_one_valid(desk: PagingDesk) -> None:
    codes_sent(desk, *[PhoneSlot.FIRST] * (DESK.limits.codes_a_day + 1))
    last = desk.pages(PageKind.VERIFICATION)[-1].words

    def verifies(session: Session, _: Callback) -> bool:
        (code,) = [word for word in last.split() if word.isdecimal()]
        return verify(session, technician_named(session, "Amy Roy"), PhoneSlot.FIRST, code, BEGAN)

    assert desk.write(verifies)


def test_test_pages_are_capped_for_a_day(desk: PagingDesk) -> None:
    def send(_: int) -> None:
        desk.write(lambda session, _: len(send_test(session, DESK, technician_named(session, "Amy Roy"), BEGAN)))

    for count in range(DESK.limits.tests_a_day // 2):  # each by text and by phone
        send(count)
    with pytest.raises(TooManyToday, match="Amy Roy has reached the daily limit on test pages"):
        send(0)
    assert len(desk.pages(PageKind.TEST)) == DESK.limits.tests_a_day


def test_two_requests_at_once_do_not_pass_the_cap_together(desk: PagingDesk) -> None:
    cap = DESK.limits.codes_a_day
    with ThreadPoolExecutor(4) as pool:
        sent = sum(pool.map(lambda _: codes_sent(desk, *[PhoneSlot.FIRST] * cap), range(4)))
    assert sent == len(desk.pages(PageKind.VERIFICATION)) == cap
