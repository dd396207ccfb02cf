"""Workers die, freeze and run twice; the page goes out all the same, and once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from callbacks.cli.context import UNDER_A_MOVING_CLOCK, Compose
from callbacks.db.database import locked
from callbacks.db.leases import Claim
from callbacks.db.states import PageKind, PageState, VoicemailState
from callbacks.db.tables import Callback, Page
from callbacks.inbound import calls
from callbacks.paging import escalate, follow_up
from callbacks.people.technicians import technician_named
from ivr.rehearsal.audio import tone
from ivr.simulator import VOUCHED_FOR
from tests.acting import resolves, takes
from tests.scenarios.conftest import ScenarioDesk

AMY = "+15145550101"


class Killed(BaseException):
    """The process is gone: nothing after this line runs."""


def dies(desk: ScenarioDesk, monkeypatch: pytest.MonkeyPatch, when: str, times: int = 1) -> None:
    """The worker is killed before, or right after, the carrier has taken a text."""
    carrier, left = desk.service.carrier, [times]
    send = carrier.send_text

    def send_text(*arguments: Any) -> Any:
        if left[0] == 0:
            return send(*arguments)
        left[0] -= 1
        if when == "after":
            send(*arguments)
        raise Killed

    monkeypatch.setattr(carrier, "send_text", send_text)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("times", [1, 2])
def test_a_worker_that_dies_while_it_sends_loses_no_page_and_doubles_none(
    desk: ScenarioDesk, monkeypatch: pytest.MonkeyPatch, when: str, times: int
) -> None:
    dies(desk, monkeypatch, when, times if when == "before" else 1)
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back", within=timedelta(seconds=150))
    amy.resolves()
    desk.scenario.minutes_pass(40)
    assert sum(m.to == AMY and m.direction == "outbound-api" for m in desk.carrier.ledger.messages) == 1


def test_a_worker_that_was_frozen_while_another_took_over_changes_nothing(desk: ScenarioDesk) -> None:
    """Its lease has run out and its token is old: it sends nothing any more."""
    desk.leaves_a_message()
    amy, ben = desk.phone_of("Amy"), desk.phone_of("Ben")
    amy.reads("call (514) 555-0199 back")
    frozen = _claims_the_next_page(desk)
    ben.reads("call (514) 555-0199 back", within=timedelta(seconds=60))  # after the lease another has sent it
    amy.reads("goes to the next")
    before = len(desk.carrier.ledger.messages)
    desk.outbox.deliver(frozen)
    assert len(desk.carrier.ledger.messages) == before
    ben.resolves()
    amy.reads("Ben Cole has")
    desk.scenario.minutes_pass(40)


def test_an_old_token_is_refused_even_before_the_other_has_sent(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy, ben = desk.phone_of("Amy"), desk.phone_of("Ben")
    amy.reads("call (514) 555-0199 back")
    frozen, outbox = _claims_the_next_page(desk), desk.outbox
    desk.scenario.clock.pass_time(timedelta(seconds=31))
    (taken_over,) = outbox.claim(5)
    before = len(desk.carrier.ledger.messages)
    outbox.deliver(frozen)
    assert len(desk.carrier.ledger.messages) == before
    outbox.deliver(taken_over)
    assert len(desk.carrier.ledger.messages) == before + 1
    amy.reads("goes to the next")
    ben.reads("call (514) 555-0199 back")
    ben.resolves()
    amy.reads("Ben Cole has")
    desk.scenario.minutes_pass(40)


def _claims_the_next_page(desk: ScenarioDesk) -> Claim[Page]:
    """Amy hands it on; a worker claims Ben's page, and stops there."""
    amy = desk.phone_of("Amy")
    amy.phone.send_text("+15148458474", f"pass {amy.code}")
    desk.carrier.run_due()
    desk.service.worker.run("next actions")
    (claim,) = desk.outbox.claim(5)
    return claim


def test_a_page_on_the_wire_while_somebody_takes_the_callback_keeps_its_answer(
    desk: ScenarioDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It cannot be called back any more, so what became of it is still written down."""
    desk.leaves_a_message()
    amy, ben, service = desk.phone_of("Amy"), desk.phone_of("Ben"), desk.service
    amy.reads("call (514) 555-0199 back")
    claim, send = _claims_the_next_page(desk), service.carrier.send_text

    def take_it(session: Any) -> None:
        callback = locked(session, Callback, desk.callback.id)
        takes(session, service.desk, callback, technician_named(session, "Amy Roy"), service.clock.now())

    def send_text(*arguments: Any) -> Any:
        monkeypatch.undo()
        service.database.write(take_it)
        return send(*arguments)

    monkeypatch.setattr(service.carrier, "send_text", send_text)
    desk.outbox.deliver(claim)
    amy.reads("goes to the next")
    ben.reads("call (514) 555-0199 back")
    ben.reads("Amy Roy has")
    pages = [page for page in desk.pages() if page.technician.name == "Ben Cole" and page.kind is PageKind.STEP]
    assert [page.state for page in pages] == [PageState.SENT]
    amy.resolves()
    desk.scenario.minutes_pass(40)


def test_two_workers_page_once(desk: ScenarioDesk, compose: Compose) -> None:
    service = desk.service
    others = [
        compose(
            service.settings,
            service.desk,
            service.clock,
            http=service.carrier._http.session,
            limits=UNDER_A_MOVING_CLOCK,
        )
        for _ in range(3)
    ]
    now = service.clock.now()
    for number in range(12):
        sid = f"CA{number:032d}"
        arrival = calls.Arrival(sid, "direct", "+15145550199", "en", False, "outside support hours", VOUCHED_FOR)
        service.database.write(lambda s, a=arrival: setattr(calls.record_call(s, a, now), "is_separate", True))  # type: ignore[misc]
        news = calls.Recording(VoicemailState.EXPECTED)
        service.database.write(lambda s, i=sid, n=news: calls.record_voicemail(s, service.desk, i, n, now))  # type: ignore[misc]
    barrier = threading.Barrier(4)

    def sweep(do: Callable[[], None]) -> None:
        barrier.wait()
        for _ in range(4):
            do()

    threads = [
        threading.Thread(target=sweep, args=(worker.sweep,)) for worker in [service.worker, *(o.worker for o in others)]
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    desk.scenario.seconds_pass(3)
    bodies = Counter(m.body for m in desk.carrier.ledger.messages if m.direction == "outbound-api")
    assert len(bodies) == 12
    assert set(bodies.values()) == {1}
    for _ in range(12):
        desk.phone_of("Amy").reads("call (514) 555-0199 back")
    for other in others:
        other.close()


def test_after_an_outage_of_the_worker_the_first_page_and_the_supervisor_come_at_once(desk: ScenarioDesk) -> None:
    call = desk.customer().dials("direct").hears_the_beep()
    call.leg.speak(tone(5))
    for _ in range(3600):  # an hour in which no worker sweeps
        desk.service.clock.pass_time(timedelta(seconds=1))  # type: ignore[attr-defined]
        desk.carrier.run_due()
    amy, cleo, sue = (desk.phone_of(name) for name in ("Amy", "Cleo", "Sue"))
    amy.reads("LATE (promised 10:42 p.m.)")
    cleo.reads("LATE")
    sue.reads("LATE")
    cleo.is_rung()
    sue.is_rung()
    sue.texts("cont {code}").reads("stays open")
    for person in (amy, cleo):
        person.reads("Sue Tran has called the customer")
    desk.scenario.minutes_pass(40)


def test_one_callback_that_cannot_be_decided_does_not_keep_the_others_waiting(
    desk: ScenarioDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.expects_error("a callback could not be decided")
    desk.leaves_a_message()
    desk.phone_of("Amy").reads("call (514) 555-0199 back")
    decide, poisoned = escalate.take_next_step, desk.callback.id

    def take_next_step(session: Any, its_desk: Any, callback: Any, now: Any) -> Any:
        if callback.id == poisoned:
            raise RuntimeError("this row makes no sense")
        return decide(session, its_desk, callback, now)

    monkeypatch.setattr(follow_up, "take_next_step", take_next_step)
    desk.scenario.minutes_pass(4)
    call = desk.customer("+15145550188").dials("direct").hears("leave a message").hears_the_beep().says(8).presses("#")
    call.hears("Thank you").is_hung_up_on()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0188 back")
    desk.scenario.minutes_pass(2.9)
    amy.is_rung().lets_it_ring()
    amy.resolves()
    monkeypatch.undo()
    amy.is_rung(timedelta(seconds=75))  # about the one that is tried again every minute
    _resolve_all(desk)


def _resolve_all(desk: ScenarioDesk) -> None:
    now = desk.service.clock.now()
    for callback in desk.callbacks():
        desk.service.database.write(
            lambda s, i=callback.id: resolves(
                s, desk.service.desk, locked(s, Callback, i), technician_named(s, "Amy Roy"), now
            )  # type: ignore[misc]
        )
