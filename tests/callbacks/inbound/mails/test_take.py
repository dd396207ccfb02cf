"""The way into the desk for a mail."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from callbacks.db.database import Database
from callbacks.db.states import MailKind
from callbacks.db.tables import MailMessage
from callbacks.desk.desk_file import read_desk
from callbacks.desk.mailboxes import Mailbox, MailboxMeaning
from callbacks.inbound.mails.parse import LARGEST, Unreadable
from callbacks.inbound.mails.receive import Outcome
from callbacks.inbound.mails.take import refuse_too_large, taker
from callbacks.settings import Settings
from sla.clock import MovingClock
from tests.callbacks.inbound.mails.real_mails import SHAPES

NOW = datetime(2026, 11, 29, 2, 0, tzinfo=UTC)
BOX = Mailbox(address="emergency@example.com", meaning=MailboxMeaning.EMERGENCY)
DESK = read_desk(Path("support.toml")).model_copy(update={"mailboxes": {"emergency": BOX}})


def _flipped(raw: bytes, random: Random) -> bytes:
    """Return a mail with some bytes changed, as a bad relay may do."""
    changed = bytearray(raw)
    for _ in range(random.randrange(1, 9)):
        changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


SETTINGS = Settings("https://desk.test", "AC1", "token", "+15145550100", "secret", mail_from="Desk <desk@example.com>")
MAIL = (
    b"From: Jane Roy <jane@example.com>\r\nTo: emergency@example.com\r\nSubject: No mail flow\r\n"
    b"Date: Sat, 28 Nov 2026 21:00:00 -0500\r\nMessage-ID: <1@example.com>\r\n\r\nNothing arrives.\r\n"
)


def test_a_mail_is_read_and_stored_once(database: Database, tmp_path: Path) -> None:
    take = taker(replace(SETTINGS, media_dir=tmp_path), DESK, database, MovingClock(NOW))
    received = [take("emergency", MAIL, NOW - timedelta(minutes=1)) for _ in range(2)]
    assert [each.outcome for each in received] == [Outcome.OPENED, Outcome.KNOWN]
    stored = database.read(lambda session: session.scalars(select(MailMessage)).one())
    assert (stored.sender, stored.subject, stored.words.strip()) == (
        "jane@example.com",
        "No mail flow",
        "Nothing arrives.",
    )
    assert stored.kind is MailKind.MESSAGE
    assert stored.received_at == NOW - timedelta(minutes=1)


def test_our_own_mail_that_comes_back_is_a_loop(database: Database, tmp_path: Path) -> None:
    take = taker(replace(SETTINGS, media_dir=tmp_path), DESK, database, MovingClock(NOW))
    take("emergency", MAIL.replace(b"<1@example.com>", b"<customer-1@example.com>"), NOW)
    assert database.read(lambda session: session.scalar(select(MailMessage.kind))) is MailKind.LOOP


def test_what_is_no_mail_is_refused(database: Database, tmp_path: Path) -> None:
    take = taker(replace(SETTINGS, media_dir=tmp_path), DESK, database, MovingClock(NOW))
    with pytest.raises(Unreadable):
        take("emergency", b"\r\n", NOW)


def test_a_mail_of_more_than_the_limit_is_refused() -> None:
    refuse_too_large(LARGEST)
    with pytest.raises(Unreadable, match="more than 25 MB"):
        refuse_too_large(LARGEST + 1)


# Whatever is sent: it is taken or refused, and the next mail is taken

PIECES = st.sampled_from([piece for shape in SHAPES if len(shape.raw) < 20_000 for piece in shape.raw.split(b"\n\n")])
ANY_MAIL = st.one_of(
    st.lists(PIECES | st.binary(max_size=40), max_size=6).map(b"\n\n".join),
    st.builds(_flipped, st.sampled_from([shape.raw for shape in SHAPES if len(shape.raw) < 20_000]), st.randoms()),
)
ON_ONE_DATABASE = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@given(raw=ANY_MAIL)
@settings(max_examples=8, deadline=None, suppress_health_check=ON_ONE_DATABASE)
def test_whatever_is_sent_the_next_mail_is_taken(database: Database, tmp_path: Path, raw: bytes) -> None:
    takes_the_next_after(database, tmp_path, raw)


@pytest.mark.soak
@given(raw=ANY_MAIL)
@settings(max_examples=2_000, deadline=None, suppress_health_check=ON_ONE_DATABASE)
def test_whatever_is_sent_the_next_mail_is_taken_soak(database: Database, tmp_path: Path, raw: bytes) -> None:
    takes_the_next_after(database, tmp_path, raw)


def takes_the_next_after(database: Database, folder: Path, raw: bytes) -> None:
    take = taker(replace(SETTINGS, media_dir=folder), DESK, database, MovingClock(NOW))
    with contextlib.suppress(Unreadable):
        take("emergency", raw, NOW)
    good = MAIL + sha256(raw).hexdigest().encode()
    assert take("emergency", good, NOW).outcome in (Outcome.OPENED, Outcome.JOINED, Outcome.KNOWN)
