"""Channels that the carrier refuses: since when, how often they are tried, and the ways around them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from callbacks.db.database import Database
from callbacks.db.states import Channel, PhoneSlot
from callbacks.paging import outages
from callbacks.paging.decide import NewPage
from callbacks.people.person import ContactMethod, Person

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
TEXT, CALL, MAIL = (ContactMethod(channel) for channel in (Channel.TEXT, Channel.CALL, Channel.MAIL))
AMY = Person(1, "Amy Roy", "+15145550101", contact_methods=(TEXT, CALL, MAIL))
BEN = Person(2, "Ben Cole", "+15145550102", contact_methods=(TEXT,))


def seconds(count: int) -> timedelta:
    return timedelta(seconds=count)


def refused(database: Database, after: timedelta = timedelta(0)) -> frozenset[Channel]:
    return database.read(lambda session: outages.refused_channels(session, NOON + after))


def test_a_refusal_holds_until_a_page_is_accepted(database: Database) -> None:
    assert refused(database) == frozenset()
    assert database.write(lambda session: outages.begin(session, Channel.TEXT, NOON)) == NOON
    assert database.write(lambda session: outages.begin(session, Channel.TEXT, NOON + seconds(60))) == NOON
    assert refused(database, timedelta(days=1)) == {Channel.TEXT}
    database.write(lambda session: outages.end_of_refusals(session, Channel.TEXT, NOON))
    assert refused(database) == frozenset()
    just = [
        database.read(partial(outages.has_just_ended, channel=Channel.TEXT, now=NOON + seconds(at)))
        for at in (0, 119, 120)
    ]
    assert just == [True, True, False]


def test_a_failure_that_was_reported_holds_until_a_page_arrives_or_for_ten_minutes(database: Database) -> None:
    database.write(lambda session: outages.report(session, Channel.TEXT, NOON))
    database.write(lambda session: outages.end_of_refusals(session, Channel.TEXT, NOON))  # accepted, as before
    assert refused(database, seconds(599)) == {Channel.TEXT}
    assert refused(database, seconds(600)) == frozenset()
    database.write(lambda session: outages.end(session, Channel.TEXT, NOON))
    assert refused(database) == frozenset()


def tries(database: Database, at: list[int]) -> list[bool]:
    def may(after: int) -> bool:
        return database.write(lambda session: outages.may_be_tried(session, Channel.TEXT, NOON + seconds(after)))

    return [may(after) for after in at]


def test_a_refused_channel_is_tried_each_five_seconds_at_first_and_then_twice_a_minute(database: Database) -> None:
    database.write(lambda session: outages.begin(session, Channel.TEXT, NOON))
    assert tries(database, [0, 4, 5, 9, 10]) == [True, False, True, False, True]
    assert tries(database, [60, 89, 90, 119, 120]) == [True, False, True, False, True]


def test_where_a_try_costs_a_text_it_is_made_once_a_minute(database: Database) -> None:
    database.write(lambda session: outages.report(session, Channel.TEXT, NOON))
    assert tries(database, [0, 59, 60]) == [True, False, True]


@pytest.mark.parametrize(
    ("pages", "closed", "expected"),
    [
        ([NewPage(AMY, Channel.TEXT)], [], ["Amy text"]),
        ([NewPage(AMY, Channel.TEXT)], [Channel.TEXT], ["Amy text", "Amy call", "Amy mail"]),
        ([NewPage(AMY, Channel.CALL)], [Channel.CALL], ["Amy call", "Amy text", "Amy mail"]),
        ([NewPage(AMY, Channel.TEXT)], outages.BY_PHONE, ["Amy text", "Amy mail"]),
        ([NewPage(AMY, Channel.TEXT), NewPage(AMY, Channel.CALL)], [Channel.TEXT],
         ["Amy text", "Amy call", "Amy mail"]),
        ([NewPage(BEN, Channel.TEXT), NewPage(AMY, Channel.CALL)], [Channel.TEXT], ["Ben text", "Amy call"]),
    ],
)  # fmt: skip
def test_whoever_is_paged_by_a_refused_channel_is_paged_by_the_others_as_well(
    pages: list[NewPage], closed: list[Channel], expected: list[str]
) -> None:
    found = outages.with_detours(pages, closed)
    assert [f"{page.person.name.split()[0]} {page.channel.value}" for page in found] == expected


def test_the_second_number_is_a_way_of_its_own() -> None:
    second = ContactMethod(Channel.CALL, PhoneSlot.SECOND)
    person = Person(3, "Cleo", "+15145550103", contact_methods=(TEXT, second))
    assert outages.detours(person, {Channel.TEXT}) == [second]
