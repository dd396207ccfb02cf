"""Which callback a mail is about: tables of cases, and what holds for any mail."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from callbacks.db.states import CallbackState
from callbacks.desk.mailboxes import MailRules
from callbacks.inbound.mails.threads import (
    Decision,
    Fate,
    KnownCallback,
    Link,
    NewMail,
    callback_of_mail,
    references_in,
)

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
BOB, EVE, PHONE = "bob@acme.example", "eve@evil.example", "+15145550199"
RULES = MailRules()
OPEN, RESOLVED, CANCELLED = CallbackState.OPEN, CallbackState.RESOLVED, CallbackState.CANCELLED
CLOSED, UNREACHABLE = CallbackState.CLOSED, CallbackState.UNREACHABLE


def callback(
    id_: int = 1, state: CallbackState = OPEN, *, hours_ago: float = 5, days_closed: float = 1
) -> KnownCallback:
    closed_at = NOW - timedelta(days=days_closed) if state is not OPEN else None
    heard_at = NOW - timedelta(hours=hours_ago)
    people, ids = frozenset({BOB, PHONE}), frozenset({f"ours-{id_}", f"theirs-{id_}"})
    return KnownCallback(id_, f"KT-41{id_}", state, heard_at, closed_at, people, ids)


def mail(
    *, sender: str = BOB, thread: tuple[str, ...] = (), references: tuple[str, ...] = (), message_id: str = "new"
) -> NewMail:
    return NewMail(NOW, frozenset({sender} if sender else ()), message_id, thread, references)


def decide(new: NewMail, *callbacks: KnownCallback, rules: MailRules = RULES) -> Decision:
    return callback_of_mail(new, callbacks, rules)


# Colleagues

AMY = "amy@desk.example"


@pytest.mark.parametrize("state", [OPEN, RESOLVED, CLOSED])
@pytest.mark.parametrize(
    ("new", "link"),
    [(mail(sender=AMY, thread=("theirs-1",)), Link.THREAD), (mail(sender=AMY, references=("KT-411",)), Link.REFERENCE)],
)
def test_what_a_colleague_writes_about_a_callback_is_only_noted(state: CallbackState, new: NewMail, link: Link) -> None:
    new = replace(new, is_of_colleague=True)
    assert decide(new, callback(1, state)) == Decision(Fate.NOTE, 1, link)


def test_a_colleague_who_asks_for_help_at_the_emergency_mailbox_is_heard() -> None:
    copy = replace(mail(sender=AMY, thread=("theirs-1",)), is_of_colleague=True, is_emergency=True)
    named = replace(mail(sender=AMY, references=("KT-411",)), is_of_colleague=True, is_emergency=True)
    assert decide(copy, callback(1, CallbackState.OPEN)).fate is Fate.NOTE
    assert decide(copy, callback(1, CallbackState.RESOLVED)).fate is Fate.OPEN
    assert decide(named, callback(1, CallbackState.OPEN)).fate is Fate.OPEN


def test_what_a_colleague_writes_about_none_opens_one_whose_customer_they_are() -> None:
    assert decide(replace(mail(sender=AMY), is_of_colleague=True), callback()).fate is Fate.OPEN
    theirs = replace(callback(), people=frozenset({AMY}))
    new = replace(mail(sender=AMY, thread=("theirs-1",)), is_of_colleague=True)
    assert decide(new, theirs) == Decision(Fate.JOIN, 1, Link.THREAD)


# References


@pytest.mark.parametrize(
    ("subject", "words", "found"),
    [
        ("KT-417", "", ("KT-417",)),
        ("[KT-417] Re: no mail", "", ("KT-417",)),
        ("re: kt-417, again", "", ("KT-417",)),
        ("Re: KT\u2013417", "", ("KT-417",)),
        ("RE: KT-417 et HW-205", "KT-417", ("KT-417", "HW-205")),
        ("Again", "\n\nMy reference is KT-417.", ("KT-417",)),
        ("Again", "1\n2\n3\n4\n5\nKT-417", ()),
        ("KT417", "", ()),
        ("KT-4170", "", ()),
        ("AKT-417", "", ()),
        ("CVE-KT-417", "", ()),
        ("KT-417-9", "", ()),
    ],
)
def test_references(subject: str, words: str, found: tuple[str, ...]) -> None:
    assert references_in(subject, words) == found


# The thread


@pytest.mark.parametrize("message_id", ["ours-1", "theirs-1"])
@pytest.mark.parametrize("sender", [BOB, EVE, ""])
def test_an_answer_to_a_mail_of_the_callback_joins_whoever_writes(message_id: str, sender: str) -> None:
    found = decide(mail(sender=sender, thread=("of another desk", message_id)), callback(1), callback(2))
    assert found == Decision(Fate.JOIN, 1, Link.THREAD)


def test_the_nearest_mail_of_a_thread_counts() -> None:
    assert decide(mail(thread=("ours-2", "ours-1")), callback(1), callback(2)).callback_id == 2


def test_a_thread_counts_more_than_a_subject() -> None:
    assert decide(mail(thread=("ours-1",), references=("KT-412",)), callback(1), callback(2)).callback_id == 1


@pytest.mark.parametrize(
    ("state", "days", "fate"),
    [
        (OPEN, 0, Fate.JOIN),
        (CLOSED, 1, Fate.REOPEN),
        (CLOSED, 300, Fate.REOPEN),
        (UNREACHABLE, 30, Fate.REOPEN),
        (RESOLVED, 13.9, Fate.REOPEN),
        (RESOLVED, 14, Fate.REOPEN),
        (RESOLVED, 14.1, Fate.OPEN),
        (CANCELLED, 0, Fate.OPEN),
    ],
)
@pytest.mark.parametrize("by", ["thread", "reference"])
def test_what_becomes_of_a_mail_about_a_callback_in_each_state(
    state: CallbackState, days: float, fate: Fate, by: str
) -> None:
    new = mail(thread=("ours-1",)) if by == "thread" else mail(references=("KT-411",))
    found = decide(new, callback(1, state, days_closed=days))
    assert found.fate is fate
    notes = (f"It is about KT-411, which is {state.value}.",) if fate is Fate.OPEN else ()
    assert found.notes == notes


@pytest.mark.parametrize("state", [CLOSED, UNREACHABLE, RESOLVED])
def test_an_emergency_reopens_nothing(state: CallbackState) -> None:
    new = replace(mail(thread=("ours-1",)), is_emergency=True)
    assert decide(new, callback(1)) == Decision(Fate.JOIN, 1, Link.THREAD)
    notes = (f"It is about KT-411, which is {state.value}.",)
    assert decide(new, callback(1, state)) == Decision(Fate.OPEN, notes=notes)


def test_what_has_ended_gives_way_to_the_open_one_that_followed() -> None:
    found = decide(mail(thread=("ours-1", "ours-2")), callback(1, CANCELLED), callback(2))
    assert (found.fate, found.callback_id) == (Fate.JOIN, 2)
    assert found.notes == ("It is about KT-411, which is cancelled.",)


def test_a_copy_joins_and_reopens_nothing() -> None:
    assert decide(mail(message_id="theirs-1"), callback(1)) == Decision(Fate.JOIN, 1, Link.COPY)
    assert decide(mail(message_id="theirs-1"), callback(1, RESOLVED)) == Decision(Fate.OPEN)


@pytest.mark.parametrize("sender", [EVE, ""])
def test_a_mail_of_somebody_else_with_the_same_message_id_is_no_copy(sender: str) -> None:
    assert decide(mail(sender=sender, message_id="theirs-1"), callback(1)) == Decision(Fate.OPEN)


# The reference


def test_a_reference_counts_only_from_a_person_of_the_callback() -> None:
    assert decide(mail(references=("KT-411",)), callback(1)) == Decision(Fate.JOIN, 1, Link.REFERENCE)
    forged = decide(mail(sender=EVE, references=("KT-411",)), callback(1))
    assert forged == Decision(
        Fate.OPEN, notes=("It names KT-411, which is another person's. A subject can be forged.",)
    )


def test_the_number_of_the_same_customer_is_theirs_too() -> None:
    customer = NewMail(NOW, frozenset({"jane@acme.example", PHONE}), references=("KT-411",))
    assert decide(customer, callback(1)).fate is Fate.JOIN


# The sender


@pytest.mark.parametrize(("hours", "fate"), [(0, Fate.JOIN), (1, Fate.JOIN), (1.01, Fate.OPEN)])
def test_a_sender_who_was_heard_within_the_hour_joins(hours: float, fate: Fate) -> None:
    assert decide(mail(), callback(1, hours_ago=hours)).fate is fate


def test_the_desk_may_say_otherwise() -> None:
    assert decide(mail(), callback(1, hours_ago=0.1), rules=MailRules(joins_within=timedelta(0))).fate is Fate.OPEN
    assert decide(mail(), callback(1, hours_ago=9), rules=MailRules(joins_within=timedelta(days=1))).fate is Fate.JOIN


def test_only_an_open_callback_of_the_sender_and_the_latest() -> None:
    assert decide(mail(sender=EVE), callback(1, hours_ago=0.1)).fate is Fate.OPEN
    assert decide(mail(), callback(1, RESOLVED, hours_ago=0.1)).fate is Fate.OPEN
    assert decide(mail(sender=""), callback(1, hours_ago=0.1)).fate is Fate.OPEN
    assert decide(mail(), callback(1, hours_ago=0.1), callback(2, hours_ago=0.2)).callback_id == 1


# Whatever comes

STATES = some.sampled_from(CallbackState)
CALLBACKS = some.lists(
    some.builds(
        callback,
        some.integers(1, 4),
        STATES,
        hours_ago=some.floats(0, 4),
        days_closed=some.floats(0, 30),
    ),
    max_size=4,
    unique_by=lambda each: each.id,
)
IDS = some.sampled_from([f"{whose}-{number}" for whose in ("ours", "theirs", "nobody's") for number in range(1, 5)])
MAILS = some.builds(
    mail,
    sender=some.sampled_from([BOB, EVE, ""]),
    thread=some.lists(IDS, max_size=3).map(tuple),
    references=some.lists(some.sampled_from([f"KT-41{number}" for number in range(1, 6)]), max_size=2).map(tuple),
    message_id=some.one_of(some.just("new"), IDS),
)


@given(MAILS, CALLBACKS)
def test_every_mail_has_one_fate_that_fits_its_callback(new: NewMail, callbacks: list[KnownCallback]) -> None:
    found = decide(new, *callbacks)
    about = next((each for each in callbacks if each.id == found.callback_id), None)
    match found.fate:
        case Fate.OPEN:
            assert (about, found.link) == (None, None)
        case Fate.JOIN:
            assert about is not None
            assert about.state is OPEN
        case Fate.REOPEN:
            assert about is not None
            assert about.state in (CLOSED, UNREACHABLE, RESOLVED)
            assert found.link in (Link.THREAD, Link.REFERENCE)


@given(MAILS, CALLBACKS)
def test_a_stranger_gets_in_by_a_thread_only(new: NewMail, callbacks: list[KnownCallback]) -> None:
    found = decide(new, *callbacks)
    if not new.sender & {BOB} and found.fate is not Fate.OPEN:
        assert found.link is Link.THREAD


@given(MAILS, CALLBACKS)
def test_the_order_of_the_callbacks_does_not_matter(new: NewMail, callbacks: list[KnownCallback]) -> None:
    assert decide(new, *callbacks) == decide(new, *reversed(callbacks))
