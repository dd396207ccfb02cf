"""Who gets in, with what, who may do what, and that it stands in a log that nobody can edit."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from functools import partial

import pyotp
import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from callbacks.acts.attempts import ReportOutcome
from callbacks.acts.opening import open_callback
from callbacks.db.database import Database
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import CallbackState, ReportedOutcome
from callbacks.db.tables import AuditEntry, Callback, Event, Technician, User
from callbacks.inbound import calls
from callbacks.people import technicians, users
from callbacks.records import audit_log
from tests.acting import takes, technician_acts
from tests.callbacks.console.test_console import BEGAN, DESK, PASSWORD, Console, console  # noqa: F401 - the fixture

SECRET = pyotp.random_base32()


@pytest.fixture
def desk(console: Console) -> Console:  # noqa: F811
    """The console, with Ada the administrator and Amy, who is a technician there as well."""

    def seed(session: Session) -> None:
        users.add_user(session, "ada@example.com", "administrator", PASSWORD, BEGAN)
        users.add_user(session, "amy@example.com", "technician", PASSWORD, BEGAN, "Amy Roy")

    console.database.write(seed)
    return console


def code(desk: Console, later: timedelta = timedelta(0)) -> str:
    return pyotp.TOTP(SECRET).at(desk.clock.now() + later)


def with_second_factor(desk: Console) -> None:
    desk.logs_in("sue@example.com")
    fields = {"secret": SECRET, "code": code(desk), "old": PASSWORD}
    desk.posts("/account/second-factor", fields)
    desk.posts("/logout", {})
    desk.clock.pass_time(timedelta(minutes=1))


def entries(desk: Console) -> list[tuple[str, str]]:
    found = desk.database.read(lambda session: session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all())
    return [(entry.who, entry.what) for entry in found]


def follow(desk: Console, answer: TestResponse, client: FlaskClient | None = None) -> str:
    return (client or desk.client).get(answer.headers["Location"]).text


# The second factor


def test_with_a_second_factor_the_password_alone_opens_nothing(desk: Console) -> None:
    with_second_factor(desk)
    assert desk.logs_in("sue@example.com").headers["Location"] == "/login/code"
    assert desk.client.get("/").headers["Location"] == "/login"
    assert desk.posts("/login/code", {"code": "000000"}).status_code == 401
    assert desk.posts("/login/code", {"code": code(desk)}).headers["Location"] == "/"
    assert desk.client.get("/").status_code == 200


def test_a_code_is_taken_once(desk: Console) -> None:
    with_second_factor(desk)
    used = code(desk)
    desk.logs_in("sue@example.com")
    desk.posts("/login/code", {"code": used})
    desk.posts("/logout", {})
    desk.logs_in("sue@example.com")
    assert desk.posts("/login/code", {"code": used}).status_code == 401


@pytest.mark.parametrize(("later", "counts"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_clock_may_be_half_a_minute_off_and_not_more(desk: Console, later: int, counts: bool) -> None:
    with_second_factor(desk)
    desk.clock.pass_time(timedelta(minutes=2))
    desk.logs_in("sue@example.com")
    answer = desk.posts("/login/code", {"code": code(desk, timedelta(seconds=later))})
    assert answer.status_code == (302 if counts else 401)


def test_guessing_codes_locks_the_account_and_the_right_password_in_between_does_not_help(desk: Console) -> None:
    with_second_factor(desk)
    for _ in range(5):
        desk.logs_in("sue@example.com")
        desk.posts("/login/code", {"code": "000000"})
    assert desk.logs_in("sue@example.com").status_code == 401
    desk.clock.pass_time(timedelta(minutes=6))
    assert desk.logs_in("sue@example.com").status_code == 302


def test_the_second_half_of_a_login_waits_five_minutes(desk: Console) -> None:
    with_second_factor(desk)
    desk.logs_in("sue@example.com")
    desk.clock.pass_time(timedelta(minutes=6))
    assert desk.posts("/login/code", {"code": code(desk)}).headers["Location"] == "/login"


def test_a_second_factor_begins_only_when_the_app_has_the_secret(desk: Console) -> None:
    desk.logs_in("sue@example.com")
    page = follow(desk, desk.posts("/account/second-factor", {"secret": SECRET, "code": "000000", "old": PASSWORD}))
    assert "That is not the code that the app shows" in page
    assert "Logging in asks for a code" not in page


def test_an_account_changes_only_with_its_password(desk: Console) -> None:
    desk.logs_in("sue@example.com")
    page = follow(desk, desk.posts("/account/password", {"old": "wrong", "password": "another password"}))
    assert "That is not your password" in page
    desk.posts("/account/password", {"old": PASSWORD, "password": "another password"})
    assert desk.client.get("/").status_code == 200
    assert desk.logs_in("sue@example.com", client=desk.web.test_client()).status_code == 401
    assert desk.logs_in("sue@example.com", "another password", desk.web.test_client()).status_code == 302


def test_logging_out_everywhere_leaves_only_this_session(desk: Console) -> None:
    elsewhere = desk.web.test_client()
    desk.logs_in("sue@example.com", client=elsewhere)
    desk.logs_in("sue@example.com")
    desk.posts("/account/log-out", {"old": PASSWORD})
    assert (desk.client.get("/").status_code, elsewhere.get("/").status_code) == (200, 302)


# Users


def test_an_administrator_adds_changes_and_removes_users(desk: Console) -> None:
    desk.logs_in("ada@example.com")
    new = {"email": "New@Example.com", "role": "technician", "technician": "Ben Cole", "password": PASSWORD}
    assert "new@example.com" in follow(desk, desk.posts("/users/add", new))
    theirs = desk.web.test_client()
    assert desk.logs_in("new@example.com", client=theirs).status_code == 302
    desk.posts("/users/password", {"email": "new@example.com", "password": "another password"})
    assert theirs.get("/").status_code == 302
    desk.posts("/users/remove", {"email": "new@example.com"})
    assert desk.logs_in("new@example.com", "another password", desk.web.test_client()).status_code == 401


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"email": "x@example.com", "role": "technician", "password": PASSWORD}, "Say which technician"),
        ({"email": "x@example.com", "role": "technician", "technician": "Amy Roy", "password": PASSWORD}, "is a user"),
        ({"email": "x@example.com", "role": "reader", "password": "short"}, "too short"),
        ({"email": "nobody", "role": "reader", "password": PASSWORD}, "no mail address"),
        ({"email": "sue@example.com", "role": "reader", "password": PASSWORD}, "is a user already"),
    ],
)
def test_a_user_that_makes_no_sense_is_refused_in_words(desk: Console, fields: dict[str, str], words: str) -> None:
    desk.logs_in("ada@example.com")
    assert words in follow(desk, desk.posts("/users/add", fields))


def test_nobody_removes_themselves(desk: Console) -> None:
    desk.logs_in("ada@example.com")
    assert "cannot remove yourself" in follow(desk, desk.posts("/users/remove", {"email": "ada@example.com"}))


def test_without_any_user_the_login_page_says_how_to_make_the_first_on_the_machine(desk: Console) -> None:
    assert "user add" in desk.client.get("/login").text
    desk.database.write(lambda s: s.execute(delete(User)))
    page = desk.client.get("/login").text
    assert "python app.py user add you@example.com --role administrator" in page
    assert 'name="password"' not in page


def test_a_technician_who_leaves_is_nobody_at_the_console_either(desk: Console) -> None:
    theirs = desk.web.test_client()
    desk.logs_in("amy@example.com", client=theirs)
    desk.logs_in("sue@example.com")
    amy = desk.database.read(lambda s: technicians.technician_named(s, "Amy Roy"))
    desk.posts(f"/people/{amy.id}/remove", {})
    assert theirs.get("/").headers["Location"] == "/login"


# What a technician sees and does


def another_callback(desk: Console) -> str:
    """One that Ben has resolved."""

    def work(session: Session) -> str:
        arrival = calls.Arrival("CA2", "direct", "+15145550142", "en", False, "")
        callback = open_callback(session, DESK, calls.call_arrives(session, arrival, BEGAN), BEGAN)
        ben = technicians.technician_named(session, "Ben Cole")
        technician_acts(session, DESK, callback, ReportOutcome(ReportedOutcome.RESOLVED), ben, BEGAN)
        return callback.reference

    return desk.database.write(work)


def test_a_technician_sees_open_callbacks_and_their_own(desk: Console) -> None:
    bens = another_callback(desk)
    desk.logs_in("amy@example.com")
    assert desk.client.get(f"/callbacks/{desk_reference(desk)}").status_code == 200
    over = desk.client.get(f"/callbacks/{bens}")
    assert (over.status_code, f"{bens} is over, and was Ben Cole&#39;s." in over.text) == (403, True)
    assert desk.client.get(f"/callbacks/{bens}/why").status_code == 404
    assert desk.posts(f"/callbacks/{bens}/note", {"words": "x"}).status_code == 404
    assert bens not in desk.client.get("/callbacks").text
    assert bens not in desk.client.get("/").text
    assert [row["reference"] for row in desk.client.get("/callbacks.json").get_json()] == [desk_reference(desk)]


def desk_reference(desk: Console) -> str:
    mine = select(Callback.reference).where(Callback.call_sid == "CA1")
    return desk.database.read(lambda session: session.scalars(mine).one())


def test_a_technician_takes_connects_tries_and_resolves_at_the_console(desk: Console) -> None:
    desk.logs_in("amy@example.com")
    base = f"/callbacks/{desk.reference}"
    page = desk.client.get(base).text
    assert "Take it" in page
    assert "Cancel the callback" not in page
    desk.posts(f"{base}/take", {})
    assert desk.callback.owner is not None
    desk.posts(f"{base}/attempt", {"outcome": "no answer"})
    desk.posts(f"{base}/resolve", {})
    assert desk.callback.state == CallbackState.RESOLVED
    assert ("amy@example.com", "callback: resolve") in entries(desk)


def test_a_technician_takes_over_what_somebody_else_has(desk: Console) -> None:
    def bens(session: Session) -> None:
        callback = session.scalars(select(Callback)).one()
        takes(session, DESK, callback, technicians.technician_named(session, "Ben Cole"), BEGAN)

    desk.database.write(bens)
    desk.logs_in("amy@example.com")
    assert "Take it over from Ben Cole" in desk.client.get(f"/callbacks/{desk.reference}").text
    desk.posts(f"/callbacks/{desk.reference}/take", {})
    owner = desk.callback.owner
    assert owner is not None
    assert owner.name == "Amy Roy"


def test_an_attempt_that_a_technician_writes_down_is_their_own(desk: Console) -> None:
    desk.database.write(
        lambda s: takes(s, DESK, s.scalars(select(Callback)).one(), technicians.technician_named(s, "Ben Cole"), BEGAN)
    )
    desk.logs_in("amy@example.com")
    desk.posts(f"/callbacks/{desk.reference}/attempt", {"outcome": "no answer"})
    told = desk.database.read(lambda s: s.scalars(select(Event).where(Event.kind == EventKind.ATTEMPT)).one())
    assert told.actor == "Amy Roy"


# The audit log


def test_whatever_is_done_and_heard_stands_in_the_log(desk: Console) -> None:
    desk.logs_in("ada@example.com")
    desk.client.get("/voicemails/1.wav", headers={"Range": "bytes=0-"})
    desk.client.get("/voicemails/1.wav", headers={"Range": "bytes=5000-"})  # the rest of the same listening
    desk.posts(f"/callbacks/{desk.reference}/priority", {"priority": "P1"})
    desk.posts("/setup/add-holiday", {"day": "2026-12-24", "english": "Party", "french": "Fête"})
    desk.client.get("/callbacks.csv")
    desk.posts("/users/log-out", {"email": "sue@example.com"})
    assert [what for _, what in entries(desk)] == [
        "logged in", "heard a message", "callback: priority", "setup: add-holiday", "exported 1 callbacks",
        "users: log-out",
    ]  # fmt: skip
    page = desk.client.get("/audit").text
    assert f"{desk.reference}; priority: P1" in page
    assert PASSWORD not in page


def test_a_piece_of_a_message_alone_is_heard_as_well(desk: Console) -> None:
    desk.logs_in("ada@example.com")
    for piece in ("bytes=44-", "bytes=-9000"):
        desk.client.get("/voicemails/1.wav", headers={"Range": piece})
    desk.clock.move_to(desk.clock.now() + timedelta(hours=1))
    desk.client.get("/voicemails/1.wav", headers={"Range": "bytes=44-"})
    assert [what for _, what in entries(desk)] == ["logged in", "heard a message", "heard a message"]


def test_what_was_refused_is_not_told_as_done(desk: Console) -> None:
    desk.logs_in("ada@example.com")
    desk.posts(f"/callbacks/{desk.reference}/cancel", {"why": ""})
    assert [what for _, what in entries(desk)] == ["logged in"]


def test_no_password_secret_or_code_stands_in_the_log(desk: Console) -> None:
    with_second_factor(desk)
    told = desk.database.read(lambda s: " ".join(entry.detail for entry in s.scalars(select(AuditEntry))))
    assert SECRET not in told
    assert PASSWORD not in told


@pytest.mark.parametrize("table", ["audit", "events"])
@pytest.mark.parametrize("act", ["UPDATE {} SET detail = 'nothing happened'", "DELETE FROM {}"])
def test_the_database_refuses_to_change_what_was_written(database: Database, table: str, act: str) -> None:
    def work(session: Session) -> None:
        session.add(Technician(name="Amy", phone="+15145550101", created_at=BEGAN))
        call = calls.call_arrives(session, calls.Arrival("CA9", "direct", "", "en", False, ""), BEGAN)
        audit_log.note(session, BEGAN, "sue@example.com", "did something", call.sid)

    database.write(work)
    with pytest.raises(DBAPIError, match="only ever added"):
        database.write(lambda session: session.execute(text(act.format(table))))


def test_an_edit_past_the_database_breaks_the_chain(desk: Console) -> None:
    for n in range(5):
        desk.database.write(partial(audit_log.note, at=BEGAN, who="sue@example.com", what=f"act {n}"))
    assert desk.database.read(audit_log.first_broken) is None

    def forge(session: Session) -> None:
        session.execute(text("DROP TRIGGER audit_refuses_delete"))
        session.execute(text("DELETE FROM audit WHERE what = 'act 2'"))

    desk.database.write(forge)
    broken = desk.database.read(audit_log.first_broken)
    assert broken is not None
    assert broken.what == "act 3"


def test_two_that_write_at_once_do_not_break_the_chain(database: Database) -> None:
    def run(name: str) -> None:
        for n in range(10):
            database.write(partial(audit_log.note, at=BEGAN, who=name, what=f"act {n}"))

    threads = [threading.Thread(target=run, args=(f"{n}@example.com",)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert database.read(audit_log.first_broken) is None
    assert len(database.read(lambda s: s.scalars(select(AuditEntry)).all())) == 30


# Setup


def test_a_closure_and_a_holiday_are_written_down_and_taken_back(desk: Console) -> None:
    desk.logs_in("sue@example.com")
    reasons = {"english": "Moving house", "french": "Déménagement"}
    page = follow(
        desk, desk.posts("/setup/close", {"from": "2026-12-01T12:00", "until": "2026-12-01T15:00", **reasons})
    )
    assert "Moving house / Déménagement" in page
    closure = re.search(r'name="closure" value="(\d+)"', page)
    assert closure is not None
    assert "Moving house" not in follow(desk, desk.posts("/setup/drop-closure", {"closure": closure[1]}))
    assert "worked, holiday or not" in follow(desk, desk.posts("/setup/strike", {"day": "2026-12-25"}))
    assert "worked, holiday or not" not in follow(desk, desk.posts("/setup/as-by-law", {"day": "2026-12-25"}))


@pytest.mark.parametrize(
    ("act", "fields", "words"),
    [
        ("close", {"from": "soon", "until": "2026-12-01T15:00"}, "is no time"),
        ("close", {"from": "2026-12-01T15:00", "until": "2026-12-01T16:00"}, "in English and in French"),
        ("close", {"from": "2026-12-02T15:00", "until": "2026-12-01T15:00", "english": "x", "french": "y"}, "ends"),
        ("close", {"from": "2020-12-01T15:00", "until": "2020-12-01T16:00"}, "over already"),
        ("close", {"from": "2027-03-14T02:30", "until": "2027-03-14T04:00"}, "There is no 02:30 on 2027-03-14"),
        ("strike", {"day": "tomorrow"}, "is no day"),
        ("strike", {"day": "2027-07-08"}, "is no holiday"),
        ("drop-closure", {"closure": "99"}, "no such closure"),
    ],
)
def test_a_setup_that_makes_no_sense_is_refused_in_words(
    desk: Console, act: str, fields: dict[str, str], words: str
) -> None:
    desk.logs_in("sue@example.com")
    assert words in follow(desk, desk.posts(f"/setup/{act}", fields))


def test_the_lines_are_shown_as_the_desk_file_has_them(desk: Console) -> None:
    desk.logs_in("rita@example.com")
    page = desk.client.get("/setup?year=2026").text
    assert "1: support" in page
    assert "Christmas" in page
    assert "Write it down" not in page  # a reader reads
