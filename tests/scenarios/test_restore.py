"""A disk dies at night, and the desk goes on from a backup that is an hour old: what was done is not done again."""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from callbacks.backup import archive
from callbacks.backup.restore import restore
from callbacks.db.states import CallbackState
from callbacks.media.folder import Folder
from callbacks.worker.loop import Worker
from callbacks.worker.senders import Senders
from callbacks.worker.table import worker_for
from ivr.simulator.ledger import Message
from tests.postgres import client_programs
from tests.scenarios.conftest import POSTGRES_IN_SOAK, ScenarioDesk

pytestmark = POSTGRES_IN_SOAK

ANNE, BOB, CARL = "+15145550191", "+15145550192", "+15145550193"
SOON = timedelta(minutes=3)


def leaves_a_message(desk: ScenarioDesk, number: str) -> None:
    call = desk.customer(number).dials("direct").hears("leave a message").hears_the_beep().says(8).presses("#")
    call.hears("Thank you").hangs_up()


def backs_up(desk: ScenarioDesk, folder: Path) -> Path:
    settings, file = desk.service.settings, folder / "desk.backup"
    archive.make(settings.database_url, Folder(settings.media_dir), file, desk.now)
    return file


def loses_the_disk(desk: ScenarioDesk) -> None:
    """On PostgreSQL, the database is still there, and is replaced."""
    desk.service.database.close()
    if desk.service.database.engine.dialect.name == "sqlite":
        for file in database_file(desk).parent.glob(f"{database_file(desk).name}*"):
            file.unlink()
    shutil.rmtree(desk.service.settings.media_dir, ignore_errors=True)


def database_file(desk: ScenarioDesk) -> Path:
    return Path(desk.service.settings.database_url.removeprefix("sqlite:///"))


def goes_on_from(desk: ScenarioDesk, file: Path) -> None:
    service, is_there = desk.service, desk.service.database.engine.dialect.name != "sqlite"
    files = Folder(service.settings.media_dir)
    restore(service.database, service.settings.database_url, files, file, replaces=is_there)
    worker = worker_for(service.settings, service.desk, service.database, service.carrier, service.clock, 1)
    desk.scenario.service = replace(service, worker=worker)


def calls_the_customer(desk: ScenarioDesk, who: str, number: str) -> None:
    technician = desk.phone_of(who)
    technician.texts("call {code}").reads("Your phone rings now")
    call = technician.is_rung().answers().hears("Press 1 to be connected").presses("1")
    customer = desk.customer(number).is_rung().answers()
    call.is_connected_to(customer).waits(20)
    call.hangs_up()
    technician.reads("how did the call", within=SOON)


def texts_since(desk: ScenarioDesk, count: int) -> list[Message]:
    return [text for text in desk.carrier.ledger.messages[count:] if text.direction != "inbound"]


@pytest.fixture
def night(open_desk: Callable[..., ScenarioDesk], monkeypatch: pytest.MonkeyPatch) -> ScenarioDesk:
    monkeypatch.setenv("PATH", os.pathsep.join([*filter(None, [str(client_programs() or "")]), os.environ["PATH"]]))
    return open_desk("2026-11-28T21:58")


def test_after_the_disk_died_nothing_that_was_answered_is_paged_again(night: ScenarioDesk, tmp_path: Path) -> None:
    desk = night
    leaves_a_message(desk, ANNE)
    amy = desk.phone_of("Amy")
    amy.reads("(514) 555-0191")
    file = backs_up(desk, tmp_path)
    # An hour of the night that the backup does not know
    calls_the_customer(desk, "Amy", ANNE)
    amy.texts("done {code}").reads("is resolved")
    desk.clock_moves_to("2026-11-28T22:10")
    leaves_a_message(desk, BOB)
    amy.reads("(514) 555-0192")
    calls_the_customer(desk, "Amy", BOB)
    desk.clock_moves_to("2026-11-28T22:35")
    leaves_a_message(desk, CARL)
    amy.reads("(514) 555-0193")
    amy.is_rung(within=timedelta(minutes=4)).lets_it_ring()
    before = {each.contact.caller: each for each in desk.callbacks()}
    sent = len(desk.carrier.ledger.messages)
    # The disk dies
    loses_the_disk(desk)
    goes_on_from(desk, file)
    desk.scenario.minutes_pass(1)
    after = {each.contact.caller: each for each in desk.callbacks()}
    assert after.keys() == {ANNE, BOB, CARL}
    assert {each.reference for each in after.values()} == {each.reference for each in before.values()}
    assert [after[each].reference for each in (ANNE, BOB, CARL)] == [
        before[each].reference for each in (ANNE, BOB, CARL)
    ]
    assert after[ANNE].state is CallbackState.RESOLVED
    assert after[BOB].breached_at is None
    assert [each.technician.name for each in desk.attempts()] == ["Amy Roy", "Amy Roy"]
    assert after[BOB].owner is not None
    assert after[CARL].attempted_at is None
    files = Folder(desk.service.settings.media_dir)
    assert len(list(files.files())) == 3
    answered = [before[ANNE].reference, before[BOB].reference]
    assert not [text for text in texts_since(desk, sent) if any(each in text.body for each in answered)]
    desk.phone_of("Sue").reads("restored from a backup of Sat 28 Nov 21:59")
    # Carl's callback goes on with the step that comes next
    desk.phone_of("Ben").reads("(514) 555-0193", before[CARL].reference, within=timedelta(minutes=5))
    desk.phone_of("Ben").resolves()
    amy.reads("Ben Cole has", before[CARL].reference)


def test_a_page_that_waited_in_the_backup_and_was_taken_since_is_not_sent_again(
    night: ScenarioDesk, tmp_path: Path
) -> None:
    desk, service = night, night.service
    desk.scenario.service = replace(service, worker=Worker((), Senders(1), service.clock))  # frozen: sends nothing
    leaves_a_message(desk, ANNE)
    file = backs_up(desk, tmp_path)
    desk.scenario.service = service
    amy = desk.phone_of("Amy")
    amy.reads("(514) 555-0191")
    amy.texts("{code}").reads("is yours")
    taken_at = desk.callback.acknowledged_at
    sent = len(desk.carrier.ledger.messages)
    loses_the_disk(desk)
    goes_on_from(desk, file)
    desk.scenario.minutes_pass(1)
    desk.phone_of("Sue").reads("restored from a backup")
    assert [text.to for text in texts_since(desk, sent)] == [desk.phone_of("Sue").phone.number]
    assert desk.callback.owner is not None
    assert taken_at is not None
    assert desk.callback.acknowledged_at is not None
    assert abs(desk.callback.acknowledged_at - taken_at) < timedelta(seconds=2)
    assert desk.callback.attempted_at is None


def test_while_the_carrier_cannot_be_asked_pages_wait_for_five_minutes_and_no_longer(
    night: ScenarioDesk, tmp_path: Path
) -> None:
    desk, service = night, night.service
    desk.scenario.service = replace(service, worker=Worker((), Senders(1), service.clock))
    leaves_a_message(desk, ANNE)
    file = backs_up(desk, tmp_path)
    loses_the_disk(desk)
    goes_on_from(desk, file)
    desk.fails("lists", "500", times=math.inf)
    desk.scenario.settle()
    desk.clock_moves_to("2026-11-28T22:03")
    amy = desk.phone_of("Amy")
    amy.reads_nothing()
    amy.reads("(514) 555-0191", within=timedelta(minutes=2))
    sue = desk.phone_of("Sue")
    sue.reads("could not be asked for missed calls")
    sue.reads("could not be asked what happened since then", "pages may come twice")
    amy.resolves()
    amy.ignore_so_far()
