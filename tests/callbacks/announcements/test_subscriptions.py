"""Subscribing by every way, and every way out."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from callbacks.announcements import subscriptions
from callbacks.db.states import Channel, CustomerMessageKind, CustomerMessageState, SubscribedBy
from callbacks.db.tables import CustomerMessage
from callbacks.errors import NotFound, WrongState
from callbacks.paging.customer_messages import Recipient
from tests.callbacks.announcements.office import HOUR, LEA, MAX, Office

DAY = timedelta(days=1)
MAIL = "Lea@Example.com"


def asks_by_mail(office: Office, address: str = MAIL) -> None:
    office.does(
        lambda session: subscriptions.request_by_mail(
            session, office.desk, office.links, address, "fr", SubscribedBy.MAIL, office.now
        )
    )


def confirmations(office: Office) -> list[tuple[str, str]]:
    return [(row.address, row.words) for row in office.messages(CustomerMessageKind.SUBSCRIBED)]


def number_in(office: Office, words: str) -> int:
    token = re.search(r"/status/confirm/(\S+)", words)
    assert token is not None
    number = office.links.to_be_confirmed(token[1])
    assert number is not None
    return number


def counted(office: Office) -> int:
    return office.database.read(subscriptions.count)


def test_subscribing_twice_is_one_subscription(office: Office) -> None:
    assert office.subscribes(LEA) == office.subscribes(LEA, "fr")
    assert (counted(office), office.subscription(1).language) == (1, "fr")


def test_a_mail_address_is_used_once_its_owner_has_confirmed(office: Office) -> None:
    asks_by_mail(office)
    ((address, words),) = confirmations(office)
    assert address == "lea@example.com"
    assert "Quelqu'un, probablement vous" in words
    office.passes(HOUR).starts()
    office.writes_all()
    assert (counted(office), office.told()) == (0, [])
    number = number_in(office, words)
    for _ in range(2):
        office.does(lambda session: subscriptions.confirm(session, number, office.now))
    assert counted(office) == 1


def test_one_address_gets_one_request_a_day_and_none_once_it_is_subscribed(office: Office) -> None:
    for _ in range(3):
        asks_by_mail(office)
    assert len(confirmations(office)) == 1
    office.passes(DAY)
    asks_by_mail(office)
    asked = confirmations(office)
    assert len(asked) == 2
    with pytest.raises(NotFound):  # the first link has been replaced
        office.does(lambda session: subscriptions.confirm(session, number_in(office, asked[0][1]), office.now))
    office.does(lambda session: subscriptions.confirm(session, number_in(office, asked[1][1]), office.now))
    office.passes(DAY * 2)
    asks_by_mail(office)
    assert len(confirmations(office)) == 2


def test_a_link_to_confirm_lasts_seven_days(office: Office) -> None:
    asks_by_mail(office)
    number = number_in(office, confirmations(office)[0][1])
    office.passes(7 * DAY + HOUR)
    with pytest.raises(NotFound, match="expired"):
        office.does(lambda session: subscriptions.confirm(session, number, office.now))
    assert counted(office) == 0


@pytest.mark.parametrize("address", ["", "lea", "lea@", "lea@example.com, max@example.com", "a@b.test\nBcc: c@d.test"])
def test_what_is_no_mail_address_is_refused(office: Office, address: str) -> None:
    with pytest.raises(WrongState, match="is not an email address"):
        asks_by_mail(office, address)


def test_leaving_ends_every_subscription_of_the_address_and_what_waits_to_be_sent(office: Office) -> None:
    announcement = office.starts()
    number = office.subscribes(LEA)
    office.subscribes(LEA, announcement=announcement)
    office.subscribes(MAX)
    office.passes(HOUR).ends(announcement)
    office.writes_all()
    assert office.told() == [(LEA, "due"), (MAX, "due")]
    office.does(lambda session: subscriptions.leave(session, number, office.now))
    assert office.told() == [(LEA, "cancelled"), (MAX, "due")]
    assert counted(office) == 1
    with pytest.raises(NotFound):
        office.does(lambda session: subscriptions.leave(session, 99, office.now))


@pytest.mark.parametrize(("error", "left"), [(21610, 0), (30003, 1)])
def test_stop_at_the_carrier_ends_the_subscription(office: Office, error: int, left: int) -> None:
    office.subscribes(LEA)
    office.passes(HOUR).starts()
    office.writes_all()
    failed = {"state": CustomerMessageState.FAILED, "error_code": error, "next_action_at": None}
    office.does(lambda session: session.execute(update(CustomerMessage).values(**failed)))
    office.does(lambda session: subscriptions.end_refused(session, office.now))
    assert counted(office) == left


def test_who_subscribes_again_after_a_stop_is_subscribed(office: Office) -> None:
    test_stop_at_the_carrier_ends_the_subscription(office, 21610, 0)
    office.passes(HOUR).subscribes(LEA)
    office.does(lambda session: subscriptions.end_refused(session, office.now))
    assert counted(office) == 1


def test_one_can_wait_for_the_end_of_what_is_in_force_only(office: Office) -> None:
    announcement, lea = office.starts(), Recipient(Channel.TEXT, LEA, "en")

    def waits(number: int) -> bool:
        return office.does(
            lambda session: subscriptions.subscribe_to_end(session, number, lea, SubscribedBy.KEY, office.now)
        )

    assert (waits(announcement), waits(99)) == (True, False)
    office.ends(announcement)
    assert not waits(announcement)


def from_console(office: Office, address: str) -> str:
    return office.does(
        lambda session: subscriptions.subscribe_from_console(
            session, office.desk, office.links, address, "en", office.now
        )
    )


def test_the_console_subscribes_a_number_and_the_number_is_told_the_way_out(office: Office) -> None:
    assert from_console(office, "514 555-0123") == LEA
    ((address, words),) = confirmations(office)
    assert (address, counted(office)) == (LEA, 1)
    assert "No advertising. To unsubscribe, reply LEAVE." in words


def test_the_console_asks_a_mail_address_to_confirm(office: Office) -> None:
    from_console(office, MAIL)
    assert (len(confirmations(office)), counted(office)) == (1, 0)


@pytest.mark.parametrize("number", ["+33612345678", "1 800 555 0199", "+18884847266", "x", "514"])
def test_a_number_that_cannot_be_texted_is_refused(office: Office, number: str) -> None:
    with pytest.raises(WrongState, match="cannot get texts"):
        from_console(office, number)


def test_the_latest_subscription_is_listed_first(office: Office) -> None:
    office.subscribes(LEA)
    office.subscribes(MAX)
    assert [row.address for row in office.database.read(subscriptions.latest)] == [MAX, LEA]
