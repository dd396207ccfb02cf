"""Mailboxes are read by IMAP: no mail is lost, none is taken twice, and people hear when that stops."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from callbacks.db.database import Database
from callbacks.db.leases import Claim
from callbacks.db.states import PageKind
from callbacks.db.tables import MailboxMark, Page, Technician, Watermark
from callbacks.desk.desk_file import read_desk
from callbacks.inbound.mails import imap as connection
from callbacks.inbound.mails import take as taking
from callbacks.inbound.mails.parse import Unreadable
from callbacks.inbound.mails.receive import Outcome, Received
from callbacks.worker.jobs import mailboxes
from callbacks.worker.jobs.mailboxes import HANGS_AFTER, LEASE, RENEWED_EVERY, MailboxReader, pause_after
from sla.clock import MovingClock
from tests.callbacks.oncall.weekly_turns import add_weekly_turns
from tests.imap_server import ImapServer, imap_server
from tests.waiting import FAR, eventually

DESK = read_desk(Path("support.toml"))
NOW = datetime(2026, 1, 18, 2, 0, tzinfo=UTC)  # in the past: the server accepts no later date than its own
A_MINUTE = timedelta(minutes=1)


class Killed(BaseException):
    """The process ends here."""


def mail(words: str) -> bytes:
    return f"From: jane@example.com\r\nSubject: {words}\r\n\r\n{words}\r\n".encode()


@dataclass
class Desk:
    """A desk that reads one mailbox on a real server, and remembers what was offered to it and what is stored."""

    server: ImapServer
    user: str
    database: Database
    clock: MovingClock = field(default_factory=lambda: MovingClock(NOW))
    offered: list[str] = field(default_factory=list)
    stored: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    before: Callable[[str], None] = lambda words: None
    after: Callable[[str], None] = lambda words: None

    def take(self, mailbox: str, raw: bytes, arrived_at: datetime) -> Received:
        words = raw.decode().splitlines()[-1]
        self.offered.append(words)
        self.before(words)
        self.stored.setdefault(sha256(raw).hexdigest(), (words, arrived_at))
        self.after(words)
        return Received(Outcome.STORED, len(self.stored))

    def reader(self, read_every: timedelta = FAR, url: str = "") -> MailboxReader:
        url = url or self.server.url(self.user)
        return MailboxReader(self.database, DESK, "support", url, self.take, self.clock, read_every=read_every)

    def reads(self) -> None:
        self.reader().read_once()

    def delivers(self, *several: str, at: datetime = NOW, seen: bool = False) -> None:
        for words in several:
            self.server.delivers(self.user, mail(words), at, seen=seen)

    @property
    def has(self) -> list[str]:
        return [words for words, _ in self.stored.values()]

    @property
    def mark(self) -> MailboxMark:
        return self.database.read(lambda session: session.scalars(select(MailboxMark)).one())

    def alerts(self) -> list[str]:
        query = select(Page.words).join(Technician).where(Page.kind == PageKind.ALARM, Technician.name == "Sue Tran")
        return self.database.read(lambda session: list(session.scalars(query.order_by(Page.id))))


@pytest.fixture
def desk(imap: ImapServer, database: Database, request: pytest.FixtureRequest) -> Desk:
    user = sha256(request.node.nodeid.encode()).hexdigest()[:12]
    imap.add(user)
    database.write(lambda session: add_weekly_turns(session, DESK, NOW - timedelta(days=20)))
    return Desk(imap, user, database)


def test_new_mails_are_taken_once_and_stay_on_the_server_as_read(desk: Desk) -> None:
    desk.delivers("no mail flow", at=NOW - A_MINUTE)
    desk.reads()
    assert list(desk.stored.values()) == [("no mail flow", NOW - A_MINUTE)]
    assert desk.server.seen(desk.user) == [1]
    desk.reads()
    desk.delivers("digest", "spam")
    desk.reads()
    assert desk.offered == ["no mail flow", "digest", "spam"]
    assert (desk.mark.last_uid, desk.mark.checked_at, desk.mark.failing_since) == (3, NOW, None)


def test_a_mail_cannot_arrive_in_the_future(desk: Desk) -> None:
    desk.delivers("from a wrong clock", at=NOW + timedelta(days=30))
    desk.reads()
    assert list(desk.stored.values()) == [("from a wrong clock", NOW)]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_worker_that_dies_beside_the_commit_loses_and_doubles_nothing(desk: Desk, moment: str) -> None:
    def die(words: str) -> None:
        if words == "second" and desk.offered.count(words) == 1:
            raise Killed

    desk.delivers("first", "second", "third")
    setattr(desk, moment, die)
    with pytest.raises(Killed):
        desk.reads()
    assert desk.mark.last_uid == 1
    desk.reads()  # its lease still runs
    assert desk.offered == ["first", "second"]
    desk.clock.pass_time(LEASE)
    desk.reads()
    assert desk.offered == ["first", "second", "second", "third"]
    assert desk.has == ["first", "second", "third"]


def test_one_worker_at_a_time_reads_a_mailbox(desk: Desk) -> None:
    """The first one freezes for longer than its lease. It changes nothing once the second has read on."""
    desk.delivers("first", "second")

    def freeze(words: str) -> None:
        if len(desk.offered) == 1:
            desk.reads()
            assert desk.offered == ["first"]
            desk.clock.pass_time(LEASE)
            desk.reads()

    desk.before = freeze
    desk.reads()
    assert desk.offered == ["first", "first", "second"]
    assert desk.has == ["first", "second"]
    assert desk.mark.last_uid == 2


def test_a_mailbox_is_held_while_its_reader_works_and_no_longer_than_it_gives_a_sign(desk: Desk) -> None:
    """Its lease is short, so that a mailbox waits half a minute at most after its worker died."""
    assert timedelta(seconds=30) >= LEASE > 2 * RENEWED_EVERY
    reader, held = desk.reader(), list[bool]()

    def work_on(words: str) -> None:
        claim = Claim(MailboxMark, desk.mark.id, desk.mark.token)
        for _ in range(HANGS_AFTER // RENEWED_EVERY):
            desk.clock.pass_time(RENEWED_EVERY)
            held.append(reader.renew(claim))
            desk.reads()  # another worker: it finds the mailbox held
        desk.clock.pass_time(RENEWED_EVERY)
        held.append(reader.renew(claim))

    desk.before = work_on
    desk.delivers("first")
    reader.read_once()
    assert desk.offered == ["first"]
    assert held == [True] * (len(held) - 1) + [False]


def test_a_renumbered_mailbox_is_read_again_and_supervisors_are_told(desk: Desk) -> None:
    desk.delivers("first", "second")
    desk.reads()
    desk.server.renumber(desk.user)
    desk.delivers("third")
    desk.reads()
    desk.reads()
    assert sorted(desk.offered) == ["first", "first", "second", "second", "third"]
    assert sorted(desk.has) == ["first", "second", "third"]
    (alert,) = desk.alerts()
    assert "renumbered the mailbox support (UIDVALIDITY)" in alert


def test_history_that_people_have_read_is_left_alone_even_after_renumbering(desk: Desk) -> None:
    long_ago, lately = NOW - timedelta(days=8), NOW - timedelta(days=6)
    desk.delivers("old and read", at=long_ago, seen=True)
    desk.delivers("old and unread", at=long_ago)
    desk.delivers("of last week, and read", at=lately, seen=True)
    desk.reads()
    assert desk.has == ["old and unread", "of last week, and read"]
    desk.clock.pass_time(timedelta(days=30))
    desk.server.renumber(desk.user)
    desk.reads()
    assert len(desk.has) == 2
    assert desk.offered.count("of last week, and read") == 2


def test_a_mail_that_can_never_be_taken_is_told_once_and_the_next_one_is_taken(desk: Desk) -> None:
    def refuse(words: str) -> None:
        if words == "broken":
            raise Unreadable("It has no headers.")

    desk.before = refuse
    desk.delivers("broken", "good")
    desk.reads()
    desk.reads()
    assert (desk.offered, desk.has) == (["broken", "good"], ["good"])
    (alert,) = desk.alerts()
    assert "a mail to support, received 2026-01-17 21:00, cannot be taken. It has no headers." in alert
    assert desk.server.seen(desk.user) == [2]


def test_a_mail_that_is_too_large_is_not_fetched(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking, "LARGEST", 1_000)
    desk.delivers("x" * 1_000, "good")
    desk.reads()
    assert desk.offered == ["good"]
    assert "cannot be taken" in desk.alerts()[0]


def test_a_mail_in_several_parts_is_taken_whole(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "PART", 100)
    desk.delivers("x" * 1_000)
    desk.reads()
    assert desk.has == ["x" * 1_000]


def test_a_mail_on_which_the_desk_fails_holds_up_the_next_one_for_three_tries_only(desk: Desk) -> None:
    def fail(words: str) -> None:
        if words == "unlucky":
            raise KeyError("a defect")

    desk.before = fail
    desk.delivers("unlucky", "good")
    reader = desk.reader()
    for _ in range(3):
        assert desk.has == []
        reader.read_once()
        desk.clock.pass_time(A_MINUTE)
    assert (desk.offered, desk.has) == (["unlucky", "unlucky", "unlucky", "good"], ["good"])
    (alert,) = desk.alerts()
    assert "cannot be taken. The desk failed on a mail." in alert


def test_a_mail_that_ends_the_worker_holds_up_the_next_one_for_five_times_only(desk: Desk) -> None:
    def die(words: str) -> None:
        if words == "deadly":
            raise Killed

    desk.before = die
    desk.delivers("deadly", "good")
    for _ in range(5):
        with pytest.raises(Killed):
            desk.reads()
        desk.clock.pass_time(LEASE)
    desk.reads()
    assert (desk.offered, desk.has) == (["deadly"] * 5 + ["good"], ["good"])
    (alert,) = desk.alerts()
    assert "cannot be taken. Five times a worker ended while it took this mail" in alert


def test_what_a_worker_outlived_leaves_no_marks(desk: Desk) -> None:
    desk.delivers("first", "second")
    desk.reads()
    names = desk.database.read(lambda session: session.scalars(select(Watermark.name)).all())
    assert not [name for name in names if name.startswith("takes ")]


@pytest.mark.parametrize("fault", [OSError(28, "disk full"), OperationalError("INSERT", {}, Exception("locked"))])
def test_while_mails_cannot_be_stored_they_wait_on_the_server(desk: Desk, fault: Exception) -> None:
    def fail(words: str) -> None:
        raise fault

    desk.before = fail
    desk.delivers("patient")
    reader = desk.reader()
    for _ in range(10):
        reader.read_once()
        desk.clock.pass_time(2 * A_MINUTE)
    assert (desk.mark.last_uid, desk.server.seen(desk.user)) == (0, [])
    (alert,) = desk.alerts()
    assert "Check the database, and the free space on the disk or the object store." in alert
    desk.before = lambda words: None
    reader.read_once()
    assert desk.has == ["patient"]


def fails_for(desk: Desk, reader: MailboxReader, length: timedelta, looks_every: int = 30) -> int:
    """Let the worker look every so many seconds for a while. Return how often it tried."""
    tries, ends = 0, desk.clock.now() + length
    while desk.clock.now() < ends:
        with capture_logs() as logs:
            reader.read_once()
        tries += sum(entry["event"].startswith("a mailbox could not be read") for entry in logs)
        desk.clock.pass_time(timedelta(seconds=looks_every))
    return tries


def test_supervisors_hear_once_that_a_mailbox_fails_and_once_that_it_works_again(desk: Desk) -> None:
    desk.reads()
    reader = desk.reader(url=desk.server.url(desk.user).replace("sesame", "expired"))
    tries = fails_for(desk, reader, timedelta(minutes=4, seconds=30), looks_every=5)
    assert desk.alerts() == []
    assert "does not accept the user or password" in desk.mark.failure
    assert 4 <= tries <= 8  # each pause is longer than the one before
    fails_for(desk, reader, timedelta(minutes=12))
    (alert,) = desk.alerts()
    assert "the mailbox support could not be read for" in alert
    assert "does not accept the user or password" in alert
    assert "expired" not in alert
    desk.delivers("waited")
    desk.clock.pass_time(2 * A_MINUTE)
    desk.reads()
    assert desk.has == ["waited"]
    assert "the mailbox support can be read again" in desk.alerts()[1]
    assert (desk.mark.failing_since, desk.mark.failure) == (None, "")
    fails_for(desk, reader, timedelta(minutes=8))  # another time, told again
    assert len(desk.alerts()) == 3


def test_a_short_failure_is_not_told(desk: Desk) -> None:
    fails_for(desk, desk.reader(url="imap://amy:sesame@127.0.0.1:1"), timedelta(minutes=2))
    desk.clock.pass_time(A_MINUTE)
    desk.reads()
    assert (desk.alerts(), desk.mark.checked_at) == ([], desk.clock.now())


def test_pauses_grow_up_to_two_minutes() -> None:
    seconds = [pause_after(timedelta(seconds=each)).total_seconds() for each in (0, 5, 10, 20, 40, 119, 121, 90_000)]
    assert seconds == [10, 10, 10, 20, 40, 119, 120, 120]


@pytest.fixture
def running(desk: Desk) -> Iterator[Callable[[MailboxReader], threading.Thread]]:
    started: list[tuple[MailboxReader, threading.Thread]] = []

    def start(reader: MailboxReader) -> threading.Thread:
        thread = threading.Thread(target=reader.run)
        started.append((reader, thread))
        thread.start()
        return thread

    yield start
    for reader, thread in started:
        reader.stop()
        thread.join()


Running = Callable[[MailboxReader], threading.Thread]


def test_a_mail_is_taken_as_it_arrives_and_a_worker_that_stops_does_not_wait(desk: Desk, running: Running) -> None:
    reader = desk.reader()
    thread = running(reader)
    for words in ("first", "second"):
        eventually(lambda: desk.database.read(lambda s: s.scalar(select(MailboxMark.checked_at))) is not None, "read")
        desk.delivers(words)
        eventually(lambda words=words: words in desk.has, "the mail is taken")  # type: ignore[misc]
    reader.stop()
    thread.join(FAR.total_seconds())
    assert not thread.is_alive()
    assert (desk.mark.next_action_at, desk.mark.failing_since) == (NOW, None)  # the next worker may begin at once
    reader.run()
    assert desk.offered == ["first", "second"]


def test_a_server_without_idle_is_asked_again_and_again(
    desk: Desk, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imapclient.IMAPClient.has_capability", lambda self, capability: False)
    running(desk.reader(read_every=timedelta(milliseconds=50)))
    eventually(lambda: desk.database.read(lambda s: s.scalar(select(MailboxMark.checked_at))) is not None, "read")
    desk.delivers("first")
    eventually(lambda: desk.has == ["first"], "the mail is taken")


def test_what_nobody_has_read_does_not_wait_until_a_whole_mailbox_is_read_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def another_comes(words: str) -> None:
        if words == "3":
            desk.delivers("the latest")

    monkeypatch.setattr(mailboxes, "AT_ONCE", 2)
    desk.before = another_comes
    desk.delivers("1", "2", "3", "4", "5", seen=True)
    desk.delivers("new")
    desk.reads()
    assert desk.offered == ["new", "1", "2", "3", "4", "5", "new"]
    desk.reads()
    assert desk.has == ["new", "1", "2", "3", "4", "5", "the latest"]
    assert desk.mark.last_uid == 7


def test_a_worker_that_stops_does_not_wait_for_a_server_that_does_not_greet(
    desk: Desk, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = FAR.total_seconds() * 10
    monkeypatch.setattr(mailboxes, "TIME_LIMIT", far)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"imap://amy:sesame@127.0.0.1:{silent.getsockname()[1]}"
        open_at = partial(connection.open_inbox, timeout=far, time_limit=far)
        reader = MailboxReader(desk.database, DESK, "support", url, desk.take, desk.clock, open_at)
        thread = running(reader)
        accepted, _ = silent.accept()
        with accepted:
            reader.stop()
            thread.join(FAR.total_seconds())
    assert not thread.is_alive()
    assert desk.mark.failing_since is None


def test_after_a_restart_of_the_server_reading_goes_on_where_it_stopped(desk: Desk, running: Running) -> None:
    with imap_server() as desk.server:  # one that may be stopped
        desk.server.add(desk.user)
        desk.delivers("before")
        thread = running(desk.reader())
        eventually(lambda: desk.has == ["before"], "the mail is taken")
        desk.server.stop()
        thread.join(FAR.total_seconds())
        assert not thread.is_alive()
        assert "did not answer" in desk.mark.failure
        desk.clock.pass_time(A_MINUTE)
        desk.reads()
        assert desk.mark.failing_since == NOW
        desk.server.start()
        desk.delivers("after")
        desk.clock.pass_time(2 * A_MINUTE)
        desk.reads()
        assert (desk.offered, desk.mark.failure, desk.alerts()) == (["before", "after"], "", [])
