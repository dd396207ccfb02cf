"""The loop: every job runs when it is due, even when another fails or is slow."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from callbacks.worker.loop import EVERY_SWEEP, Job, SweepFailed, Worker
from callbacks.worker.senders import Senders
from sla.clock import MovingClock

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock(NOON)


@pytest.fixture
def worker(clock: MovingClock, senders: Senders) -> Iterator[Callable[..., Worker]]:
    made: list[Worker] = []

    def worker_with(*jobs: Job) -> Worker:
        made.append(Worker(jobs, senders, clock))
        return made[-1]

    yield worker_with
    for each in made:
        each.close()


class Record:
    """Jobs that record that they ran."""

    def __init__(self) -> None:
        self.ran: list[str] = []

    def job(self, name: str, every: timedelta = EVERY_SWEEP, more: int = 0, **options: bool) -> Job:
        left = [more]

        def run() -> bool:
            self.ran.append(name)
            left[0] -= 1
            return left[0] >= 0

        return Job(name, every, run, **options)  # type: ignore[arg-type]


def fails() -> None:
    raise RuntimeError("broken")


WorkerWith = Callable[..., Worker]


def test_jobs_run_in_the_order_of_the_table(worker: WorkerWith) -> None:
    record = Record()
    worker(record.job("escalations"), record.job("pages"), record.job("digests")).sweep()
    assert record.ran == ["escalations", "pages", "digests"]


def test_a_job_runs_as_often_as_the_table_says(worker: WorkerWith, clock: MovingClock) -> None:
    record = Record()
    it = worker(record.job("always"), record.job("a minute", MINUTE))
    for _ in range(121):
        it.sweep()
        clock.pass_time(SECOND)
    assert (record.ran.count("always"), record.ran.count("a minute")) == (121, 3)


def test_a_clock_that_is_set_back_delays_no_job(clock: MovingClock, senders: Senders) -> None:
    record, now = Record(), [NOON]

    class Wall:
        def now(self) -> datetime:
            return now[0]

    it = Worker([record.job("a minute", MINUTE)], senders, Wall())
    it.sweep()
    now[0] = NOON - timedelta(hours=1)
    it.sweep()
    assert record.ran == ["a minute", "a minute"]


def test_a_job_that_knows_when_it_is_due_runs_then(worker: WorkerWith, clock: MovingClock) -> None:
    ran: list[datetime] = []
    due: list[datetime | None] = [NOON + 10 * SECOND]

    def run() -> None:
        ran.append(clock.now())
        due[0] = None

    it = worker(Job("pages", EVERY_SWEEP, run, lambda: due[0]))
    for _ in range(20):
        it.sweep()
        clock.pass_time(SECOND)
    assert ran == [NOON + 10 * SECOND]


def test_the_next_due_time_is_the_earliest_of_the_jobs_in_the_sweep(worker: WorkerWith) -> None:
    def job(name: str, due_at: datetime | None, *, is_slow: bool = False) -> Job:
        return Job(name, EVERY_SWEEP, lambda: None, lambda: due_at, is_slow=is_slow)

    soon, later = NOON + SECOND, NOON + MINUTE
    assert worker(job("a", later), job("b", soon), job("c", None)).next_due_at() == soon
    assert worker(job("a", later), job("b", soon, is_slow=True)).next_due_at() == later
    assert worker(job("c", None), Record().job("d")).next_due_at() is None


class Rows:
    """A database that counts how often a job asks it, and says when it was changed."""

    def __init__(self, clock: MovingClock, senders: Senders) -> None:
        self.changes, self.asked = 0, 0
        self.due_at: datetime | None = None
        self.is_away = False
        self.ran = list[datetime]()
        self.job = Job("pages", EVERY_SWEEP, lambda: self.ran.append(clock.now()), self._next_due_at)
        self.worker = Worker([self.job], senders, clock, self.snapshot)

    def snapshot(self) -> int:
        if self.is_away:
            raise OSError("away")
        return self.changes

    def _next_due_at(self) -> datetime | None:
        if self.is_away:
            raise OSError("away")
        self.asked += 1
        return self.due_at

    def is_due(self, at: datetime | None) -> None:
        self.due_at, self.changes = at, self.changes + 1


@pytest.fixture
def rows(clock: MovingClock, senders: Senders) -> Rows:
    return Rows(clock, senders)


def test_while_the_database_does_not_change_jobs_ask_it_once(rows: Rows, clock: MovingClock) -> None:
    rows.is_due(NOON + 3 * SECOND)
    for _ in range(3):
        assert rows.worker.next_due_at() == NOON + 3 * SECOND
        rows.worker.sweep()
        clock.pass_time(SECOND)
    assert (rows.asked, rows.ran) == (1, [])
    rows.worker.sweep()
    assert (rows.asked, rows.ran) == (1, [NOON + 3 * SECOND])


def test_after_a_change_jobs_are_asked_again(rows: Rows) -> None:
    rows.worker.sweep()
    rows.is_due(NOON)
    rows.worker.sweep()
    assert (rows.asked, rows.ran) == (2, [NOON])


def test_what_a_job_changes_is_seen_by_those_after_it(rows: Rows, clock: MovingClock, senders: Senders) -> None:
    first = Job("next actions", MINUTE, lambda: rows.is_due(NOON))
    it = Worker([first, rows.job], senders, clock, rows.snapshot)
    it.next_due_at()  # the answer of before
    it.sweep()
    assert rows.ran == [NOON]


def test_when_the_clock_is_set_back_jobs_are_asked_again(rows: Rows, clock: MovingClock) -> None:
    rows.worker.sweep()
    clock.move_to(NOON - MINUTE)
    rows.worker.sweep()
    assert rows.asked == 2


def test_when_the_database_is_away_jobs_are_asked_and_meet_it(rows: Rows, caplog: pytest.LogCaptureFixture) -> None:
    rows.worker.sweep()
    rows.is_away = True
    rows.worker.sweep()
    assert "a job failed" in caplog.text


def test_a_job_that_fails_stops_no_other(worker: WorkerWith, caplog: pytest.LogCaptureFixture) -> None:
    record = Record()
    assert not worker(record.job("first"), Job("broken", EVERY_SWEEP, fails), record.job("last")).sweep()
    assert record.ran == ["first", "last"]
    assert "a job failed" in caplog.text


def test_a_job_whose_due_time_cannot_be_read_stops_no_other(worker: WorkerWith) -> None:
    record = Record()

    def away() -> datetime | None:
        raise RuntimeError("the database is away")

    worker(Job("broken", EVERY_SWEEP, lambda: None, away), record.job("last")).sweep()
    assert record.ran == ["last"]


def test_a_job_that_fails_is_tried_again_when_it_is_due(worker: WorkerWith, clock: MovingClock) -> None:
    ran: list[datetime] = []

    def run() -> None:
        ran.append(clock.now())
        fails()

    it = worker(Job("gaps", MINUTE, run))
    for _ in range(61):
        it.sweep()
        clock.pass_time(SECOND)
    assert ran == [NOON, NOON + MINUTE]


def test_a_sweep_in_which_a_vital_job_fails_is_not_finished(worker: WorkerWith) -> None:
    record = Record()
    it = worker(
        Job("escalations", EVERY_SWEEP, fails, is_vital=True),
        record.job("pages", is_vital=True),
        record.job("heartbeat", needs_success=True),
    )
    with pytest.raises(SweepFailed, match="escalations failed"):
        it.sweep()
    assert record.ran == ["pages"]


def test_a_heartbeat_is_recorded_though_a_lesser_job_fails(worker: WorkerWith) -> None:
    record = Record()
    worker(Job("digests", EVERY_SWEEP, fails), record.job("heartbeat", needs_success=True)).sweep()
    assert record.ran == ["heartbeat"]


def test_a_job_with_more_to_do_asks_for_another_sweep_and_runs_in_it(worker: WorkerWith) -> None:
    record = Record()
    it = worker(record.job("escalations"), record.job("pages", more=2), record.job("hourly", 60 * MINUTE, more=1))
    assert [it.sweep() for _ in range(4)] == [True, True, False, False]
    assert record.ran[:6] == ["escalations", "pages", "hourly", "escalations", "pages", "hourly"]
    assert record.ran.count("hourly") == 2


def test_a_job_can_be_run_by_its_name(worker: WorkerWith) -> None:
    record = Record()
    it = worker(record.job("escalations", MINUTE), record.job("pages"))
    it.run("escalations")
    it.run("escalations")
    assert record.ran == ["escalations", "escalations"]


class Slow:
    """A job that takes as long as the test wants."""

    def __init__(self) -> None:
        self.began, self.may_end, self.ran = threading.Event(), threading.Event(), 0

    def run(self) -> None:
        self.ran += 1
        self.began.set()
        self.may_end.wait(20)


def test_a_slow_job_delays_no_other_and_runs_once_at_a_time(worker: WorkerWith, clock: MovingClock) -> None:
    record, slow = Record(), Slow()
    it = worker(Job("calendars", MINUTE, slow.run, is_slow=True), record.job("pages"))
    it.sweep()
    assert slow.began.wait(20)
    clock.pass_time(MINUTE)
    it.sweep()
    assert (slow.ran, record.ran) == (1, ["pages", "pages"])
    slow.may_end.set()
    it.wait_for_slow_jobs()
    clock.pass_time(MINUTE)
    it.sweep()
    it.wait_for_slow_jobs()
    assert slow.ran == 2


def test_two_slow_jobs_run_beside_each_other(worker: WorkerWith) -> None:
    first, second = Slow(), Slow()
    it = worker(*(Job(str(n), EVERY_SWEEP, slow.run, is_slow=True) for n, slow in enumerate((first, second))))
    it.sweep()
    assert first.began.wait(20)
    assert second.began.wait(20)
    first.may_end.set()
    second.may_end.set()


def test_a_slow_job_runs_until_there_is_no_more_work_and_its_failure_is_logged(
    worker: WorkerWith, caplog: pytest.LogCaptureFixture
) -> None:
    record = Record()
    it = worker(record.job("calendars", more=3, is_slow=True), Job("broken", EVERY_SWEEP, fails, is_slow=True))
    assert not it.sweep()
    it.wait_for_slow_jobs()
    assert record.ran == ["calendars"] * 4
    assert "a job failed" in caplog.text


def test_a_worker_that_stops_waits_for_slow_jobs_except_those_that_may_be_interrupted(
    clock: MovingClock, senders: Senders
) -> None:
    digests, transcripts = Slow(), Slow()
    it = Worker(
        [
            Job("digests", MINUTE, digests.run, is_slow=True),
            Job("transcripts", EVERY_SWEEP, transcripts.run, is_slow=True, may_be_interrupted=True),
        ],
        senders,
        clock,
    )
    it.sweep()
    assert digests.began.wait(20)
    assert transcripts.began.wait(20)
    closing = threading.Thread(target=it.close)
    closing.start()
    closing.join(0.2)
    assert closing.is_alive()
    digests.may_end.set()
    closing.join(20)
    assert not closing.is_alive()
    transcripts.may_end.set()


def test_a_worker_that_stops_has_jobs_that_wait_for_others_end_soon(clock: MovingClock, senders: Senders) -> None:
    mailbox = Slow()
    it = Worker([Job("mailbox", MINUTE, mailbox.run, is_slow=True, stop=mailbox.may_end.set)], senders, clock)
    it.sweep()
    assert mailbox.began.wait(20)
    it.close()
    assert mailbox.may_end.is_set()
