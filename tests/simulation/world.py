"""One desk that lives through any number of nights: the product, the simulated carrier, and everything between them.

The product is composed once. Before each night its database, its files and the carrier are put back as they were.
"""

from __future__ import annotations

import json
import logging
import shutil
import sqlite3
import tomllib
import traceback
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import structlog
from greenlet import getcurrent
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import StaticPool

import callbacks.db.database as database_module
import callbacks.db.sqlite as sqlite_module
import callbacks.media.folder as folder_module
import ivr.twilio.context as webhook_module
from callbacks.cli.context import Compose, Service
from callbacks.cli.times import desk_time
from callbacks.db.tables import Base
from callbacks.desk.desk_file import Desk, desk_from
from callbacks.worker.table import jobs_for
from ivr.rehearsal.simulated_desk import CARRIER_URL, STORAGE_URL, _add_people, _set_up_numbers, simulated_desk
from ivr.simulator.carrier import Carrier
from ivr.simulator.in_process import InProcess
from ivr.simulator.phones import Phone
from sla.clock import MovingClock
from tests.simulation.steps import Point, Process, Steps, Task
from tests.simulation.tables import Tables
from tests.simulation.worker import SimulatedWorker, TakingTurns

Errors = list[str]
TIMES_OUT_AFTER = timedelta(seconds=10)
WORKER_COMES_BACK_AFTER = timedelta(seconds=5)  # whatever started it starts it again
IN_MEMORY = "sqlite://"
PEOPLE_WERE_ADDED = "2026-11-20T12:00"


class DatabaseFault:
    """What goes wrong with the next transaction that writes."""

    LOCKED = "locked"
    COMMIT_FAILS = "the commit fails"
    COMMIT_IS_LOST = "the commit is done, and its answer lost"
    CONNECTION_LOST = "the connection is lost before the commit"
    CONNECTION_LOST_AFTER = "the connection is lost after the commit"


DATABASE_FAULTS = (
    DatabaseFault.LOCKED,
    DatabaseFault.COMMIT_FAILS,
    DatabaseFault.COMMIT_IS_LOST,
    DatabaseFault.CONNECTION_LOST,
    DatabaseFault.CONNECTION_LOST_AFTER,
)


@dataclass(frozen=True)
class Asked:
    """One request to the carrier that creates a text or a call, and what came back."""

    at: datetime
    kind: str  # "Messages" or "Calls"
    to: str
    body: str
    accepted: bool  # the carrier did it
    answered: bool  # and the answer came back


@dataclass
class World:
    """The desk, the carrier, the people, and the time in which they live."""

    service: Service
    carrier: Carrier
    true_time: MovingClock
    steps: Steps
    media: Path
    snapshot: bytes
    raw: sqlite3.Connection | None
    errors: Errors
    tables: Tables = field(default_factory=Tables)
    web: Process = field(default_factory=lambda: Process("web"))
    workers: list[Process] = field(default_factory=list)
    loops: dict[Process, SimulatedWorker] = field(default_factory=dict)
    people: list[tuple[datetime, int, Iterator[float]]] = field(default_factory=list)
    database_faults: list[str] = field(default_factory=list)
    database_away_until: datetime | None = None
    asked: list[Asked] = field(default_factory=list)
    denied: set[str] = field(default_factory=set)  # SIDs that a list of the carrier left out
    away: list[tuple[str, datetime, datetime | None]] = field(default_factory=list)  # what was down, from when to when
    deaths: int = 0
    _people_added: int = 0

    @property
    def now(self) -> datetime:
        return self.true_time.now()

    def phone(self, number: str) -> Phone:
        return self.carrier.phone(number)

    # Beginning

    def begin(self, at: datetime, seed: int, workers: int = 1, gives_way: float = 0.0) -> None:
        """Put everything back, and begin a night."""
        self._end_everything()
        self.true_time.move_to(at)
        self.service.clock.move_to(at)  # type: ignore[attr-defined]
        settings = self.service.settings
        fresh = Carrier(self.true_time, settings.account_sid, settings.auth_token, self.carrier.webhooks._http)
        fresh.storage_url = STORAGE_URL
        vars(self.carrier).update(vars(fresh))
        _set_up_numbers(self.carrier, self.service)  # type: ignore[arg-type]
        self._put_database_back()
        shutil.rmtree(self.media, ignore_errors=True)
        self.errors.clear()
        self.steps.chance, self.steps.gives_way = Random(seed), gives_way
        self.steps.dies_at = None
        self.steps.reached.clear()
        self.steps.on_death = self._died
        self.tables.forget()
        self.web = Process("web")
        self.workers = [Process(f"worker {number}") for number in range(1, workers + 1)]
        self.loops = {process: self._loop(process) for process in self.workers}
        self.people, self.asked, self.denied, self.away = [], [], set(), []
        self.database_faults, self.database_away_until, self.deaths, self._people_added = [], None, 0, 0

    def _end_everything(self) -> None:
        for process in (self.web, *self.workers):
            process.is_up = False
            for task in list(process.tasks):
                task.kill()

    def _put_database_back(self) -> None:
        if self.raw is not None:
            self.raw.deserialize(self.snapshot)
            return
        with self.service.database.engine.begin() as connection:
            tables = ", ".join(table.name for table in Base.metadata.sorted_tables)
            connection.execute(text("SET LOCAL session_replication_role = replica"))  # both logs refuse to be emptied
            connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
        _add_people(self.service)

    def _loop(self, process: Process) -> SimulatedWorker:
        service, senders = self.service, TakingTurns(self.steps, process)
        jobs = jobs_for(service.settings, service.desk, service.database, service.carrier, service.clock, senders)
        return SimulatedWorker(jobs, senders, service.clock, process, self.tables)

    # Processes

    def kill(self, process: Process, starts_at: datetime) -> None:
        """Kill a process between two points."""
        process.is_up = False
        self._died(process, starts_at)
        self._bury(process)

    def _died(self, process: Process, starts_at: datetime | None = None) -> None:
        self.deaths += 1
        process.starts_at = starts_at or process.starts_at or self.now + WORKER_COMES_BACK_AFTER
        self.away.append((process.name, self.now, process.starts_at))

    def _bury(self, process: Process) -> None:
        for task in list(process.tasks):
            task.kill()
        process.tasks.clear()

    def _start(self, process: Process) -> None:
        self._bury(process)
        process.is_up, process.starts_at, process.frozen_until, process.dies_in = True, None, None, None
        if process is not self.web:
            self.loops[process] = self._loop(process)

    # Time

    def add_person(self, does: Iterator[float], at: datetime) -> None:
        """Have somebody do something: the iterator yields for how many seconds they wait before they go on."""
        self._people_added += 1
        self.people.append((at, self._people_added, does))

    def pass_time(self, until: datetime) -> None:
        """Live until an instant, from one thing that happens to the next."""
        while True:
            self.settle()
            following = min((at for at in self._expected() if at > self.now), default=until)
            if following >= until:
                break
            self._move_to(following)
        self._move_to(until)
        self.settle()

    def _move_to(self, instant: datetime) -> None:
        step = self.service.clock.now() - self.now
        self.true_time.move_to(instant)
        self.service.clock.move_to(instant + step)  # type: ignore[attr-defined]

    def step_clock(self, span: timedelta) -> None:
        """Set the service's clock, and not that of the world."""
        self.service.clock.pass_time(span)  # type: ignore[attr-defined]
        self.tables.forget()

    def settle(self) -> None:
        """Do all that is due now."""
        for _ in range(5000):
            if not self._do_something():
                return
        raise AssertionError("The service does not come to rest: it does something again and again in the same second.")

    def _do_something(self) -> bool:
        did = False
        for process in (self.web, *self.workers):
            if not process.is_up and process.starts_at is not None and process.starts_at <= self.now:
                self._start(process)
                did = True
        due = self.carrier.next_event_at
        if due is not None and due <= self.now:
            self.carrier.run_due()
            did = True
        for person in sorted(each for each in self.people if each[0] <= self.now):
            self._go_on(person)
            did = True
        return self.run_processes() or did

    def _go_on(self, person: tuple[datetime, int, Iterator[float]]) -> None:
        self.people.remove(person)
        seconds = next(person[2], None)
        if seconds is not None:
            self.people.append((self.now + timedelta(seconds=seconds), person[1], person[2]))

    def run_processes(self, beside: Task | None = None) -> bool:
        """Give each task that is due a turn, and start the sweeps that are due. Return whether anything ran."""
        did = False
        tasks = [task for process in (self.web, *self.workers) for task in process.tasks]
        due = [task for task in tasks if task is not beside and self._is_due(task)]
        if self.steps.gives_way:
            self.steps.chance.shuffle(due)
        for task in due:
            if self._is_due(task):
                self._resume(task)
                did = True
        for process in self.workers:
            if self._sweeps_now(process):
                self._resume(Task(process, self.loops[process].sweep_or_log))
                did = True
        return did

    def _is_due(self, task: Task) -> bool:
        return not task.is_running and not task.dead and task.wakes_at is not None and task.wakes_at <= self.now

    def _resume(self, task: Task) -> None:
        task.resume()
        if not task.process.is_up:
            self._bury(task.process)

    def _sweeps_now(self, process: Process) -> bool:
        if not process.is_up or self.loops[process].is_sweeping:
            return False
        if process.frozen_until is not None and process.frozen_until > self.now:
            return False
        at = self._wakes_at(process)
        return at is not None and at <= self.now

    def _wakes_at(self, process: Process) -> datetime | None:
        try:
            at = self.loops[process].wakes_at()
        except Exception:  # no database: in production it would try each second
            at = self.loops[process].after_a_failure()
        return None if at is None else at - (self.service.clock.now() - self.now)

    def _expected(self) -> Iterator[datetime]:
        if (at := self.carrier.next_event_at) is not None:
            yield at
        yield from (each[0] for each in self.people)
        for process in (self.web, *self.workers):
            if process.starts_at is not None and not process.is_up:
                yield process.starts_at
            yield from (task.wakes_at for task in process.tasks if task.wakes_at is not None)
        for process in self.workers:
            if process.is_up and not self.loops[process].is_sweeping:
                at = self._wakes_at(process)
                if at is not None:
                    yield at if process.frozen_until is None else max(at, process.frozen_until)
        if self.database_away_until is not None:
            yield self.database_away_until

    @property
    def database_is_away(self) -> bool:
        return self.database_away_until is not None and self.database_away_until > self.now


class Http:
    """HTTP from the carrier to the web process."""

    def __init__(self, world: World) -> None:
        self.world = world

    def post(self, url: str, data: Mapping[str, str], headers: Mapping[str, str], timeout: float) -> requests.Response:
        request = requests.Request("POST", url, data=data, headers=dict(headers)).prepare()
        return self._send(request)

    def get(self, url: str, timeout: float) -> requests.Response:
        return self._send(requests.Request("GET", url).prepare())

    def _send(self, request: requests.PreparedRequest) -> requests.Response:
        world = self.world
        if not world.web.is_up:
            raise requests.ConnectionError("the service is down")
        answers: list[requests.Response] = []
        task = Task(world.web, lambda: answers.append(self._answer(request)))
        task.resume()
        while not task.dead:
            world.run_processes(beside=task)
            if not task.dead:
                task.resume()
        if not answers:
            world._bury(world.web)
            raise requests.ConnectionError("the service died")
        return answers[0]

    def _answer(self, request: requests.PreparedRequest) -> requests.Response:
        self.world.steps.point(Point.WEBHOOK_RECEIVED)
        answer = InProcess(self.world.service.web).send(request)
        self.world.steps.point(Point.WEBHOOK_DONE)
        return answer


class ToCarrier(InProcess):
    """HTTP from the service to the carrier. It keeps what was asked, and what the carrier's lists left out."""

    def __init__(self, world: World) -> None:
        super().__init__(world.carrier.wsgi)  # type: ignore[attr-defined]
        self._world = world

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        world, steps = self._world, self._world.steps
        steps.between()
        steps.point(Point.BEFORE_REQUEST)
        before = len(world.carrier.ledger.messages) + len(world.carrier.ledger.calls)
        try:
            answer = super().send(request)
        except requests.Timeout:
            self._keep(request, before, answered=False)
            steps.wait(TIMES_OUT_AFTER)
            raise
        self._keep(request, before, answered=answer.status_code < 500)
        self._keep_denials(request, answer)
        steps.point(Point.AFTER_REQUEST)
        steps.between()
        return answer

    def _keep(self, request: requests.PreparedRequest, before: int, *, answered: bool) -> None:
        kind = urlsplit(request.url or "").path.rsplit("/", 1)[-1]
        if request.method != "POST" or kind not in ("Messages.json", "Calls.json"):
            return
        form = parse_qs(request.body if isinstance(request.body, str) else (request.body or b"").decode())
        ledger = self._world.carrier.ledger
        accepted = len(ledger.messages) + len(ledger.calls) > before
        to, body = form["To"][0], form.get("Body", [""])[0]
        self._world.asked.append(Asked(self._world.now, kind.removesuffix(".json"), to, body, accepted, answered))

    def _keep_denials(self, request: requests.PreparedRequest, answer: requests.Response) -> None:
        parts = urlsplit(request.url or "")
        kind = parts.path.rsplit("/", 1)[-1].removesuffix(".json").lower()
        if request.method != "GET" or kind not in ("messages", "calls") or answer.status_code != 200:
            return
        to = parse_qs(parts.query).get("To", [""])[0]
        listed = {each["sid"] for each in json.loads(answer.content)[kind]}
        rows = self._world.carrier.ledger.messages if kind == "messages" else self._world.carrier.ledger.calls
        self._world.denied |= {row.sid for row in rows if row.to == to and row.sid not in listed}


class AtOnce:
    """In place of the threads of webhooks."""

    class _work_queue:  # noqa: N801
        @staticmethod
        def qsize() -> int:
            return 0

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Any:
        return _Done(work, arguments)


@dataclass(frozen=True)
class _Done:
    work: Callable[..., Any]
    arguments: tuple[Any, ...]

    def result(self, timeout: float) -> Any:
        return self.work(*self.arguments)


@contextmanager
def new_world(compose: Compose, folder: Path, database_url: str = IN_MEMORY, **changes: Any) -> Iterator[World]:
    """Compose the product, with its database in memory unless there is a URL."""
    content = tomllib.loads(Path("support.toml").read_text(encoding="utf-8"))
    desk = desk_from({**content, **changes}, Path("support.toml"))
    patch, errors = pytest.MonkeyPatch(), Errors()
    configured = structlog.get_config()
    try:
        _only_errors(errors)
        patch.setattr(database_module, "time", SimpleNamespace(sleep=lambda _: None))
        patch.setattr(webhook_module, "_threads", AtOnce())
        world = _composed(compose, desk, folder, database_url, errors, patch)
        yield world
        world._end_everything()
    finally:
        patch.undo()
        structlog.configure(**configured)


def _composed(compose: Compose, desk: Desk, folder: Path, url: str, errors: Errors, patch: pytest.MonkeyPatch) -> World:
    raw = None
    if url == IN_MEMORY:
        raw = sqlite3.connect(":memory:", factory=_Kept, check_same_thread=False, isolation_level=None)
    with pytest.MonkeyPatch.context() as engines:
        if raw is not None:
            create: Callable[..., Engine] = vars(sqlite_module)["create_engine"]

            def in_memory(url: Any, **options: Any) -> Engine:
                for name in ("pool_size", "max_overflow", "pool_timeout", "connect_args", "module"):
                    options.pop(name, None)
                return create(url, poolclass=StaticPool, creator=lambda: raw, **options)

            engines.setattr(sqlite_module, "create_engine", in_memory)
        opened = simulated_desk(compose, desk, desk_time(desk, PEOPLE_WERE_ADDED), folder, database_url=url, senders=1)
    service, carrier = opened.service, opened.carrier
    true_time = MovingClock(service.clock.now())
    steps = Steps(true_time)
    snapshot = raw.serialize() if raw is not None else b""
    world = World(service, carrier, true_time, steps, service.settings.media_dir, snapshot, raw, errors)
    for address in (CARRIER_URL, STORAGE_URL):
        service.carrier._http.session.mount(address, ToCarrier(world))
    carrier.webhooks._http = Http(world)  # type: ignore[assignment]
    _add_points(world, patch)
    return world


class _Kept(sqlite3.Connection):
    """A connection to a database in memory, which ends with it. It is closed with the process."""

    def close(self) -> None:
        pass


def _only_errors(errors: Errors) -> None:
    def keep(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        errors.append(f"{event.get('event')} {event.get('job', '')}".strip())
        if event.get("exc_info"):
            errors[-1] += "\n" + traceback.format_exc(limit=-4)
        raise structlog.DropEvent

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR), processors=[keep])


def _add_points(world: World, patch: pytest.MonkeyPatch) -> None:
    """Make the database and the files points at which a process can stop."""
    database, dialect = world.service.database, world.service.database.engine.dialect
    run, commit, execute = database._run, dialect.do_commit, dialect.do_execute
    execute_plain = dialect.do_execute_no_params
    wrote = [False]

    def run_between(sessions: sessionmaker[Session], work: Callable[[Session], Any]) -> Any:
        world.steps.between()
        done = run(sessions, work)
        world.steps.between()
        return done

    def on_statement(statement: str) -> None:
        start = statement[:6]
        world.tables.note(statement)
        if start in ("INSERT", "UPDATE", "DELETE"):
            wrote[0] = True
        elif start.startswith("BEGIN"):
            wrote[0] = False
            if world.database_is_away:
                raise sqlite3.OperationalError("unable to open database file")
            if statement == "BEGIN IMMEDIATE" and _takes(world, DatabaseFault.LOCKED):
                raise sqlite3.OperationalError("database is locked")

    def do_execute(cursor: Any, statement: str, *arguments: Any) -> None:
        on_statement(statement)
        execute(cursor, statement, *arguments)

    def do_execute_no_params(cursor: Any, statement: str, *arguments: Any) -> None:
        on_statement(statement)
        execute_plain(cursor, statement, *arguments)

    def do_commit(connection: Any) -> None:
        if not wrote[0]:
            commit(connection)
            return
        wrote[0] = False
        world.steps.point(Point.BEFORE_COMMIT)
        if _takes(world, DatabaseFault.COMMIT_FAILS):
            raise sqlite3.OperationalError("database is locked")
        if _takes(world, DatabaseFault.CONNECTION_LOST):
            connection.rollback()
            raise sqlite3.OperationalError(LOST)
        commit(connection)
        if _takes(world, DatabaseFault.COMMIT_IS_LOST):
            raise sqlite3.OperationalError("database is locked")
        if _takes(world, DatabaseFault.CONNECTION_LOST_AFTER):
            raise sqlite3.OperationalError(LOST)
        world.steps.point(Point.AFTER_COMMIT)

    is_disconnect = dialect.is_disconnect

    def is_lost(error: Any, *arguments: Any) -> bool:
        return str(error) == LOST or is_disconnect(error, *arguments)

    patch.setattr(database, "_writers", None)  # it queues threads; here one transaction ends before another begins
    patch.setattr(database, "_run", run_between)
    patch.setattr(dialect, "do_commit", do_commit)
    patch.setattr(dialect, "do_execute", do_execute)
    patch.setattr(dialect, "do_execute_no_params", do_execute_no_params)
    patch.setattr(dialect, "is_disconnect", is_lost)
    write = vars(folder_module)["write_private_file"]

    def write_private_file(folder: Path, name: str, content: bytes) -> None:
        world.steps.point(Point.BEFORE_FILE)
        write(folder, name, content)
        world.steps.point(Point.AFTER_FILE)

    patch.setattr(folder_module, "write_private_file", write_private_file)


LOST = "the connection to the database is lost"


def _takes(world: World, fault: str) -> bool:
    if world.database_faults and world.database_faults[0] == fault and isinstance(getcurrent(), Task):
        world.database_faults.pop(0)
        return True
    return False
