"""What is shown beside the open callbacks: who is on call, gaps ahead, and whether the system works."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.console.now.screen import LOOKS_AHEAD, Panel, panel
from callbacks.db.states import AttemptState, Channel, PageState
from callbacks.db.tables import Page, PageAttempt, WorkerSign
from callbacks.oncall import store
from callbacks.people import contact_methods, technicians
from callbacks.people.person import ContactMethod
from tests.callbacks.console.console import BEGAN, DESK, Console


def test_now_says_who_is_on_call_until_when_the_gaps_and_what_is_wrong(console: Console) -> None:
    console.logs_in("rita@example.com")
    ends = console.clock.now() + timedelta(hours=9)
    console.database.write(
        lambda s: store.add_shift(
            s, DESK, technicians.technician_named(s, "Ben Cole"), "supervisor", None, ends, console.clock.now()
        )
    )
    console.database.write(
        lambda s: contact_methods.record_failure(
            technicians.technician_named(s, "Ben Cole"), ContactMethod(Channel.TEXT), "sent STOP"
        )
    )
    page = console.client.get("/").text
    assert 'data-label="Who">Amy Roy</td>' in page
    assert "further notice" in page
    assert "Sun 29 Nov 07:14" in page  # when Ben goes off
    assert "<strong>supervisor</strong>: nobody from" in page
    assert "Nobody is assigned to manager." in page
    assert "Ben Cole cannot be reached by text first: sent STOP" in page
    assert "No worker has finished a sweep yet" in page


def test_now_says_how_the_worker_the_sending_and_the_lines_are(sue: Console) -> None:
    found = sue.reads("/")
    assert "Worker problem No worker has finished a sweep yet" in found
    assert "Line direct OK closed: outside support hours; last call Sat 28 Nov 22:12" in found
    assert "Line toll-free OK closed: outside support hours; no call in seven days" in found
    sue.clock.pass_time(timedelta(minutes=10))
    assert "Sending problem A page has been due for 12 min" in sue.reads("/")


def test_a_page_that_the_carrier_refused_is_said_where_sending_is(sue: Console) -> None:
    def refused(session: Session) -> None:
        first = session.scalars(select(Page)).all()[0]
        attempt = PageAttempt(page_id=first.id, started_at=BEGAN, state=AttemptState.REFUSED, error="Not taken: 20003.")
        session.add(attempt)
        first.next_action_at = None

    sue.database.write(refused)
    assert "The last page was refused: Not taken: 20003." in sue.reads("/")


def health(console: Console) -> dict[str, tuple[bool, str]]:
    def load(session: Session) -> dict[str, tuple[bool, str]]:
        now = console.clock.now()
        found = panel(session, DESK, store.schedule(session, DESK, now), now)
        return {each.part: (each.is_ok, each.words) for each in found.health}

    return console.database.read(load)


def test_workers_that_swept_lately_are_counted(console: Console) -> None:
    def sweeps(session: Session, *names: str) -> None:
        now = console.clock.now()
        session.add_all(WorkerSign(worker=name, started_at=BEGAN, swept_at=now) for name in names)

    console.database.write(lambda session: sweeps(session, "one"))
    assert health(console)["Worker"] == (True, "running")
    console.database.write(lambda session: sweeps(session, "two", "three"))
    assert health(console)["Worker"] == (True, "3 running")
    console.clock.pass_time(timedelta(minutes=2))
    is_ok, words = health(console)["Worker"]
    assert (is_ok, "120 seconds" in words) == (False, True)


def test_sending_goes_from_nothing_over_waiting_to_the_last_page(console: Console) -> None:
    console.clock.move_to(BEGAN)
    assert health(console)["Sending"] == (True, "1 being sent")

    def sent(session: Session) -> None:
        page = session.scalars(select(Page)).one()
        page.state, page.next_action_at = PageState.SENT, None
        session.add(PageAttempt(page_id=page.id, started_at=BEGAN, state=AttemptState.ACCEPTED))

    console.database.write(lambda session: setattr(session.scalars(select(Page)).one(), "next_action_at", None))
    assert health(console)["Sending"] == (True, "nothing sent yet")
    console.database.write(sent)
    assert health(console)["Sending"] == (True, "last page sent Sat 28 Nov 22:12")


def test_a_layer_without_an_end_in_sight_has_none(console: Console) -> None:
    def load(session: Session) -> Panel:
        now = console.clock.now()
        ben, later = technicians.technician_named(session, "Ben Cole"), now + LOOKS_AHEAD * 2
        store.add_shift(session, DESK, ben, "manager", now, later, now)
        return panel(session, DESK, store.schedule(session, DESK, now), now)

    layers = {each.layer: each for each in console.database.write(load).layers}
    assert (layers["primary"].people, layers["primary"].until) == ("Amy Roy", None)
    assert (layers["manager"].people, layers["manager"].until) == ("Ben Cole", None)
