from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from callbacks.inbound.mails.headers import MOST_IDS, NO_SENDER
from callbacks.inbound.mails.parse import NO_ID, parse
from tests.callbacks.inbound.mails.writing import NOW, mail


@pytest.mark.parametrize(
    ("header", "sender", "name"),
    [
        ("amy@example.com", "amy@example.com", ""),
        ("Amy Roy <Amy@Example.COM>", "amy@example.com", "Amy Roy"),
        ('"Roy, Amy" <amy@example.com>', "amy@example.com", "Roy, Amy"),
        ("=?utf-8?q?Am=C3=A9lie?= <amy@example.com>", "amy@example.com", "Amélie"),
        ("Amélie <amy@example.com>", "amy@example.com", "Amélie"),
        ("amy@example.com, Amy <AMY@example.com>", "amy@example.com", ""),
        ("Amy\u202e <amy@example.com>", "amy@example.com", "Amy"),
        ("A" * 300 + " <amy@example.com>", "amy@example.com", "A" * 99 + "…"),
        ("Amy Roy <amy@example.com", "amy@example.com", "Amy Roy"),
    ],
)
def test_who_wrote_it(header: str, sender: str, name: str) -> None:
    found = parse(mail(From=header), NOW)
    assert (found.sender, found.sender_name, found.notes) == (sender, name, ())


@pytest.mark.parametrize("header", ["", "Amy Roy", "amy@", "undisclosed:;", "(" * 5_000, "@" * 5_000, "a@b@c"])
def test_nobody_usable_wrote_it(header: str) -> None:
    found = parse(mail(From=header), NOW)
    assert (found.sender, found.notes) == ("", (NO_SENDER,))


@pytest.mark.parametrize("header", ["amy@example.com, bob@example.com", "amy@example.com\nFrom: bob@example.com"])
def test_of_two_addresses_neither_is_taken(header: str) -> None:
    found = parse(mail(From=header), NOW)
    assert found.sender == ""
    assert found.notes == ("Its From header names 2 addresses, so it is not known who wrote it.",)


@pytest.mark.parametrize(
    ("header", "at"),
    [
        ("Fri, 27 Nov 2026 21:59:00 -0500", datetime(2026, 11, 28, 2, 59, tzinfo=UTC)),
        ("27 Nov 2026 21:59 -0000", datetime(2026, 11, 27, 21, 59, tzinfo=UTC)),
        ("Fri, 27 Nov 2026 21:59:00 EST", datetime(2026, 11, 28, 2, 59, tzinfo=UTC)),
    ],
)
def test_when_it_was_sent(header: str, at: datetime) -> None:
    found = parse(mail(Date=header), NOW)
    assert (found.sent_at, found.notes) == (at, ())


@pytest.mark.parametrize(
    "header",
    [
        *("Thu, 1 Jan 1970 00:00:00 +0000", "Mon, 1 Jan 2029 00:00:00 +0000", "yesterday", "0 0 0 0"),
        *("Fri, 27 Nov 9999999 21:59:00 -0500", "Fri, 27 Nov 2026 21:59:00 -9999999", "Mon, 1 Jan 0001 00:00:00 +2300"),
    ],
)
def test_a_date_that_cannot_be_true_is_noted(header: str) -> None:
    found = parse(mail(Date=header), NOW)
    assert (found.sent_at, found.notes) == (None, (f"Its date cannot be true: {header}.",))


def test_a_clock_may_be_a_little_fast() -> None:
    assert parse(mail(Date="Sat, 28 Nov 2026 04:00:00 +0000"), NOW).sent_at == NOW + timedelta(hours=1)


def test_the_nearest_mails_come_first() -> None:
    found = parse(mail(In_Reply_To="<c@x>", References="<a@x> <b@x>\n <c@x> <CAB1@mail.example.com>"), NOW)
    assert found.thread == ("c@x", "b@x", "a@x")


def test_of_a_long_thread_the_nearest_are_kept() -> None:
    found = parse(mail(References=" ".join(f"<{number}@x>" for number in range(5_000))), NOW)
    assert found.thread == tuple(f"{number}@x" for number in range(4_999, 4_999 - MOST_IDS, -1))


@pytest.mark.parametrize(
    ("header", "found"),
    [("<a@x>", "a@x"), (" \n <a@x> (comment)", "a@x"), ("a@x", "a@x"), ("<" + "a" * 999 + ">", "a" * 254 + "…")],
)
def test_message_ids_have_no_brackets(header: str, found: str) -> None:
    assert parse(mail(Message_ID=header), NOW).message_id == found


@pytest.mark.parametrize("header", ["", "<>"])
def test_a_mail_without_a_message_id_says_so(header: str) -> None:
    found = parse(mail(Message_ID=header), NOW)
    assert (found.message_id, found.notes) == ("", (NO_ID,))


@pytest.mark.parametrize(
    ("header", "subject"),
    [
        ("=?utf-8?q?Plus_de_courriels_re=C3=A7us?=", "Plus de courriels reçus"),
        ("=?utf-8?b?cmXDpw==?=\n =?utf-8?b?dQ==?= hier", "reçu hier"),
        ("=?utf-8?b?csM=?= =?utf-8?b?qQ==?=", "ré"),  # a letter in two words
        ("=?x-unknown?q?a=E9?=", "aé"),
        ("=?utf-8?b?!!?=", "=?utf-8?b?!!?="),
        ("Reçu", "Reçu"),
        ("", ""),
    ],
)
def test_subjects_are_decoded(header: str, subject: str) -> None:
    assert parse(mail(Subject=header), NOW).subject == subject
