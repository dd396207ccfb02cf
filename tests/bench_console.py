"""How long a page of the console takes with a million callbacks, beside one with a hundred, on both databases."""

from __future__ import annotations

import logging
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, text

from callbacks.console.blueprint import register_console
from callbacks.console.context import ConsoleContext
from callbacks.db.database import Database
from callbacks.db.migrations import migrate
from callbacks.db.states import AttemptProof, CallbackState, CallOutcome, PriorityLevel, ReachOutcome
from callbacks.db.tables import Call, Callback, FindingWord, ReachAttempt
from callbacks.desk.desk_file import read_desk
from callbacks.links import Links
from callbacks.media.folder import Folder
from callbacks.people import technicians, users
from sla.clock import MovingClock
from tests.postgres import postgres_server

MANY, FEW = 1_000_000, 100
TIMES = 15
NOW = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
# Said in almost every message, in some, in few: a common word must be as quick to find as a rare one.
WORDS = [("printer", 0.6), ("invoice", 0.1), ("zebra", 0.0005)]
PASSWORD = "correct horse battery"
PAGES = {
    "Now": "/",
    "the queue": "/queue",
    "the latest": "/callbacks",
    "the last page of all": "/callbacks?order=oldest",
    "by deadline": "/callbacks?order=deadline",
    "the end of a number": "/callbacks?words=550042",
    "the beginning of a number": "/callbacks?words=514+550",
    "a rare word": "/callbacks?words=zebra",
    "a common word": "/callbacks?words=printer",
    "two words": "/callbacks?words=printer+zebra",
    "a person": "/callbacks?person=Ben+Cole",
    "broken, P1": "/callbacks?broken=1&priority=P1",
    "proven by the carrier": "/callbacks?proof=carrier",
    "by word": "/callbacks?proof=word",
    "nobody could be called": "/callbacks?proof=no+number",
    "a day three years ago": "/callbacks?since=2023-11-20&until=2023-11-20",
    "a day, a line, a word": "/callbacks?since=2025-05-01&until=2025-05-02&line=direct&words=invoice",
    "the beginning of a common word": "/callbacks?words=pri",
    "the beginnings of two": "/callbacks?words=pri+inv",
    "a word that nobody said": "/callbacks?words=xylophone",
    "all calls": "/calls",
}


def run(many: int = MANY) -> None:
    logging.disable(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder, postgres_server() as server:
        for name, address in {"SQLite": f"sqlite:///{folder}/{{name}}.db", "PostgreSQL": server}.items():
            print(f"\nA page of the console with {many:,} callbacks on {name}, beside {FEW}, in ms "
                  f"(median of {TIMES}, worst):")  # fmt: skip
            small, large = (_client(Path(folder), _empty(address, f"desk_{count}"), count) for count in (FEW, many))
            for page, path in PAGES.items():
                (few, _), (lots, worst) = _milliseconds(small, path), _milliseconds(large, path)
                print(f"  {page:<26}{lots:7.1f} {worst:7.1f}   beside {few:5.1f}")


def _empty(address: str, name: str) -> Database:
    if address.startswith("postgresql"):
        with Database(address.format(name="postgres")).engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text(f"CREATE DATABASE {name}"))
    database = Database(address.format(name=name))
    migrate(database)
    return database


def _milliseconds(client: FlaskClient, path: str) -> tuple[float, float]:
    spent = []
    for _ in range(TIMES):
        began = time.perf_counter()
        assert client.get(path).status_code == 200, path
        spent.append((time.perf_counter() - began) * 1000)
    return statistics.median(spent), max(spent)


def _client(folder: Path, database: Database, count: int) -> FlaskClient:
    desk = read_desk(Path("support.toml"))
    _fill(database, count)
    web = Flask("console", static_folder=None)
    web.secret_key = "x" * 32
    clock = MovingClock(NOW)
    links = Links(web.secret_key, "http://desk", clock)
    register_console(web, ConsoleContext(database, desk, clock, links, Folder(folder), "http://desk"))
    client = web.test_client()
    page = client.get("/login").text
    token = page.split('name="token" value="')[1].split('"')[0]
    client.post("/login", data={"email": "sue@example.com", "password": PASSWORD, "token": token})
    return client


def _fill(database: Database, count: int) -> None:
    def people(session: Any) -> list[int]:
        users.add_user(session, "sue@example.com", "supervisor", PASSWORD, NOW)
        names = {"Amy Roy": "+15145550101", "Ben Cole": "+15145550102", "Cleo Martin": "+15145550103"}
        return [technicians.add_technician(session, name, to, NOW, verified=True).id for name, to in names.items()]

    ids = database.write(people)
    for start in range(0, count, 50_000):
        rows = [_row(n, count, ids) for n in range(start, min(start + 50_000, count))]
        with database.engine.begin() as connection:
            connection.execute(insert(Call), [call for call, _, _ in rows])
            connection.execute(insert(Callback), [callback for _, callback, _ in rows])
            connection.execute(insert(ReachAttempt), [each for _, callback, _ in rows for each in _attempts(callback)])
            connection.execute(insert(FindingWord), [word for _, _, words in rows for word in words])
    if database.engine.dialect.name == "postgresql":
        with database.engine.begin() as connection:
            connection.execute(text("ANALYZE"))  # autovacuum would within minutes


def _row(n: int, count: int, people: list[int]) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]:
    """One call of the last five years, its callback, and the words it is found by."""
    chance = random.Random(n)
    at = NOW - timedelta(days=5 * 365) * ((count - n) / count)
    number = f"+1514{chance.randrange(10**7):07d}"
    is_late, is_open = chance.random() < 0.01, n >= count - 5
    call = {
        "sid": f"CA{n:032d}", "line": "direct" if chance.random() < 0.7 else "toll-free", "caller": number,
        "customer_number": number, "began_at": at, "is_open": False, "outcome": CallOutcome.VOICEMAIL,
    }  # fmt: skip
    tried = None if is_open else at + timedelta(minutes=40 if is_late else 12)
    state = CallbackState.OPEN if is_open else CallbackState.RESOLVED
    callback = {
        "id": n + 1, "reference": f"K{n:09d}", "contact_sid": call["sid"], "state": state,
        "priority": chance.choice([*PriorityLevel, PriorityLevel.P2]),
        "opened_at": at, "due_at": at + timedelta(minutes=30),
        "owner_id": None if is_open else chance.choice(people), "attempted_at": tried, "resolved_at": tried,
        "breached_at": at + timedelta(minutes=30) if is_late else None, "position": 1, "decisions": 1,
        "next_action_at": at + timedelta(minutes=3) if is_open else None,
    }  # fmt: skip
    said = [f"#{number[:0:-1]}", number, *(word for word, share in WORDS if chance.random() < share)]
    return call, callback, [{"word": word, "callback_id": n + 1} for word in said]


def _attempts(callback: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The attempt that kept a callback's promise: one in ten by word, few without anybody to call."""
    chance = random.Random(-callback["id"]).random()
    if (at := callback["attempted_at"]) is not None:
        proof = (
            AttemptProof.CARRIER if chance < 0.9 else AttemptProof.WORD if chance < 0.999 else AttemptProof.NO_NUMBER
        )
        yield {
            "callback_id": callback["id"], "technician_id": callback["owner_id"], "tried_at": at, "proof": proof,
            "rang_at": at if proof is AttemptProof.CARRIER else None, "outcome": ReachOutcome.REACHED,
            "is_told": proof is not AttemptProof.CARRIER, "told_by": "text",
        }  # fmt: skip


if __name__ == "__main__":
    run(int(sys.argv[1]) if len(sys.argv) > 1 else MANY)
