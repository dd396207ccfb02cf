"""Every subscriber gets one notice of each change, at the sender's rate, and a crash changes nothing of that."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from callbacks.announcements import notices
from callbacks.db.states import CustomerMessageState
from callbacks.db.tables import CustomerMessage
from callbacks.paging.customer_messages import write_message
from tests.callbacks.announcements.office import HOUR, LEA, MAX, NOW, SLOW, Office

SECOND = timedelta(seconds=1)
BACK = replace(SLOW, english="Mail is arriving again.", french="Le courriel arrive de nouveau.")


def are_sent(office: Office) -> None:
    """Everything that waits reaches the carrier."""
    sent = {"state": CustomerMessageState.SENT, "asked_at": office.now, "next_action_at": None}
    office.does(lambda session: session.execute(update(CustomerMessage).values(**sent)))


def test_each_subscriber_is_told_of_each_change_once_in_their_language(office: Office) -> None:
    office.subscribes(LEA)
    office.subscribes(MAX, "fr")
    number = office.passes(HOUR).starts()
    office.writes_all()
    office.writes_all()
    first, second = office.messages()
    assert (first.address, first.words) == (
        LEA,
        "Support desk: Mail is delayed. You asked for outage notices. To unsubscribe, reply LEAVE.",
    )
    assert second.words.startswith("Support desk: Le courriel est retardé. Vous avez demandé les avis de panne.")
    are_sent(office)
    office.passes(HOUR).changes(number, BACK)
    office.writes_all()
    are_sent(office)
    office.passes(HOUR).ends(number)
    office.writes_all()
    english = [row.words.partition(". ")[0] for row in office.messages() if row.address == LEA]
    assert english == [
        "Support desk: Mail is delayed",
        "Support desk, update: Mail is arriving again",
        "Support desk, resolved at 1:12 a.m.: Mail is arriving again",
    ]


def test_texts_go_out_at_the_senders_rate_and_mails_at_once(office: Office) -> None:
    office.desk = office.desk.model_copy(
        update={"limits": office.desk.limits.model_copy(update={"notices_a_second": 2})}
    )
    for address in (LEA, "lea@example.com", MAX):
        office.subscribes(address)
    office.starts()
    office.starts()
    office.writes_all()
    due = [(row.channel.value, row.next_action_at) for row in office.messages()]
    assert due == [
        ("text", NOW), ("mail", NOW), ("text", NOW + SECOND / 2),
        ("text", NOW + SECOND), ("mail", NOW), ("text", NOW + 3 * SECOND / 2),
    ]  # fmt: skip


def test_a_crash_between_two_batches_loses_and_doubles_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "BATCH", 2)
    everybody = [f"+1514555{number:04}" for number in range(200, 205)]
    for address in everybody:
        office.subscribes(address)
    office.starts()
    assert office.writes_batch()
    write = write_message

    def crash_on_the_second(session: object, *args: object, **more: object) -> bool:
        if args[2].address == everybody[3]:  # type: ignore[attr-defined]
            raise RuntimeError("the process dies")
        return write(session, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(notices, "write_message", crash_on_the_second)
    with pytest.raises(RuntimeError):
        office.writes_batch()
    assert [row.address for row in office.messages()] == everybody[:2]
    monkeypatch.setattr(notices, "write_message", write)
    office.writes_all()
    assert [row.address for row in office.messages()] == everybody


def test_who_asked_for_the_end_hears_of_it_once_and_is_then_forgotten(office: Office) -> None:
    number = office.starts(replace(SLOW, notifies=False))
    subscription = office.passes(HOUR).subscribes(LEA, announcement=number)
    office.subscribes(MAX)
    office.changes(number, replace(BACK, notifies=False))
    office.writes_all()
    assert office.messages() == []
    office.passes(HOUR).ends(number)
    office.writes_all()
    (told,) = office.messages()
    assert told.words == (
        "Support desk, resolved at 12:12 a.m.: Mail is arriving again. "
        "You asked to be told when it was over. We will not text you about it again."
    )
    assert office.subscription(subscription).ended_at == office.now


def test_who_asked_for_both_is_told_once(office: Office) -> None:
    number = office.starts()
    office.subscribes(LEA)
    office.subscribes(LEA, announcement=number)
    office.passes(HOUR).ends(number)
    office.writes_all()
    assert office.told() == [(LEA, "due")]


def test_nobody_hears_of_what_happened_before_they_subscribed(office: Office) -> None:
    office.starts()
    office.passes(HOUR).subscribes(LEA)
    office.writes_all()
    assert office.told() == []


def test_a_notice_that_is_no_longer_true_is_not_sent(office: Office) -> None:
    for address in (LEA, MAX):
        office.subscribes(address)
    number = office.starts()
    office.writes_all()
    lea = office.messages()[0].id
    asked = update(CustomerMessage).where(CustomerMessage.id == lea).values(asked_at=office.now)
    office.does(lambda session: session.execute(asked))  # the carrier may have this one
    office.passes(HOUR).ends(number)
    office.writes_all()
    assert office.told() == [(LEA, "due"), (MAX, "cancelled"), (LEA, "due"), (MAX, "due")]


def test_a_change_is_told_from_its_time_on(office: Office) -> None:
    office.subscribes(LEA)
    office.starts(starts_at=NOW + HOUR)
    office.writes_all()
    assert not office.database.read(lambda session: notices.is_waiting(session, office.now))
    office.passes(HOUR).worker_turns()
    assert office.database.read(lambda session: notices.is_waiting(session, office.now))
    office.writes_all()
    assert office.told() == [(LEA, "due")]


def test_a_mail_has_the_link_that_ends_it(office: Office) -> None:
    number = office.subscribes("lea@example.com")
    office.starts()
    office.writes_all()
    (told,) = office.messages()
    assert office.links.leave_notices(number) in told.words
    assert "https://desk.test/status" in told.words
