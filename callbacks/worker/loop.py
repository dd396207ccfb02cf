"""The worker: one sweep a second does everything that is due. APScheduler only rings the bell.

All state is in the database, so a sweep that dies loses nothing and a second worker doubles nothing. APScheduler
falls silent when the wall clock steps back or its thread dies, and nothing inside a frozen thread can notice; so a
watchdog on monotonic time ends a process whose sweeps have stopped, and supervision starts it again.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from functools import partial

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callbacks.db.database import Database, insert_once
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import AudioState, CallbackState, PageState
from callbacks.db.tables import Callback, Page, Voicemail, WorkerSign
from callbacks.desk.desk_file import Desk
from callbacks.paging.escalate import take_next_step
from callbacks.paging.outbox import Outbox
from callbacks.records.event_log import record_event
from callbacks.worker.jobs.auto_close import close_if_silent
from callbacks.worker.jobs.calendars import CalendarReader
from callbacks.worker.jobs.coverage import watch
from callbacks.worker.jobs.digest import DigestPost
from callbacks.worker.jobs.reconciliation import Reconciliation
from callbacks.worker.jobs.recordings import AudioCopier
from callbacks.worker.jobs.resolutions import watch_resolutions
from callbacks.worker.jobs.transcripts import Transcription
from sla.clock import Clock

log = structlog.get_logger(__name__)

SWEEP_EVERY = timedelta(seconds=1)
SIGNS_EVERY = timedelta(seconds=5)
SENDERS = 8
SWEEP_WAITS_FOR_SENDERS = timedelta(seconds=12)  # a request that takes longer is settled by its lease
LOOKS_AT_ROTA_EVERY = timedelta(minutes=1)
ISOLATED_FOR = timedelta(minutes=1)
WATCHDOG_BITES_AFTER = timedelta(seconds=60)  # without a finished sweep
BITTEN = 70  # exit code


class Worker:
    """Does what is due."""

    def __init__(
        self,
        database: Database,
        desk: Desk,
        outbox: Outbox,
        copier: AudioCopier,
        reconciliation: Reconciliation,
        calendars: CalendarReader,
        digests: DigestPost,
        transcription: Transcription,
        clock: Clock,
        senders: int = SENDERS,
        waits_for_senders: timedelta = SWEEP_WAITS_FOR_SENDERS,
    ) -> None:
        self._database, self._desk, self._clock = database, desk, clock
        self._outbox, self._copier, self._reconciliation = outbox, copier, reconciliation
        self._calendars, self._digests, self._transcription = calendars, digests, transcription
        # Never the host's name: a restarted container would pass for the dead one.
        self.name = secrets.token_hex(8)
        self._senders, self._busy = senders, set[Future[None]]()
        self._waits_for_senders = waits_for_senders
        self._signed_at: datetime | None = None
        self._rota_next_at: datetime | None = None
        self._going_on: dict[str, Future[None]] = {}
        self._writing: threading.Thread | None = None
        self._pool = ThreadPoolExecutor(senders, thread_name_prefix="sender")

    def sweep(self) -> None:
        """Decide what is due, send what is due, fetch what is due, and leave a sign of life."""
        self._escalate()
        self._watch_the_rota()
        self._send_and_fetch()
        self._write_messages_down()
        if self._reconciliation.is_due():
            self._reconciliation.look_back()
        self._sign()

    def next_due_at(self) -> datetime | None:
        """The next instant at which a sweep has something to do."""
        return self._database.read(_earliest)

    def _escalate(self) -> None:
        now = self._clock.now()
        for callback_id in self._database.read(lambda session: _due(session, now)):
            try:
                self._database.write(lambda session, id=callback_id: self._decide(session, id, now))  # type: ignore[misc]
            except Exception:  # one row that cannot be decided must not keep the others from being paged
                log.exception("a callback could not be decided; it is set aside for a minute", callback=callback_id)
                self._database.write(lambda session, id=callback_id: _set_aside(session, id, now))  # type: ignore[misc]

    def _decide(self, session: Session, callback_id: int, now: datetime) -> None:
        query = select(Callback).where(Callback.id == callback_id).with_for_update(of=Callback, skip_locked=True)
        callback = session.scalar(query.execution_options(populate_existing=True))
        if callback is None or callback.state is not CallbackState.OPEN or (callback.next_action_at or now) > now:
            return
        if callback.attempted_at is None:
            take_next_step(session, self._desk, callback, now)
        else:
            close_if_silent(session, self._desk, callback, now)

    def _watch_the_rota(self) -> None:
        now = self._clock.now()
        if self._rota_next_at is not None and now < self._rota_next_at:
            return
        self._rota_next_at = now + LOOKS_AT_ROTA_EVERY
        self._beside("calendars", self._calendars.read_due)
        self._beside("digests", self._digests.send_due)
        try:
            self._database.write(lambda session: watch(session, self._desk, now))
        except Exception:  # a rota that cannot be read must not keep the pages from going out
            log.exception("the rota could not be watched; it is tried again in a minute")
        try:
            self._database.write(lambda session: watch_resolutions(session, self._desk, now))
        except Exception:  # nor may a promise that cannot be worked out
            log.exception("the resolutions could not be watched; it is tried again in a minute")

    def _beside(self, what: str, work: Callable[[], None]) -> None:
        """A calendar far away or a mail server may be slow: beside the sweep, one at a time of each."""
        if what not in self._going_on or self._going_on[what].done():
            self._going_on[what] = self._start(lambda _: work(), what)

    def _write_messages_down(self) -> None:
        """Hearing takes minutes: it holds up no sender and no end of this process; a lease brings it back."""
        if self._transcription.is_on and (self._writing is None or not self._writing.is_alive()):
            guarded = partial(_guarded, lambda _: self._transcription.write_down(), "transcripts")
            self._writing = threading.Thread(target=guarded, name="transcripts", daemon=True)
            self._writing.start()

    def _send_and_fetch(self) -> None:
        self._busy = {job for job in self._busy if not job.done()}
        due_at = self._database.read(_earliest_errand)
        if due_at is None or due_at > self._clock.now():
            return
        free = self._senders - len(self._busy)
        if free <= 0:
            log.error("every sender waits for the carrier; pages are late")
            return
        jobs = [self._start(self._outbox.deliver, claim) for claim in self._outbox.claim(free)]
        free -= len(jobs)
        jobs += [self._start(self._copier.copy, wanted) for wanted in self._copier.claim(max(free, 1))]
        self._busy |= set(jobs)
        wait(jobs, timeout=self._waits_for_senders.total_seconds())

    def _start(self, work: Callable[..., None], claim: object) -> Future[None]:
        return self._pool.submit(_guarded, work, claim)

    def _sign(self) -> None:
        now = self._clock.now()
        if self._signed_at is not None and timedelta(0) <= now - self._signed_at < SIGNS_EVERY:
            return
        self._signed_at = now

        def work(session: Session) -> None:
            if not insert_once(session, WorkerSign, worker=self.name, started_at=now, swept_at=now):
                session.get_one(WorkerSign, self.name).swept_at = now

        self._database.write(work)

    def close(self) -> None:
        """Finish what is on the wire and claim nothing more."""
        self._pool.shutdown(wait=True, cancel_futures=True)


class Bell:
    """Rings once a second, in its own thread, and bites when no ring has come to its end for a minute."""

    def __init__(
        self,
        ring: Callable[[], None],
        every: timedelta = SWEEP_EVERY,
        bites_after: timedelta = WATCHDOG_BITES_AFTER,
    ) -> None:
        self._ring_out, self._rung_at = ring, time.monotonic()
        self._bites_after = bites_after
        self._stopping = threading.Event()
        self._scheduler = BackgroundScheduler(timezone="UTC")
        self._scheduler.add_job(
            self._ring,
            "interval",
            seconds=every.total_seconds(),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )

    def start(self) -> None:
        self._rung_at = time.monotonic()
        self._scheduler.start()
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def stop(self) -> None:
        """Let the ring that is under way come to its end, and ring no more."""
        self._stopping.set()
        self._scheduler.shutdown(wait=True)

    def _ring(self) -> None:
        try:
            self._ring_out()
        except Exception:  # the database is away: the next ring tries again, and the watchdog counts
            log.exception("a sweep failed")
        else:
            self._rung_at = time.monotonic()

    def _watch(self) -> None:
        while not self._stopping.wait(1.0):
            if time.monotonic() - self._rung_at > self._bites_after.total_seconds():
                log.critical("no sweep has finished for a minute: this worker ends itself to be started again")
                os._exit(BITTEN)


def _guarded(work: Callable[..., None], claim: object) -> None:
    try:
        work(claim)
    except Exception:  # the lease brings it back
        log.exception("an errand failed; it is done again", errand=repr(claim))


def _due(session: Session, now: datetime) -> list[int]:
    due = select(Callback.id).where(Callback.state == CallbackState.OPEN, Callback.next_action_at <= now)
    untried_first = (Callback.attempted_at.is_not(None), Callback.due_at)
    return list(session.scalars(due.order_by(*untried_first).limit(200)))


def _set_aside(session: Session, callback_id: int, now: datetime) -> None:
    callback = session.get_one(Callback, callback_id)
    callback.next_action_at = now + ISOLATED_FOR
    record_event(
        session, callback.call_sid, now, Actor.DESK, EventKind.DECISION_FAILED, "Set aside for a minute; see the log."
    )


def _earliest(session: Session) -> datetime | None:
    decision = session.scalar(select(func.min(Callback.next_action_at)).where(Callback.state == CallbackState.OPEN))
    return min((at for at in (decision, _earliest_errand(session)) if at is not None), default=None)


def _earliest_errand(session: Session) -> datetime | None:
    page = session.scalar(select(func.min(Page.next_action_at)).where(Page.state == PageState.DUE))
    audio = session.scalar(select(func.min(Voicemail.next_action_at)).where(Voicemail.audio == AudioState.WANTED))
    return min((at for at in (page, audio) if at is not None), default=None)
