"""The digest: each morning and each Monday, once, until noon, quiet nights too."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from callbacks.acts.attempts import record_attempt
from callbacks.cli.context import UNDER_A_MOVING_CLOCK, Compose
from callbacks.db.database import Database
from callbacks.db.states import CarrierStatus, PageState, ReachOutcome, VoicemailState
from callbacks.db.tables import Callback, Page, Watermark
from callbacks.desk.desk_file import Desk, DigestMails, desk_from, read_desk
from callbacks.errors import BrokenDesk, CarrierError
from callbacks.inbound import calls as intake
from callbacks.oncall import store
from callbacks.paging.channels.mail import Letter, Post
from callbacks.paging.channels.twilio import Accepted
from callbacks.people import technicians, users
from callbacks.reporting.digest import Digest, write
from callbacks.worker.jobs.digest import DigestPost, due, recipients
from ivr.rehearsal.simulated_desk import DEMO_USER, simulated_desk
from sla.clock import MovingClock
from tests.waiting import eventually

DESK = read_desk(Path("support.toml"))
PASSWORD = "correct horse battery"
URL = "https://desk.test"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=DESK.zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-28T07:59:59", []),
        ("2026-11-28T08:00", ["night 2026-11-28"]),
        ("2026-11-28T11:59:59", ["night 2026-11-28"]),
        ("2026-11-28T12:00", []),
        ("2026-11-28T23:00", []),
        ("2026-11-29T08:00", ["night 2026-11-29"]),  # Sundays too
        ("2026-11-30T08:00", ["night 2026-11-30", "week 2026-11-30"]),
        ("2026-11-30T12:00", []),
        ("2026-11-01T07:59:59", []),  # the clock went back in this night
        ("2026-11-01T08:00", ["night 2026-11-01"]),
        ("2026-03-08T07:59:59", []),  # and forward in this one
        ("2026-03-08T08:00", ["night 2026-03-08"]),
        ("2027-01-01T09:30", ["night 2027-01-01"]),
    ],
)
def test_which_digest_is_due(now: str, expected: list[str]) -> None:
    assert [f"{digest.of} {digest.day}" for digest in due(DESK, at(now))] == expected


def test_another_desk_mails_its_digest_at_another_time() -> None:
    early = DESK.model_copy(update={"digest": DESK.digest.model_copy(update={"at": time(6, 30), "until": time(7)})})
    assert not due(early, at("2026-11-28T06:29"))
    assert due(early, at("2026-11-28T06:30"))
    assert not due(early, at("2026-11-28T07:00"))


def test_eight_o_clock_is_the_desks_on_both_sides_of_a_clock_change() -> None:
    assert due(DESK, datetime(2026, 10, 31, 12, tzinfo=UTC))
    assert not due(DESK, datetime(2026, 11, 1, 12, 59, tzinfo=UTC))
    assert due(DESK, datetime(2026, 11, 1, 13, tzinfo=UTC))
    assert due(DESK, datetime(2026, 3, 8, 12, tzinfo=UTC))
    assert not due(DESK, datetime(2026, 3, 7, 12, 59, tzinfo=UTC))


@dataclass(frozen=True)
class Mailbox(Post):
    """A mail server that keeps what it is handed, unless it has troubles."""

    url: str = "smtp://mail.test"
    sender: str = "desk@example.com"
    kept: list[Letter] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def send(self, letter: Letter) -> Accepted:
        if self.troubles:
            raise CarrierError(self.troubles[0])
        self.kept.append(letter)
        return Accepted(letter.id, CarrierStatus.SENT)


@dataclass
class Office:
    """A desk with Sue the supervisor and Ada the administrator; Rita and Tom only read."""

    database: Database
    clock: MovingClock = field(default_factory=lambda: MovingClock(at("2026-11-28T08:00")))
    post: Mailbox = field(default_factory=Mailbox)
    desk: Desk = DESK

    def __post_init__(self) -> None:
        self.database.write(self._people)

    def _people(self, session: Session) -> None:
        amy = technicians.add_technician(session, "Amy Roy", "+15145550101", self.clock.now(), verified=True)
        for name, role in (("sue", "supervisor"), ("ada", "administrator"), ("rita", "reader")):
            users.add_user(session, f"{name}@example.com", role, PASSWORD, self.clock.now())
        users.add_user(session, "amy@example.com", "technician", PASSWORD, self.clock.now(), "Amy Roy")
        store.add_shift(session, DESK, amy, "primary", None, None, self.clock.now())

    def worker(self) -> DigestPost:
        return DigestPost(self.database, self.post, self.desk, URL, self.clock)

    def rings(self, sid: str, when: str) -> None:
        """A customer leaves a message; nobody has tried them yet."""
        began = at(when)

        def work(session: Session) -> None:
            intake.record_call(session, intake.Arrival(sid, "direct", "+15145550199", "en", False, "closed"), began)
            intake.record_voicemail(session, DESK, sid, intake.Recording(VoicemailState.RECORDED, f"RE{sid}", 9), began)

        self.database.write(work)

    def tried(self, sid: str, minutes: int) -> None:
        def work(session: Session) -> None:
            callback = session.scalars(select(Callback).where(Callback.call_sid == sid)).one()
            amy = technicians.technician_named(session, "Amy Roy")
            record_attempt(
                session, callback, amy, ReachOutcome.NO_ANSWER, "text", callback.opened_at + minutes * MINUTE
            )

        self.database.write(work)

    def reads(self, of: str, day: str) -> str:
        digest = Digest("week" if of == "week" else "night", date.fromisoformat(day))
        return self.database.read(lambda s: write(s, self.desk, digest, URL, self.clock.now())).words

    @property
    def mailed(self) -> list[str]:
        return [f"{letter.to} {letter.id.rpartition('-')[0]}" for letter in self.post.kept]


MINUTE = timedelta(minutes=1)
THE_NIGHT = ["ada@example.com digest-night-2026-11-28", "sue@example.com digest-night-2026-11-28"]


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def test_supervisors_and_administrators_have_it_once_with_any_number_of_workers_and_restarts(office: Office) -> None:
    with ThreadPoolExecutor(4) as pool:
        for _ in range(3):
            list(pool.map(lambda worker: worker.send_due(), [office.worker() for _ in range(4)]))
            office.clock.pass_time(timedelta(minutes=30))
    assert sorted(office.mailed) == THE_NIGHT


def test_every_morning_has_its_own_and_monday_the_weeks_besides(office: Office) -> None:
    for _ in range(3):  # Saturday, Sunday, Monday
        office.worker().send_due()
        office.clock.pass_time(timedelta(days=1))
    sues = [mail.partition(" ")[2] for mail in office.mailed if mail.startswith("sue")]
    assert sues == [
        "digest-night-2026-11-28",
        "digest-night-2026-11-29",
        "digest-night-2026-11-30",
        "digest-week-2026-11-30",
    ]


def test_before_eight_nothing_is_mailed(office: Office) -> None:
    office.clock.move_to(at("2026-11-28T07:59"))
    office.worker().send_due()
    assert office.mailed == []


def test_a_worker_that_was_down_at_eight_sends_it_when_it_comes_back(office: Office) -> None:
    office.clock.move_to(at("2026-11-28T11:58"))
    office.worker().send_due()
    assert office.mailed == THE_NIGHT


def test_a_worker_that_comes_back_after_noon_skips_it(office: Office) -> None:
    office.clock.move_to(at("2026-11-28T12:00"))
    office.worker().send_due()
    assert office.mailed == []


def test_a_mail_that_fails_is_in_the_log_and_is_tried_again_until_it_is_sent(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    office.post.troubles.append("The mail server did not answer: TimeoutError.")
    office.worker().send_due()
    assert "a digest could not be mailed" in "".join(capsys.readouterr())
    office.post.troubles.clear()
    office.worker().send_due()
    assert office.mailed == []  # somebody may still be at it
    office.clock.pass_time(timedelta(minutes=5))
    office.worker().send_due()
    office.worker().send_due()
    assert office.mailed == THE_NIGHT


def test_a_mail_that_fails_all_morning_is_not_sent_after_noon(office: Office) -> None:
    office.post.troubles.append("The mail server did not answer: TimeoutError.")
    office.clock.move_to(at("2026-11-28T11:57"))
    office.worker().send_due()
    office.post.troubles.clear()
    office.clock.pass_time(timedelta(minutes=6))
    office.worker().send_due()
    assert office.mailed == []


def test_a_letter_that_is_sent_again_has_the_same_id_and_no_two_people_share_one(office: Office) -> None:
    office.worker().send_due()
    first, office.post = office.post, Mailbox()
    office.database.write(lambda s: s.execute(delete(Watermark).where(Watermark.name.startswith("digest"))))
    office.worker().send_due()
    assert [letter.id for letter in office.post.kept] == [letter.id for letter in first.kept]
    assert len({letter.id for letter in office.post.kept}) == 2


def test_without_a_mail_server_nothing_is_held(office: Office) -> None:
    office.post = Mailbox(url="")
    office.worker().send_due()
    office.post = Mailbox()
    office.worker().send_due()
    assert office.mailed == THE_NIGHT


def test_the_desk_file_names_more_addresses_and_nobody_has_two(office: Office) -> None:
    mails = DigestMails(also_to=("board@example.com", "sue@example.com"))
    desk = DESK.model_copy(update={"digest": mails})
    found = office.database.read(lambda session: recipients(session, desk))
    assert found == ["ada@example.com", "sue@example.com", "board@example.com"]


def test_an_address_that_is_none_is_refused_by_the_desk_file() -> None:
    content = DESK.model_dump(mode="json") | {"digest": {"also_to": ["the board"]}}
    with pytest.raises(BrokenDesk, match=r"digest\.also_to"):
        desk_from(content, Path("support.toml"))


def test_the_worker_mails_it_in_its_sweep(
    compose: Compose, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = Mailbox()
    monkeypatch.setattr(Post, "send", lambda _, letter: post.send(letter))
    with_people = simulated_desk(compose, DESK, at("2026-11-28T08:00"), tmp_path, database_url=sqlite_url).service
    settings = replace(with_people.settings, smtp_url=post.url, mail_from=post.sender)
    service = compose(settings, DESK, with_people.clock, limits=UNDER_A_MOVING_CLOCK)
    service.worker.sweep()
    eventually(lambda: bool(post.kept), "a digest in the post")  # it is sent beside the sweep
    for each in (service, with_people):
        each.close()  # what is on the wire comes to its end
    assert [letter.to for letter in post.kept] == [DEMO_USER]


def test_a_quiet_night_says_so(office: Office) -> None:
    office.worker().send_due()
    letter = office.post.kept[0]
    assert letter.subject == "Support desk: the night to Sat 28 Nov: nobody rang"
    assert "Nobody rang.\nNo page failed." in letter.words
    assert "Nothing is open." in letter.words
    assert f"{URL}/reports/digest?day=2026-11-28" in letter.words


def test_the_night_is_told_with_what_is_open_what_failed_and_the_gaps_ahead(office: Office) -> None:
    office.rings("CA1", "2026-11-27T23:30")
    office.tried("CA1", 12)
    office.rings("CA2", "2026-11-28T02:00")
    office.rings("CA3", "2026-11-28T07:50")
    office.rings("CA4", "2026-11-28T08:10")  # of the next digest

    def fail_one(session: Session) -> None:
        session.scalars(select(Page).order_by(Page.id)).all()[0].state = PageState.FAILED
        ben = technicians.add_technician(session, "Ben Cole", "+15145550102", at("2026-11-01T08:00"), verified=True)
        store.add_shift(session, DESK, ben, "backup", None, at("2026-12-01T08:00"), at("2026-11-01T08:00"))

    office.database.write(fail_one)
    office.worker().send_due()
    letter, words = office.post.kept[0], office.post.kept[0].words
    reference = office.database.read(lambda s: s.scalar(select(Callback.reference).where(Callback.call_sid == "CA2")))
    assert letter.subject.endswith("3 calls, 1 promise broken")
    assert "3 calls, 3 callbacks.\nKept in time 1, missed 1, not due yet 1.\n1 page failed." in words
    assert f"{reference} with nobody, NOT TRIED, due Sat 28 Nov 02:30" in words
    assert "with Amy Roy, tried" in words
    assert "backup: nobody from Tue 1 Dec 08:00" in words


def test_what_came_by_day_after_the_last_digest_is_not_lost(office: Office) -> None:
    for sid, when in (("CA1", "2026-11-27T07:59"), ("CA2", "2026-11-27T08:00"), ("CA3", "2026-11-27T17:59")):
        office.rings(sid, when)
    words = office.reads("night", "2026-11-28")
    assert "The day before, Fri 27 Nov, from 08:00 to 18:00\n2 calls, 2 callbacks.\nKept in time 0, missed 2" in words
    assert "to 08:00\n\nNobody rang." in words


def test_every_call_is_in_exactly_one_digest_when_the_clock_changes(office: Office) -> None:
    for hour in range(48):
        office.rings(f"CA{hour}", (datetime.fromisoformat("2026-10-31T08:00") + timedelta(hours=hour)).isoformat())
    office.clock.move_to(at("2026-11-02T12:00"))
    told = [office.reads("night", day) for day in ("2026-10-31", "2026-11-01", "2026-11-02", "2026-11-03")]
    calls = [int(line.split()[0]) for words in told for line in words.splitlines() if " calls, " in line]
    assert sum(calls) == 48


def test_the_week_is_told_with_its_busiest_night_and_what_each_carried(office: Office) -> None:
    for sid, when in (("CA1", "2026-11-23T23:30"), ("CA2", "2026-11-24T02:00"), ("CA3", "2026-11-26T12:00")):
        office.rings(sid, when)
    office.tried("CA1", 12)
    office.rings("CA4", "2026-11-30T03:00")  # its night is the week's, its day is not
    office.database.write(lambda s: s.execute(update(Page).values(state=PageState.SENT)))
    office.clock.move_to(at("2026-11-30T08:00"))
    words = office.reads("week", "2026-11-30")
    assert "The week from Mon 23 Nov to Sun 29 Nov" in words
    assert "3 calls.\nKept in time 1 (33.3 %), missed 2, not due yet 0." in words
    assert "The busiest night\nMon 23 Nov: 2 calls, 2 callbacks" in words
    assert "Amy Roy: 1 page by day, 2 by night; woken 2 times; owned 1, tried 1" in words
