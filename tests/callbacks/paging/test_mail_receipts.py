"""The mail that tells a customer that theirs has arrived: once, and not to machines."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from callbacks.db.database import Database
from callbacks.inbound.mails.kinds import is_our_id
from callbacks.paging.mail_receipts import is_machine, subject_of_answer
from tests.callbacks.inbound.mails.post import (
    BOB,
    JANE,
    TUESDAY_MORNING,
    Post,
    parsed,
)


@pytest.fixture
def day(database: Database, tmp_path: Path) -> Post:
    return Post(database, tmp_path / "media", TUESDAY_MORNING)


def test_the_sender_reads_the_reference_and_the_time_once(day: Post) -> None:
    reference = day.gets(parsed("Re: RE: A question", message_id="1@acme.example")).reference
    day.gets(parsed("And one more"))
    (receipt,) = day.messages()
    assert (receipt.address, receipt.subject) == (BOB, f"[{reference}] Re: A question")
    assert (receipt.in_reply_to, receipt.callback_id) == ("1@acme.example", day.callback.id)
    assert is_our_id(f"{receipt.message_id}@desk.example", "desk.example")  # an answer to it is no mail of a list
    assert f"Your reference is {reference}" in receipt.words
    assert "2:00 p.m. Eastern time" in receipt.words


def test_in_french(day: Post) -> None:
    day.gets(parsed("Une question", language="fr"))
    (receipt,) = day.messages()
    assert "avant 14 h" in receipt.words
    assert "heure de l'Est" in receipt.words


def test_a_sender_gets_so_many_a_day_and_machines_none(database: Database, tmp_path: Path) -> None:
    day = Post(
        database, tmp_path / "media", TUESDAY_MORNING, mail={"joins_within": "0m", "receipts_to_sender_a_day": 2}
    )
    for number in range(4):
        day.now += timedelta(minutes=1)
        day.gets(parsed(f"Question {number}"))
    assert (len(day.callbacks()), len(day.messages())) == (4, 2)
    for machine in ("no-reply@x.example", "MAILER-DAEMON@x.example".lower(), "support@desk.example"):
        day.gets(parsed(sender=machine))
    assert len(day.messages()) == 2


def test_in_all_so_many_a_day(database: Database, tmp_path: Path) -> None:
    day = Post(database, tmp_path / "media", TUESDAY_MORNING, mail={"receipts_a_day": 1})
    day.gets()
    day.gets(parsed(sender=JANE))
    assert len(day.messages()) == 1


@pytest.mark.parametrize(
    "address",
    [
        "no-reply@x.example",
        "noreply@x.example",
        "do_not_reply+1@x.example",
        "alerts-noreply@x.example",
        "mailer-daemon@x.example",
        "postmaster@x.example",
        "bounce-1@x.example",
        "ne-pas-repondre@x.example",
    ],
)
def test_machines(address: str) -> None:
    assert is_machine(address)


@pytest.mark.parametrize("address", [BOB, "norbert@x.example", "reply@x.example", "nora.replyton@x.example"])
def test_people(address: str) -> None:
    assert not is_machine(address)


@pytest.mark.parametrize(
    ("subject", "answer"),
    [
        ("No mail", "[KT-417] Re: No mail"),
        ("Re: RE : No mail", "[KT-417] Re: No mail"),
        ("[KT-417] Re: No mail", "[KT-417] Re: No mail"),
        ("Re: [KT-417] Re: No mail", "[KT-417] Re: No mail"),
        ("TR: R\u00e9union", "[KT-417] Re: R\u00e9union"),
        ("", "[KT-417] Re:"),
        ("two\r\nlines", "[KT-417] Re: two lines"),
    ],
)
def test_the_subject_of_an_answer(subject: str, answer: str) -> None:
    assert subject_of_answer("KT-417", subject) == answer
