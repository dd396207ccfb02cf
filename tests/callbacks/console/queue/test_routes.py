"""The queue: who sees it, what each view has, in which order, and how it goes on to the next page."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.attempts import record_attempt
from callbacks.acts.base import Act, user_at_console
from callbacks.acts.by_hand import NewCallback, open_by_hand
from callbacks.acts.details import SetProduct
from callbacks.acts.promises import FixInRelease, SetPriority, WaitForCustomer
from callbacks.console.queue import screen
from callbacks.customers import store
from callbacks.customers.contacts import Contact
from callbacks.customers.details import Details
from callbacks.db.states import ContactKind, MailKind, PriorityLevel, ReachOutcome
from callbacks.db.tables import Callback, MailMessage, User
from callbacks.people.technicians import technician_named
from tests.acting import supervisor_acts
from tests.callbacks.console.console import DESK, Console

SUE = "sue@example.com"
VIEWS = ("", "mine", "nobodys", "customer", "release")


@pytest.fixture
def amy(console: Console) -> Console:
    """The console, with Amy the technician logged in."""
    console.logs_in("amy@example.com")
    return console


def opened(console: Console, number: str, priority: PriorityLevel = PriorityLevel.P2) -> str:
    """Return the reference of a callback that Sue opens by hand."""

    def work(session: Session) -> str:
        by = user_at_console(session.scalars(select(User).where(User.email == SUE)).one())
        new = NewCallback(number=number, priority=priority, note="A question")
        return open_by_hand(session, DESK, new, by, console.clock.now()).reference

    return console.database.write(work)


def tried(console: Console, reference: str, *acts: Act) -> None:
    """Amy tries to reach the customer, and Sue does these acts."""

    def work(session: Session) -> None:
        callback = session.scalars(select(Callback).where(Callback.reference == reference)).one()
        now = console.clock.now()
        record_attempt(session, callback, technician_named(session, "Amy Roy"), ReachOutcome.CONTINUING, "text", now)
        for act in acts:
            supervisor_acts(session, DESK, callback, act, SUE, now)

    console.database.write(work)


def references(console: Console, address: str = "/queue") -> list[str]:
    return re.findall(r'id="row-([A-Z]{2}-\d{3})"', console.client.get(address).text)


def counts(console: Console) -> Sequence[str]:
    return re.findall(r">([^<>]+ \(\d+\))</a>", html.unescape(console.client.get("/queue").text))


def test_what_is_due_first_comes_first_and_each_view_has_its_own(amy: Console) -> None:
    voicemail = amy.reference
    question, critical = opened(amy, "5145550142", PriorityLevel.P3), opened(amy, "5145550143", PriorityLevel.P1)
    waits, released = opened(amy, "5145550144"), opened(amy, "5145550145")
    tried(amy, waits, WaitForCustomer("a log"))
    tried(amy, released, SetPriority(PriorityLevel.P3), FixInRelease("7.2"))
    # The voicemail is due at 22:42, the P1 two minutes later, the P3 on Monday.
    assert references(amy) == [voicemail, critical, question, waits, released]
    assert [references(amy, f"/queue?view={view}") for view in VIEWS[1:]] == [
        [waits, released],
        [voicemail, critical, question],
        [waits],
        [released],
    ]
    assert counts(amy) == [
        "All (5)",
        "Mine (2)",
        "Nobody's (3)",
        "Waiting for the customer (1)",
        "Waiting for a release (1)",
    ]


def test_a_row_says_what_is_due_and_how_the_desk_stands_to_it(sue: Console) -> None:
    details, known = Details("Joe Dow", "Bex"), [Contact(ContactKind.PHONE, "+15145550144")]
    sue.database.write(lambda session: store.add_customer(session, details, known, sue.clock.now()))
    waits, released = opened(sue, "5145550144"), opened(sue, "5145550145")
    tried(sue, waits, SetProduct("DNS"), WaitForCustomer("a log"))
    tried(sue, released, SetPriority(PriorityLevel.P3), FixInRelease("7.2"))
    sue.clock.pass_time(timedelta(minutes=21))
    page = sue.reads("/queue")
    assert "first reaction by Sat 28 Nov 22:42 at risk 7 min left" in page
    assert "no deadline while it waits for the customer then 24 h 00 min to resolve Bex, Joe Dow" in page
    assert "Bex, Joe Dow by hand DNS courtesy Amy Roy 21 min" in page
    assert "no hour promised: fixed in 7.2 (514) 555-0145" in page  # said once
    assert "voicemail not known nobody 23 min" in page


def test_what_is_overdue_says_so_and_by_how_much(sue: Console) -> None:
    sue.clock.pass_time(timedelta(minutes=40))
    assert "overdue by 12 min" in sue.reads("/queue")
    tried(sue, sue.reference, SetPriority(PriorityLevel.P1))
    sue.clock.pass_time(timedelta(hours=4))
    sue.logs_in(SUE)
    assert re.search(r"to resolve by Sun 29 Nov 02:\d\d overdue by ", sue.reads("/queue"))


def test_a_long_queue_has_pages(sue: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "A_PAGE", 2)
    for number in range(4):
        opened(sue, f"514555014{number}")
    pages = [references(sue, f"/queue?page={page}") for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert len({reference for page in pages for reference in page}) == 5
    middle = sue.client.get("/queue?view=nobodys&page=2").text
    assert "Page 2 of 3" in middle
    assert 'href="/queue?view=nobodys" rel="prev"' in middle
    assert 'href="/queue?view=nobodys&amp;page=3" rel="next"' in middle
    assert references(sue, "/queue?page=9") == pages[2]
    for other in ("0", "x", "-1", "99999999999999999999"):
        assert references(sue, f"/queue?page={other}") == pages[0]


@pytest.mark.parametrize(("user", "has_mine"), [("amy", True), ("sue", False), ("rita", False)])
def test_everybody_sees_the_queue_and_technicians_their_own(console: Console, user: str, has_mine: bool) -> None:
    console.logs_in(f"{user}@example.com")
    assert references(console) == references(console, "/queue?view=nobodys") == [console.reference]
    assert ("Mine (0)" in counts(console)) == has_mine
    assert references(console, "/queue?view=mine") == ([] if has_mine else [console.reference])
    assert ("New callback" in console.client.get("/queue").text) == (user != "rita")


@pytest.mark.parametrize("address", ["/queue", "/"])
def test_what_a_mail_is_about_is_shown(sue: Console, address: str) -> None:
    def write(session: Session) -> None:
        session.add(
            MailMessage(
                mailbox="support",
                digest="d",
                size=1,
                file="m.eml",
                received_at=sue.clock.now(),
                kind=MailKind.MESSAGE,
                subject="Digest <missing>",
                contact_sid=session.scalars(select(Callback.contact_sid)).one(),
            )
        )

    sue.database.write(write)
    assert "<br><small>Digest &lt;missing&gt;</small>" in sue.client.get(address).text


def test_nobody_else_sees_it(console: Console) -> None:
    assert console.client.get("/queue").headers["Location"] == "/login"


def test_what_a_caller_calls_himself_stays_text(sue: Console) -> None:
    assert "<script>alert" not in sue.client.get("/queue").text
    assert "&lt;script&gt;" in sue.client.get("/queue").text
