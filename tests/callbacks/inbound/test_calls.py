"""Whatever the carrier says, in whatever order and however often: one call, one callback, what was said is kept."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callbacks.acts.attempts import record_attempt
from callbacks.acts.ownership import Pass
from callbacks.db.database import UNHURRIED, Database, locked
from callbacks.db.states import (
    AttemptState,
    AudioState,
    CallbackState,
    CallOutcome,
    CarrierStatus,
    ReachOutcome,
    VoicemailState,
)
from callbacks.db.tables import Call, Callback, Page, PageAttempt, Technician, Voicemail
from callbacks.desk.desk_file import read_desk
from callbacks.errors import WrongState
from callbacks.inbound import calls as intake
from callbacks.oncall import store
from callbacks.paging.escalate import forecast
from callbacks.paging.follow_up import take_next_action
from callbacks.paging.status_reports import StatusReport, take_report
from callbacks.people import technicians
from callbacks.text.attestation import ATTESTED
from tests.acting import takes, technician_acts

DESK = read_desk(Path("support.toml"))
BEGAN = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
SID = "CA" + "1" * 32
RECORDING = "RE" + "2" * 32

News = Callable[[Session], object]


def at(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


def calls(database: Database, beep: bool = True) -> None:
    arrival = intake.Arrival(SID, "direct", "+15145550199", "en", False, "outside support hours", ATTESTED[0])
    database.write(lambda session: intake.record_call(session, arrival, BEGAN))
    if beep:
        database.write(lambda session: intake.record_beep(session, SID, at(20)))


def staffed(database: Database) -> None:
    def work(session: Session) -> None:
        for name, number in (("Amy Roy", "+15145550101"), ("Ben Cole", "+15145550102")):
            row = technicians.add_technician(session, name, number, BEGAN, verified=True)
            layer = "primary" if name.startswith("Amy") else "backup"
            store.add_shift(session, DESK, row, layer, None, None, BEGAN)

    database.write(work)


def action(session: Session) -> None:
    intake.record_voicemail(session, DESK, SID, intake.Recording(VoicemailState.EXPECTED, RECORDING, 9), at(31))


def completed(session: Session) -> None:
    intake.record_voicemail(session, DESK, SID, intake.Recording(VoicemailState.RECORDED, RECORDING, 8), at(33))


def absent(session: Session) -> None:
    intake.record_voicemail(session, DESK, SID, intake.Recording(VoicemailState.ABSENT, RECORDING, None), at(33))


def ended(session: Session) -> None:
    intake.record_end(session, DESK, SID, CarrierStatus.COMPLETED, at(32))


def orders(*news: News) -> list[tuple[News, ...]]:
    """Every order of some of the news, some of it doubled."""
    doubled = [*itertools.permutations(news), *((*order, order[0]) for order in itertools.permutations(news))]
    some = [order for count in range(1, len(news)) for order in itertools.permutations(news, count)]
    return doubled + some


@pytest.mark.parametrize("order", orders(action, completed, ended), ids=lambda o: "-".join(f.__name__ for f in o))
def test_a_message_is_kept_whatever_the_order(sqlite_url: str, order: tuple[News, ...]) -> None:
    database = Database(sqlite_url, UNHURRIED)
    staffed(database)
    calls(database)
    for news in order:
        database.write(news)
    callback = database.read(lambda session: session.scalars(select(Callback)).one())
    voicemail = database.read(lambda session: session.scalars(select(Voicemail)).one())
    assert callback.due_at == BEGAN + timedelta(minutes=30)
    if completed in order:
        assert (voicemail.state, voicemail.seconds, voicemail.audio) == (VoicemailState.RECORDED, 8, AudioState.WANTED)
    pages = database.read(lambda session: session.scalars(select(Page)).all())
    assert [page.technician.name for page in pages] == ["Amy Roy"]
    database.close()


@pytest.mark.parametrize("order", orders(absent, ended), ids=lambda o: "-".join(f.__name__ for f in o))
def test_a_hang_up_at_the_beep_is_a_callback_without_a_message(sqlite_url: str, order: tuple[News, ...]) -> None:
    database = Database(sqlite_url, UNHURRIED)
    staffed(database)
    calls(database)
    for news in order:
        database.write(news)
    assert database.read(lambda session: session.scalar(select(func.count()).select_from(Callback))) == 1
    database.close()


def test_a_hang_up_before_the_beep_is_a_log_entry_only(database: Database) -> None:
    calls(database, beep=False)
    database.write(ended)
    assert database.read(lambda session: session.scalars(select(Callback)).all()) == []
    call = database.read(lambda session: session.get_one(Call, SID))
    assert (call.outcome, call.ended_at) == (CallOutcome.HUNG_UP_BEFORE_THE_BEEP, at(32))


def test_audio_that_exists_outweighs_any_word_that_there_is_none(database: Database) -> None:
    calls(database)
    for news in (absent, completed, absent):
        database.write(news)
    assert database.read(lambda session: session.scalars(select(Voicemail)).one()).state == VoicemailState.RECORDED


def test_many_webhooks_at_the_same_instant_open_one_callback(database: Database) -> None:
    staffed(database)
    calls(database)
    barrier, faults = threading.Barrier(6), list[BaseException]()

    def webhook(news: News) -> None:
        barrier.wait()
        try:
            database.write(news)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=webhook, args=(news,)) for news in (action, completed, ended) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    count = database.read(lambda session: session.scalar(select(func.count()).select_from(Callback)))
    pages = database.read(lambda session: session.scalar(select(func.count()).select_from(Page)))
    assert (count, pages) == (1, 1)


def opened(database: Database) -> int:
    staffed(database)
    calls(database)
    callback = database.write(
        lambda s: intake.record_voicemail(s, DESK, SID, intake.Recording(VoicemailState.EXPECTED), at(31))
    )
    assert callback is not None
    return callback.id


def test_two_people_at_the_same_second_make_one_owner(database: Database) -> None:
    callback_id, barrier, won = opened(database), threading.Barrier(2), list[str]()

    def take(name: str) -> None:
        def work(session: Session) -> bool:
            technician = technicians.technician_named(session, name)
            return takes(session, DESK, locked(session, Callback, callback_id), technician, at(60))

        barrier.wait()
        if database.write(work):
            won.append(name)

    threads = [threading.Thread(target=take, args=(name,)) for name in ("Amy Roy", "Ben Cole")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    callback = database.read(lambda session: session.get_one(Callback, callback_id))
    assert callback.owner is not None
    assert callback.owner.name == won[0]


def test_only_an_attempt_ends_the_paging(database: Database) -> None:
    callback_id = opened(database)

    def act(session: Session) -> Callback:
        callback = locked(session, Callback, callback_id)
        amy = technicians.technician_named(session, "amy roy")
        takes(session, DESK, callback, amy, at(60))
        assert callback.next_action_at == at(60 + 600)
        record_attempt(session, callback, amy, ReachOutcome.NO_ANSWER, "text", at(120))
        assert forecast(session, DESK, callback, store.schedule(session, DESK, at(120))) is None
        take_next_action(session, DESK, callback, at(120))
        return callback

    callback = database.write(act)
    assert (callback.attempted_at, callback.state) == (at(120), CallbackState.OPEN)
    assert callback.next_action_at == at(120 + 15 * 60), "Amy is asked to try again"


def test_what_is_somebody_elses_cannot_be_handed_on(database: Database) -> None:
    callback_id = opened(database)

    def act(session: Session) -> None:
        callback = locked(session, Callback, callback_id)
        amy, ben = (technicians.technician_named(session, name) for name in ("Amy Roy", "Ben Cole"))
        takes(session, DESK, callback, amy, at(60))
        with pytest.raises(WrongState, match="Amy Roy"):
            technician_acts(session, DESK, callback, Pass(), ben, at(61))
        technician_acts(session, DESK, callback, Pass(), amy, at(62))
        assert (callback.owner, callback.next_action_at) == (None, at(62))

    database.write(act)


Report = tuple[CarrierStatus, int | None]
REPORTS: list[Report] = [
    (CarrierStatus.SENT, None),
    (CarrierStatus.DELIVERED, None),
    (CarrierStatus.QUEUED, None),
    (CarrierStatus.UNDELIVERED, 30003),
]


@pytest.mark.parametrize(
    "order", list(itertools.permutations(REPORTS, 3)), ids=lambda o: "-".join(status.value for status, _ in o)
)
def test_reports_on_a_text_end_the_same_in_any_order(sqlite_url: str, order: tuple[Report, ...]) -> None:
    database = Database(sqlite_url, UNHURRIED)
    opened(database)

    def attempt(session: Session) -> int:
        row = PageAttempt(page_id=session.scalars(select(Page.id)).one(), started_at=at(32), state=AttemptState.SENDING)
        session.add(row)
        session.flush()
        return row.id

    attempt_id = database.write(attempt)
    for status, code in order:
        report = StatusReport(attempt_id, "SM1", status, code)
        database.write(lambda s, report=report: take_report(s, DESK, report, at(40)))  # type: ignore[misc]
    found = database.read(lambda session: session.get_one(PageAttempt, attempt_id))
    reported = {status for status, _ in order}
    final = [status for status in (CarrierStatus.UNDELIVERED, CarrierStatus.DELIVERED) if status in reported]
    assert found.sid == "SM1"
    if final:
        assert found.carrier_status == final[0]
    assert database.read(lambda s: s.scalars(select(Technician.name).order_by(Technician.id)).first()) == "Amy Roy"
    database.close()
