"""What the desk no longer keeps is deleted in its order, and nothing of a callback that is open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.customers.personal_data import DELETED
from callbacks.db.database import Database
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import (
    AudioState,
    CarrierStatus,
    Channel,
    CustomerMessageKind,
    CustomerMessageState,
    MailKind,
    PageKind,
    PageState,
    SubscribedBy,
    TranscribedBy,
    VoicemailState,
)
from callbacks.db.tables import (
    AuditEntry,
    Call,
    Callback,
    CustomerMessage,
    Event,
    MailMessage,
    Page,
    ReceivedText,
    Subscription,
    Voicemail,
)
from callbacks.desk.desk_file import Desk, read_desk
from callbacks.inbound import calls
from callbacks.lifecycle.transitions import Change, change_state
from callbacks.people import technicians
from callbacks.records import audit_log
from callbacks.records.log_check import check_entries, check_events, check_removals
from callbacks.worker.jobs.retention import Retention
from sla.clock import MovingClock
from tests.callbacks.inbound.mails.post import SATURDAY_NIGHT, Post, parsed

DESK = read_desk(Path("support.toml"))
BEGAN = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
CLOSED = BEGAN + timedelta(days=10)


def kept(**spans: timedelta | None) -> Desk:
    return DESK.model_copy(update={"retention": DESK.retention.model_copy(update=dict(spans))})


class Years:
    """A call with a message that was written down, from a night long ago. Its callback was closed ten days later."""

    def __init__(self, database: Database, desk: Desk = DESK) -> None:
        self.database, self.clock = database, MovingClock(BEGAN)
        self.job = Retention(database, desk, self.clock)

    def calls(self, sid: str, *, says_something: bool = True, is_closed: bool = True) -> None:
        def work(session: Session) -> None:
            calls.record_call(
                session,
                calls.Arrival(sid, "direct", "+15145550199", "en", False, "closed", "TN-Validation-Passed-A"),
                BEGAN,
            )
            if says_something:
                recording = calls.Recording(VoicemailState.RECORDED, _recording(sid), 8)
                calls.record_voicemail(session, DESK, sid, recording, BEGAN)
                voicemail = session.scalars(select(Voicemail).where(Voicemail.call_sid == sid)).one()
                voicemail.audio, voicemail.transcript = AudioState.COPIED, "My boiler leaks"
                voicemail.transcribed_by, voicemail.next_action_at = TranscribedBy.MACHINE, None
            calls.record_end(session, DESK, sid, CarrierStatus.COMPLETED, BEGAN)
            callback = session.scalars(select(Callback).where(Callback.contact_sid == sid)).first()
            if callback is not None and is_closed:
                change_state(callback, Change.CANCEL, CLOSED)

        self.database.write(work)

    def after(self, days: float) -> Mapping[str, tuple[AudioState, str, bool]]:
        """Return what is left of each call so many days after the callback was closed."""
        self.clock.move_to(CLOSED + timedelta(days=days))
        while self.job.run():
            pass
        return self.left()

    def left(self) -> Mapping[str, tuple[AudioState, str, bool]]:
        query = select(Call, Voicemail).outerjoin(Voicemail, Voicemail.call_sid == Call.sid)

        def work(session: Session) -> Mapping[str, tuple[AudioState, str, bool]]:
            return {
                call.sid: (
                    voicemail.audio if voicemail else AudioState.NONE,
                    voicemail.transcript if voicemail else "",
                    call.caller != DELETED,
                )
                for call, voicemail in session.execute(query)
            }

        return self.database.read(work)

    def kinds(self) -> list[EventKind]:
        deletions = (EventKind.MESSAGE_DELETED, EventKind.TRANSCRIPT_DELETED, EventKind.PERSON_DELETED)
        query = select(Event.kind).where(Event.kind.in_(deletions)).order_by(Event.id)
        return list(self.database.read(lambda session: session.scalars(query).all()))


def _recording(sid: str) -> str:
    return "RE" + sid[2:].rjust(32, "0")


@pytest.fixture
def years(database: Database) -> Years:
    return Years(database)


WHOLE = (AudioState.COPIED, "My boiler leaks", True)


def test_first_the_recording_goes_then_the_words_then_the_person(years: Years) -> None:
    years.calls("CA1")
    assert years.after(89.9)["CA1"] == WHOLE
    assert years.after(90)["CA1"] == (AudioState.DELETING, "My boiler leaks", True)
    assert years.after(364.9)["CA1"] == (AudioState.DELETING, "My boiler leaks", True)
    assert years.after(365)["CA1"] == (AudioState.DELETING, "", True)
    assert years.after(729.9)["CA1"] == (AudioState.DELETING, "", True)
    assert years.after(730)["CA1"] == (AudioState.DELETING, "", False)
    assert years.kinds() == [EventKind.MESSAGE_DELETED, EventKind.TRANSCRIPT_DELETED, EventKind.PERSON_DELETED]


def test_nothing_goes_while_the_callback_is_open(years: Years) -> None:
    years.calls("CA1", is_closed=False)
    assert years.after(3000)["CA1"] == WHOLE


def test_a_callback_that_was_opened_again_counts_from_its_last_end(years: Years) -> None:
    years.calls("CA1")

    def reopened(session: Session) -> None:
        change_state(session.scalars(select(Callback)).one(), Change.REOPEN, CLOSED + timedelta(days=50))

    def closed(session: Session) -> None:
        change_state(session.scalars(select(Callback)).one(), Change.CANCEL, CLOSED + timedelta(days=100))

    years.database.write(reopened)
    assert years.after(95)["CA1"] == WHOLE
    years.database.write(closed)
    assert years.after(189)["CA1"] == WHOLE
    assert years.after(190)["CA1"] == (AudioState.DELETING, "My boiler leaks", True)


def test_a_call_that_joined_an_open_callback_is_kept_with_it(years: Years) -> None:
    years.calls("CA1", is_closed=False)
    years.calls("CA2")
    assert years.after(3000)["CA2"] == WHOLE


def test_a_call_without_a_callback_counts_from_when_it_began(years: Years) -> None:
    years.calls("CA1", says_something=False)
    assert years.after(719.9)["CA1"][2]
    assert not years.after(720)["CA1"][2]


def test_an_earlier_take_goes_too(years: Years) -> None:
    years.calls("CA1")

    def replaced(session: Session) -> None:
        session.add(
            Voicemail(call_sid="CA1", recording_sid=_recording("CA7"), state=VoicemailState.RECORDED,
                      audio=AudioState.COPIED, is_replaced=True)
        )  # fmt: skip

    years.database.write(replaced)
    years.after(90)
    states = years.database.read(lambda session: session.scalars(select(Voicemail.audio)).all())
    assert states == [AudioState.DELETING, AudioState.DELETING]


def test_a_recording_that_was_never_copied_is_deleted_at_the_carrier_too(years: Years) -> None:
    years.calls("CA1")

    def lost(session: Session) -> None:
        session.scalars(select(Voicemail)).one().audio = AudioState.LOST

    years.database.write(lost)
    assert years.after(90)["CA1"][0] is AudioState.DELETING


def test_never_deletes_nothing(database: Database) -> None:
    years = Years(database, kept(audio=None, transcripts=None, numbers=None))
    years.calls("CA1")
    assert years.after(30_000)["CA1"] == WHOLE
    assert years.kinds() == []


def test_many_calls_are_deleted_in_small_batches(years: Years) -> None:
    for number in range(45):
        years.calls(f"CA{number}")
    years.clock.move_to(CLOSED + timedelta(days=90))
    assert years.job.run()
    going = [audio for audio, _, _ in years.left().values() if audio is AudioState.DELETING]
    assert len(going) == 20
    assert {audio for audio, _, _ in years.after(90).values()} == {AudioState.DELETING}


def test_the_audit_log_says_how_many_and_of_whom_nothing(years: Years) -> None:
    years.calls("CA1")
    years.after(800)
    query = select(AuditEntry).where(AuditEntry.what == "deleted after the retention time").order_by(AuditEntry.id)
    entries = years.database.read(lambda session: session.scalars(query).all())
    found = [dict(audit_log.details_of(entry)) for entry in entries]
    assert found == [{"recordings": "1"}, {"transcripts": "1"}, {"customers' numbers": "1"}]
    for check in (check_entries, check_events, check_removals):
        assert years.database.read(check).faults == []


def test_texts_lose_their_words_and_then_their_senders(years: Years) -> None:
    def texts(session: Session) -> None:
        session.add(ReceivedText(sid="SM1", sender="+15145550199", at=BEGAN, words="my boiler", answer="ok"))
        session.add(
            CustomerMessage(kind=CustomerMessageKind.NOTICE, occasion="1", channel=Channel.TEXT, words="An outage",
                            address="+15145550199", language="en", created_at=BEGAN, state=CustomerMessageState.SENT)
        )  # fmt: skip

    years.database.write(texts)

    def left() -> list[tuple[str, str]]:
        received = select(ReceivedText.sender, ReceivedText.words)
        sent = select(CustomerMessage.address, CustomerMessage.words)
        return years.database.read(lambda s: [tuple(row) for row in (*s.execute(received), *s.execute(sent))])

    years.after(355)
    assert left() == [("+15145550199", ""), ("+15145550199", "An outage")]
    years.after(720)
    assert left() == [(DELETED, ""), (f"{DELETED} 1", "")]


def test_an_address_of_nobody_who_is_subscribed_any_more_goes_with_the_numbers(years: Years) -> None:
    def subscribed(address: str, confirmed_at: datetime | None, ended_at: datetime | None) -> Subscription:
        return Subscription(channel=Channel.MAIL, address=address, language="en", by=SubscribedBy.MAIL,
                            created_at=BEGAN, confirmed_at=confirmed_at, ended_at=ended_at)  # fmt: skip

    rows = [
        subscribed("goes-on@example.test", BEGAN, None),
        subscribed("left@example.test", BEGAN, BEGAN + timedelta(days=10)),
        subscribed("never-confirmed@example.test", None, None),
    ]
    years.database.write(lambda session: session.add_all(rows))

    def left() -> list[tuple[str, bool]]:
        query = select(Subscription).order_by(Subscription.id)
        found = years.database.read(lambda session: session.scalars(query).all())
        return [(row.address, row.ended_at is None) for row in found]

    years.after(719)
    assert left() == [
        ("goes-on@example.test", True), ("left@example.test", False), ("never-confirmed@example.test", True)
    ]  # fmt: skip
    years.after(741)
    assert left() == [("goes-on@example.test", True), (DELETED, False), (DELETED, False)]


def test_texts_are_kept_while_a_callback_of_that_time_is_open(years: Years) -> None:
    years.calls("CA1", is_closed=False)
    text = ReceivedText(sid="SM1", sender="+15145550101", at=BEGAN + timedelta(hours=1), words="note", answer="ok")
    years.database.write(lambda session: session.add(text))
    years.after(3000)
    assert years.database.read(lambda session: session.scalars(select(ReceivedText.words)).one()) == "note"


def test_the_texts_to_technicians_lose_their_words_with_the_transcript(years: Years) -> None:
    years.calls("CA1")

    def paged(session: Session) -> None:
        amy = technicians.add_technician(session, "Amy Roy", "+15145550101", BEGAN, verified=True)
        callback = session.scalars(select(Callback)).one()
        session.add(
            Page(callback_id=callback.id, kind=PageKind.STEP, technician_id=amy.id, channel=Channel.TEXT, code="123456",
                 words="call (514) 555-0199", state=PageState.SENT, created_at=BEGAN)
        )  # fmt: skip

    years.database.write(paged)
    years.after(364)
    words = select(Page.words)
    assert years.database.read(lambda session: session.scalars(words).one()) == "call (514) 555-0199"
    years.after(365)
    assert years.database.read(lambda session: session.scalars(words).one()) == ""


# Mails


class PostOffice(Post):
    """A desk that mails reach, years later."""

    def is_over(self) -> None:
        """End its callbacks."""

        def work(session: Session) -> None:
            for callback in session.scalars(select(Callback)):
                change_state(callback, Change.CANCEL, self.now)

        self.database.write(work)

    def after(self, days: float) -> list[tuple[str, str, str, str, str]]:
        """Return what is left of each mail so many days later: subject, words, quotes, sender and their name."""
        job = Retention(self.database, self.desk, MovingClock(self.now + timedelta(days=days)))
        while job.run():
            pass
        return [(mail.subject, mail.words, mail.quoted, mail.sender, mail.sender_name) for mail in self.mails()]


MAIL = parsed("No mail", "The queue is full", quoted="> Earlier", authentication="spf=pass", message_id="1@acme")
WORDS, NAMES = ("No mail", "The queue is full", "> Earlier"), ("bob@acme.example", "Bob Tremblay")


@pytest.fixture
def post(database: Database, tmp_path: Path) -> PostOffice:
    return PostOffice(database, tmp_path / "media", SATURDAY_NIGHT)


def test_of_a_mail_first_its_words_and_files_go_and_then_who_sent_it(post: PostOffice) -> None:
    post.gets(MAIL, "emergency")
    post.is_over()
    assert post.after(364.9) == [(*WORDS, *NAMES)]
    assert post.mails()[0].next_action_at is None
    assert post.after(365) == [("", "", "", *NAMES)]
    assert post.mails()[0].next_action_at == post.now + timedelta(days=365)  # the worker deletes its files
    assert post.events(EventKind.MAIL_DELETED) == ["The desk's retention time is over."]
    assert post.after(729.9) == [("", "", "", *NAMES)]
    assert post.after(730) == [("", "", "", DELETED, "")]
    (mail,) = post.mails()
    assert (mail.authentication, mail.message_id, mail.thread) == ("", "", "")
    assert not any("No mail" in detail for detail in post.events(*EventKind))
    for check in (check_entries, check_events, check_removals):
        assert post.database.read(check).faults == []


def test_a_mail_that_joined_a_callback_goes_with_it(post: PostOffice) -> None:
    post.gets(MAIL, "emergency")
    post.gets(parsed("Still no mail", "Same as before", sender_name="Bob"), "emergency")
    assert post.after(3000)[1][:2] == ("Still no mail", "Same as before")
    post.is_over()
    assert [left[:2] for left in post.after(364.9)] == [WORDS[:2], ("Still no mail", "Same as before")]
    assert [left[:2] for left in post.after(365)] == [("", "")] * 2
    assert len(post.events(EventKind.MAIL_DELETED)) == 2


def test_no_mail_of_an_open_callback_goes(post: PostOffice) -> None:
    post.gets(MAIL, "emergency")
    assert post.after(3000) == [(*WORDS, *NAMES)]


@pytest.mark.parametrize("kind", [MailKind.AUTOMATIC, MailKind.LIST, MailKind.BOUNCE, MailKind.LOOP])
def test_mails_without_a_callback_go_by_when_they_were_received(post: PostOffice, kind: MailKind) -> None:
    post.gets(parsed("No mail", "The queue is full", quoted="> Earlier", kind=kind))
    assert post.after(364.9) == [(*WORDS, *NAMES)]
    assert post.after(365) == [("", "", "", *NAMES)]
    assert post.after(730) == [("", "", "", DELETED, "")]


def test_many_mails_without_a_callback_go_in_small_batches(post: PostOffice) -> None:
    for number in range(25):
        post.gets(parsed(str(number), kind=MailKind.LIST))
    assert Retention(post.database, post.desk, MovingClock(post.now + timedelta(days=365))).run()
    left = select(MailMessage.id).where(MailMessage.content_deleted_at.is_(None))
    assert len(post.database.read(lambda session: session.scalars(left).all())) == 5


def test_what_is_kept_for_ever_is_kept_of_mails_too(database: Database, tmp_path: Path) -> None:
    never = {"audio": "never", "transcripts": "never", "numbers": "never"}
    post = PostOffice(database, tmp_path / "media", SATURDAY_NIGHT, retention=never)
    post.gets(MAIL)
    post.gets(parsed("No mail", "The queue is full", quoted="> Earlier", kind=MailKind.LIST))
    post.is_over()
    assert post.after(30_000) == [(*WORDS, *NAMES)] * 2
